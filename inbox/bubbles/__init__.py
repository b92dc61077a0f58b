"""What the bubbles of a conversation need besides their message, each found with one query however many there are.

`draw` gives every message `bubble`, the facts that its template shows (`kind` names it in templates/inbox/bubbles/);
`between.rows_of` puts days, events and notes between them.
"""

from inbox import harmless, kinds
from inbox.bubbles import contents, followers, goods
from inbox.models import Message, Thread
from inbox.services import holds, remedies
from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.errors import classify
from meta_integration.models import MediaAsset
from meta_integration.walk import text_in
from templates_app import preview
from templates_app.models import MessageTemplate

# As Meta writes where a message is from.
FORWARDED, FORWARDED_OFTEN = "forwarded", "frequently_forwarded"


def draw(thread: Thread, messages: list[Message]) -> list[Message]:
    """Those of the messages that have a place of their own, with all that is shown of them."""
    quoted = _quoted_of(thread, messages)
    wamids = [each.wamid for each in [*messages, *quoted.values()] if each.wamid]
    about = followers.of(thread, wamids) if wamids else {}
    hidden = followers.are_shown_elsewhere(thread, messages)
    shown = [each for each in messages if each.pk not in hidden]
    followers.attach(thread, shown, about)
    _show_quotes(shown, quoted, about)
    for message in shown:
        message.bubble = {"kind": "deleted"} if message.is_deleted else contents.facts_of(message)
        message.came_with = _came_with(message)
    _looks(thread, shown)
    _templates(thread, shown)
    _tried_again(thread, shown)
    known = goods.known_to(thread, shown)
    for message in shown:
        goods.show(message, known)
    return shown


# Templates ------------------------------------------------------------------------------------------------------------
def _looks(thread: Thread, messages: list[Message]) -> None:
    """Templates, as the customer sees them."""
    sent = [message for message in messages if isinstance(message.parts, dict)]
    wanted = {message.pk: _files(message.parts) for message in sent}
    pks = {pk for files in wanted.values() for pk in files.values()}
    assets = MediaAsset.objects.for_workspace(thread.workspace).in_bulk(pks) if pks else {}
    for message in sent:
        files = {place: assets[pk] for place, pk in wanted[message.pk].items() if pk in assets}
        message.look = preview.bubble_of(message.parts, _language(message), files)
        message.bubble = {"kind": "template"}


def _files(parts: dict) -> dict[str, int]:
    """Our file of each header, by the place of the header."""
    cards = {f"cards[{place}].header": card for place, card in enumerate(parts.get("cards", []))}
    headers = {place: part.get("header", {}).get("file", {}) for place, part in {"header": parts, **cards}.items()}
    return {place: file["asset"] for place, file in headers.items() if "asset" in file}


def _language(message: Message) -> str:
    template = message.content.get("template")
    return text_in(template.get("language"), "code") if isinstance(template, dict) else ""


def _templates(thread: Thread, messages: list[Message]) -> None:
    """Why a message waits for its template, and what helps those that failed."""
    asked = [each for each in messages if each.template_id and _depends_on_its_template(each)]
    templates = {}
    if asked:
        mine = MessageTemplate.objects.for_workspace(thread.workspace)
        mine = mine.only("name", "language", "status", "missing_since")
        templates = mine.in_bulk({each.template_id for each in asked})
    for message in messages:
        template = templates.get(message.template_id)
        if message.status == Message.Status.QUEUED and template:
            message.waits = holds.why_it_waits(template)
        if message.status == Message.Status.FAILED:
            goes = bool(template and template.is_sendable)
            message.remedy = remedies.remedy_for(message, thread, goes)


def _depends_on_its_template(message: Message) -> bool:
    if message.status == Message.Status.QUEUED:
        return True
    is_stopped = classify(message.error_code).error_class is ErrorClass.TEMPLATE_STOPPED
    return message.status == Message.Status.FAILED and is_stopped


def _tried_again(thread: Thread, messages: list[Message]) -> None:
    """The message that a failed one was sent once more as. One that was taken back was not sent."""
    failed = {each.pk: each for each in messages if each.status == Message.Status.FAILED}
    if failed:
        mine = Message.objects.for_workspace(thread.workspace).filter(retry_of__in=failed)
        mine = mine.exclude(status=Message.Status.CANCELLED)
        for again, first in mine.values_list("pk", "retry_of"):
            failed[first].again_pk = again


# Quotes ---------------------------------------------------------------------------------------------------------------
def _quoted_of(thread: Thread, messages: list[Message]) -> dict[str, Message]:
    """What the messages answer, by Meta's id: above all the template whose button was tapped."""
    for message in messages:
        message.answers = _context(message, "message_id") or _context(message, "id")
    wanted = {message.answers for message in messages if message.answers}
    if not wanted:
        return {}
    mine = Message.objects.for_workspace(thread.workspace).filter(number=thread.number_id, thread=thread)
    found = mine.filter(wamid__in=wanted).only("wamid", "type", "body", "content", "direction", "status")
    return {each.wamid: each for each in found}


def _show_quotes(messages: list[Message], quoted: dict[str, Message], about: dict) -> None:
    here = {each.pk for each in messages}
    for message in messages:
        if original := quoted.get(message.answers):
            message.quoted, message.quoted_is_here = original, original.pk in here
            message.quoted_words = _words_of(original, about.get(original.wamid, []))


def _words_of(quoted: Message, about: list[Message]) -> str:
    """As the one who wrote it left it."""
    if followers.is_deleted(quoted, about):
        return kinds.name_of_type("deleted")
    edits = followers.edits_of(quoted, about)
    return harmless.line((edits[-1] if edits else quoted).body, 120) or kinds.name_of(quoted)


# What came along ------------------------------------------------------------------------------------------------------
def _came_with(message: Message) -> dict:
    """Forwarded, asked about a product, or led here by an ad: said above the words, and nothing is fetched."""
    content = message.content if isinstance(message.content, dict) else {}
    context, referral = contents.part_of(content.get("context")), contents.part_of(content.get("referral"))
    number = text_in(context.get("referred_product"), "product_retailer_id")
    came = {
        "often": context.get(FORWARDED_OFTEN) is True,
        "forwarded": context.get(FORWARDED) is True,
        "product": {"retailer_id": number} if number.strip() else None,
    }
    if referral:
        came["ad"] = contents.ad_of(referral)
    return came


def _context(message: Message, name: str) -> str:
    context = message.content.get("context") if isinstance(message.content, dict) else None
    return text_in(context, name)
