"""The inbox pages: the list of threads, one conversation, and the cheap question "anything new?"."""

import uuid

from django.http import HttpResponse, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from inbox import live
from inbox.models import Message, Thread
from inbox.services import sending
from meta_integration.models import PhoneNumber
from workspaces import services as workspaces
from workspaces.middleware import workspace_required

THREADS_SHOWN = 100
MESSAGES_SHOWN = 100


@workspace_required
def thread_list(request):
    context = _list_context(request, selected=request.GET.get("selected", ""))
    if request.htmx:
        return render(request, "inbox/_threads.html", context)
    return render(request, "inbox/inbox.html", {**context, "numbers": _numbers(request)})


@workspace_required
def thread(request, pk):
    threads = Thread.objects.for_workspace(request.workspace)
    current = get_object_or_404(threads.select_related("contact", "number__account", "workspace"), pk=pk)
    problem, status, text = "", 200, ""
    if request.method == "POST":
        if not workspaces.may_reply(request.role):
            return HttpResponseForbidden()
        text = request.POST.get("text", "")
        try:
            sending.reply(current, text, author=request.user, key=request.POST.get("key", "")[:64])
        except sending.CannotSend as exc:
            problem, status = str(exc), 409
        else:
            if not request.htmx:
                return redirect("inbox:thread", pk)
            text = ""
    _mark_read(request, current)
    context = {"thread": current, "problem": problem, "text": text, **_conversation(current)}
    if request.htmx:
        part = "_messages" if request.htmx.target == "messages" else "_conversation"
        return render(request, f"inbox/{part}.html", context, status=status)
    return render(request, "inbox/inbox.html", {**_list_context(request, str(pk)), **context}, status=status)


@require_GET
def live_version(request):
    """204 while nothing changed, else the new version. Asks neither the session nor PostgreSQL."""
    workspace_pk = live.workspace_of(request.GET.get("token", ""))
    if workspace_pk is None:
        return HttpResponseForbidden()
    version = live.version(workspace_pk)
    if version == request.GET.get("version") and version != "?":
        return HttpResponse(status=204)
    return HttpResponse(version, content_type="text/plain")


def _list_context(request, selected: str) -> dict:
    # Read before the rows: a change in between is then seen once more, not never.
    version = live.version(request.workspace.pk)
    threads = Thread.objects.for_workspace(request.workspace).select_related("contact", "number")
    return {
        "threads": threads.order_by("-last_message_at", "-id")[:THREADS_SHOWN],
        "selected": selected,
        "live_token": live.token_for(request.workspace.pk),
        "live_version": version,
    }


def _conversation(current: Thread) -> dict:
    newest = Message.objects.for_workspace(current.workspace).filter(thread=current).select_related("author")
    messages = list(newest.order_by("-occurred_at", "-id")[: MESSAGES_SHOWN + 1])
    return {
        "messages_shown": messages[:MESSAGES_SHOWN][::-1],
        "has_older": len(messages) > MESSAGES_SHOWN,
        "waits": current.number.why_it_waits(),
        "key": uuid.uuid4(),
    }


def _mark_read(request, current: Thread) -> None:
    """Seen by somebody who answers. Support and analysts look without a trace."""
    if current.unread_count and workspaces.may_reply(request.role):
        Thread.objects.for_workspace(request.workspace).filter(pk=current.pk).update(unread_count=0)
        current.unread_count = 0
        live.touch(request.workspace.pk)


def _numbers(request) -> list[PhoneNumber]:
    connected = PhoneNumber.objects.for_workspace(request.workspace).filter(state=PhoneNumber.State.CONNECTED)
    return list(connected.order_by("-is_default", "pk"))
