"""The admin site: where merchants and support work."""

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.templatetags.static import static
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
        inner = super().admin_view(csrf_protect(view), cacheable)
        return csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(inner)


def subheader(request) -> str:
    if request.user.is_authenticated and request.workspace:
        return str(request.workspace)
    return "All workspaces" if request.user.is_authenticated else ""


def is_support(request) -> bool:
    return request.user.is_support


def may_manage(request) -> bool:
    return services.may_manage(request.role)


def admin_stylesheet(request) -> str:
    return static("workspaces/admin.css")


def favicon(request) -> str:
    return static("workspaces/icon.svg")
