"""Messages drawn as on a phone: the shop's on the left, the customer's own on the right."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from ..state import Chat, ChatMessage
from .contents import content_of, heading_of, summary_of
from .render import Html, el
from .taps import menu, taps

MARKS = {"sent": "✓ sent", "delivered": "✓✓ delivered", "read": "✓✓ read"}
NOT_SHOWN = ("accepted", "sent", "failed")  # of the shop's messages: the phone has not got them
NO_BUBBLE = ("reaction", "edit", "revoke")
SHOWN = 200


@dataclass
class Since:
    """What became of the messages of a chat after they were sent, by wamid."""

    reactions: dict[str, dict[bool, str]] = field(default_factory=dict)  # the last one of each side
    edits: dict[str, dict] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)


def bubbles(meta, chat: Chat, address: str) -> Html:
    messages = [m for m in meta.world.messages_of(chat) if m.type not in NO_BUBBLE]
    visible = [m for m in messages if m.is_from_customer or m.status not in NOT_SHOWN][-SHOWN:]
    if not visible:
        return el("p", "No messages yet.", class_="empty")
    since = _since(meta, chat)
    return el("ol", *(_item(meta, _as_edited(m, since), address, since) for m in visible), class_="bubbles")


def _since(meta, chat: Chat) -> Since:
    since = Since()
    for message in meta.world.messages_of(chat):
        content = message.body.get(message.type)
        if message.type not in NO_BUBBLE or message.status in ("accepted", "failed") or not isinstance(content, dict):
            continue
        if message.type == "reaction":
            given = since.reactions.setdefault(str(content.get("message_id")), {})
            given[message.is_from_customer] = str(content.get("emoji") or "")
        elif message.type == "edit" and isinstance(content.get("message"), dict):
            since.edits[str(content.get("original_message_id"))] = content["message"]
        elif message.type == "revoke":
            since.revoked.add(str(content.get("original_message_id")))
    return since


def _as_edited(message: ChatMessage, since: Since) -> ChatMessage:
    edit = since.edits.get(message.wamid)
    if not edit:
        return message
    return replace(message, type=str(edit.get("type")), body={**message.body, **edit, **_context(message)})


def _context(message: ChatMessage) -> dict:
    return {"context": message.body.get("context")}


def _item(meta, message: ChatMessage, address: str, since: Since) -> Html:
    if message.type in NEWS:
        return el("li", NEWS[message.type](message), class_="news", data_wamid=message.wamid, data_type=message.type)
    side = "own" if message.is_from_customer else "shop"
    attributes = {"class_": f"bubble {side}", "data_wamid": message.wamid, "data_type": message.type}
    if message.wamid in since.revoked:
        gone = el("p", "You deleted this message.", class_="quiet")
        return el("li", el("div", gone, _foot(message), class_="body"), **attributes)
    parts = [_quote(meta, message), heading_of(meta, message), content_of(meta, message, address)]
    body = el("div", *parts, _foot(message, is_edited=message.wamid in since.edits), class_="body")
    given = "".join(since.reactions.get(message.wamid, {}).values())
    reaction = el("span", given, class_="reaction", title="Reaction") if given else ""
    return el("li", body, reaction, _taps(message, address), menu(message, address), **attributes)


def _taps(message: ChatMessage, address: str) -> Html | str:
    try:
        return taps(message, address)
    except (TypeError, KeyError, AttributeError):  # written by hand through the control API
        return ""


def _foot(message: ChatMessage, *, is_edited: bool = False) -> Html:
    foot = [el("span", "Edited", class_="edited")] if is_edited else []
    foot.append(el("time", datetime.fromtimestamp(message.at).strftime("%H:%M")))
    if message.is_from_customer:
        foot.append(el("span", MARKS.get(message.status, message.status), class_=f"mark {message.status}"))
    return el("p", *foot, class_="foot")


def _quote(meta, message: ChatMessage) -> Html | str:
    context = message.body.get("context")
    context = context if isinstance(context, dict) else {}
    messages = meta.world.messages
    quoted = messages.get(str(context.get("id"))) or messages.get(str(context.get("message_id")))
    return el("p", summary_of(quoted), class_="quoted", dir="auto") if quoted else ""


def _of_system(message: ChatMessage) -> str:
    content = message.body.get("system")
    return str(content.get("body", "")) if isinstance(content, dict) else ""


NEWS = {  # lines between the bubbles
    "system": _of_system,
    "request_welcome": lambda message: "You opened this chat",
}
