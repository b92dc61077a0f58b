"""The head of a conversation: every control is a form that works without JavaScript, and a part of the page with it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from inbox.models import Agent, Thread, ThreadEvent
from inbox.services import silence, snoozing, work
from inbox.tests.factories import AgentFactory, InboxSettingsFactory, MessageFactory, ThreadFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "work"}


@pytest.fixture
def thread():
    return ThreadFactory(number__account__workspace__timezone="Europe/Berlin")


@pytest.fixture
def ann(client, thread):
    user = MembershipFactory(workspace=thread.workspace, role=Role.AGENT, user__first_name="Ann").user
    client.force_login(user)
    return user


@pytest.fixture
def do(client, thread):
    return lambda do, headers=None, **data: client.post(
        f"/inbox/{thread.pk}/work/", {"do": do, **data}, headers=headers or {}
    )


def test_without_javascript_each_control_leads_back_to_the_conversation(client, thread, ann, do):
    assert do("assign", to=ann.pk, seen="").url == f"/inbox/{thread.pk}/"
    assert do("status", status="PENDING").url == f"/inbox/{thread.pk}/"
    assert do("snooze", moment="hour").url == f"/inbox/{thread.pk}/"
    now = Thread.objects.get()
    assert (now.assignee, now.status, now.snoozed_until > timezone.now()) == (ann, "PENDING", True)
    do("wake")
    assert Thread.objects.get().snoozed_until is None


def test_the_second_is_told_who_was_faster(client, thread, ann, do):
    ben = MembershipFactory(workspace=thread.workspace, role=Role.AGENT, user__first_name="Ben").user
    work.assign(thread, ben, ben)
    answer = do("assign", HTMX, to=ann.pk, seen="")
    assert answer.status_code == 409
    assert "Ben took it a moment ago" in answer.content.decode()
    do("assign", to=ann.pk, seen="")
    assert "Ben took it a moment ago" in client.get(f"/inbox/{thread.pk}/").content.decode()
    assert Thread.objects.get().assignee == ben


def test_nobody_elsewhere_is_given_a_thread(thread, ann, do):
    stranger = MembershipFactory().user
    assert stranger.label not in do("assign", HTMX, to=stranger.pk, seen="").content.decode()
    assert Thread.objects.get().assignee is None


@pytest.mark.parametrize("data", [{"do": "x"}, {"do": "status", "status": "DONE"}, {"do": "snooze", "at": "soon"}])
def test_nonsense_changes_nothing_and_says_so(thread, ann, do, data):
    assert do(headers=HTMX, **data).status_code == 409
    assert not ThreadEvent.objects.exists()


def test_who_only_looks_sees_how_it_stands_and_has_no_buttons(client, thread, do):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    page = client.get(f"/inbox/{thread.pk}/work/", headers=HTMX).content.decode()
    assert "Open" in page
    assert "<form" not in page
    assert do("status", status="RESOLVED").status_code == 403


def test_unread_stays_unread_for_pages_that_only_follow(client, thread, ann, do):
    MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.a")
    assert do("unread").url == "/inbox/"
    client.get(f"/inbox/{thread.pk}/", headers={"HX-Request": "true", "HX-Target": "messages"})
    assert Thread.objects.get().unread_count == 1
    client.get(f"/inbox/{thread.pk}/")
    assert Thread.objects.get().unread_count == 0


# Monday, 7 September 2026, 10:30 in Berlin.
@time_machine.travel(datetime(2026, 9, 7, 8, 30, tzinfo=UTC), tick=False)
def test_the_moments_are_the_shops_own(thread, ann, do):
    with timezone.override("Europe/Berlin"):
        found = {each["name"]: each["at"].strftime("%a %H:%M") for each in snoozing.moments()}
    assert found == {"hour": "Mon 11:30", "evening": "Mon 18:00", "tomorrow": "Tue 09:00", "monday": "Mon 09:00"}
    do("snooze", moment="at", at="2026-12-24T09:00")
    assert Thread.objects.get().snoozed_until == datetime(2026, 12, 24, 8, 0, tzinfo=UTC)


def test_an_hour_has_sixty_minutes_while_clocks_are_set_back():
    now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"):
        moments = {each["name"]: each["at"] for each in snoozing.moments(now)}
    assert moments["hour"].astimezone(UTC) == now + timedelta(hours=1)


def test_what_was_put_off_comes_back_within_a_minute_of_its_time(thread, ann):
    until = timezone.now() + timedelta(hours=1)
    work.snooze(thread, until, ann)
    assert silence.wake_due() == 0
    with time_machine.travel(until + timedelta(seconds=1)):
        assert silence.wake_due() == 1
        assert silence.wake_due() == 0
    assert (Thread.objects.get().unread_count, ThreadEvent.objects.latest("id").detail) == (1, {"by_itself": "time"})


def test_a_silent_thread_is_resolved_and_one_whose_customer_waits_is_not(thread):
    InboxSettingsFactory(workspace=thread.workspace, resolve_after_hours=24)
    old = timezone.now() - timedelta(hours=25)
    Thread.objects.update(last_message_at=old)
    waits = ThreadFactory(number=thread.number, last_message_at=old, waiting_since=old)
    put_off = ThreadFactory(number=thread.number, last_message_at=old, snoozed_until=timezone.now() + timedelta(days=1))
    lively = ThreadFactory(number=thread.number, last_message_at=timezone.now() - timedelta(hours=23))
    elsewhere = ThreadFactory(last_message_at=old)
    assert silence.resolve_silent() == 1
    assert silence.resolve_silent() == 0
    statuses = dict(Thread.objects.values_list("pk", "status"))
    assert statuses == {thread.pk: "RESOLVED"} | {each.pk: "OPEN" for each in (waits, put_off, lively, elsewhere)}
    assert ThreadEvent.objects.get().detail == {"to": "RESOLVED", "by_itself": "24"}


@pytest.mark.parametrize("how", ["removed", "analyst", "closed"])
def test_who_leaves_the_team_leaves_their_threads_to_others(thread, ann, how):
    AgentFactory(workspace=thread.workspace, user=ann, is_on_duty=True, on_duty_since=timezone.now())
    work.assign(thread, ann, ann)
    membership = ann.memberships.get()
    if how == "removed":
        membership.delete()
    elif how == "analyst":
        membership.role = Role.ANALYST
        membership.save()
    else:
        ann.is_active = False
        ann.save()
    assert Thread.objects.get().assignee is None
    assert ThreadEvent.objects.latest("id").detail == {"from": "Ann", "by_itself": "left"}
    assert not Agent.objects.get().is_on_duty
