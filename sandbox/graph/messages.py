"""POST /{phone_number_id}/messages: send, or mark as read."""

import asyncio
import time

from .. import media, rules, statuses, validation
from ..commerce import offers
from ..errors import GraphError
from ..message_templates import sending
from ..state import USER_ID, ChatMessage, Customer, MessageTemplate, Number, digits, new_wamid
from . import access
from .access import MESSAGING
from .calls import Call

TYPING_SECONDS = 25


async def post(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MESSAGING)
    body = {name: value for name, value in call.params.items() if not _is_authentication(name)}
    if body.get("status") is not None:
        return _mark_as_read(meta, number, body)
    _check_weather(meta)
    rules.check_status(meta, number)
    validation.check(body)
    template, shown = _template_of(meta, number, body)
    offers.check(meta, number, body, shown)
    fails_with = media.check_references(meta, number, body) or int(meta.weather.number("fail_later"))
    await asyncio.sleep(meta.weather.number("messages_delay_before"))
    message = _accept(meta, number, body, fails_with, template, shown)
    held = meta.weather.number("template_held") if template else 0
    access.note_accepted(meta.world.tokens[call.token])
    if not held and meta.weather.strikes("early_status"):
        await statuses.begin_before_the_answer(meta, message)
    else:
        statuses.begin(meta, message, held)
    await asyncio.sleep(meta.weather.number("messages_delay"))
    return _answer(message, is_held=bool(held))


def _check_weather(meta) -> None:
    if meta.weather.strikes("rate_limited"):
        raise rules.too_fast()
    if meta.weather.strikes("pair_limited"):
        raise rules.too_many_to_one()
    code = int(meta.weather.number("refuse"))
    if code:
        raise GraphError(code, details=statuses.OF_THE_WEATHER)


def _is_authentication(name: str) -> bool:
    return name in ("access_token", "appsecret_proof", "appsecret_time")


def _template_of(meta, number: Number, body: dict) -> tuple[MessageTemplate | None, dict]:
    """The template this message is made of, and what it looks like then."""
    if body.get("type") != "template":
        return None, {}
    template, shown = sending.check(meta.world, number.waba_id, body["template"])
    if template.category == "AUTHENTICATION" and USER_ID.match(body.get("to") or body.get("recipient") or ""):
        raise GraphError(131062, details="An authentication template cannot go to a business-scoped user id.")
    return template, shown


def _accept(
    meta, number: Number, body: dict, fails_with: int, template: MessageTemplate | None, shown: dict
) -> ChatMessage:
    to = body.get("to") or body["recipient"]
    customer = _customer(meta, to)
    if (customer.wa_id if customer else digits(to)) == number.digits:
        raise GraphError(131021, details="Recipient and sender are the same number.")
    wa_id = customer.wa_id if customer else digits(to) or to
    rules.check_blocked(meta, number, wa_id)
    rules.check_restrictions(meta, number, wa_id, body.get("type", "text"))
    rules.check_pace(meta, number, wa_id)
    message = ChatMessage(
        wamid=new_wamid(),
        wa_id=wa_id,
        phone_number_id=number.phone_number_id,
        is_from_customer=False,
        type=body.get("type", "text"),
        body=body,
        at=time.time(),
        to=to,
        is_to_user_id=bool(USER_ID.match(to)),
        biz_opaque_callback_data=body.get("biz_opaque_callback_data"),
        fails_with=fails_with,
        category=template.category.lower() if template else "service",
        shown=shown,
    )
    if message.type in validation.MEDIA and meta.weather.strikes("media_fails_later"):
        message.fails_with = 131053
    meta.world.add_message(message)
    meta.world.note_accepted(message)
    meta.world.chat(message.wa_id, number.phone_number_id).typing_until = 0
    meta.note_change()
    return message


def _customer(meta, to: str) -> Customer | None:
    """Without a plus, a number that is nobody's is tried with the shop's own country code, as Meta does."""
    return meta.world.find_customer(to) or (None if to.startswith("+") else meta.world.find_customer("1" + digits(to)))


def _answer(message: ChatMessage, is_held: bool) -> dict:
    contact = {"input": message.to}
    if message.is_to_user_id:
        contact["user_id"] = message.to
    else:
        contact["wa_id"] = message.wa_id
    accepted = {"id": message.wamid}
    if message.type == "template":
        accepted["message_status"] = "held_for_quality_assessment" if is_held else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]}


def _mark_as_read(meta, number: Number, body: dict) -> dict:
    """The message and all before it in the same chat. May show the typing dots for a while."""
    validation.require_product(body)
    validation.one_of(body, "status", "", ("read",))
    wamid = validation.text(body, "message_id", "", 1000)
    if body.get("typing_indicator") is not None:
        indicator = validation.mapping(body["typing_indicator"], "typing_indicator")
        validation.one_of(indicator, "type", "typing_indicator", ("text",))
    message = meta.world.messages.get(wamid)
    if not message or not message.is_from_customer or message.phone_number_id != number.phone_number_id:
        validation.wrong("message_id", "no message of a customer to this number")
    chat = meta.world.chat(message.wa_id, number.phone_number_id)
    for other in reversed(meta.world.messages_of(chat)):
        if other.is_from_customer and other.at <= message.at:
            if other.status == "read":  # and so is all before it
                break
            other.status = "read"
    if body.get("typing_indicator"):
        chat.typing_until = time.time() + TYPING_SECONDS
    meta.note_change()
    return {"success": True}
