"""A customer writes to the shop."""

import time

from . import filetypes, media, rules, webhooks
from .errors import BadRequest, webhook_error
from .state import ChatMessage, Customer, Number, new_wamid

NO_MESSAGE = ("system", "edit", "revoke")  # these do not open the window


def reachable_problem(meta, number: Number) -> str:
    """Why a message to this number would reach nobody; empty when it would."""
    waba = meta.world.wabas[number.waba_id]
    if waba.is_deleted or waba.is_disabled:
        return f"The account of this number was {'deleted' if waba.is_deleted else 'disabled'} by Meta."
    if not waba.is_subscribed:
        return "No app is subscribed to this number yet: connect it in Galantis first."
    if not number.is_registered:
        return "This number is not registered yet: connect it in Galantis first."
    if not webhooks.is_listened_to(meta, waba):
        return "The app has no callback address for messages: start the sandbox with SANDBOX_WEBHOOK_URL."
    return ""


def receive(meta, customer: Customer, number: Number, content: dict, *, ghost_seconds: float = 0) -> ChatMessage:
    """Send the customer's message to the app. `content` is Meta's message; its own id or timestamp is respected.

    With `ghost_seconds` the app first hears of a message without content, and of the real one so much later.
    """
    if not isinstance(content.get("type"), str):
        raise BadRequest("The message needs a type.")
    problem = reachable_problem(meta, number)
    if problem:
        raise BadRequest(problem)
    body = {**_sender(customer), "id": new_wamid(), "timestamp": str(int(time.time())), **content}
    message = ChatMessage(
        wamid=body["id"],
        wa_id=customer.wa_id,
        phone_number_id=number.phone_number_id,
        is_from_customer=True,
        type=body["type"],
        body=body,
        at=time.time(),
        status="sent",
    )
    meta.world.add_message(message)
    chat = meta.world.chat(customer.wa_id, number.phone_number_id)
    if chat.is_blocked:  # one tick for ever, and no word of why
        meta.note_change()
        return message
    if message.type not in NO_MESSAGE:
        chat.last_inbound_at = time.time()
    rules.note_inbound(meta, number)
    if ghost_seconds:
        _tell(meta, customer, number, _ghost_of(body))
    _tell(meta, customer, number, _as_told(meta, body), wamid=message.wamid, delay=ghost_seconds)
    return message


def _tell(meta, customer: Customer, number: Number, told: dict, **more) -> None:
    value = {"contacts": [webhooks.contact_of(customer)], "messages": [told]}
    if told["type"] == "system":
        del value["contacts"]
    webhooks.queue_messages_field(meta, number, value, **more)


def _ghost_of(body: dict) -> dict:
    """The same id and sender, and nothing in it."""
    told = {name: body[name] for name in ("from", "from_user_id", "id", "timestamp") if name in body}
    error = webhook_error(131060, "This message is currently unavailable.")
    return {**told, "type": "unsupported", "errors": [error], "unsupported": {"type": "unknown"}}


def receive_file(
    meta, customer: Customer, number: Number, content: dict, data: bytes, mime_type: str = "", filename: str = ""
) -> ChatMessage:
    """A message with a file, which the app then fetches. Without a type the bytes say what it is."""
    kind = content.get("type")
    if kind not in filetypes.KINDS:
        raise BadRequest(f"A message with a file must be of type {', '.join(filetypes.KINDS)}.")
    if not mime_type:
        mime_type = next((name for name in filetypes.types_of(data) if filetypes.KIND_OF[name] == kind), "")
    if not mime_type:
        raise BadRequest(f"This file is none that a message of type {kind} can have.")
    problem = reachable_problem(meta, number)
    if problem:
        raise BadRequest(problem)
    kept = media.add(meta, number, data, filetypes.plain(mime_type), filename, is_inbound=True)
    own = content.get(kind) if isinstance(content.get(kind), dict) else {}
    return receive(meta, customer, number, {**content, kind: {**media.inbound_content(meta, kept, data), **own}})


def _as_told(meta, body: dict) -> dict:
    """In bad weather Meta could not fetch the file, and says so instead."""
    if body["type"] not in filetypes.KINDS or not meta.weather.strikes("inbound_media_broken"):
        return body
    told = {name: value for name, value in body.items() if name != body["type"]}
    return {**told, "errors": [webhook_error(131052, "The file could not be downloaded from the customer.")]}


def _sender(customer: Customer) -> dict:
    sender = {"from_user_id": customer.user_id}
    return sender if customer.hides_number else {"from": customer.wa_id, **sender}
