"""Messages drawn as on a phone: the shop's on the left, the customer's own on the right."""

from datetime import datetime
from urllib.parse import quote

from .. import message_templates
from ..state import Chat, ChatMessage, MessageTemplate
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
    body = el("div", _quote(meta, message), content_of(meta, message), el("p", *foot, class_="foot"), class_="body")
    given = "".join(reactions.values())
    parts = [body, el("span", given, class_="reaction", title="Reaction") if given else ""]
    if not message.is_from_customer:
        parts += [_taps(meta, message, address), _react(message, address)]
    return el("li", *parts, class_=f"bubble {side}", data_wamid=message.wamid, data_type=message.type)


def _quote(meta, message: ChatMessage) -> Html | str:
    quoted = meta.world.messages.get((message.body.get("context") or {}).get("id", "")) or meta.world.messages.get(
        (message.body.get("context") or {}).get("message_id", "")
    )
    return el("p", summary_of(quoted), class_="quoted", dir="auto") if quoted else ""


def summary_of(message: ChatMessage) -> str:
    content = message.body.get(message.type)
    if isinstance(content, dict):
        text = content.get("body") or content.get("caption") or ""
        text = text.get("text", "") if isinstance(text, dict) else text
        return (text or message.type)[:80]
    return message.type


def content_of(meta, message: ChatMessage) -> Html:
    content = message.body.get(message.type)
    template = _template_of(meta, message)
    if template:
        return _template(message_templates.filled(template, content))
    draw = DRAW.get(message.type)
    try:
        return draw(content) if draw else _unknown(message.type)
    except (TypeError, KeyError, AttributeError, IndexError):  # written by hand through the control API
        return _unknown(message.type)


def _unknown(kind: str) -> Html:
    return el("p", f"A message of type {kind}, which this phone cannot draw.", class_="quiet")


def paragraph(text: str, kind: str = "text") -> Html:
    return el("p", text, class_=kind, dir="auto")


def link(url: str, text: str) -> Html:
    """Only web addresses become links."""
    if not url.startswith(("http://", "https://")):
        return el("span", text)
    return el("a", text, href=url, rel="noreferrer noopener", target="_blank")


def _media(kind: str):
    name = kind.capitalize()

    def draw(content: dict) -> Html:
        label = content.get("filename") or content.get("link") or name
        if content.get("id"):
            source = f"/phone/file/{quote(str(content['id']), safe='')}"
            shown = PLAYERS[kind](source) if kind in PLAYERS else el("a", label, href=source, target="_blank")
            parts = [el("p", el("span", name, class_="kind"), " ", shown, class_="media")]
        else:  # elsewhere in the world: named, never fetched
            parts = [
                el("p", el("span", name, class_="kind"), " ", link(content.get("link") or "", label), class_="media")
            ]
        if content.get("caption"):
            parts.append(paragraph(content["caption"]))
        return join(parts)

    return draw


PLAYERS = {
    "image": lambda source: el("img", src=source, alt="Picture"),
    "sticker": lambda source: el("img", src=source, alt="Sticker", class_="sticker"),
    "audio": lambda source: el("audio", src=source, controls=True, preload="none"),
    "video": lambda source: el("video", src=source, controls=True, preload="none"),
}


def _location(content: dict) -> Html:
    where = f"{content['latitude']}, {content['longitude']}"
    parts = [el("p", el("span", "Location", class_="kind"), " ", where, class_="media")]
    return join(parts + [paragraph(content[name]) for name in ("name", "address") if content.get(name)])


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
        parts.append(_media(header["type"])(header[header["type"]]))
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


def _template_of(meta, message: ChatMessage) -> MessageTemplate | None:
    if message.type != "template" or message.is_from_customer:
        return None
    waba_id = meta.world.numbers[message.phone_number_id].waba_id
    return message_templates.find(meta.world, waba_id, message.body["template"])


def _template(shown: dict) -> Html:
    parts = []
    if "media" in shown:
        kind = shown["media"]["type"]
        parts.append(_media(kind)(shown["media"][kind]))
    styles = {"header": "heading", "body": "text", "footer": "footer"}
    parts += [paragraph(shown[part], style) for part, style in styles.items() if part in shown]
    links = [button for button in shown.get("buttons", []) if button["url"]]
    return join(parts + [el("p", link(button["url"], button["text"]), class_="action") for button in links])


def _order(content: dict) -> Html:
    lines = [f"{item['quantity']} × {item['product_retailer_id']}" for item in content["product_items"]]
    return join([el("p", el("span", "Order", class_="kind"), class_="media"), *(paragraph(line) for line in lines)])


DRAW = {
    "text": lambda content: paragraph(content["body"]),
    **{kind: _media(kind) for kind in ("image", "video", "document", "audio", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "template": lambda content: paragraph(f"Template {content['name']}"),  # one that is gone since
    "order": _order,
    "button": lambda content: paragraph(content["text"]),
}


def _taps(meta, message: ChatMessage, address: str) -> Html | str:
    """The buttons and rows a customer may answer with."""
    if template := _template_of(meta, message):
        buttons = message_templates.filled(template, message.body["template"]).get("buttons", [])
        answers = [{"id": b["text"], "title": b["text"]} for b in buttons if b["type"] == "QUICK_REPLY"]
        return el("div", *(_tap(message, address, "button", answer) for answer in answers), class_="taps")
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
        return el("div", _form(address, "Send location", kind="location"), class_="taps")
    return ""


def _section(message: ChatMessage, address: str, section: dict) -> list[Html]:
    title = [el("h4", section["title"])] if section.get("title") else []
    return title + [_tap(message, address, "list_reply", row) for row in section["rows"]]


def _tap(message: ChatMessage, address: str, kind: str, choice: dict) -> Html:
    words = join([choice["title"], el("span", choice.get("description", ""), class_="quiet")])
    return _form(address, words, kind=kind, wamid=message.wamid, id=choice["id"])


def _react(message: ChatMessage, address: str) -> Html:
    buttons = [_form(address, emoji, kind="reaction", wamid=message.wamid, emoji=emoji) for emoji in EMOJI]
    none = _form(address, "none", kind="reaction", wamid=message.wamid, emoji="")
    return el("details", el("summary", "React"), el("div", *buttons, none, class_="emoji"), class_="react")


def _form(address: str, words, **fields: str) -> Html:
    hidden = [el("input", type="hidden", name=name, value=value) for name, value in fields.items()]
    return el(
        "form", *hidden, el("button", words, type="submit"), method="post", action=f"{address}/send", data_live=True
    )
