"""Blocking a sender, and hearing them again: asked first, on a page of its own."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render

from inbox.services import blocking
from inbox.views import thread_of
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def block(request, pk):
    current = thread_of(request, pk)
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    if request.method == "GET":
        return render(request, "inbox/block.html", {"thread": current})
    # What the person read, not what the state has become meanwhile, says what they want.
    change = blocking.unblock if request.POST.get("do") == "unblock" else blocking.block
    change(current.contact, request.user)
    return redirect("inbox:thread", current.pk)
