"""A number that suddenly falls silent is noticed; one that is only quiet is not."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from meta_integration import intake
from meta_integration.models import Incident, NumberTraffic, WebhookDelivery
from meta_integration.services import silence, traffic
from meta_integration.tests import answers
from meta_integration.tests.factories import PhoneNumberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(db):
    return PhoneNumberFactory(account__connected_at=timezone.now() - timedelta(days=30))


def usual(number, *, each_hour: int, days=range(1, 8), until_hours_ago: int = 0) -> None:
    now = traffic.hour_of(timezone.now())
    counts = Counter()
    for day in days:
        for hour in range(24):
            counts[number.phone_number_id, now - timedelta(days=day, hours=hour), "statuses"] = each_hour
    for hour in range(until_hours_ago, 24):
        counts[number.phone_number_id, now - timedelta(hours=hour), "messages"] = each_hour
    traffic.add(counts)


def test_a_number_that_stops_is_reported_once_and_its_webhooks_are_asked_for_again(graph, number):
    answers.lets_read(graph, number.account)
    usual(number, each_hour=30, until_hours_ago=2)
    for _ in range(2):
        assert silence.look() == 1
    incident = Incident.objects.get()
    assert (incident.kind, incident.account, incident.count) == ("number_silent", number.account, 2)
    assert number.display_phone_number in incident.evidence and "30" in incident.evidence


def test_while_deliveries_wait_to_be_read_nobody_is_called_silent(number):
    usual(number, each_hour=30, until_hours_ago=2)
    late = WebhookDelivery.objects.create(body=b"{}", body_sha256=b"x" * 32)
    WebhookDelivery.objects.filter(pk=late.pk).update(received_at=timezone.now() - timedelta(hours=1))
    assert silence.look() == 0
    assert not Incident.objects.exists()


def test_it_closes_when_messages_come_again(graph, number):
    answers.lets_read(graph, number.account)
    usual(number, each_hour=30, until_hours_ago=2)
    silence.look()
    traffic.add(Counter({(number.phone_number_id, traffic.hour_of(timezone.now()), "messages"): 1}))
    silence.look()
    assert Incident.objects.get().closed_because == "messages come again"


@pytest.mark.parametrize(
    "habits",
    [
        {"each_hour": 30},  # It speaks.
        {"each_hour": 0, "until_hours_ago": 5},  # It never did.
        {"each_hour": 30, "until_hours_ago": 3, "days": (1, 2)},  # New: nobody knows its habits.
        {"each_hour": 30, "until_hours_ago": 3, "days": range(1, 7)},  # It was as silent on this weekday last week.
    ],
)
def test_what_is_only_quiet_raises_no_alarm(number, habits):
    usual(number, **habits)
    assert silence.look() == 0
    assert not Incident.objects.exists()


def test_little_traffic_needs_a_longer_silence(graph, number):
    answers.lets_read(graph, number.account)
    usual(number, each_hour=4, until_hours_ago=3)
    assert silence.look() == 0
    NumberTraffic.objects.filter(hour__gt=timezone.now() - timedelta(hours=8)).delete()
    assert silence.look() == 1


def test_a_broken_or_disconnected_account_is_not_silent_but_broken(number):
    usual(number, each_hour=30, until_hours_ago=5)
    for state in ("broken", "disconnected"):
        type(number.account).objects.update(state=state)
        assert silence.look() == 0


def test_each_item_is_counted_once_in_its_hour_and_a_replay_adds_nothing(deliver):
    PhoneNumberFactory(phone_number_id="106540352242922")
    deliver("messages__text")
    deliver("messages__status_read")
    intake.replay(WebhookDelivery.objects.all())
    intake.process_waiting()
    assert sorted(NumberTraffic.objects.values_list("messages", "statuses")) == [(0, 1), (1, 0)]


def test_old_hours_are_forgotten(number):
    old = timezone.now() - traffic.KEPT - timedelta(hours=1)
    traffic.add(Counter({(number.phone_number_id, traffic.hour_of(old), "messages"): 1}))
    assert traffic.trim() == 1
