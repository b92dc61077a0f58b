"""What the bubbles of a conversation need besides their message: a template's look, why it waits, what is quoted."""

from inbox import kinds
from inbox.models import Message, Thread
from inbox.services import holds
from meta_integration.models import MediaAsset
from meta_integration.walk import text_in
from templates_app import preview
from templates_app.models import MessageTemplate


def draw(thread: Thread, messages: list[Message]) -> None:
    """Give each what it has of `look`, `waits`, `quoted` and `payload`. A query for each, however many there are."""
    _looks(thread, messages)
    _holds(thread, messages)
    _quotes(thread, messages)


def _looks(thread: Thread, messages: list[Message]) -> None:
    """Templates, as the customer sees them."""
    sent = [message for message in messages if isinstance(message.parts, dict)]
    wanted = {message.pk: _files(message.parts) for message in sent}
    pks = {pk for files in wanted.values() for pk in files.values()}
    assets = MediaAsset.objects.for_workspace(thread.workspace).in_bulk(pks) if pks else {}
    for message in sent:
        files = {place: assets[pk] for place, pk in wanted[message.pk].items() if pk in assets}
        message.look = preview.bubble_of(message.parts, _language(message), files)


def _files(parts: dict) -> dict[str, int]:
    """Our file of each header, by the place of the header."""
    cards = {f"cards[{place}].header": card for place, card in enumerate(parts.get("cards", []))}
    headers = {place: part.get("header", {}).get("file", {}) for place, part in {"header": parts, **cards}.items()}
    return {place: file["asset"] for place, file in headers.items() if "asset" in file}


def _language(message: Message) -> str:
    template = message.content.get("template")
    return text_in(template.get("language"), "code") if isinstance(template, dict) else ""


def _holds(thread: Thread, messages: list[Message]) -> None:
    """Why a message waits for its template."""
    waiting = [each for each in messages if each.template_id and each.status == Message.Status.QUEUED]
    if not waiting:
        return
    mine = MessageTemplate.objects.for_workspace(thread.workspace)
    templates = mine.only("name", "language", "status", "missing_since").in_bulk({each.template_id for each in waiting})
    for message in waiting:
        message.waits = holds.why_it_waits(templates[message.template_id])


def _quotes(thread: Thread, messages: list[Message]) -> None:
    """What a message answers: above all the template whose button was tapped."""
    wamids = {message.pk: wamid for message in messages if (wamid := _quoted(message))}
    if wamids:
        mine = Message.objects.for_workspace(thread.workspace).filter(number=thread.number_id, thread=thread)
        found = mine.filter(wamid__in=set(wamids.values())).only("wamid", "type", "body", "content", "direction")
        known = {each.wamid: each for each in found}
    for message in messages:
        if quoted := wamids and known.get(wamids.get(message.pk)):
            message.quoted, message.quoted_words = quoted, " ".join(quoted.body.split()) or kinds.name_of(quoted)
        if message.type == "button" and isinstance(message.content, dict):
            payload = text_in(message.content.get("button"), "payload")
            message.payload = payload if payload != message.body else ""


def _quoted(message: Message) -> str:
    context = message.content.get("context") if isinstance(message.content, dict) else None
    return text_in(context, "message_id") or text_in(context, "id")
