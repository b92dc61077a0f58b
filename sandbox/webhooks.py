"""Webhooks out: built as Meta builds them, signed over the bytes that travel, tried again until the app says 200."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import secrets
import threading
import time

import anyio
import anyio.to_thread
import requests

from .errors import GraphError
from .state import Customer, Number, Waba, Webhook

TIMEOUT = 10
LONGEST_PAUSE = 3600
GIVE_UP_AFTER = 7 * 24 * 3600
KEPT_FOR_THE_LOG = 500

_local = threading.local()
_connections = anyio.CapacityLimiter(24)


def queue_messages_field(meta, number: Number, value: dict, *, wamid: str = "") -> bool:
    """Queue a change of field `messages`. False when no app listens: Meta then forgets it, and so do we."""
    metadata = {"display_phone_number": number.digits, "phone_number_id": number.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return queue(meta, meta.world.wabas[number.waba_id], "messages", value, wamid=wamid)


def queue(meta, waba: Waba, field: str, value: dict, *, wamid: str = "") -> bool:
    if not is_listened_to(meta, waba, field):
        return False
    change = {"value": value, "field": field}
    entry = {"id": waba.waba_id, "changes": [change]}
    if field != "messages":  # Meta's management fields carry a time, messages do not
        entry = {"id": waba.waba_id, "time": int(time.time()), "changes": [change]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":"))
    webhook = Webhook(secrets.token_hex(8), waba.waba_id, body, time.time(), time.time(), wamid=wamid)
    meta.world.webhooks[webhook.webhook_id] = webhook
    meta.note_change()
    meta.spawn(deliver(meta, webhook))
    return True


def is_listened_to(meta, waba: Waba, field: str = "messages") -> bool:
    fields = meta.world.callback_fields
    return waba.is_subscribed and bool(callback_of(meta, waba)) and (not fields or field in fields)


def callback_of(meta, waba: Waba) -> str:
    return waba.override_callback_uri or meta.world.callback_url


def contact_of(customer: Customer) -> dict:
    profile = {"name": customer.name}
    if customer.username:
        profile["username"] = f"@{customer.username}"
    contact = {"profile": profile, "user_id": customer.user_id}
    return contact if customer.hides_number else {**contact, "wa_id": customer.wa_id}


def signature(app_secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def resume(meta) -> None:
    for webhook in meta.world.webhooks.values():
        if webhook.state == "pending":
            meta.spawn(deliver(meta, webhook))


async def deliver(meta, webhook: Webhook) -> None:
    while webhook.state == "pending":
        await _pause_until(meta, webhook.next_try_at)
        await _try_once(meta, webhook)
        meta.note_change()
    meta.counters[webhook.state] += 1
    _forget_old(meta)


def retry_all(meta) -> int:
    """Now, instead of each at its time: for a developer who has just started the app again."""
    pending = [webhook for webhook in meta.world.webhooks.values() if webhook.state == "pending"]
    waiting, meta.retry_now = meta.retry_now, asyncio.Event()
    waiting.set()
    return len(pending)


async def _pause_until(meta, moment: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(meta.retry_now.wait(), max(0, moment - time.time()))


async def _try_once(meta, webhook: Webhook) -> None:
    # The address is looked up anew each time: the app may have moved since the webhook was queued.
    webhook.url = callback_of(meta, meta.world.wabas[webhook.waba_id])
    webhook.attempts += 1
    # Abandoned on shutdown: the app may have it already and gets it again later, as with Meta.
    webhook.last_status = await anyio.to_thread.run_sync(
        _post,
        webhook.url,
        webhook.body.encode(),
        meta.settings.app_secret,
        limiter=_connections,
        abandon_on_cancel=True,
    )
    if webhook.last_status == "200":
        webhook.state = "delivered"
        _note_customers_message_arrived(meta, webhook)
    elif time.time() - webhook.created_at > GIVE_UP_AFTER:
        webhook.state = "given_up"
    else:
        pause = min(meta.settings.retry_delay * 2 ** min(webhook.attempts - 1, 20), LONGEST_PAUSE)
        webhook.next_try_at = time.time() + pause


def _post(url: str, body: bytes, app_secret: str) -> str:
    """The HTTP status as text, or what went wrong. Runs in a thread."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": signature(app_secret, body),
    }
    try:
        answer = _session().post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as exc:
        return type(exc).__name__
    return str(answer.status_code)


def _session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False  # no proxy: nothing leaves this machine
    return _local.session


def _note_customers_message_arrived(meta, webhook: Webhook) -> None:
    message = meta.world.messages.get(webhook.wamid)
    if message and message.status == "sent":
        message.status = "delivered"


def _forget_old(meta) -> None:
    if sum(meta.counters.values()) % 100:  # a look through all of them, so not each time
        return
    done = [webhook for webhook in meta.world.webhooks.values() if webhook.state != "pending"]
    for webhook in done[:-KEPT_FOR_THE_LOG]:
        del meta.world.webhooks[webhook.webhook_id]


async def verify_callback(url: str, verify_token: str) -> None:
    """Meta's challenge, asked at once. Raises GraphError when the app does not answer it."""
    if not url.startswith(("http://", "https://")) or len(url) > 200:
        raise GraphError(100, "(#100) The callback URL must be an http(s) address of at most 200 characters")
    challenge = str(secrets.randbelow(10**9) + 10**9)
    query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    problem = await anyio.to_thread.run_sync(_challenge, url, query, challenge, limiter=_connections)
    if problem:
        raise GraphError(
            2200, f"(#2200) Callback verification failed with the following errors: {problem}", subcode=1690045
        )


def _challenge(url: str, query: dict, challenge: str) -> str:
    try:
        answer = _session().get(url, params=query, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as exc:
        return f"{type(exc).__name__}"
    if answer.status_code != 200:
        return f"HTTP Status Code = {answer.status_code}"
    if answer.text.strip() != challenge:
        return "the answer was not the challenge"
    return ""
