"""What the pages about templates share: who may see them, who may change something, and whose rows they are."""

from functools import wraps

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from meta_integration.pages import page
from templates_app.models import MessageTemplate
from workspaces import live, services
from workspaces.middleware import workspace_required


def member_page(view):
    """For everybody in the workspace, and for support that chose it: in the admin's clothes, in the shop's own time."""
    return workspace_required(csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(view))


def for_template(view):
    """One of the workspace's own templates. Everybody there may look."""

    @wraps(view)
    @member_page
    def inner(request, pk):
        mine = MessageTemplate.objects.for_workspace(request.workspace)
        return view(request, get_object_or_404(mine.select_related("account", "workspace", "draft_by"), pk=pk))

    return inner


def writer_required(view):
    """Inside of `for_template`, so that a stranger's id is not found before anybody is asked what they may."""

    @wraps(view)
    def inner(request, *args):
        if not services.may_market(request.role):
            raise PermissionDenied
        return view(request, *args)

    return inner


def show(request, name: str, title: str, context: dict, status: int = 200):
    """A whole page, which learns by itself when something of the workspace changes."""
    return page(request, f"templates_app/{name}", {**said_by(request), "title": title, **context}, status=status)


def said_by(request) -> dict:
    # Read before the rows: a change in between is then seen once more, not never.
    return {
        "may_market": services.may_market(request.role),
        "live_token": live.token_for(request.workspace.pk),
        "live_version": live.version(request.workspace.pk),
    }
