"""A customer writes to the shop."""

import time

from . import rules, webhooks
from .errors import BadRequest
from .state import ChatMessage, Customer, Number, new_wamid


def reachable_problem(meta, number: Number) -> str:
    """Why a message to this number would reach nobody; empty when it would."""
    if not meta.world.wabas[number.waba_id].is_subscribed:
        return "No app is subscribed to this number yet: connect it in Galantis first."
    if not number.is_registered:
        return "This number is not registered yet: connect it in Galantis first."
    if not webhooks.is_listened_to(meta, meta.world.wabas[number.waba_id]):
        return "The app has no callback address for messages: start the sandbox with SANDBOX_WEBHOOK_URL."
    return ""


def receive(meta, customer: Customer, number: Number, content: dict) -> ChatMessage:
    """Send the customer's message to the app. `content` is Meta's message; its own id or timestamp is respected."""
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
    meta.world.chat(customer.wa_id, number.phone_number_id).last_inbound_at = time.time()
    rules.note_inbound(meta, number)
    value = {"contacts": [webhooks.contact_of(customer)], "messages": [body]}
    webhooks.queue_messages_field(meta, number, value, wamid=message.wamid)
    return message


def _sender(customer: Customer) -> dict:
    sender = {"from_user_id": customer.user_id}
    return sender if customer.hides_number else {"from": customer.wa_id, **sender}
