"""Statuses a second: three of each message, one in each webhook as Meta posts them on a quiet day, and in batches."""

import os
import time

import psycopg

from benchmarks import bodies, processes, shop
from benchmarks.report import Figure, at_least, exactly, note
from inbox.models import Message, MessageStatus
from meta_integration.models import WebhookDelivery
from meta_integration.tasks import process_webhooks

MESSAGES = 10_000


def measure() -> list[Figure]:
    singly, wrong_singly = _run(1)
    batched, wrong_batched = _run(40)
    reference = _reference()
    return [
        at_least("applied, one in each webhook", singly, "/s", 3000),
        at_least("applied, 40 in each webhook", batched, "/s", 3000),
        note("reference: the same rows by bare SQL, one process", reference, "/s"),
        note("share of the reference, 40 in each", 100 * batched / reference, "%"),
        exactly("messages with a wrong status afterwards", wrong_singly + wrong_batched, "", 0),
    ]


def _run(in_each: int) -> tuple[float, int]:
    """Statuses a second from the first to the last, and the messages that are not `read` afterwards."""
    number, messages = shop.with_sent_messages(MESSAGES)
    statuses = bodies.all_statuses(messages)
    shop.deliveries(bodies.with_statuses(number, statuses, in_each))
    for _ in range(2):
        process_webhooks.delay()
    shop.settle_down()
    with processes.worker("webhooks", 2):
        begun = _wait_for_the_first()
        begun_with = MessageStatus.objects.count()
        while WebhookDelivery.objects.filter(state="received").exists():
            time.sleep(0.1)
        seconds = time.monotonic() - begun
    wrong = Message.objects.exclude(status="read").count()
    return (len(statuses) - begun_with) / seconds, wrong + len(statuses) - MessageStatus.objects.count()


def _wait_for_the_first() -> float:
    while not MessageStatus.objects.exists():
        time.sleep(0.02)
    return time.monotonic()


def _reference() -> float:
    """What PostgreSQL and one process need for the same rows, with nothing around: no parsing, no rules, no doubts."""
    _, messages = shop.with_sent_messages(MESSAGES)
    rows = [(message.workspace_id, message.pk, status) for status in bodies.STATUSES for message in messages]
    append = """
        INSERT INTO inbox_messagestatus (workspace_id, message_id, status, at, received_at, raw, pricing_type,
          pricing_category) SELECT workspace, message, status, now(), now(), '{}', '', ''
        FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS each (workspace, message, status) ON CONFLICT DO NOTHING
    """
    begun = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_URL"]) as direct:
        for at in range(0, len(rows), 100):
            workspaces, pks, each = zip(*rows[at : at + 100], strict=True)
            direct.execute(append, [list(workspaces), list(pks), list(each)])
            direct.execute("UPDATE inbox_message SET status = %s WHERE id = ANY(%s)", [each[-1], list(pks)])
            direct.commit()
    return len(rows) / (time.monotonic() - begun)
