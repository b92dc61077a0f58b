"""Every delivery processed again, three times, in random order: the final state is the same, byte for byte."""

import hashlib
import time

from benchmarks import statuses
from benchmarks.intake import bodies
from benchmarks.report import Figure, exactly, note
from meta_integration import intake
from meta_integration.models import WebhookDelivery
from tests.replaying import everything, replay_all

INBOUND = 1000


def measure() -> list[Figure]:
    number, messages = statuses._sent_messages()
    statuses._post(number, statuses._statuses(messages[:1000]), 1)
    _write(number)
    while intake.process_waiting():
        pass
    before, deliveries = everything(), WebhookDelivery.objects.count()
    begun, differing = time.monotonic(), 0
    for _ in range(3):
        replay_all(at_once=500, limits=[20, 100, 500])
        differing += everything() != before
    return [
        exactly("replays after which a byte differs", differing, "", 0),
        note("deliveries replayed", 3 * deliveries / (time.monotonic() - begun), "/s"),
        note("deliveries", deliveries, ""),
    ]


def _write(number) -> None:
    """Customers' messages, as the door would have stored them."""
    each = bodies()
    rows = []
    for _ in range(INBOUND):
        body = next(each).replace(b"200000000000000", number.phone_number_id.encode())
        rows.append(WebhookDelivery(body=body, body_sha256=hashlib.sha256(body).digest()))
    WebhookDelivery.objects.bulk_create(rows, batch_size=1000)
