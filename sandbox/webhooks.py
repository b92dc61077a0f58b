"""News for the app, as Meta builds it; the postman carries it."""

import secrets
import time

import anyio.to_thread
import requests

from .bodies import callback_of
from .errors import GraphError
from .posting import TIMEOUT
from .state import Customer, Number, Update, Waba


def queue_messages_field(meta, number: Number, value: dict, **more) -> Update | None:
    return queue_field(meta, number, "messages", value, **more)


def queue_field(meta, number: Number, field: str, value: dict, **more) -> Update | None:
    """Queue a change of a field that names the number. None when no app listens: Meta then forgets it, and so do we."""
    metadata = {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return queue(meta, meta.world.wabas[number.waba_id], field, value, **more)


def queue(
    meta,
    waba: Waba,
    field: str,
    value: dict,
    *,
    wamid: str = "",
    entry_id: str = "",
    on_delivered=None,
    at: float = 0,
    delay: float = 0,
) -> Update | None:
    """`wamid` is of the customer's message it carries; `on_delivered` a future that learns when the app has it.

    `at` is the time that stands on it, now without it; `delay` so many seconds pass before it goes out.
    """
    if not is_listened_to(meta, waba, field):
        return None
    # What the app is told is settled now, whatever becomes of the message.
    made_at = at or time.time()
    update = Update(waba.waba_id, field, value, made_at, wamid=wamid, entry_id=entry_id, on_delivered=on_delivered)
    meta.postman.take(update, delay)
    meta.note_change()
    return update


def is_listened_to(meta, waba: Waba, field: str = "messages") -> bool:
    """What becomes of an account is told to the app itself, whether it subscribed to that account or not."""
    fields, is_for_app = meta.world.callback_fields, field != "messages"
    is_subscribed = waba.is_subscribed or field == "account_update"
    return is_subscribed and bool(callback_of(meta, waba.waba_id, is_for_app)) and (not fields or field in fields)


def contact_of(customer: Customer) -> dict:
    profile = {"name": customer.name}
    if customer.username:
        profile["username"] = f"@{customer.username}"
    contact = {"profile": profile, "user_id": customer.user_id}
    return contact if customer.hides_number else {**contact, "wa_id": customer.wa_id}


async def verify_callback(url: str, verify_token: str) -> None:
    """Meta's challenge, asked at once. Raises GraphError when the app does not answer it."""
    if not url.startswith(("http://", "https://")) or len(url) > 200:
        raise GraphError(100, "(#100) The callback URL must be an http(s) address of at most 200 characters")
    challenge = str(secrets.randbelow(10**9) + 10**9)
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    problem = await anyio.to_thread.run_sync(_challenge, url, query, challenge)
    if problem:
        raise GraphError(
            2200, f"(#2200) Callback verification failed with the following errors: {problem}", subcode=1690045
        )


def _challenge(url: str, query: dict, challenge: str) -> str:
    session = requests.Session()
    session.trust_env = False  # no proxy: nothing leaves this machine
    try:
        with session, session.get(url, params=query, timeout=TIMEOUT, allow_redirects=False) as answer:
            if answer.status_code != 200:
                return f"HTTP Status Code = {answer.status_code}"
            return "" if answer.text.strip() == challenge else "the answer was not the challenge"
    except requests.RequestException as exc:
        return type(exc).__name__
