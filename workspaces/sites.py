"""The admin site: where merchants and support work."""

from functools import wraps

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from unfold.sites import UnfoldAdminSite

from workspaces import services


class GalantisAdminSite(UnfoldAdminSite):
    """Open to every member of a workspace and to support; what they see there is said by `WorkspaceAdmin`."""

    index_title = "Overview"

    def has_permission(self, request):
        user = request.user
        return user.is_active and user.is_authenticated and (user.is_support or bool(request.workspace))

    def login(self, request, extra_context=None):
        """One log-in page for all of Galantis, throttled in one place."""
        if request.user.is_authenticated:
            # In, but in no workspace: nothing here is theirs.
            raise Http404
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

    def admin_view(self, view, cacheable=False):
        """With the policy that the admin's interface library needs, and in the shop's own time."""
        inner = csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(super().admin_view(csrf_protect(view), cacheable))

        @wraps(inner)
        def in_local_time(request, *args, **kwargs):
            with timezone.override(request.workspace.timezone if request.workspace else "UTC"):
                response = inner(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response

        return in_local_time


def subheader(request) -> str:
    if request.user.is_authenticated and request.workspace:
        return str(request.workspace)
    return "All workspaces" if request.user.is_authenticated else ""


def is_support(request) -> bool:
    return request.user.is_support


def may_manage(request) -> bool:
    return services.may_manage(request.role)


def may_see_desk(request) -> bool:
    return is_support(request) or may_manage(request)


def admin_stylesheet(request) -> str:
    return static("workspaces/admin.css")


def favicon(request) -> str:
    return static("workspaces/icon.svg")
