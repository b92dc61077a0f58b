"""What the customer can tap at a bubble: the shop's buttons, reactions, and the menu of what to do with it."""

from urllib.parse import quote

from ..deeds.answers import WITH_CAPTION
from ..state import ChatMessage
from .bubble_parts import form
from .render import Html, el, join

EMOJI = ("👍", "❤️", "😂", "😮", "😢", "🙏")


def taps(message: ChatMessage, address: str) -> Html | str:
    """The buttons and rows a customer may answer with."""
    if message.type != "interactive" or message.is_from_customer:
        return ""
    kind, action = message.body["interactive"]["type"], message.body["interactive"]["action"]
    if kind == "button":
        choices = [_tap(message, address, "button_reply", button["reply"]) for button in action["buttons"]]
        return el("div", *choices, class_="taps")
    if kind == "list":
        rows = [part for section in action["sections"] for part in _section(message, address, section)]
        return el("details", el("summary", action["button"]), el("div", *rows, class_="taps"), class_="list")
    if kind == "location_request_message":
        return el("div", form(address, "Send location", kind="location", wamid=message.wamid), class_="taps")
    return ""


def _section(message: ChatMessage, address: str, section: dict) -> list[Html]:
    title = [el("h4", section["title"])] if section.get("title") else []
    return title + [_tap(message, address, "list_reply", row) for row in section["rows"]]


def _tap(message: ChatMessage, address: str, kind: str, choice: dict) -> Html:
    words = join([choice["title"], el("span", choice.get("description", ""), class_="quiet")])
    return form(address, words, kind=kind, wamid=message.wamid, id=choice["id"])


def menu(message: ChatMessage, address: str) -> Html:
    """Reactions, reply, and for an own message its changes."""
    buttons = [form(address, emoji, kind="reaction", wamid=message.wamid, emoji=emoji) for emoji in EMOJI]
    buttons.append(form(address, "none", kind="reaction", wamid=message.wamid, emoji=""))
    links = [_link(address, "reply_to", message, "Reply")]
    if message.is_from_customer:
        links += [_link(address, "edit", message, "Edit")] if message.type in ("text", *WITH_CAPTION) else []
        links.append(form(address, "Delete", kind="revoke", wamid=message.wamid))
    parts = [el("div", *buttons, class_="emoji"), el("div", *links, class_="emoji")]
    return el("details", el("summary", "React or reply"), *parts, class_="react")


def _link(address: str, name: str, message: ChatMessage, words: str) -> Html:
    return el("a", words, href=f"{address}?{name}={quote(message.wamid, safe='')}")
