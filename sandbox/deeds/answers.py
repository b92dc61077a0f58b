"""What is done with another message of the chat: taps, reactions, changes of an own one."""

from ..errors import BadRequest
from ..message_templates import filling
from ..state import ChatMessage
from .given import Given

WITH_CAPTION = ("image", "video", "document")


def reaction(given: Given) -> dict:
    """An empty one takes it back."""
    emoji = str(given.words.get("emoji") or "")[:12]
    content = {"message_id": given.message().wamid}
    return {"type": "reaction", "reaction": {**content, "emoji": emoji} if emoji else content}


def edit(given: Given) -> dict:
    """Other words for an own text or caption."""
    message, words = given.message(is_own=True), given.text("text")
    if not words:
        raise BadRequest("The new text is empty.")
    if message.type == "text":
        content = {"body": words}
    elif message.type in WITH_CAPTION:
        content = {**message.body[message.type], "caption": words}
    else:
        raise BadRequest("Only a text or a caption can be edited.")
    new = {"context": message.body.get("context", {"id": "M0"}), "type": message.type, message.type: content}
    return {"type": "edit", "edit": {"original_message_id": message.wamid, "message": new}}


def revoke(given: Given) -> dict:
    return {"type": "revoke", "revoke": {"original_message_id": given.message(is_own=True).wamid}}


def button(given: Given) -> dict:
    """A quick reply of a template, by its words; of a carousel `card` says in which card."""
    message, chosen, card = given.message(), given.text("id"), given.text("card")
    shown = filling.shown_of(given.meta, message)
    cards = shown.get("cards", [])
    holder = cards[int(card)] if card.isdigit() and int(card) < len(cards) else shown
    for each in holder.get("buttons", []):
        if each["type"] == "QUICK_REPLY" and each["text"] == chosen:
            return {"type": "button", "button": {"payload": each["payload"], "text": chosen}, **given.context()}
    raise BadRequest("The message has no such button.")


def button_reply(given: Given) -> dict:
    buttons = _action(given.message()).get("buttons", [])
    return _choice(given, "button_reply", [each["reply"] for each in buttons])


def list_reply(given: Given) -> dict:
    sections = _action(given.message()).get("sections", [])
    return _choice(given, "list_reply", [row for section in sections for row in section.get("rows", [])])


def _action(message: ChatMessage) -> dict:
    return message.body.get("interactive", {}).get("action", {})


def _choice(given: Given, kind: str, choices: list[dict]) -> dict:
    for choice in choices:
        if choice["id"] == given.text("id"):
            return {"type": "interactive", "interactive": {"type": kind, kind: choice}, **given.context()}
    raise BadRequest("The message has no such button.")
