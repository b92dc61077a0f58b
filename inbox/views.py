"""The inbox pages: one conversation, and the cheap question "anything new?"."""

import uuid

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from inbox import composer, conversation, door, tasks
from inbox.models import Message, Thread
from inbox.services import composing, notes, own_test, reading, sending
from meta_integration import wizard
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import inbound_media
from workspaces import live, wakeups
from workspaces import services as workspaces
from workspaces.language import english, wordless
from workspaces.middleware import workspace_required


@workspace_required
def thread(request, pk):
    current = thread_of(request, pk)
    status, answer = 200, {}
    if request.method == "POST":
        if not workspaces.may_reply(request.role):
            raise PermissionDenied
        if request.POST.get("person", str(request.user.pk)) != str(request.user.pk):
            return HttpResponse(status=401)  # Kept in a browser by one person, sent when another has logged in.
        written = composer.received(request, current)
        if "insert" in request.POST:
            written.text = composer.with_reply(current, written.text, request.POST.get("reply", ""), request.user)
            answer = written.again()
        else:
            try:
                _reply(request, current, written)
            except sending.CannotSend as exc:
                status, answer = 409, {**written.again(), "problem": str(exc)}
            else:
                return queued(request, current)
    mark_read(request, current)
    if workspaces.may_reply(request.role):
        notes.seen(current, request.user)
    return conversation.show(request, current, status=status, **answer)


def thread_of(request, pk) -> Thread:
    threads = Thread.objects.for_workspace(request.workspace)
    return get_object_or_404(threads.select_related("contact", "number__account", "workspace", "assignee"), pk=pk)


def queued(request, current: Thread):
    """What a page gets whose message was queued."""
    if not request.htmx:
        # Without a script nothing else leads to the end of the messages.
        return redirect(f"{reverse('inbox:thread', args=[current.pk])}#window")
    answer = conversation.show(request, current)
    answer.headers["X-Galantis-Queued"] = "1"  # Only now may the page forget its draft.
    return answer


@workspace_required
def fetch_again(request, pk):
    """A person wants the customer's file, which could not be fetched, tried once more."""
    messages = Message.objects.for_workspace(request.workspace).filter(asset__isnull=False)
    message = get_object_or_404(messages.select_related("asset"), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    if inbound_media.try_again(message.asset):
        wakeups.wake_on_commit(tasks.fetch_media)
        live.touch(message.workspace_id, message.thread_id)
    return redirect("inbox:thread", message.thread_id)


@workspace_required
def take_back(request, pk):
    """A person does not want a message sent that still waits. What has left meanwhile cannot be taken back."""
    messages = Message.objects.for_workspace(request.workspace).filter(direction=Message.Direction.OUT)
    message = get_object_or_404(messages, pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    sending.take_back(message, request.user)
    return redirect("inbox:thread", message.thread_id)


# A test message ------------------------------------------------------------------------------------------------------
@english
@workspace_required
def test_message(request):
    """Send a template to one's own phone. The last step of connecting, and open to all who may reply."""
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    numbers = PhoneNumber.objects.for_workspace(request.workspace).select_related("account", "workspace")
    numbers = numbers.filter(state=PhoneNumber.State.CONNECTED, is_registered=True).order_by("-is_default", "pk")
    account = as_int(request.GET.get("account"))
    wanted = request.POST.get("number") or next((str(each.pk) for each in numbers if each.account_id == account), "")
    problem, never_read = "", False
    if request.method == "POST":
        number = get_object_or_404(numbers, pk=as_int(wanted))
        try:
            message = own_test.send(
                number, request.POST.get("phone", ""), author=request.user, key=request.POST.get("key", "")[:64]
            )
        except sending.CannotSend as exc:
            problem, never_read = str(exc), isinstance(exc, own_test.NeverRead)
        else:
            return redirect("inbox:test_message_sent", message.pk)
    context = {"title": _("Send yourself a test message"), "numbers": numbers, "wanted": wanted, "problem": problem}
    context |= {
        "never_read": never_read,
        "may_market": workspaces.may_market(request.role),
        "phone": request.POST.get("phone", ""),
        "key": uuid.uuid4(),
        "steps": wizard.steps("test"),
    }
    return _admin_page(request, "inbox/test_message.html", context, status=409 if problem else 200)


@english
@workspace_required
def test_message_sent(request, pk):
    """What became of it: the page asks again until there is no more to come."""
    messages = Message.objects.for_workspace(request.workspace).filter(direction=Message.Direction.OUT)
    message = get_object_or_404(messages.select_related("thread__contact", "number__account"), pk=pk)
    if message.wamid:  # Meta has taken it: the last step of connecting is done.
        WABA.objects.for_workspace(request.workspace).filter(pk=message.number.account_id, tested_at=None).update(
            tested_at=timezone.now()
        )
    context = {"title": _("Your test message"), "message": message, "waits": message.number.why_it_waits()}
    if request.htmx:
        return render(request, "inbox/_test_message.html", context)
    return _admin_page(request, "inbox/test_message_sent.html", {**context, "steps": wizard.steps("test")})


def _admin_page(request, template: str, context: dict, status: int = 200):
    """In the admin's clothes, with the policy that its library needs."""
    response = render(request, template, {**admin.site.each_context(request), **context}, status=status)
    return csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(lambda: response)()


@wordless
@csrf_exempt
@require_http_methods(["GET", "POST"])
def live_version(request):
    """The answer of the door, where Django is not served behind it."""
    status, body = door.answer(request.META.get("QUERY_STRING", ""))
    return HttpResponse(body, status=status, content_type="text/plain", headers={"Cache-Control": "no-store"})


def _reply(request, current: Thread, written: composer.Written) -> None:
    """Queue the text and the files. Raises CannotSend; where one file cannot go, none goes."""
    if written.problems:
        raise sending.CannotSend(_("Not sent. %(why)s") % {"why": " ".join(written.problems)})
    composing.send(
        current,
        written.text,
        written.files,
        author=request.user,
        key=written.key,
        in_reply_to=written.quoted,
    )


def mark_read(request, current: Thread) -> None:
    """Seen by somebody who answers. Support and analysts look without a trace."""
    if current.unread_count and workspaces.may_reply(request.role):
        if current.stays_unread and request.htmx.target == "messages":
            return
        newest = reading.newest_unsaid(current)
        if newest:
            wakeups.wake_on_commit(tasks.mark_as_read, newest)
        Thread.objects.for_workspace(request.workspace).filter(pk=current.pk).update(unread_count=0, stays_unread=False)
        current.unread_count = 0
        live.touch(request.workspace.pk, current.pk)
