"""Every delivery again, three times, in any order: not one byte of messages, threads and statuses differs."""

import json
import random

import pytest

from conftest import PAYLOADS
from inbox.models import Message, MessageStatus
from inbox.tests.factories import MessageFactory
from meta_integration import intake
from meta_integration.models import WebhookDelivery
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from tests.replaying import everything, replay_all

pytestmark = pytest.mark.django_db
STATUSES = ["sent", "delivered", "read", "failed", "played", "deleted", "invented_tomorrow"]
NUMBER_ID = "200000000000009"


@pytest.fixture
def delivered(deliver):
    """All examples of Meta's, for connected numbers, and a conversation with every status in a random order."""
    account = WABAFactory()
    ids = {NUMBER_ID} | {
        change["value"]["metadata"]["phone_number_id"]
        for path in PAYLOADS.glob("*.json")
        for entry in json.loads(path.read_text()).get("entry") or []
        for change in entry.get("changes") or []
        if isinstance(change.get("value"), dict) and "phone_number_id" in (change["value"].get("metadata") or {})
    }
    for phone_number_id in ids:
        PhoneNumberFactory(account=account, phone_number_id=phone_number_id, is_default=False)
    for path in sorted(PAYLOADS.glob("*.json")):
        deliver(path.stem, process=False)
    for body in conversation(account):
        deliver(body, process=False)
    while intake.process_waiting():
        pass
    assert Message.objects.count() > 20
    assert MessageStatus.objects.count() > 20
    assert not WebhookDelivery.objects.filter(state="received").exists()


def conversation(account) -> list[dict]:
    number = account.numbers.get(phone_number_id=NUMBER_ID)
    metadata = {"display_phone_number": "15550209999", "phone_number_id": NUMBER_ID}
    bodies = []
    for n in range(20):
        message = MessageFactory(thread__number=number, status="sent", wamid=f"wamid.example{n}")
        for status in STATUSES:
            # Of another program's message, and of one whose send we have not recorded, too.
            wamid = f"wamid.stranger{n}" if n % 7 == 0 else message.wamid
            report = {"id": wamid, "status": status, "timestamp": str(1750000000 + n)}
            if status == "failed":
                report["errors"] = [{"code": 131026, "title": "x"}]
            bodies.append({"metadata": metadata, "statuses": [report]})
    random.shuffle(bodies)
    return [{"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]} for value in bodies]


def test_replaying_everything_three_times_in_random_order_changes_nothing(delivered):
    before = everything()
    for _ in range(3):
        replay_all(at_once=7, limits=[1, 3, 100])
    assert everything() == before
