"""What becomes of an accepted message: sent, delivered and read, or failed; told to the app by webhooks."""

import asyncio
import time
import uuid

from . import rules, webhooks
from .errors import webhook_error
from .state import WINDOW_SECONDS, Chat, ChatMessage

STILL_LOOKING = 3  # seconds after its last sign of life that a phone counts as open

NO_WINDOW = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
)
BLOCKED = "The business has blocked this user."
NO_OFFERS = "The recipient has chosen to stop receiving marketing messages from this business."
NO_SUCH_CUSTOMER = "Message Undeliverable."
NO_SUCH_TARGET = "The message to react to does not exist, is too old or is itself a reaction."
ORDER = ["accepted", "sent", "delivered", "read", "played"]


NOT_TODAY = "The number has reached its messaging limit: too many customers outside the window in 24 hours."
DETAILS = {131053: "The file is not of a type that a message of this kind may carry, or could not be fetched."}
OF_THE_WEATHER = "Made by the weather of the sandbox."
PATIENCE = 5  # seconds that an answer waits for its own status to arrive


def begin(meta, message: ChatMessage, held: float = 0) -> None:
    """After `held` seconds, for a template whose quality Meta wants to see first."""
    meta.spawn(_live(meta, message, held))


async def begin_before_the_answer(meta, message: ChatMessage) -> None:
    """Returns when the app has heard of `sent`, or has had time enough to hear of it."""
    heard = asyncio.get_running_loop().create_future()
    if _failure(meta, message) is None and emit(meta, message, "sent", on_delivered=heard):
        await asyncio.wait([heard], timeout=PATIENCE)
    begin(meta, message)


def resume(meta) -> None:
    for message in meta.world.messages.values():
        if not message.is_from_customer and message.status in ("accepted", "sent"):
            begin(meta, message)


async def _live(meta, message: ChatMessage, held: float) -> None:
    await asyncio.sleep(held)
    await _pause(meta)
    failure = _failure(meta, message)
    if failure:
        emit(meta, message, "failed", error=failure)
        return
    if message.status == "accepted":
        emit(meta, message, "sent")
        await _pause(meta)
    if message.type == "reaction":  # Meta fires nothing but `sent` for these
        return
    if message.status == "sent":
        emit(meta, message, "delivered")
        await _pause(meta)
    chat = meta.world.chat(message.wa_id, message.phone_number_id)
    if message.status == "delivered" and is_open(chat):
        emit(meta, message, "read")


async def _pause(meta) -> None:
    await asyncio.sleep(meta.settings.status_delay)
    await meta.statuses_may_flow.wait()


def _failure(meta, message: ChatMessage) -> dict | None:
    if message.fails_with:
        return webhook_error(message.fails_with, DETAILS.get(message.fails_with, OF_THE_WEATHER))
    if message.wa_id not in meta.world.customers:
        return webhook_error(131026, NO_SUCH_CUSTOMER)
    chat = meta.world.chat(message.wa_id, message.phone_number_id)
    if chat.is_blocked:
        return webhook_error(130403, BLOCKED)
    if message.category.startswith("marketing") and not chat.wants_offers:
        return webhook_error(131050, NO_OFFERS)
    if message.at - chat.last_inbound_at >= WINDOW_SECONDS:
        if message.type != "template" and not meta.weather.strikes("no_window"):
            return webhook_error(131047, NO_WINDOW)
        if not meta.weather.strikes("no_messaging_limit") and not rules.may_reach(meta.world, message.wa_id):
            return webhook_error(131048, NOT_TODAY)
    if message.type == "reaction":
        target = meta.world.messages.get(message.body["reaction"]["message_id"])
        if not target or target.wa_id != message.wa_id or target.type == "reaction":
            return webhook_error(131009, NO_SUCH_TARGET)
    return None


def emit(
    meta, message: ChatMessage, status: str, *, error: dict | None = None, extra: dict | None = None, on_delivered=None
) -> bool:
    """Tell the app; our own record only moves forward. False when no app listens."""
    if status == "failed" or (status in ORDER and _rank(status) > _rank(message.status)):
        message.status = status
    meta.note_change()
    customer = meta.world.customers.get(message.wa_id)
    value = {"statuses": [{**_status(message, customer, status, error), **(extra or {})}]}
    if customer and status != "failed":
        value = {"contacts": [webhooks.contact_of(customer)], **value}
    number = meta.world.numbers[message.phone_number_id]
    return bool(webhooks.queue_messages_field(meta, number, value, on_delivered=on_delivered))


def _rank(status: str) -> int:
    return ORDER.index(status) if status in ORDER else len(ORDER)


def _status(message: ChatMessage, customer, status: str, error: dict | None) -> dict:
    content = {"id": message.wamid, "status": status, "timestamp": str(int(time.time()))}
    if not (message.is_to_user_id and (not customer or customer.hides_number)):
        content["recipient_id"] = message.wa_id
    if customer and (status != "failed" or message.is_to_user_id):
        content["recipient_user_id"] = customer.user_id
    if status in ("sent", "delivered"):
        content["conversation"] = _conversation(message, status)
        content["pricing"] = _pricing(message)
    if message.biz_opaque_callback_data is not None:
        content["biz_opaque_callback_data"] = message.biz_opaque_callback_data
    if error:
        content["errors"] = [error]
    return content


def _conversation(message: ChatMessage, status: str) -> dict:
    message.conversation_id = message.conversation_id or uuid.uuid4().hex
    conversation = {"id": message.conversation_id, "origin": {"type": message.category}}
    if status == "sent":
        conversation["expiration_timestamp"] = str(int(message.at + WINDOW_SECONDS))
    return conversation


def _pricing(message: ChatMessage) -> dict:
    if message.category == "service":
        return {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
    return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": message.category}


def is_open(chat: Chat) -> bool:
    return chat.is_kept_open or time.time() - chat.seen_open_at < STILL_LOOKING


def open_chat(meta, chat: Chat) -> int:
    """The customer looks at the chat: what was delivered is now read. Returns how many messages that were."""
    chat.seen_open_at = time.time()
    unread = [m for m in meta.world.messages_of(chat) if not m.is_from_customer and m.status == "delivered"]
    for message in unread:
        emit(meta, message, "read")
    return len(unread)
