from django.conf import settings

from meta_integration import views


class IntakeMiddleware:
    """Answers Meta's posts before all other middleware: sessions, hosts and CSRF are no business of theirs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info == settings.META_WEBHOOK_PATH:
            return views.meta_webhook(request)
        return self.get_response(request)
