"""Statuses in any order, any number of times, early or late, end in the same state; the visible one only rises."""

import itertools
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from conftest import PAYLOADS
from inbox import tasks
from inbox.models import Message, MessageStatus, OrphanStatus
from inbox.services import receiving, statuses
from inbox.services.moves import CAN_BECOME, REPORTED, move_messages, record_sent
from inbox.tests.factories import MessageFactory, OrphanStatusFactory
from meta_integration import intake
from meta_integration.error_book import plain_words
from meta_integration.models import WebhookDelivery
from meta_integration.tests.factories import PhoneNumberFactory

pytestmark = pytest.mark.django_db
S = Message.Status
WAMID = "wamid.example/+=="


@pytest.fixture
def number():
    return PhoneNumberFactory()


def delivery(message, *each: str, wamid=WAMID, with_reference=False, **extra) -> dict:
    """A body of Meta's with these statuses of the message."""
    reference = {"biz_opaque_callback_data": str(message.reference)} if with_reference else {}
    reported = [
        {"id": wamid, "status": status, "timestamp": str(1750000000 + n), **reference, **extra}
        | ({"errors": [{"code": 131026, "title": "x"}]} if status == "failed" else {})
        for n, status in enumerate(each)
    ]
    value = {"metadata": {"phone_number_id": message.number.phone_number_id}, "statuses": reported}
    return {"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}


@pytest.fixture
def message():
    return MessageFactory(status=S.SENT, wamid=WAMID)


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_any_order_in_five_repetitions_ends_read(deliver, message, order):
    for status in order:
        for _ in range(5):
            assert deliver(delivery(message, status)).status_code == 200
    message.refresh_from_db()
    assert message.status == S.READ
    assert sorted(message.timeline.values_list("status", flat=True)) == ["delivered", "read", "sent"]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "failed", "delivered"])))
def test_failed_counts_only_while_nothing_was_delivered(deliver, message, order):
    for status in order:
        deliver(delivery(message, status))
    message.refresh_from_db()
    assert (message.status, message.error_code, message.error) == (S.DELIVERED, None, "")


def test_failed_says_why_in_the_tables_words(deliver, message):
    deliver(delivery(message, "sent", "failed"))
    message.refresh_from_db()
    assert (message.status, message.error_code) == (S.FAILED, 131026)
    assert message.error == plain_words(131026) != ""


def test_late_delivered_does_not_undo_read(deliver, message):
    deliver(delivery(message, "read"))
    deliver(delivery(message, "delivered"))
    message.refresh_from_db()
    assert message.status == S.READ


@pytest.mark.parametrize("with_reference", [True, False])
def test_status_before_the_send_is_recorded_ends_in_the_same_state(deliver, with_reference):
    message = MessageFactory(status=S.SENDING)
    deliver(delivery(message, "sent", "delivered", with_reference=with_reference))
    assert OrphanStatus.objects.count() == (0 if with_reference else 2)
    record_sent({message.pk: WAMID})
    statuses.adopt_orphans_of(message.number_id, [WAMID])
    message.refresh_from_db()
    assert (message.status, message.wamid) == (S.DELIVERED, WAMID)
    assert message.timeline.count() == 2
    assert not OrphanStatus.objects.exists()


def test_reference_settles_an_unknown_send(deliver):
    message = MessageFactory(status=S.UNKNOWN, error="not confirmed")
    deliver(delivery(message, "delivered", with_reference=True))
    message.refresh_from_db()
    assert (message.status, message.wamid, message.error) == (S.DELIVERED, WAMID, "")


def test_an_orphan_missed_at_the_send_is_adopted_by_the_sweep(deliver):
    message = MessageFactory(status=S.SENDING)
    deliver(delivery(message, "read"))
    Message.objects.filter(pk=message.pk).update(wamid=WAMID)
    assert statuses.adopt_orphans() == 1
    message.refresh_from_db()
    assert message.status == S.READ


def test_statuses_of_strangers_are_kept_and_harm_nothing(deliver, message):
    deliver(delivery(message, "read", wamid="wamid.of-another-program"))
    assert OrphanStatus.objects.get().wamid == "wamid.of-another-program"
    message.refresh_from_db()
    assert message.status == S.SENT


def test_status_with_another_numbers_wamid_or_reference_does_not_touch_it(deliver, message):
    stranger = MessageFactory(status=S.SENT, wamid="wamid.stranger")
    deliver(delivery(stranger, "read", wamid=WAMID, biz_opaque_callback_data=str(message.reference)))
    message.refresh_from_db()
    assert message.status == S.SENT


@pytest.mark.parametrize("status", ["deleted", "warning", "invented_tomorrow", None])
def test_unknown_statuses_are_kept_in_the_timeline_and_move_nothing(deliver, message, status):
    deliver(delivery(message, status))
    message.refresh_from_db()
    assert message.status == S.SENT
    assert MessageStatus.objects.count() == 1
    assert not WebhookDelivery.objects.exclude(failed_count=0).exists()


def test_a_thousand_statuses_take_a_constant_number_of_queries(deliver, django_assert_max_num_queries, message):
    messages = [message] + [
        MessageFactory(thread=message.thread, status=S.SENT, wamid=f"wamid.{n}") for n in range(200)
    ]
    body = delivery(message, "delivered")
    reported = body["entry"][0]["changes"][0]["value"]["statuses"]
    for each in messages[1:]:
        reported += delivery(each, "sent", "delivered", wamid=each.wamid)["entry"][0]["changes"][0]["value"]["statuses"]
    with django_assert_max_num_queries(25):
        deliver(body)
    assert Message.objects.filter(status=S.DELIVERED).count() == 201


def test_a_bad_status_does_not_cost_the_others(deliver, message):
    body = delivery(message, "delivered", "read")
    stranger = body["entry"][0]["changes"][0]["value"]["statuses"][0]
    stranger["id"] = "".join(chr(0x4E00 + n) for n in range(6000))  # Too long for PostgreSQL's index.
    deliver(body)
    message.refresh_from_db()
    assert message.status == S.READ
    assert WebhookDelivery.objects.get().failed_count == 1


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud83d", float("inf")])
def test_one_odd_character_costs_no_status(deliver, message, odd):
    deliver(delivery(message, "read", extra=odd))
    message.refresh_from_db()
    assert message.status == S.READ


def test_statuses_of_an_unknown_number_leave_the_others_in_bulk(deliver, message, django_assert_max_num_queries):
    for _ in range(100):
        other = MessageFactory(thread=message.thread, status=S.SENT, wamid=f"wamid.{_}")
        deliver(delivery(other, "read", wamid=other.wamid), process=False)
    stranger = delivery(message, "read")
    stranger["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "999"
    deliver(stranger, process=False)
    with django_assert_max_num_queries(30):
        intake.process_waiting(200)
    assert Message.objects.filter(status=S.READ).count() == 100
    assert WebhookDelivery.objects.get(unknown_numbers=["999"]).failed_count == 0


@pytest.mark.parametrize("to", S.values)
def test_every_move_is_made_exactly_where_the_table_allows_it(to):
    for status in S.values:
        message = MessageFactory(status=status)
        if to not in CAN_BECOME:
            with pytest.raises(KeyError):
                move_messages([message.pk], to)
            continue
        moved = move_messages([message.pk], to)
        message.refresh_from_db()
        assert (moved == [message.pk]) == (status in CAN_BECOME[to])
        assert message.status == (to if moved else status)


def test_window_and_list_follow_the_customers_clock_not_ours(deliver, message):
    body = json.loads((PAYLOADS / "messages__text.json").read_text())
    value = body["entry"][0]["changes"][0]["value"]
    value["metadata"]["phone_number_id"] = message.number.phone_number_id
    deliver(body)
    received = Message.objects.get(direction="in")
    assert received.thread.window_expires_at == received.occurred_at + receiving.WINDOW
    assert not received.thread.is_window_open()  # It was written in 2025.
    assert received.thread.preview == received.body


class AnyDisorder(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.sampled_from(REPORTED), min_size=1, max_size=8))
    def test_the_end_is_the_highest_reported(self, reported):
        message = MessageFactory(status=S.SENT, wamid=WAMID)
        for status in reported:
            report = statuses.Report(
                message.workspace_id,
                message.number_id,
                WAMID,
                status,
                receiving.time_of({"timestamp": "1750000000"}),
                None,
                {},
            )
            statuses.apply([report])
        message.refresh_from_db()
        assert message.status == max([S.SENT, *reported], key=REPORTED.index)


def test_a_status_that_nobody_claims_in_a_week_is_given_up_with_a_trace(number):
    for days in (1, 8, 40):
        orphan = OrphanStatusFactory(number=number)
        OrphanStatus.objects.filter(pk=orphan.pk).update(received_at=timezone.now() - timedelta(days=days))
    assert tasks.expire_orphan_statuses() == 1
    assert [each.expired_at is None for each in OrphanStatus.objects.order_by("-received_at")] == [True, False]
    assert tasks.expire_orphan_statuses() == 0


def test_the_timeline_keeps_what_the_message_costs(deliver):
    message = MessageFactory(status=S.SENT, wamid=WAMID)
    pricing = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "marketing"}
    deliver(delivery(message, "sent", pricing=pricing))
    deliver(delivery(message, "delivered", pricing="strange"))
    rows = message.timeline.order_by("pk").values_list("is_billable", "pricing_type", "pricing_category")
    assert list(rows) == [(True, "regular", "marketing"), (None, "", "")]


@pytest.mark.parametrize("strange", ["deleted", "warning", "invented_tomorrow"])
def test_a_status_we_have_no_rank_for_is_kept_and_moves_nothing(deliver, strange):
    message = MessageFactory(status=S.DELIVERED, wamid=WAMID)
    deliver(delivery(message, strange))
    message.refresh_from_db()
    assert message.status == S.DELIVERED
    assert message.timeline.get().status == strange


def test_two_hundred_statuses_take_the_same_queries_as_ten():
    thread = MessageFactory(status=S.SENT).thread

    def queries(count: int) -> int:
        messages = [MessageFactory(thread=thread, status=S.SENT, wamid=f"wamid.{count}.{n}") for n in range(count)]
        reports = [
            statuses.Report(thread.workspace_id, thread.number_id, message.wamid, "read", timezone.now(), None, {})
            for message in messages
        ]
        with CaptureQueriesContext(connection) as captured:
            statuses.apply(reports)
        assert Message.objects.filter(wamid__startswith=f"wamid.{count}.", status=S.READ).count() == count
        return len(captured)

    assert queries(10) == queries(200)
