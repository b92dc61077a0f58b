"""What a customer's message and a person's answer do to a thread, in whatever order they come."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from conftest import PAYLOADS
from inbox import outgoing
from inbox.models import Case, Message, Thread, ThreadEvent
from inbox.services import sending, work
from inbox.services.moves import move_messages
from inbox.tests.factories import CaseFactory, ThreadFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NUMBER_ID = "200000000000042"


@pytest.fixture
def number():
    return PhoneNumberFactory(phone_number_id=NUMBER_ID)


@pytest.fixture
def ann(number):
    return MembershipFactory(workspace=number.workspace, role=Role.AGENT, user__first_name="Ann").user


@pytest.fixture
def wrote(number, deliver):
    """wrote(3): the customer's message of three minutes ago arrives now. Another type: wrote(3, type="reaction")."""
    counter = itertools.count(1)

    def post(minutes: float = 0, *, field: str = "messages", **content):
        at = int((timezone.now() - timedelta(minutes=minutes)).timestamp())
        content = {"type": "text", "text": {"body": "Hello"}, **content}
        who = {"to": "15550001111"} if field == "message_echoes" else {"from": "15550001111"}
        item = {"id": f"wamid.example-{next(counter)}", "timestamp": str(at), **who, **content}
        value = {"metadata": {"phone_number_id": NUMBER_ID}, field: [item]}
        kind = "smb_message_echoes" if field == "message_echoes" else "messages"
        deliver({"entry": [{"id": "1", "changes": [{"field": kind, "value": value}]}]})
        return datetime.fromtimestamp(at, tz=UTC)

    return post


@pytest.fixture
def echoed(wrote):
    """The shop answered in WhatsApp's own app."""
    return lambda minutes=0: wrote(minutes, field="message_echoes")


def the_thread() -> Thread:
    return Thread.objects.select_related("workspace", "number__account", "contact").get()


def test_a_customer_waits_from_the_first_message_until_a_person_answers(wrote, ann):
    first = wrote(9)
    wrote(5)
    assert the_thread().waiting_since == first
    sending.reply(the_thread(), "Yes", author=ann)
    thread, case = the_thread(), Case.objects.get()
    assert (thread.waiting_since, thread.assignee) == (None, ann)
    assert (case.opened_at, case.first_reply_by, case.resolved_at) == (first, ann, None)
    assert case.first_reply_at == Message.objects.get(direction="out").occurred_at


def test_an_answer_from_the_phone_app_is_one_of_nobodys(wrote, echoed):
    wrote(9)
    at = echoed(5)
    case = Case.objects.get()
    assert (the_thread().waiting_since, the_thread().assignee) == (None, None)
    assert (case.first_reply_at, case.first_reply_by) == (at, None)


@pytest.mark.parametrize("order", list(itertools.permutations("ABCD")))
def test_any_order_of_arrival_ends_in_the_same_state(wrote, echoed, order):
    """The customer wrote 9 minutes ago, the shop answered 7 and 6 minutes ago, and the customer wrote again."""
    steps = {"A": lambda: wrote(9), "B": lambda: echoed(7), "C": lambda: echoed(6), "D": lambda: wrote(2)}
    times = {name: steps[name]() for name in order}
    thread, case = the_thread(), Case.objects.get()
    assert (thread.status, thread.waiting_since, thread.answered_at) == ("OPEN", times["D"], times["C"])
    assert (case.opened_at, case.first_reply_at) == (times["A"], times["B"])


def test_a_second_answer_changes_neither_the_first_nor_whose_it_is(wrote, ann, number):
    ben = MembershipFactory(workspace=number.workspace, role=Role.AGENT).user
    wrote(5)
    sending.reply(the_thread(), "Yes", author=ann)
    sending.reply(the_thread(), "No", author=ben)
    assert (the_thread().assignee, Case.objects.get().first_reply_by) == (ann, ann)


def test_what_no_person_wrote_is_no_answer(wrote):
    wrote(5)
    sending.queue(the_thread(), outgoing.text("We are closed"), priority=1, origin="Away message")
    assert the_thread().waiting_since
    assert the_thread().assignee is None
    assert Case.objects.get().first_reply_at is None


@pytest.mark.parametrize("kind", ["reaction", "revoke"])
def test_a_reaction_or_a_deletion_asks_for_no_answer(wrote, ann, kind):
    wrote(9)
    sending.reply(the_thread(), "Yes", author=ann)
    work.set_status(the_thread(), "RESOLVED", ann)
    Thread.objects.update(unread_count=0, resolved_at=timezone.now() - timedelta(minutes=8))
    wrote(1, type=kind, **{kind: {"message_id": "wamid.example-1", "emoji": "👍"}})
    thread = the_thread()
    assert (thread.status, thread.waiting_since, thread.unread_count) == ("RESOLVED", None, 0)
    assert not Case.objects.filter(resolved_at=None).exists()


def test_what_whatsapp_reports_of_a_customer_is_no_message_of_theirs(deliver):
    body = json.loads((PAYLOADS / "messages__system_user_changed_number.json").read_text())
    value = body["entry"][0]["changes"][0]["value"]
    PhoneNumberFactory(phone_number_id=value["metadata"]["phone_number_id"])
    deliver(body)
    assert (the_thread().waiting_since, the_thread().unread_count, Case.objects.count()) == (None, 0, 0)


def test_a_message_opens_a_resolved_thread_and_a_new_case(wrote, ann):
    wrote(90)
    work.set_status(the_thread(), "RESOLVED", ann)
    Thread.objects.update(resolved_at=timezone.now() - timedelta(minutes=60))
    at = wrote(1)
    assert (the_thread().status, the_thread().waiting_since) == ("OPEN", at)
    assert list(Case.objects.order_by("id").values_list("resolved_by", flat=True)) == [ann.pk, None]
    told = ThreadEvent.objects.order_by("id").values_list("kind", "detail__to", "detail__by_itself")
    assert list(told) == [("status", "RESOLVED", None), ("status", "OPEN", "customer_wrote")]


def test_what_comes_late_does_not_open_what_was_resolved_after_it(wrote, ann):
    wrote(60)
    work.set_status(the_thread(), "RESOLVED", ann)
    wrote(30)
    thread = the_thread()
    assert (thread.status, thread.waiting_since, thread.unread_count) == ("RESOLVED", None, 2)
    assert Case.objects.count() == 1


def test_what_was_on_its_way_while_somebody_resolved_opens_it_again(wrote, ann):
    wrote(60)
    work.set_status(the_thread(), "RESOLVED", ann)
    wrote(0.2)
    assert the_thread().status == "OPEN"


def test_a_message_ends_the_putting_off(wrote, ann):
    wrote(60)
    work.snooze(the_thread(), timezone.now() + timedelta(hours=1), ann)
    wrote(1)
    assert the_thread().snoozed_until is None
    assert ThreadEvent.objects.latest("id").detail == {"by_itself": "customer_wrote"}


def test_a_blocked_customer_is_heard_by_nobody_and_kept(wrote, ann, number):
    wrote(60)
    thread = the_thread()
    work.set_status(thread, "RESOLVED", ann)
    Thread.objects.update(unread_count=0, resolved_at=timezone.now() - timedelta(minutes=50))
    before = the_thread()
    thread.contact.blocked_at = timezone.now()
    thread.contact.save()
    wrote(1, text={"body": "Hello again"})
    after = the_thread()
    same = ("status", "unread_count", "waiting_since", "preview", "last_message_at", "assignee_id")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert Message.objects.filter(body="Hello again").exists()
    assert after.is_window_open()


@pytest.mark.parametrize("to", ["cancelled", "failed", "skipped"])
def test_an_answer_that_is_taken_back_or_fails_was_none(wrote, ann, to):
    at = wrote(5)
    message = sending.reply(the_thread(), "Yes", author=ann)
    assert the_thread().waiting_since is None
    move_messages([message.pk], to)
    assert (the_thread().waiting_since, the_thread().answered_at) == (at, None)
    assert Case.objects.get().first_reply_at is None


def test_an_answer_that_was_said_to_have_failed_and_arrived_is_one(wrote, ann):
    wrote(5)
    message = sending.reply(the_thread(), "Yes", author=ann)
    move_messages([message.pk], "failed")
    move_messages([message.pk], "delivered")
    assert (the_thread().waiting_since, the_thread().answered_at) == (None, message.occurred_at)
    assert Case.objects.get().first_reply_by == ann


def test_a_thread_has_one_open_case(number):
    thread = ThreadFactory(number=number)
    CaseFactory(thread=thread)
    with pytest.raises(IntegrityError):
        CaseFactory(thread=thread)
