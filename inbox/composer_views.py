"""What the composer asks for besides sending: to keep a file, to tell that somebody writes, reactions, small forms."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from inbox import composer, conversation, specials, tasks
from inbox.models import Message
from inbox.services import composing, reacting, reading, sending
from inbox.views import mark_read, queued, thread_of
from meta_integration.filetypes import NotAFileForWhatsApp
from workspaces import services as workspaces
from workspaces import wakeups
from workspaces.middleware import workspace_required
from workspaces.throttle import is_too_often


@workspace_required
def attach(request):
    """Keep a file at once, while the text is still being written. What cannot be sent is refused in words."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    upload = request.FILES.get("file")
    if upload is None:
        return JsonResponse({"problem": _("No file came along. Choose it again.")})
    try:
        asset = composer.store(request.workspace, upload, is_voice=bool(request.POST.get("voice")))
    except NotAFileForWhatsApp as exc:
        return JsonResponse({"problem": str(exc)})
    facts = {"id": asset.pk, "name": str(asset), "kind": asset.kind, "size": asset.size, "type": asset.mime_type}
    return JsonResponse(facts, status=201)


@workspace_required
def withdraw(request, pk):
    """What a page sent without getting an answer is not wanted any more: it is taken back where it waits here."""
    current = thread_of(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    return JsonResponse({"left": composing.withdraw(current, composer.key_of(request), actor=request.user)})


@workspace_required
def typing(request, pk):
    """Somebody writes. Told to the customer at most every 20 seconds, for as long as the shop wants it."""
    current = thread_of(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    newest = reading.newest_to_type_under(current)
    if newest and not is_too_often(f"typing:{current.pk}", 1, reading.TYPING_SECONDS):
        wakeups.wake(tasks.tell_typing, newest)
    return HttpResponse(status=204)


@workspace_required
def react(request, pk):
    """An emoji on a customer's message; an empty one takes it back."""
    messages = Message.objects.for_workspace(request.workspace).filter(direction=Message.Direction.IN)
    message = get_object_or_404(messages, pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    current = thread_of(request, message.thread_id)
    try:
        reacting.react(message, request.POST.get("emoji", "").strip(), author=request.user)
    except sending.CannotSend as exc:
        # The problem is said above the text, which is not among the messages.
        answer = conversation.show(request, current, status=409, target="conversation", problem=str(exc))
        answer.headers["HX-Retarget"] = "closest #conversation"  # Another one may be open by now.
        return answer
    return conversation.show(request, current) if request.htmx else redirect("inbox:thread", current.pk)


@workspace_required
def special(request, pk, kind):
    """The small form of one kind of message; sent, it is queued."""
    current = thread_of(request, pk)
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    form = {"kind": specials.KINDS[kind], "kind_name": kind}
    if request.method != "POST":
        mark_read(request, current)
        return _form(request, current, form, {})
    values = specials.received(form["kind"], request.POST)
    try:
        if wrong := specials.missing(form["kind"], values):
            raise wrong
        built = specials.build(form["kind"], values)
        sending.queue(current, built, author=request.user, key=composer.key_of(request))
    except specials.WrongField as exc:
        return _form(request, current, form, values, status=409, wrong=exc)
    except sending.CannotSend as exc:
        return _form(request, current, form, values, status=409, problem=str(exc))
    return queued(request, current)


def _form(request, current, form: dict, values: dict, *, status: int = 200, wrong=None, problem: str = ""):
    fields = [
        {"field": field, "value": values.get(field.name, ""), "problem": str(wrong) if is_wrong else ""}
        for field in form["kind"].fields
        for is_wrong in [wrong is not None and wrong.name == field.name]
    ]
    first = wrong.name if wrong else fields[0]["field"].name
    parts = {
        "fields": fields,
        "catalogs": [each for each in current.number.account.catalogs if each.get("id")],
        "focus": f"s-{first}",
        "more_is_open": any(each["field"].is_extra and (each["value"] or each["problem"]) for each in fields),
    }
    return conversation.show(
        request, current, status=status, answer=conversation.SPECIAL, problem=problem, **form, **parts
    )
