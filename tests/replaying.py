"""Every delivery processed again in random order, and all that this could have changed."""

import random

from django.db import connection

from inbox.models import ConsentEntry, Contact, Message, MessageStatus, OrphanStatus, Thread, ThreadEvent
from meta_integration import intake
from meta_integration.models import WebhookDelivery

TABLES = [Contact, Thread, Message, MessageStatus, OrphanStatus, ConsentEntry, ThreadEvent]


def everything() -> dict[str, list]:
    """Each table, each row as PostgreSQL writes it."""
    found = {}
    with connection.cursor() as cursor:
        for model in TABLES:
            cursor.execute(f"SELECT row::text FROM {model._meta.db_table} row ORDER BY id")  # noqa: S608 Our own names.
            found[model.__name__] = cursor.fetchall()
    return found


def replay_all(*, at_once: int, limits: list[int]) -> None:
    """Each delivery once: some are replayed at once, and processed in batches whose limits are chosen at random."""
    pks = list(WebhookDelivery.objects.values_list("pk", flat=True))
    random.shuffle(pks)
    while pks:
        some, pks = pks[:at_once], pks[at_once:]
        assert intake.replay(WebhookDelivery.objects.filter(pk__in=some)) == len(some)
        while intake.process_waiting(limit=random.choice(limits)):
            pass
