"""A shop with a number, customers and messages, written in bulk."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from inbox.models import Contact, Message, MessageStatus, OrphanStatus, Priority, Thread
from meta_integration.models import WABA, PhoneNumber, WebhookDelivery
from meta_integration.sealed import seal
from workspaces.models import Workspace
from workspaces.valkey import client


def empty() -> None:
    """Nothing is left of an earlier benchmark."""
    tables = [MessageStatus, OrphanStatus, Message, Thread, Contact, PhoneNumber, WABA, WebhookDelivery, Workspace]
    names = ", ".join(f'"{model._meta.db_table}"' for model in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {names} CASCADE")
    client().flushdb()


def open_shop(name: str = "bench", *, level: str = "STANDARD") -> PhoneNumber:
    workspace = Workspace.objects.create(name=name, slug=name)
    account = WABA.objects.create(workspace=workspace, waba_id=f"1{workspace.pk:014d}", name=name)
    WABA.objects.filter(pk=account.pk).update(access_token=seal("EAAbench", workspace.pk))
    account = WABA.objects.get(pk=account.pk)
    return PhoneNumber.objects.create(
        workspace=workspace, account=account, phone_number_id=f"2{workspace.pk:014d}",
        display_phone_number="+1 555-020-0000", verified_name=name, throughput_level=level, is_registered=True,
    )  # fmt: skip


def customers(number: PhoneNumber, count: int) -> list[Thread]:
    """Threads with an open window."""
    names = Contact.objects.bulk_create(
        [Contact(workspace=number.workspace, wa_id=f"1555{number.pk:03d}{n:07d}") for n in range(count)],
        batch_size=2000,
    )
    window = timezone.now() + timedelta(hours=12)
    threads = [
        Thread(workspace=number.workspace, number=number, contact=contact, window_expires_at=window)
        for contact in names
    ]
    return Thread.objects.bulk_create(threads, batch_size=2000)


def messages(number: PhoneNumber, threads: list[Thread], count: int, **fields) -> list[Message]:
    """Queued texts, each customer in turn."""
    fields = {"status": Message.Status.QUEUED, "priority": Priority.CAMPAIGN, **fields}
    rows = [
        Message(
            workspace=number.workspace, number=number, thread=threads[n % len(threads)], direction="out",
            type="text", body="Hello", content={"text": {"body": "Hello"}}, reference=uuid.uuid4(), **fields,
        )
        for n in range(count)
    ]  # fmt: skip
    return Message.objects.bulk_create(rows, batch_size=2000)


def with_sent_messages(count: int) -> tuple[PhoneNumber, list[Message]]:
    """One shop and nothing else: its texts are with Meta, and each has its wamid."""
    empty()
    number = open_shop()
    sent = messages(number, customers(number, 2000), count, status="sent")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inbox_message SET wamid = 'wamid.' || reference")
    return number, sent


def deliveries(bodies: Iterable[bytes]) -> None:
    """As if they had all come through the door."""
    rows = [WebhookDelivery(body=body, body_sha256=hashlib.sha256(body).digest()) for body in bodies]
    WebhookDelivery.objects.bulk_create(rows, batch_size=2000)


def settle_down() -> None:
    """Statistics as in a house that has been lived in, and the disk at rest."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
