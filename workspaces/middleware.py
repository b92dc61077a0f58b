"""`request.workspace` and `request.role`: where the person is working now. Both are looked up when first asked for."""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from workspaces import services

SESSION_KEY = "workspace"
# With which workspace a page was drawn that asks for a part: another one may have been chosen since.
SHOWN = "X-Galantis-Workspace"
# And for whom: somebody else may have logged in in the same browser.
SHOWN_TO = "X-Galantis-Person"


class WorkspaceMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        request.workspace = SimpleLazyObject(lambda: current_workspace(request))
        request.role = SimpleLazyObject(lambda: services.role_in(request.user, unwrapped(request.workspace)))
        return self.get_response(request)


def current_workspace(request: HttpRequest):
    """The workspace chosen in the switcher, checked again at each request; else a member's first; else None.

    Support without a choice is in none of them: that is how they see all in admin.
    """
    if not request.user.is_authenticated:
        return None
    mine = services.workspaces_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    workspace = mine.filter(pk=chosen).first() if chosen else None
    if workspace is None and not request.user.is_support:
        workspace = mine.order_by("pk").first()
    return workspace


def unwrapped(lazy):
    """The lazy object's value, None included (a lazy None is not `is None`)."""
    return lazy if lazy else None


def workspace_required(view):
    """Logged in and inside a workspace, or led to the place where that is mended."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not request.user.is_authenticated:
            # A fragment's place is not for a log-in page: the whole page goes there, and comes back.
            if not request.htmx:
                return redirect_to_login(request.get_full_path())
            back_to = urlsplit(request.htmx.current_url or request.path).path
            return HttpResponseClientRedirect(redirect_to_login(back_to).url)
        if not request.workspace:
            return _whole_page(request, "workspaces:switch")
        if request.headers.get(SHOWN, str(request.workspace.pk)) != str(request.workspace.pk):
            return _whole_page(request, "workspaces:home")
        if request.headers.get(SHOWN_TO, str(request.user.pk)) != str(request.user.pk):
            return _whole_page(request, "workspaces:home")
        with timezone.override(request.workspace.timezone):
            return _not_kept(view(request, *args, **kwargs))

    return inner


def _whole_page(request, name: str):
    """Elsewhere, and never into a part of a page that shows another workspace."""
    return HttpResponseClientRedirect(reverse(name)) if request.htmx else redirect(name)


def _not_kept(response):
    """By no cache: "back" would show one part of a page in place of the page, and all of it to whoever comes next."""
    if not response.has_header("Cache-Control"):
        response.headers["Cache-Control"] = "no-store"
    return response
