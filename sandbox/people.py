"""What customers change about themselves: their phone number, and whether they want offers."""

import secrets
import time

from . import inbound, webhooks
from .errors import BadRequest
from .state import ChatMessage, Customer, Number

FIRST_NEW_NUMBER = 15550100901
WISHES = {"stop": "User requested to stop marketing messages", "resume": "User requested to resume marketing messages"}


def change_number(meta, customer: Customer, number: Number) -> ChatMessage:
    """Every number of the shop that this customer has written to is told, and the user id is another one too."""
    old = (customer.wa_id, customer.user_id)
    taken = meta.world.customers
    wa_id = next(str(each) for each in range(FIRST_NEW_NUMBER, FIRST_NEW_NUMBER + 10_000) if str(each) not in taken)
    new = (wa_id, f"{customer.user_id.partition('.')[0]}.{10**19 + secrets.randbelow(9 * 10**19)}")
    messages = [
        inbound.receive(meta, customer, each, _told(customer, new))
        for each in meta.world.numbers.values()
        if each is number or _knows(meta, customer, each)
    ]
    _tell_user_id(meta, customer, number, old, new)
    meta.world.rename_customer(customer, *new)
    meta.note_change()
    return next(message for message in messages if message.phone_number_id == number.phone_number_id)


def _knows(meta, customer: Customer, number: Number) -> bool:
    chat = meta.world.chats.get(f"{customer.wa_id}/{number.phone_number_id}")
    return bool(chat and chat.last_inbound_at) and not inbound.reachable_problem(meta, number)


def _told(customer: Customer, new: tuple[str, str]) -> dict:
    wa_id, user_id = new
    if customer.hides_number:
        body = f"User {customer.name} has a new user id"
        return {
            "type": "system",
            "system": {"type": "user_changed_user_id", "body": body, "user_id": user_id},
        }
    body = f"User {customer.name} changed from {customer.wa_id} to {wa_id}"
    return {
        "type": "system",
        "system": {"type": "user_changed_number", "body": body, "wa_id": wa_id, "user_id": user_id},
    }


def _tell_user_id(meta, customer: Customer, number: Number, old: tuple[str, str], new: tuple[str, str]) -> None:
    entry = {
        "detail": "The user id changed with the phone number.",
        "user_id": {"previous": old[1], "current": new[1]},
        "timestamp": str(int(time.time())),
    }
    if not customer.hides_number:
        entry = {"wa_id": new[0], **entry}
    webhooks.queue_field(meta, number, "user_id_update", {"user_id_update": [entry]})


def set_offers(meta, customer: Customer, number: Number, wish: str) -> None:
    """The phone's switch "Offers and announcements": `stop` or `resume`."""
    if wish not in WISHES:
        raise BadRequest("value must be stop or resume.")
    problem = inbound.reachable_problem(meta, number)
    if problem:
        raise BadRequest(problem)
    meta.world.chat(customer.wa_id, number.phone_number_id).wants_offers = wish == "resume"
    ids = (
        {"user_id": customer.user_id}
        if customer.hides_number
        else {
            "wa_id": customer.wa_id,
            "user_id": customer.user_id,
        }
    )
    entry = {
        **ids,
        "detail": WISHES[wish],
        "category": "marketing_messages",
        "value": wish,
        "timestamp": int(time.time()),
    }
    value = {"contacts": [webhooks.contact_of(customer)], "user_preferences": [entry]}
    webhooks.queue_field(meta, number, "user_preferences", value)
    meta.note_change()
