"""Deleting: drafts at once, others at Meta, harmless to break off; rows and history stay."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meta_integration.models import WABA, Incident
from meta_integration.tests.factories import WABAFactory
from templates_app import tasks
from templates_app.models import MessageTemplate
from templates_app.services import deleting, work, writing
from templates_app.services.deleting import CannotDelete
from templates_app.services.merging import NAME_IS_BLOCKED
from templates_app.tests.events import happen, moment, status
from templates_app.tests.factories import MessageTemplateFactory
from templates_app.tests.handing_in import Desk, error
from templates_app.tests.listing import GRAPH
from templates_app.uses import Use
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LONG_AGO = dict.fromkeys(("status_at", "category_at", "components_at"), moment(-(10**6)))


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def desk(graph, account):
    return Desk(graph, account)


@pytest.fixture
def two(account, desk):
    """One name in two languages, both approved."""
    for template_id, language in (("800", "en"), ("801", "de")):
        MessageTemplateFactory(account=account, name="hello", language=language, template_id=template_id, **LONG_AGO)
        desk.rows[template_id] = {"id": template_id, "name": "hello", "language": language, "status": "APPROVED"}
    return list(MessageTemplate.objects.order_by("template_id"))


def go(*templates, minutes=0):
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        for each in templates:
            tasks.delete_template(each.pk)
    for each in templates:
        each.refresh_from_db()


def used(template):
    return [Use("Campaign", "Spring", 3)]


def test_one_language_is_deleted_and_its_row_stays(desk, two):
    user = UserFactory()
    deleting.delete(two[0], user)
    two[0].refresh_from_db()
    assert two[0].is_at_work
    go(two[0])
    assert desk.calls("delete")[0] | {"appsecret_proof": ""} == {
        "name": "hello",
        "hsm_id": "800",
        "appsecret_proof": "",
    }
    assert (two[0].status, two[0].work, two[0].name) == ("DELETED", "", "hello")
    assert two[0].name_blocked_until - two[0].status_at == NAME_IS_BLOCKED
    event = two[0].events.get()
    assert (event.kind, event.was, event.became, event.actor) == ("deleted", "APPROVED", "DELETED", user)
    two[1].refresh_from_db()
    assert two[1].status == "APPROVED"


def test_all_languages_are_deleted_by_one_call(desk, two):
    deleting.delete(two[1], None, all_languages=True)
    go(*two)
    go(*two, minutes=1)
    assert len(desk.calls("delete")) == 1 and "hsm_id" not in desk.calls("delete")[0]
    assert {each.status for each in two} == {"DELETED"} and {each.work for each in two} == {""}


def test_where_not_all_can_go_each_is_tried_by_itself(desk, two):
    deleting.delete(two[0], None, all_languages=True)
    desk.answer = error(None, "Nein", "Eine ist gesperrt.")
    go(two[0])
    assert two[0].work_problem["said"] == "Nein: Eine ist gesperrt." and two[0].status == "APPROVED"
    desk.answer = {}
    go(two[1], minutes=1)
    assert two[1].status == "DELETED"


def test_refused_and_without_a_second_answer_it_is_not_taken_for_deleted(desk, two, graph):
    deleting.delete(two[0], None)
    desk.answer = error(None, "Nein", "Sie wird noch gebraucht.")
    edge = f"{GRAPH}/{two[0].account.waba_id}/message_templates"
    graph.replace("GET", edge, status=502, body="<html>")
    go(two[0])
    assert (two[0].status, two[0].work) == ("APPROVED", "deleting")


def test_a_draft_goes_at_once_and_without_meta(account, desk):
    draft = writing.create(account, "hello", "en", {"components": []}, None)
    deleting.delete(draft, None)
    assert not MessageTemplate.objects.exists() and not desk.asked


@pytest.mark.parametrize("away", ["before", "after"])
def test_broken_off_it_is_done_once_it_can_be(desk, two, away):
    desk.away = away
    deleting.delete(two[0], None)
    go(two[0])
    assert two[0].work == "deleting" and two[0].status == "APPROVED"
    desk.away = None
    go(two[0], minutes=1)
    assert (two[0].status, two[0].work, two[0].work_problem) == ("DELETED", "", None)


def test_what_meta_still_delivers_is_on_its_way_out(desk, two):
    def still_listed(when):
        if when == "after":
            desk.rows["800"] = {"id": "800", "name": "hello", "language": "en", "status": "PENDING_DELETION"}

    desk._away = still_listed
    deleting.delete(two[0], None)
    go(two[0])
    assert two[0].status == "PENDING_DELETION" and two[0].name_blocked_until


def test_late_events_of_a_deleted_one_change_neither_it_nor_a_draft_in_its_place(desk, two, account):
    deleting.delete(two[0], None)
    go(two[0])
    happen(account, (*status("APPROVED", message_template_name="hello", message_template_language="en"), 5))
    two[0].refresh_from_db()
    assert two[0].status == "DELETED"
    MessageTemplate.objects.update(name_blocked_until=None)
    anew = writing.create(account, "hello", "en", {"components": []}, None)
    happen(account, (*status("DELETED", message_template_name="hello", message_template_language="en"), 6))
    anew.refresh_from_db()
    assert (anew.pk, anew.status, anew.template_id) == (two[0].pk, "DRAFT", "")


def test_what_a_person_deletes_is_no_incident(desk, two, settings):
    settings.TEMPLATE_USES = [f"{__name__}.used"]
    deleting.delete(two[0], None)
    go(two[0])
    assert not Incident.objects.exists()


@pytest.mark.parametrize(("state", "words"), [("DISABLED", "does not let it be deleted"), ("LIMIT_EXCEEDED", "")])
def test_what_meta_does_not_let_go_is_said_at_once(two, state, words):
    MessageTemplate.objects.update(status=state)
    if not words:
        deleting.delete(two[0], None)
        return
    with pytest.raises(CannotDelete) as stopped:
        deleting.delete(two[0], None)
    assert words in stopped.value.words


def test_without_a_connection_nothing_is_begun(two):
    WABA.objects.update(state=WABA.State.BROKEN)
    with pytest.raises(CannotDelete, match="not connected"):
        deleting.delete(two[0], None)


def test_a_dead_worker_leaves_it_to_the_next(desk, two):
    deleting.delete(two[0], None)
    assert work.claim(two[0].pk, work.Work.DELETING)
    assert not tasks.delete_template(two[0].pk)
    with time_machine.travel(timezone.now() + work.LEASE + timedelta(seconds=1)):
        assert tasks.sweep_template_work() == 1
        assert tasks.delete_template(two[0].pk)
