"""Messages drawn as on a phone: the shop's on the left, the customer's own on the right."""

from datetime import datetime

from ..state import Chat, ChatMessage
from . import template_bubbles
from .bubble_parts import form, link, location, media, paragraph
from .render import Html, el, join

MARKS = {"sent": "✓ sent", "delivered": "✓✓ delivered", "read": "✓✓ read"}
NOT_SHOWN = ("accepted", "sent", "failed")  # of the shop's messages: the phone has not got them
SHOWN = 200
EMOJI = ("👍", "❤️", "😂")


def bubbles(meta, chat: Chat, address: str) -> Html:
    messages = [m for m in meta.world.messages_of(chat) if m.type != "reaction"]
    visible = [m for m in messages if m.is_from_customer or m.status not in NOT_SHOWN][-SHOWN:]
    if not visible:
        return el("p", "No messages yet.", class_="empty")
    reactions = _reactions(meta, chat)
    return el("ol", *(_bubble(meta, m, address, reactions.get(m.wamid, {})) for m in visible), class_="bubbles")


def _reactions(meta, chat: Chat) -> dict[str, dict[bool, str]]:
    """The last reaction of each side on each message; an empty one takes it back."""
    found: dict[str, dict[bool, str]] = {}
    for message in meta.world.messages_of(chat):
        if message.type == "reaction" and message.status not in ("accepted", "failed"):
            reaction = message.body["reaction"]
            found.setdefault(reaction.get("message_id", ""), {})[message.is_from_customer] = reaction.get("emoji") or ""
    return found


def _bubble(meta, message: ChatMessage, address: str, reactions: dict[bool, str]) -> Html:
    side = "own" if message.is_from_customer else "shop"
    foot = [el("time", datetime.fromtimestamp(message.at).strftime("%H:%M"))]
    if message.is_from_customer:
        foot.append(el("span", MARKS.get(message.status, message.status), class_=f"mark {message.status}"))
    body = el(
        "div", _quote(meta, message), content_of(meta, message, address), el("p", *foot, class_="foot"), class_="body"
    )
    given = "".join(reactions.values())
    parts = [body, el("span", given, class_="reaction", title="Reaction") if given else ""]
    if not message.is_from_customer:
        parts += [_taps(message, address), _react(message, address)]
    return el("li", *parts, class_=f"bubble {side}", data_wamid=message.wamid, data_type=message.type)


def _quote(meta, message: ChatMessage) -> Html | str:
    quoted = meta.world.messages.get((message.body.get("context") or {}).get("id", "")) or meta.world.messages.get(
        (message.body.get("context") or {}).get("message_id", "")
    )
    return el("p", summary_of(quoted), class_="quoted", dir="auto") if quoted else ""


def summary_of(message: ChatMessage) -> str:
    content = message.body.get(message.type)
    if message.shown.get("body"):
        return message.shown["body"][:80]
    if isinstance(content, dict):
        text = content.get("body") or content.get("caption") or ""
        text = text.get("text", "") if isinstance(text, dict) else text
        return (text or message.type)[:80]
    return message.type


def content_of(meta, message: ChatMessage, address: str) -> Html:
    content, draw = message.body.get(message.type), DRAW.get(message.type)
    try:
        shown = template_bubbles.shown_of(meta, message)
        if shown:
            return template_bubbles.draw(shown, template_bubbles.tap_of(message, address))
        return draw(content) if draw else _unknown(message.type)
    except (TypeError, KeyError, AttributeError, IndexError):  # written by hand through the control API
        return _unknown(message.type)


def _unknown(kind: str) -> Html:
    return el("p", f"A message of type {kind}, which this phone cannot draw.", class_="quiet")


def _contacts(content: list) -> Html:
    return join(_contact(contact) for contact in content)


def _contact(contact: dict) -> Html:
    phones = ", ".join(phone.get("phone", "") for phone in contact.get("phones", []))
    return el(
        "p", el("span", "Contact", class_="kind"), " ", contact["name"]["formatted_name"], " ", phones, class_="media"
    )


def _interactive(content: dict) -> Html:
    if content["type"] in ("button_reply", "list_reply"):
        return paragraph(content[content["type"]]["title"])
    parts = []
    header = content.get("header") or {}
    if header.get("type") == "text":
        parts.append(paragraph(header["text"], "heading"))
    elif header:
        parts.append(media(header["type"])(header[header["type"]]))
    if content.get("body"):
        parts.append(paragraph(content["body"]["text"]))
    if content.get("footer"):
        parts.append(paragraph(content["footer"]["text"], "footer"))
    return join([*parts, _fixed_action(content["type"], content["action"])])


def _fixed_action(kind: str, action: dict) -> Html | str:
    """What there is to see besides buttons that answer."""
    if kind == "cta_url":
        parameters = action["parameters"]
        return el("p", link(parameters["url"], parameters["display_text"]), class_="action")
    if kind == "product":
        return el("p", f"Product {action['product_retailer_id']}", class_="action")
    if kind == "product_list":
        products = [item["product_retailer_id"] for section in action["sections"] for item in section["product_items"]]
        return el("p", f"Products: {', '.join(products)}", class_="action")
    return el("p", "View catalog", class_="action") if kind == "catalog_message" else ""


def _order(content: dict) -> Html:
    lines = [f"{item['quantity']} × {item['product_retailer_id']}" for item in content["product_items"]]
    return join([el("p", el("span", "Order", class_="kind"), class_="media"), *(paragraph(line) for line in lines)])


DRAW = {
    "text": lambda content: paragraph(content["body"]),
    **{kind: media(kind) for kind in ("image", "video", "document", "audio", "sticker")},
    "location": location,
    "contacts": _contacts,
    "interactive": _interactive,
    "template": lambda content: paragraph(f"Template {content['name']}"),  # one that is gone since
    "order": _order,
    "button": lambda content: paragraph(content["text"]),
}


def _taps(message: ChatMessage, address: str) -> Html | str:
    """The buttons and rows a customer may answer with."""
    if message.type != "interactive":
        return ""
    kind, action = message.body["interactive"]["type"], message.body["interactive"]["action"]
    if kind == "button":
        choices = [_tap(message, address, "button_reply", button["reply"]) for button in action["buttons"]]
        return el("div", *choices, class_="taps")
    if kind == "list":
        rows = [part for section in action["sections"] for part in _section(message, address, section)]
        return el("details", el("summary", action["button"]), el("div", *rows, class_="taps"), class_="list")
    if kind == "location_request_message":
        return el("div", form(address, "Send location", kind="location"), class_="taps")
    return ""


def _section(message: ChatMessage, address: str, section: dict) -> list[Html]:
    title = [el("h4", section["title"])] if section.get("title") else []
    return title + [_tap(message, address, "list_reply", row) for row in section["rows"]]


def _tap(message: ChatMessage, address: str, kind: str, choice: dict) -> Html:
    words = join([choice["title"], el("span", choice.get("description", ""), class_="quiet")])
    return form(address, words, kind=kind, wamid=message.wamid, id=choice["id"])


def _react(message: ChatMessage, address: str) -> Html:
    buttons = [form(address, emoji, kind="reaction", wamid=message.wamid, emoji=emoji) for emoji in EMOJI]
    none = form(address, "none", kind="reaction", wamid=message.wamid, emoji="")
    return el("details", el("summary", "React"), el("div", *buttons, none, class_="emoji"), class_="react")
