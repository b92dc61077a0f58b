"""Meta's limits: each slows exactly what it is about, and nothing fails for it."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message, Priority, Thread
from inbox.outbox import claims, reach
from inbox.outbox import pump as pumps
from inbox.outbox.pump import pump
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration import pacing
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services.calls import CallBuffer
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.valkey import client

pytestmark = pytest.mark.django_db
S = Message.Status


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def meta(graph, number):
    """meta(reference -> error code or None): Meta accepts, or refuses with that code. Returns what it was sent."""
    sent = []

    def begin(code_for=lambda reference: None, headers=None):
        def answer(request):
            reference = json.loads(request.body)["biz_opaque_callback_data"]
            sent.append(reference)
            code = code_for(reference)
            if code:
                return 400, headers or {}, json.dumps({"error": {"code": code, "message": "no"}})
            return 200, {}, json.dumps({"messages": [{"id": f"wamid.{reference}"}]})

        graph.add_callback("POST", f"https://graph.facebook.com/v23.0/{number.phone_number_id}/messages", answer)
        return sent

    return begin


def statuses() -> dict[str, int]:
    counts = {}
    for status in Message.objects.values_list("status", flat=True):
        counts[status] = counts.get(status, 0) + 1
    return counts


# The account ---------------------------------------------------------------------------------------------------------
def test_an_account_with_too_many_calls_waits_as_long_as_meta_says(meta, number):
    messages = MessageFactory.create_batch(5, thread__number=number)
    meta(lambda reference: 80007, headers={"Retry-After": "600"})
    pump(number.pk)
    assert set(Message.objects.values_list("status", "attempts")) == {(S.QUEUED, 0)}
    held = WABA.objects.get().held_until - timezone.now()
    assert timedelta(seconds=590) < held <= timedelta(seconds=600)
    assert claims.sweep() == []
    assert not claims.has_due(number.pk)
    assert "until" in PhoneNumber.objects.select_related("account").get().why_it_waits()
    WABA.objects.update(held_until=timezone.now())
    assert claims.sweep() == [messages[0].number_id]


def test_without_a_hint_it_waits_a_minute(meta, number):
    MessageFactory(thread__number=number)
    meta(lambda reference: 4)
    pump(number.pk)
    assert timedelta(seconds=50) < WABA.objects.get().held_until - timezone.now() <= timedelta(seconds=60)


# The customer --------------------------------------------------------------------------------------------------------
def test_too_fast_for_one_customer_holds_that_customer_only(meta, number):
    slow = MessageFactory.create_batch(3, thread=ThreadFactory(number=number))
    others = MessageFactory.create_batch(3, thread__number=number)
    sent = meta(lambda reference: 131056 if reference in {str(each.reference) for each in slow} else None)
    pump(number.pk)
    assert statuses() == {S.QUEUED: 3, S.SENT: 3}
    assert sum(reference in {str(each.reference) for each in slow} for reference in sent) == 1
    thread = slow[0].thread
    thread.refresh_from_db()
    assert (thread.pair_strikes, thread.not_before > timezone.now()) == (1, True)
    assert {each.number_id for each in others} == {number.pk}


def test_it_waits_four_times_as_long_each_time(meta, number):
    thread = ThreadFactory(number=number, pair_strikes=3)
    MessageFactory(thread=thread)
    meta(lambda reference: 131056)
    pump(number.pk)
    thread.refresh_from_db()
    wait = (thread.not_before - timezone.now()).total_seconds()
    assert (thread.pair_strikes, 60 < wait <= 64) == (4, True)


def test_one_that_went_through_is_a_new_beginning(meta, number):
    thread = ThreadFactory(number=number, pair_strikes=3, not_before=timezone.now())
    MessageFactory(thread=thread)
    meta()
    pump(number.pk)
    thread.refresh_from_db()
    assert (thread.pair_strikes, thread.not_before) == (0, None)


def test_a_customers_messages_leave_one_after_the_other(meta, number, settings):
    thread = ThreadFactory(number=number)
    messages = MessageFactory.create_batch(4, thread=thread, priority=Priority.AGENT)
    sent = meta()
    pump(number.pk)
    assert sent == [str(each.reference) for each in messages]


# Customers written to first ------------------------------------------------------------------------------------------
def template(number, **fields) -> Message:
    closed = ThreadFactory(number=number, window_expires_at=None)
    return MessageFactory(thread=closed, type="template", content={"template": {"name": "example"}}, **fields)


def test_no_more_customers_are_written_to_first_than_the_tier_allows(meta, number):
    number.messaging_limit_tier = "TIER_50"
    number.save()
    reached = ThreadFactory.create_batch(48, number=number, reached_at=timezone.now() - timedelta(hours=23))
    ThreadFactory.create_batch(5, number=number, reached_at=timezone.now() - timedelta(hours=25))
    new = [template(number) for _ in range(5)]
    again = template(number, priority=Priority.CAMPAIGN)
    Thread.objects.filter(pk=again.thread_id).update(reached_at=timezone.now() - timedelta(hours=1))
    reached[0].delete()
    inside = MessageFactory(thread__number=number)
    meta()
    pump(number.pk)
    assert statuses() == {S.SENT: 4, S.QUEUED: 3}
    inside.refresh_from_db()
    again.refresh_from_db()
    assert (inside.status, again.status) == (S.SENT, S.SENT)
    assert reach.reached(number) == 50
    assert not claims.has_due(number.pk)
    Thread.objects.update(reached_at=timezone.now() - timedelta(hours=25))
    pump(number.pk)
    assert Message.objects.filter(pk__in=[each.pk for each in new], status=S.SENT).count() == 5


def test_the_limit_is_the_accounts_not_the_numbers(number):
    other = PhoneNumberFactory(account=number.account, is_default=False, messaging_limit_tier="TIER_50")
    ThreadFactory.create_batch(3, number=number, reached_at=timezone.now())
    assert reach.room(other) == 47


@pytest.mark.parametrize("tier", ["", "TIER_UNLIMITED", "TIER_INVENTED_TOMORROW"])
def test_without_a_limit_we_know_of_meta_decides(number, tier):
    number.messaging_limit_tier = tier
    assert reach.room(number) is None


def test_while_meta_forbids_to_write_first_such_templates_wait_and_answers_go_out(meta, number):
    WABA.objects.update(restricted_until=timezone.now() + timedelta(hours=1))
    first, again = template(number), template(number)
    Thread.objects.filter(pk=again.thread_id).update(reached_at=timezone.now())
    opened = {"thread__window_expires_at": timezone.now() + timedelta(hours=1), "thread__number": number}
    answers = [MessageFactory(**opened), MessageFactory(**opened, type="template", content=first.content)]
    sent = meta()
    pump(number.pk)
    assert sorted(sent) == sorted(str(each.reference) for each in answers)
    assert set(Message.objects.filter(pk__in=[first.pk, again.pk]).values_list("status", flat=True)) == {S.QUEUED}
    assert not claims.has_due(number.pk)
    WABA.objects.update(restricted_until=timezone.now() - timedelta(seconds=1))
    assert claims.has_due(number.pk)
    pump(number.pk)
    assert {str(first.reference), str(again.reference)} <= set(sent)


# The queue -----------------------------------------------------------------------------------------------------------
def test_a_number_with_a_high_limit_and_much_to_send_gets_a_second_process(number, monkeypatch):
    monkeypatch.setattr(pacing, "LIMITS", {"HIGH": 5, "STANDARD": 3})
    monkeypatch.setattr(claims, "ONE_PROCESS_SENDS", 4)
    MessageFactory.create_batch(5, thread__number=number, priority=Priority.CAMPAIGN)
    assert not claims.wants_help(number.pk)
    PhoneNumber.objects.update(throughput_level="HIGH")
    assert claims.wants_help(number.pk)
    Message.objects.filter(pk=Message.objects.first().pk).update(priority=Priority.AGENT)
    assert not claims.wants_help(number.pk)


def test_the_second_process_leaves_conversations_to_the_first(meta, number):
    agents = MessageFactory(thread__number=number, priority=Priority.AGENT)
    campaigns = MessageFactory(thread__number=number, priority=Priority.CAMPAIGN)
    sent = meta()
    pump(number.pk, only_campaigns=True)
    assert sent == [str(campaigns.reference)]
    assert Message.objects.get(status=S.QUEUED) == agents


def test_a_deep_queue_takes_no_more_of_a_campaign(number, monkeypatch):
    monkeypatch.setattr(claims, "SECONDS_AHEAD", 0.1)
    most = int(pacing.limit_of(number) * 0.1)
    assert claims.room_for_campaigns(number) == most
    MessageFactory.create_batch(most - 2, thread=ThreadFactory(number=number))
    assert claims.room_for_campaigns(number) == 2
    MessageFactory.create_batch(4, thread=ThreadFactory(number=number))
    assert claims.room_for_campaigns(number) == 0


@pytest.mark.parametrize(("quality", "share"), [("GREEN", 1), ("YELLOW", 2), ("RED", 4)])
def test_campaigns_queue_less_ahead_while_quality_is_low(number, quality, share):
    full = claims.room_for_campaigns(number)
    number.quality_rating = quality
    assert claims.room_for_campaigns(number) == full // share


def test_a_number_that_is_not_registered_keeps_its_messages(meta, number):
    MessageFactory(thread__number=number)
    PhoneNumber.objects.update(is_registered=False)
    assert not claims.has_due(number.pk)
    assert pump(number.pk) == 0


def test_an_agents_message_does_not_wait_behind_claimed_ones_of_a_campaign(number):
    MessageFactory.create_batch(60, thread__number=number, priority=Priority.CAMPAIGN)
    run = pumps.Run(number, None, None, None, CallBuffer())
    pumps._claim_more(run)
    reply = MessageFactory(thread__number=number, priority=Priority.AGENT)
    run.looked_at = float("-inf")
    pumps._claim_more(run)
    assert run.waiting[0].pk == reply.pk


def test_campaigns_leave_connections_for_agents(number, settings):
    settings.SENDING_THREADS = 10
    MessageFactory.create_batch(20, thread__number=number, priority=Priority.CAMPAIGN)
    MessageFactory.create_batch(20, thread__number=number, priority=Priority.AGENT)
    run = pumps.Run(number, None, None, None, CallBuffer(), waiting=claims.claim(number, uuid.uuid4(), 40))
    assert len(pumps._ready(run, is_urgent=False)) == 8
    assert len(pumps._ready(run, is_urgent=True)) == 10


def test_a_pump_gives_its_worker_to_the_numbers_that_wait_for_one(number, settings):
    run = pumps.Run(number, None, None, None, CallBuffer())
    now = run.begun_at + pumps.SLICE_SECONDS + 0.1
    assert not pumps._is_over(run, now)
    client().rpush(settings.SENDING_QUEUE, "another number's task")
    assert pumps._is_over(run, now)
    assert not pumps._is_over(run, run.begun_at + 0.1)
    client().delete(settings.SENDING_QUEUE)
    assert pumps._is_over(run, run.begun_at + pumps.RUN_SECONDS + 0.1)


def test_asked_to_end_it_gives_back_what_it_has_not_begun(number):
    MessageFactory.create_batch(30, thread__number=number)
    run = pumps.Run(number, None, None, None, CallBuffer())
    pumps._claim_more(run)
    assert statuses() == {S.CLAIMED: 21, S.QUEUED: 9}
    run.looked_at = float("-inf")
    pumps.stopping.value = 1
    try:
        pumps._claim_more(run)
    finally:
        pumps.stopping.value = 0
    assert (statuses(), run.waiting) == ({S.QUEUED: 30}, [])
