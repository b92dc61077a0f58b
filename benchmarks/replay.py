"""Every delivery processed again, three times, in random order: the final state is the same, byte for byte."""

import itertools
import time

from benchmarks import bodies, shop
from benchmarks.report import Figure, exactly, note
from meta_integration import intake
from meta_integration.models import WebhookDelivery
from tests.replaying import everything, replay_all

MESSAGES, WITH_STATUSES, INBOUND = 10_000, 1000, 1000


def measure() -> list[Figure]:
    number, messages = shop.with_sent_messages(MESSAGES)
    shop.deliveries(bodies.with_statuses(number, bodies.all_statuses(messages[:WITH_STATUSES]), 1))
    shop.deliveries(itertools.islice(bodies.texts(number.phone_number_id), INBOUND))
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
