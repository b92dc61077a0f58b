"""Sending a template from a conversation: choosing one, filling its gaps, and seeing what the customer will see."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render

from inbox import composer, conversation, filling, picker
from inbox.models import Thread
from inbox.services import choosing, consent, facts, holds, sending
from inbox.views import mark_read, queued, thread_of
from templates_app import preview
from templates_app.models import MessageTemplate
from templates_app.services import gaps as kinds
from templates_app.services.values import known_values
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def choose(request, pk):
    """The templates that can be sent here, all or those with the wanted words."""
    current = _thread(request, pk)
    mark_read(request, current)
    return conversation.show(request, current, answer=conversation.CHOOSE)


@workspace_required
def fill(request, pk, template_pk):
    """The gaps of one template; sent, it is queued."""
    current, template = _thread_and_template(request, pk, template_pk)
    if request.method != "POST":
        mark_read(request, current)
        fields = filling.begin(template, known_values(template, facts.of_thread(current)))
        return _form(request, current, template, fields, problem=_why_not(current, template))
    fields = filling.received(template, request.POST, request.FILES)
    if any(each.is_asked for each in filling.pickers(fields)):
        return _form(request, current, template, fields)
    filling.refuse_gone(template, fields)
    key = composer.key_of(request)
    problem = ""
    if not any(field.problem for field in fields):
        try:
            sending.queue_template(current, template, filling.values(fields), author=request.user, key=key)
        except sending.CannotFill as exc:
            problem = _say(fields, exc.problems)
        except sending.CannotSend as exc:
            problem = str(exc)
        else:
            return queued(request, current)
    return _form(request, current, template, fields, status=409, problem=problem)


@workspace_required
def look(request, pk, template_pk):
    """The bubble with what is typed so far."""
    _current, template = _thread_and_template(request, pk, template_pk)
    if request.method != "POST":  # Of the way it is asked for nothing is said before it is theirs.
        return HttpResponseNotAllowed(["POST"])
    fields = filling.received(template, request.POST, {})
    return render(request, "templates_app/_preview.html", {"bubble": _bubble(template, fields)})


def _why_not(current: Thread, template: MessageTemplate) -> str:
    return holds.why(template) or consent.why_not(current.contact, template.category)


def _form(request, current: Thread, template: MessageTemplate, fields: list, *, status: int = 200, problem: str = ""):
    picker.draw(filling.pickers(fields), current.workspace)
    form = {"template": template, "fields": fields, "bubble": _bubble(template, fields), "problem": problem}
    form["focus"] = next((field.id for field in fields if field.problem), fields[0].id if fields else "")
    return conversation.show(request, current, status=status, answer=conversation.FILL, **form)


def _bubble(template: MessageTemplate, fields: list) -> dict:
    """What is not typed yet stands there as a gap: an example would look as if it went out."""
    shown = {field.name: f"{{{{{field.name.rpartition('.')[2]}}}}}" for field in fields if field.gap.kind == kinds.TEXT}
    shown |= {field.name: field.value for field in fields if isinstance(field.value, str) and field.value}
    design = {"language": template.language, "category": template.category, "components": template.components}
    return preview.preview(design, shown, filling.media_of(fields))


def _say(fields: list, problems: dict[str, str]) -> str:
    """Each problem at its field; what has none is said above the form."""
    mine = {field.name: field for field in fields}
    for key, words in problems.items():
        if key in mine:
            mine[key].problem = words
    return " ".join(words for key, words in problems.items() if key not in mine)


def _thread(request, pk) -> Thread:
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    return thread_of(request, pk)


def _thread_and_template(request, pk, template_pk) -> tuple[Thread, MessageTemplate]:
    current = _thread(request, pk)
    mine = choosing.of_thread(current).select_related("account", "workspace")
    return current, get_object_or_404(mine, pk=template_pk)
