"""The shop's tags: the page where they are made, renamed, coloured and deleted."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from inbox.models import Tag
from inbox.services import customers
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def tags(request):
    """All of them, with how many customers have each, and the form for another."""
    _check(request)
    return _page(request)


@workspace_required
def tag(request, pk):
    """Change one, or delete it."""
    row = get_object_or_404(_tags(request), pk=pk)
    _check(request)
    if request.method == "POST" and "delete" in request.POST:
        customers.delete_tag(row, actor=request.user)
        messages.success(request, _("The tag “%(name)s” is deleted.") % {"name": row.name})
        return redirect("inbox:tags")
    return _page(request, row)


def _check(request) -> None:
    if not workspaces.may_reply(request.role):
        raise PermissionDenied


def _tags(request):
    return Tag.objects.for_workspace(request.workspace).annotate(customers=Count("contacts"))


def _page(request, row: Tag | None = None):
    values = {"tag": row.name if row else "", "color": row.color if row else Tag.Color.GREY}
    problem = ""
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        try:
            saved = customers.save_tag(request.workspace, values["tag"], values["color"], actor=request.user, tag=row)
        except customers.NotDone as exc:
            problem = str(exc)
        else:
            messages.success(request, _("The tag “%(name)s” is saved.") % {"name": saved.name})
            return redirect("inbox:tags")
    context = {"rows": _tags(request), "row": row, "values": values, "problem": problem, "colors": Tag.Color.choices}
    context["longest"] = customers.LONGEST_TAG
    return render(request, "inbox/tags.html", context, status=409 if problem else 200)
