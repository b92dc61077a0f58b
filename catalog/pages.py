"""What the pages about products share: who may see and who may change them, and how they change by themselves."""

import hashlib
import re
from functools import wraps

from csp.decorators import csp_update
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.loader import render_to_string

from meta_integration.pages import page
from workspaces import live, services
from workspaces.middleware import workspace_required

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


PRODUCTS = ("/catalog/products/", "/catalog/imports/", "/admin/catalog/productitem/", "/admin/catalog/productimport/")


def is_about_products(request) -> bool:
    """Which of the two entries of the side menu a page belongs to."""
    return request.path.startswith(PRODUCTS)


def is_about_the_catalog(request) -> bool:
    return request.path.startswith(("/catalog/", "/admin/catalog/")) and not is_about_products(request)


def member_page(view):
    """For everybody in the workspace, and for support that chose it: in the admin's clothes, in the shop's own time."""
    return workspace_required(csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(view))


def marketer_required(view):
    """Inside of what looks for the row, so that a stranger's id is not found before anybody is asked what they may."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        if not services.may_market(request.role):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return inner


def show(request, name: str, title: str, context: dict, status: int = 200):
    """A whole page, which learns by itself when something of the workspace changes."""
    return page(request, f"catalog/{name}", {**said_by(request), **context, "title": title}, status=status)


def said_by(request) -> dict:
    # Read before the rows: a change in between is then seen once more, not never.
    return {
        "may_market": services.may_market(request.role),
        "may_manage": services.may_manage(request.role),
        "live_token": live.token_for(request.workspace.pk),
        "live_version": live.version(request.workspace.pk),
    }


def live_part(request, name: str, context: dict, *, is_moving: bool) -> str:
    """A part of a page that changes by itself: it asks again when something changed, and often while it `is_moving`.

    `context["url"]` answers with it. It carries a mark of what it shows, so that the same is never put in its place
    anew: nothing there loses its focus.
    """
    may = {"may_market": services.may_market(request.role), "may_manage": services.may_manage(request.role)}
    inside = render_to_string(f"catalog/{name}", {**context, **may}, request=request)
    # The token of a form is written anew each time, and is no change.
    mark = hashlib.sha256(TOKEN.sub("", inside).encode()).hexdigest()[:16]
    if request.GET.get("seen") == mark:
        return ""
    return render_to_string("catalog/_live.html", {"inside": inside, "mark": mark, "is_moving": is_moving, **context})


def part_or_nothing(part: str) -> HttpResponse:
    """204 while it is as the page shows it."""
    return HttpResponse(part, status=200 if part else 204)
