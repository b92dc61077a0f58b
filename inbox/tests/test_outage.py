"""Meta is away for minutes: hardly a message is in doubt for it, none fails, and afterwards all go out."""

import itertools
import json
from collections import Counter
from datetime import timedelta

import pytest
import requests
import time_machine
from django.utils import timezone

from inbox.models import Message
from inbox.outbox import claims, settle
from inbox.outbox.pump import pump
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import Incident, PhoneNumber
from meta_integration.tests.factories import PhoneNumberFactory

pytestmark = pytest.mark.django_db
MESSAGES = 120
AWAY = {
    "a page of HTML": {"status": 503, "body": "<html>Sorry</html>"},
    "a cut connection": {"body": requests.ConnectionError("cut")},
    "its own trouble": {"status": 503, "json": {"error": {"code": 2, "message": "no"}}},
}


@pytest.fixture
def number(db):
    number = PhoneNumberFactory()
    for _ in range(MESSAGES):
        MessageFactory(thread=ThreadFactory(number=number, workspace=number.workspace))
    return number


def url(number) -> str:
    return f"https://graph.facebook.com/v23.0/{number.phone_number_id}/messages"


def statuses() -> Counter:
    return Counter(Message.objects.values_list("status", flat=True))


def take_all(graph, number) -> None:
    def answer(request):
        reference = json.loads(request.body)["biz_opaque_callback_data"]
        return 200, {}, json.dumps({"messages": [{"id": f"wamid.{reference}"}]})

    graph.add_callback("POST", url(number), answer)


@pytest.mark.parametrize("how", AWAY)
def test_a_number_rests_while_meta_is_away_and_one_message_tries_for_all(graph, number, how):
    graph.post(url(number), **AWAY[how])
    with time_machine.travel(timezone.now(), tick=True) as clock:
        pump(number.pk)
        tried = len(graph.calls)
        assert settle.UNANSWERED <= tried < MESSAGES
        number.refresh_from_db()
        assert number.rests_until > timezone.now() and number.why_it_waits()
        assert not claims.due().exists()
        for rest in range(1, 5):
            clock.shift(timedelta(minutes=2))
            pump(number.pk)
            assert len(graph.calls) == tried + rest
        assert not {"failed", "sending", "claimed"} & statuses().keys()
        assert not Incident.objects.exists()

        graph.reset()
        take_all(graph, number)
        clock.shift(timedelta(minutes=10))
        pump(number.pk)
    counts = statuses()
    assert counts["sent"] + counts["unknown"] == MESSAGES and counts["sent"] >= MESSAGES - tried - 4
    assert PhoneNumber.objects.filter(rests_until=None, rest_count=0).exists()


def test_each_rest_is_longer_up_to_a_minute(graph, number):
    graph.post(url(number), **AWAY["a page of HTML"])
    rests = []
    for _ in range(6):
        pump(number.pk)
        number.refresh_from_db()
        rests.append(round((number.rests_until - timezone.now()).total_seconds()))
        PhoneNumber.objects.update(rests_until=None)
    assert rests == [5, 10, 20, 40, 60, 60]


def test_some_silence_among_answers_rests_nobody(graph, number):
    numbers = itertools.count()

    def answer(request):
        if next(numbers) % 2:
            return 503, {}, "<html>"
        return 200, {}, json.dumps({"messages": [{"id": f"wamid.{request.body}"[:100]}]})

    graph.add_callback("POST", url(number), answer)
    pump(number.pk)
    number.refresh_from_db()
    assert (number.rest_count, "queued" in statuses()) == (0, False)


def test_a_second_outage_in_the_same_run_rests_the_number_too(graph, number):
    numbers = itertools.count()

    def answer(request):
        if next(numbers) < 40:
            return 200, {}, json.dumps({"messages": [{"id": f"wamid.{request.body}"[:100]}]})
        return 503, {}, "<html>"

    graph.add_callback("POST", url(number), answer)
    PhoneNumber.objects.update(rest_count=3)
    pump(number.pk)
    number.refresh_from_db()
    assert number.rests_until > timezone.now() and number.rest_count == 1
