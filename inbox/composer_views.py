"""What the composer asks for besides sending: to keep a file, to tell that somebody writes, reactions, small forms."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from catalog.services import picking
from inbox import composer, conversation, picker, shelves, specials, tasks
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
    shelf = shelves.of_form(current, form["kind"])
    if request.method != "POST":
        mark_read(request, current)
        return _form(request, current, form, {}, shelf and shelf.begin())
    values = specials.received(form["kind"], request.POST)
    picked = shelf and shelf.received(request.POST)
    if picked and picked.is_asked:
        return _form(request, current, form, values, picked)
    try:
        if wrong := specials.missing(form["kind"], values):
            raise wrong
        if picked:
            values |= shelf.values(picked)
        built = specials.build(form["kind"], values)
        sending.queue(current, built, author=request.user, key=composer.key_of(request))
    except specials.WrongField as exc:
        return _form(request, current, form, values, picked, status=409, wrong=exc)
    except sending.CannotSend as exc:
        return _form(request, current, form, values, picked, status=409, problem=str(exc))
    return queued(request, current)


@workspace_required
def pick(request, pk):
    """One picker of a form that is being filled in, with what its button asked for. Only htmx asks for no more."""
    current = thread_of(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    mode = picker.MANY if request.GET.get("mode") == picker.MANY else picker.ONE
    picked = picker.received(request.GET.get("key", "")[:100], mode, request.POST)
    picker.draw([picked], current.workspace)
    is_part = request.GET.get("part") == "found"
    context = {"thread": current, "picker": picked, "is_part": is_part}
    return render(request, f"inbox/_picker{'_searched' if is_part else ''}.html", context)


def _form(request, current, form: dict, values: dict, picked=None, *, status: int = 200, wrong=None, problem: str = ""):
    kind = form["kind"]
    if picked:
        picker.draw([picked], current.workspace)
    fields = [
        {
            "field": field,
            "value": values.get(field.name, ""),
            "problem": str(wrong) if wrong is not None and wrong.name == field.name else "",
            "picker": picked if picked and field == specials.picks(kind) else None,
        }
        for field in (specials.fields_beside_a_picker(kind) if picked else kind.fields)
    ]
    first = next((each for each in fields if wrong and each["field"].name == wrong.name), fields[0])
    parts = {
        "fields": fields,
        "catalogs": [each for each in current.number.account.catalogs if each.get("id")],
        "picked": picked,
        "has_catalog": kind.of_catalog and picking.offered(current.workspace, current.number.account) is not None,
        "focus": f"{picked.id}-q" if first["picker"] else f"s-{first['field'].name}",
        "more_is_open": any(each["field"].is_extra and (each["value"] or each["problem"]) for each in fields),
    }
    return conversation.show(
        request, current, status=status, answer=conversation.SPECIAL, problem=problem, **form, **parts
    )
