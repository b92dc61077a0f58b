"""Round robin: those on duty are given new conversations in turn, each turn once, and nobody who is not there."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from inbox.models import Agent, Thread, ThreadEvent
from inbox.services import duty, work
from inbox.tests.factories import InboxSettingsFactory, ThreadFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NUMBER_ID = "200000000000044"


@pytest.fixture
def number():
    number = PhoneNumberFactory(phone_number_id=NUMBER_ID)
    InboxSettingsFactory(workspace=number.workspace, gives_out_work=True)
    return number


def working(number, name: str):
    user = MembershipFactory(workspace=number.workspace, role=Role.AGENT, user__first_name=name).user
    duty.switch(number.workspace, user, on=True)
    return user


@pytest.fixture
def wrote(number, deliver):
    counter = itertools.count(1)

    def post(phone: str):
        now = str(int(timezone.now().timestamp()))
        item = {"id": f"wamid.{next(counter)}", "timestamp": now, "from": phone, "type": "text", "text": {"body": "Hi"}}
        value = {"metadata": {"phone_number_id": NUMBER_ID}, "messages": [item]}
        deliver({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
        return Thread.objects.get(contact__wa_id=phone).assignee

    return post


def test_each_has_a_turn_and_keeps_what_they_have(number, wrote):
    ann, ben = working(number, "Ann"), working(number, "Ben")
    given = [wrote(f"1555000{n}") for n in (1, 2, 3, 1, 4)]
    assert given == [ann, ben, ann, ann, ben]
    assert ThreadEvent.objects.first().detail == {"to": "Ann", "by_itself": "turn"}


def test_nobody_on_duty_gets_nothing_and_the_conversation_is_nobodys(number, wrote):
    ann = working(number, "Ann")
    duty.switch(number.workspace, ann, on=False)
    assert wrote("15550001") is None


def test_a_shop_that_does_not_want_it_gives_out_nothing(number, wrote):
    working(number, "Ann")
    number.workspace.inboxsettings_set.update(gives_out_work=False)
    assert wrote("15550001") is None


def test_duty_ends_with_the_log_out_and_by_itself_after_a_long_day(client, number, wrote):
    ann, ben = working(number, "Ann"), working(number, "Ben")
    client.force_login(ann)
    client.post("/logout/")
    Agent.objects.filter(user=ben).update(on_duty_since=timezone.now() - duty.LASTS)
    assert not Agent.objects.get(user=ann).is_on_duty
    assert wrote("15550001") is None


def test_a_resolved_conversation_that_opens_again_stays_with_who_had_it(number, wrote):
    ann, ben = working(number, "Ann"), working(number, "Ben")
    assert wrote("15550001") == ann
    work.set_status(Thread.objects.get(), "RESOLVED", ann)
    assert wrote("15550001") == ann
    assert wrote("15550002") == ben


def test_the_switch_is_above_the_list_where_it_does_something(client, number):
    ann = MembershipFactory(workspace=number.workspace, role=Role.AGENT).user
    client.force_login(ann)
    assert 'aria-checked="false"' in client.get("/inbox/").content.decode()
    assert client.post("/inbox/duty/", {"on": "1"}).url == "/inbox/"
    assert 'aria-checked="true"' in client.get("/inbox/").content.decode()
    number.workspace.inboxsettings_set.update(gives_out_work=False)
    assert 'role="switch"' not in client.get("/inbox/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_give_the_same_turn_twice():
    number = PhoneNumberFactory()
    people = [working(number, name) for name in ("Ann", "Ben", "Cleo", "Dan")]
    threads = ThreadFactory.create_batch(8, number=number)
    gate = threading.Barrier(4)

    def give(some):
        gate.wait()
        for thread in some:
            duty.give(thread)
        connection.close()

    workers = [threading.Thread(target=give, args=[threads[n::4]]) for n in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    given = [Thread.objects.filter(assignee=user).count() for user in people]
    assert sum(given) == 8
    assert max(given) - min(given) <= 2, given
    assert min(given) >= 1
    assert ThreadEvent.objects.count() == 8


def test_a_switch_that_was_forgotten_is_seen_as_off(client, number):
    ann = working(number, "Ann")
    client.force_login(ann)
    Agent.objects.update(on_duty_since=timezone.now() - duty.LASTS - timedelta(seconds=1))
    assert 'aria-checked="false"' in client.get("/inbox/").content.decode()
