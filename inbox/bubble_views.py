"""What is done from a bubble: look at its times, send again what failed, settle what nobody knows."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from inbox import conversation
from inbox.models import Message, MessageStatus
from inbox.services import retrying, sending
from inbox.views import thread_of
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def timeline(request, pk):
    """When it was written, and when Meta reported what of it."""
    messages = Message.objects.for_workspace(request.workspace).select_related("author", "number")
    message = get_object_or_404(messages, pk=pk)
    reported = MessageStatus.objects.for_workspace(request.workspace).filter(message=message).order_by("at", "pk")
    names = dict(Message.Status.choices)
    is_out = message.direction == Message.Direction.OUT
    times = [(_("Written") if is_out else _("Received"), message.occurred_at)]
    times += [(names.get(each.status, each.status), each.at) for each in reported]
    page = "inbox/bubbles/_timeline.html" if request.htmx else "inbox/timeline.html"
    return render(request, page, {"message": message, "times": times})


@workspace_required
def retry(request, pk):
    """Send once more what failed, as a new message."""
    message, refusal = _sent(request, pk)
    if refusal:
        return refusal
    current = thread_of(request, message.thread_id)
    try:
        again = retrying.retry(message, current, request.user)
    except sending.CannotSend as exc:
        return conversation.show(request, current, refused=(message.pk, str(exc)), problem=str(exc), status=409)
    return _back(request, current, f"#message-{again.pk}")


@workspace_required
def settle(request, pk):
    """What becomes of a message that WhatsApp did not confirm: look once more, or a person says it."""
    message, refusal = _sent(request, pk)
    if refusal:
        return refusal
    current, what = thread_of(request, message.thread_id), request.POST.get("what")
    if what == "ask":
        retrying.ask_again(message)
    elif what in ("went-out", "again"):
        sending.settle_unknown(message, request.user, went_out=what == "went-out")
    asked = message.pk if what == "ask" else 0
    return _back(request, current, f"?around={pk}&asked={asked}#message-{pk}", asked=asked)


def _sent(request, pk):
    """A message of the shop's, or what is answered instead."""
    messages = Message.objects.for_workspace(request.workspace).filter(direction=Message.Direction.OUT)
    message = get_object_or_404(messages.select_related("template", "thread", "workspace"), pk=pk)
    if request.method != "POST":
        return message, HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    return message, None


def _back(request, current, place: str, **more):
    if request.htmx:
        return conversation.show(request, current, **more)
    return redirect(f"{reverse('inbox:thread', args=[current.pk])}{place}")
