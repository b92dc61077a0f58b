"""Canned replies: the page where they are written, and the list that a conversation fills in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from inbox.models import CannedReply
from inbox.services import canned
from inbox.views import thread_of
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def replies(request):
    """All of them, and the form for another."""
    _check(request)
    return _page(request)


@workspace_required
def reply(request, pk):
    """Change one."""
    row = get_object_or_404(CannedReply.objects.for_workspace(request.workspace), pk=pk)
    _check(request)
    return _page(request, row)


@workspace_required
def delete(request, pk):
    row = get_object_or_404(CannedReply.objects.for_workspace(request.workspace), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _check(request)
    canned.delete(row, actor=request.user)
    messages.success(request, _("The reply /%(shortcut)s is deleted.") % {"shortcut": row.shortcut})
    return redirect("inbox:replies")


@workspace_required
def of_thread(request, pk):
    """For the list under the text: each with its words as this customer would get them."""
    current = thread_of(request, pk)
    _check(request)
    return JsonResponse({"replies": canned.filled_for(current, request.user)}, headers={"Cache-Control": "no-store"})


def _check(request) -> None:
    if not workspaces.may_reply(request.role):
        raise PermissionDenied


def _page(request, row: CannedReply | None = None):
    values = {"shortcut": row.shortcut if row else "", "text": row.text if row else ""}
    problems = {}
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        try:
            saved = canned.save(request.workspace, **values, actor=request.user, reply=row)
        except canned.BadReply as exc:
            problems = exc.problems
        else:
            messages.success(request, _("The reply /%(shortcut)s is saved.") % {"shortcut": saved.shortcut})
            return redirect("inbox:replies")
    context = {
        "replies": CannedReply.objects.for_workspace(request.workspace)[: canned.MOST],
        "row": row,
        "values": values,
        "problems": problems,
        "variables": canned.VARIABLES,
        "longest_shortcut": canned.LONGEST_SHORTCUT,
    }
    return render(request, "inbox/replies.html", context, status=409 if problems else 200)
