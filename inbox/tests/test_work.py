"""Whose a thread is, how it stands and when it comes back: each change once, told, and never over somebody's head."""

import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from inbox.models import Thread, ThreadEvent
from inbox.services import work
from inbox.tests.factories import CaseFactory, ThreadFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread():
    return ThreadFactory()


def member(thread, name: str, role: str = Role.AGENT):
    return MembershipFactory(workspace=thread.workspace, role=role, user__first_name=name).user


def told(thread) -> list[tuple]:
    return [(event.kind, event.detail) for event in ThreadEvent.objects.filter(thread=thread).order_by("id")]


def test_an_assignment_is_told_once(thread):
    ann = member(thread, "Ann")
    assert work.assign(thread, ann, ann)
    assert not work.assign(thread, ann, ann)
    assert work.assign(thread, None, ann)
    assert told(thread) == [("assigned", {"to": "Ann"}), ("unassigned", {"from": "Ann"})]


@pytest.mark.parametrize("stranger", ["analyst", "of another shop", "left"])
def test_only_who_may_answer_is_given_a_thread(thread, stranger):
    user = member(thread, "X", Role.ANALYST) if stranger == "analyst" else UserFactory()
    if stranger == "left":
        user = member(thread, "X")
        user.is_active = False
        user.save()
    with pytest.raises(work.NotDone):
        work.assign(thread, user, None)
    assert user not in work.team_of(thread.workspace)
    assert not told(thread)


def test_who_took_it_a_moment_ago_keeps_it(thread):
    ann, ben = member(thread, "Ann"), member(thread, "Ben")
    work.assign(thread, ann, ann, expected=None)
    with pytest.raises(work.NotDone, match="Ann took it a moment ago"):
        work.assign(thread, ben, ben, expected=None)
    assert Thread.objects.get().assignee == ann


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_thread_at_once_one_has_it_and_the_other_hears_of_it():
    thread = ThreadFactory()
    people = [member(thread, name) for name in ("Ann", "Ben", "Cleo")]
    gate, refused = threading.Barrier(3), []

    def take(user):
        gate.wait()
        try:
            work.assign(Thread.objects.get(pk=thread.pk), user, user, expected=None)
        except work.NotDone as exc:
            refused.append(str(exc))
        finally:
            connection.close()

    takers = [threading.Thread(target=take, args=[user]) for user in people]
    for each in takers:
        each.start()
    for each in takers:
        each.join()
    winner = Thread.objects.get().assignee
    assert len(refused) == 2
    assert all(winner.label in words for words in refused)
    assert told(thread) == [("assigned", {"to": winner.label})]


def test_resolving_ends_the_case_the_waiting_and_the_putting_off(thread):
    ann, case = member(thread, "Ann"), CaseFactory(thread=thread)
    Thread.objects.update(waiting_since=timezone.now(), snoozed_until=timezone.now() + timedelta(hours=1))
    assert work.set_status(thread, "RESOLVED", ann)
    assert not work.set_status(thread, "RESOLVED", ann)
    thread.refresh_from_db()
    case.refresh_from_db()
    assert (thread.status, thread.waiting_since, thread.snoozed_until) == ("RESOLVED", None, None)
    assert (case.resolved_by, case.resolved_at) == (ann, thread.resolved_at)
    assert told(thread) == [("status", {"to": "RESOLVED"})]


def test_a_resolving_that_is_taken_back_was_none(thread):
    ann, case = member(thread, "Ann"), CaseFactory(thread=thread)
    work.set_status(thread, "RESOLVED", ann)
    work.set_status(thread, "OPEN", ann)
    case.refresh_from_db()
    assert (case.resolved_at, case.resolved_by) == (None, None)
    assert Thread.objects.get().resolved_at is None


def test_what_was_put_off_comes_back_unread(thread):
    ann = member(thread, "Ann")
    until = timezone.now() + timedelta(hours=1)
    assert work.snooze(thread, until, ann)
    assert not work.snooze(thread, until, ann)
    assert work.wake(thread)
    assert not work.wake(thread)
    thread.refresh_from_db()
    assert (thread.snoozed_until, thread.unread_count) == (None, 1)
    assert told(thread) == [("snoozed", {"until": until.isoformat()}), ("woken", {"by_itself": "time"})]


def test_nothing_is_put_off_into_the_past_nor_once_it_is_resolved(thread):
    with pytest.raises(work.NotDone, match="passed"):
        work.snooze(thread, timezone.now() - timedelta(seconds=1), None)
    work.set_status(thread, "RESOLVED", None)
    with pytest.raises(work.NotDone, match="resolved"):
        work.snooze(thread, timezone.now() + timedelta(hours=1), None)


def test_nothing_is_put_off_so_far_that_it_could_not_be_read_again(thread):
    with pytest.raises(work.NotDone, match="within a year"):
        work.snooze(thread, datetime(9999, 12, 31, 23, 59, tzinfo=ZoneInfo("America/New_York")), None)


def test_a_thread_is_unread_again_when_somebody_says_so(thread):
    assert work.mark_unread(thread, None)
    assert not work.mark_unread(thread, None)
    assert Thread.objects.get().unread_count == 1


def test_nobodys_thread_is_the_first_repliers(thread):
    ann, ben = member(thread, "Ann"), member(thread, "Ben")
    assert work.take_if_nobodys(thread, ann)
    assert not work.take_if_nobodys(thread, ben)
    assert told(thread) == [("assigned", {"to": "Ann", "by_itself": "answered first"})]
