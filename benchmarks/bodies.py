"""Whole bodies of real shape, as Meta posts them to the webhook."""

import itertools
import json
import random
import time
import uuid
from collections.abc import Iterable, Iterator

from inbox.models import Message
from meta_integration.models import PhoneNumber

STATUSES = ("sent", "delivered", "read")


def texts(phone_number_id: str = "200000000000000") -> Iterator[bytes]:
    """Customers' texts without end, each of its own; to a number that no workspace has connected, if none is named."""
    run = uuid.uuid4().hex
    for n in itertools.count():
        message = {"from": f"1555{n % 10**7:07d}", "id": f"wamid.{run}{n}", "timestamp": "1750000000", "type": "text"}
        yield _body(
            "100000000000000",
            phone_number_id,
            contacts=[{"profile": {"name": "Example Customer"}, "wa_id": message["from"]}],
            messages=[{**message, "text": {"body": f"When will order {n} arrive?"}}],
        )


def status_of(message: Message, status: str) -> dict:
    return {
        "id": f"wamid.{message.reference}",
        "status": status,
        "timestamp": str(int(time.time())),
        "recipient_id": "15550200001",
        "conversation": {"id": uuid.uuid4().hex, "origin": {"type": "marketing"}},
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
        "biz_opaque_callback_data": str(message.reference),
    }


def all_statuses(messages: list[Message]) -> list[dict]:
    """Every status of every message, a little out of order."""
    placed = [
        (place * len(messages) + n + random.uniform(0, 500), message, status)
        for place, status in enumerate(STATUSES)
        for n, message in enumerate(messages)
    ]
    return [status_of(message, status) for _, message, status in sorted(placed, key=lambda each: each[0])]


def with_statuses(number: PhoneNumber, statuses: Iterable[dict], in_each: int) -> Iterator[bytes]:
    """Bodies with so many statuses in each, until there are no more."""
    rest = iter(statuses)
    while some := list(itertools.islice(rest, in_each)):
        yield _body(number.account.waba_id, number.phone_number_id, statuses=some)


def _body(waba_id: str, phone_number_id: str, **lists: list[dict]) -> bytes:
    metadata = {"display_phone_number": "15550200000", "phone_number_id": phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **lists}
    entry = {"id": waba_id, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
