"""Every delivery processed again, three times, in random order: the final state is the same, byte for byte."""

import hashlib
import random
import time

from django.db import connection

from benchmarks import statuses
from benchmarks.intake import bodies
from benchmarks.report import Figure, exactly, note
from inbox.models import Contact, Message, MessageStatus, OrphanStatus, Thread
from meta_integration import intake
from meta_integration.models import WebhookDelivery

INBOUND = 1000
TABLES = [Contact, Thread, Message, MessageStatus, OrphanStatus]


def measure() -> list[Figure]:
    number, messages = statuses._sent_messages()
    statuses._post(number, statuses._statuses(messages[:1000]), 1)
    _write(number)
    while intake.process_waiting():
        pass
    before, deliveries = _digest(), WebhookDelivery.objects.count()
    begun, differing = time.monotonic(), 0
    for _ in range(3):
        pks = list(WebhookDelivery.objects.values_list("pk", flat=True))
        random.shuffle(pks)
        while pks:
            some, pks = pks[:500], pks[500:]
            intake.replay(WebhookDelivery.objects.filter(pk__in=some))
            while intake.process_waiting(limit=random.choice([20, 100, 500])):
                pass
        differing += _digest() != before
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


def _digest() -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT md5(string_agg(row::text, '|' ORDER BY id)) FROM {model._meta.db_table} row")
            found.append(cursor.fetchone()[0])
    return found
