"""Statuses a second: three of each message, one in each webhook as Meta posts them on a quiet day, and in batches."""

import hashlib
import json
import os
import random
import time
import uuid

import psycopg
from django.db import connection

from benchmarks import processes, shop
from benchmarks.report import Figure, at_least, exactly, note
from inbox.models import Message, MessageStatus
from meta_integration.models import PhoneNumber, WebhookDelivery

MESSAGES = 10_000
EACH = ("sent", "delivered", "read")


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
    number, messages = _sent_messages()
    statuses = _statuses(messages)
    _post(number, statuses, in_each)
    shop.settle_down()
    with processes.worker("webhooks", 2):
        begun = _wait_for_the_first()
        begun_with = MessageStatus.objects.count()
        while WebhookDelivery.objects.filter(state="received").exists():
            time.sleep(0.1)
        seconds = time.monotonic() - begun
    wrong = Message.objects.exclude(status="read").count()
    return (len(statuses) - begun_with) / seconds, wrong + len(statuses) - MessageStatus.objects.count()


def _sent_messages() -> tuple[PhoneNumber, list[Message]]:
    shop.empty()
    number = shop.open_shop()
    messages = shop.messages(number, shop.customers(number, 2000), MESSAGES, status="sent")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inbox_message SET wamid = 'wamid.' || reference")
    return number, messages


def _statuses(messages: list[Message]) -> list[dict]:
    """All of them, a little out of order."""
    now = int(time.time())
    statuses = [
        (place * len(messages) + n + random.uniform(0, 500), message, status)
        for place, status in enumerate(EACH)
        for n, message in enumerate(messages)
    ]
    return [
        {
            "id": f"wamid.{message.reference}",
            "status": status,
            "timestamp": str(now),
            "recipient_id": "15550200001",
            "conversation": {"id": uuid.uuid4().hex, "origin": {"type": "marketing"}},
            "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"},
            "biz_opaque_callback_data": str(message.reference),
        }
        for _, message, status in sorted(statuses, key=lambda each: each[0])
    ]


def _post(number: PhoneNumber, statuses: list[dict], in_each: int) -> None:
    """As if they had all come through the door."""
    metadata = {"display_phone_number": "15550200000", "phone_number_id": number.phone_number_id}
    rows = []
    for at in range(0, len(statuses), in_each):
        value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": statuses[at : at + in_each]}
        entry = {"id": number.account.waba_id, "changes": [{"value": value, "field": "messages"}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        rows.append(WebhookDelivery(body=body, body_sha256=hashlib.sha256(body).digest()))
    WebhookDelivery.objects.bulk_create(rows, batch_size=2000)
    from meta_integration.tasks import process_webhooks

    for _ in range(2):
        process_webhooks.delay()


def _wait_for_the_first() -> float:
    while not MessageStatus.objects.exists():
        time.sleep(0.02)
    return time.monotonic()


def _reference() -> float:
    """What PostgreSQL and one process need for the same rows, with nothing around: no parsing, no rules, no doubts."""
    _, messages = _sent_messages()
    rows = [(message.workspace_id, message.pk, status) for status in EACH for message in messages]
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
