"""Broken only on two proofs; one incident; people are told; and what is no break holds nothing up for long."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meta_integration.graph.errors import error_for
from meta_integration.models import WABA, ConnectionEvent, Incident
from meta_integration.services import watch
from meta_integration.tests import answers
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
REFUSED = "Meta refused a call."


@pytest.fixture
def account(db):
    return PhoneNumberFactory(account__checked_at=timezone.now(), account__is_subscribed=True).account


def checked(account: WABA) -> str:
    words = watch.check_due(account.pk)
    account.refresh_from_db()
    return words


def refused_with(code: int, subcode: int | None = None, status: int = 401):
    return error_for(status, {"code": code, "error_subcode": subcode, "message": "no"})


# Two proofs ----------------------------------------------------------------------------------------------------------
WORDS = {
    (190, None): "no longer accepts the access",
    (190, 458): "Galantis was removed",
    (190, 459): "security check",
    (190, 460): "password",
    (190, 463): "end date",
    (190, 464): "not confirmed",
    (190, 467): "expired or was taken back at Meta",
    (190, 492): "role",
    (0, None): "could not log Galantis in",
    (3, None): "does not let Galantis do this",
    (10, None): "no permission for this",
    (102, None): "log-in at Meta has ended",
    (200, None): "no permission for your WhatsApp Business Account",
    (299, None): "permission that Galantis needs",
}


@pytest.mark.parametrize(("code", "subcode"), WORDS)
def test_a_refused_call_and_the_tokens_facts_break_the_connection(graph, account, code, subcode):
    answers.refuses(graph, account, code, subcode)
    watch.refused(account, refused_with(code, subcode))
    account.refresh_from_db()
    assert (account.state, bool(account.suspected_at), Incident.objects.count()) == ("connected", True, 0)
    assert account.numbers.get().why_it_waits()
    checked(account)
    incident = Incident.objects.get()
    assert (account.state, incident.kind, incident.error_code) == ("broken", "connection_broken", code)
    assert account.suspected_at is None
    assert incident.evidence == account.state_reason
    assert WORDS[code, subcode] in account.state_reason


def test_one_transient_refusal_opens_nothing_and_holds_nothing(graph, account):
    answers.takes(graph, account)
    watch.refused(account, refused_with(190, 467))
    assert checked(account) == "Meta accepts the access."
    assert (account.state, account.suspected_at, Incident.objects.count()) == ("connected", None, 0)
    assert list(ConnectionEvent.objects.order_by("pk").values_list("what", flat=True)) == ["suspected", "cleared"]


def test_an_outage_decides_nothing_and_afterwards_all_goes_on(graph, account, mailoutbox):
    watch.refused(account, refused_with(190))
    answers.is_away(graph, account)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(30):
            clock.shift(timedelta(seconds=10))
            watch.check_due(account.pk)
        account.refresh_from_db()
        assert (account.state, bool(account.suspected_at), Incident.objects.count()) == ("connected", True, 0)
        graph.reset()
        answers.takes(graph, account)
        clock.shift(timedelta(minutes=1))
        checked(account)
    assert (account.state, account.suspected_at, Incident.objects.count()) == ("connected", None, 0)


def test_people_are_told_when_messages_wait_for_an_answer_of_metas_for_long(graph, account, mailoutbox):
    MembershipFactory(workspace=account.workspace)
    watch.refused(account, refused_with(190))
    answers.is_away(graph, account)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            clock.shift(timedelta(minutes=1))
            watch.check_due(account.pk)
        incident = Incident.objects.get()
        assert (incident.kind, incident.closed_at, incident.count > 1) == ("connection_unsure", None, True)
        graph.reset()
        answers.takes(graph, account)
        clock.shift(timedelta(minutes=1))
        checked(account)
    incident.refresh_from_db()
    assert (account.state, account.suspected_at, incident.closed_because) == ("connected", None, "Meta answered")


def test_a_daily_check_in_an_outage_opens_nothing(graph):
    account = WABAFactory(checked_at=None)
    answers.is_away(graph, account)
    assert "did not answer" in checked(account)
    assert (account.state, account.suspected_at, account.checked_at) == ("connected", None, None)
    assert account.check_after > timezone.now()


def test_our_own_app_refused_by_meta_is_no_accounts_fault(graph, account):
    graph.get(f"{answers.GRAPH}/debug_token", status=400, json={"error": {"code": 190, "message": "no"}})
    answers.lets_read(graph, account)
    watch.refused(account, refused_with(190))
    assert "did not answer" in checked(account)
    assert account.state == "connected" and account.suspected_at


def test_the_daily_check_needs_both_answers_against_it(graph):
    account = WABAFactory(checked_at=timezone.now() - timedelta(hours=25))
    answers.knows(graph, is_valid=False, error={"code": 190, "subcode": 463})
    answers.lets_read(graph, account)
    assert "two different answers" in checked(account)
    assert (account.state, bool(account.suspected_at)) == ("connected", True)
    graph.reset()
    answers.refuses(graph, account, 190, 463)
    assert watch.check_due(account.pk) is None
    with time_machine.travel(timezone.now() + watch.ANOTHER_MOMENT):
        checked(account)
    assert account.state == "broken"


def test_a_token_that_lost_this_account_only_is_broken(graph, account):
    granular = [{"scope": scope, "target_ids": ["1"]} for scope in answers.SCOPES]
    answers.knows(graph, granular_scopes=granular)
    answers.refuses_to_read(graph, account, 100, 33, 400)
    watch.refused(account, refused_with(100, 33, 400))
    checked(account)
    assert (account.state, "covers" in account.state_reason) == ("broken", True)


def test_a_missing_permission_is_named(graph, account):
    answers.knows(graph, scopes=["whatsapp_business_management"])
    answers.lets_read(graph, account)
    watch.refused(account, refused_with(10, status=403))
    checked(account)
    assert (account.state, "whatsapp_business_messaging" in account.state_reason) == ("broken", True)


def refused_for(account: WABA, minutes: float) -> set[str]:
    """Meta refuses each call that is made, for so long, and says that all is well; the states the account had."""
    states = set()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(int(minutes * 12)):
            account.refresh_from_db()
            states.add(account.state)
            if not account.suspected_at:  # Else nothing goes out.
                watch.refused(account, refused_with(10, status=403))
            watch.check_due(account.pk)
            clock.shift(timedelta(seconds=5))
        clock.shift(timedelta(minutes=5))
        watch.check_due(account.pk)
    account.refresh_from_db()
    return states


def test_five_minutes_of_refusals_while_meta_says_all_is_well_break_nothing(graph, account):
    answers.takes(graph, account)
    assert refused_for(account, 5) == {"connected"}
    assert (account.state, account.suspected_at, Incident.objects.count()) == ("connected", None, 0)


def test_meta_that_keeps_refusing_while_it_says_all_is_well_is_believed_in_the_end(graph, account):
    answers.takes(graph, account)
    assert refused_for(account, 15) == {"connected", "broken"}
    assert Incident.objects.get().kind == "connection_broken"


def test_answers_on_their_way_when_meta_said_that_all_is_well_are_no_new_sign(graph, account):
    answers.takes(graph, account)
    used = WABA.objects.get(pk=account.pk)
    for _ in range(5):
        watch.refused(used, refused_with(190))
        checked(account)
        assert (account.state, account.suspected_at, account.cleared_count) == ("connected", None, 1)


def test_where_meta_says_nothing_of_tokens_an_access_that_it_takes_holds_messages_for_minutes_only(graph, account):
    WABA.objects.update(token_expires_at=timezone.now() + timedelta(days=90))
    graph.get(f"{answers.GRAPH}/debug_token", status=400, json={"error": {"code": 4, "message": "too many"}})
    answers.lets_read(graph, account)
    watch.refused(account, refused_with(190))
    assert "did not answer" in checked(account)
    assert account.suspected_at
    with time_machine.travel(timezone.now() + watch.PATIENCE + timedelta(seconds=1)):
        checked(account)
    assert (account.state, account.suspected_at, Incident.objects.count()) == ("connected", None, 0)
    assert account.token_expires_at  # Not known to be another.


@pytest.mark.parametrize("granular", ["x", [1], [{"scope": {}}], [{"scope": answers.SCOPES[0], "target_ids": 5}]])
def test_facts_in_another_form_hold_nobody_up(graph, account, granular):
    answers.knows(graph, granular_scopes=granular)
    answers.lets_read(graph, account)
    watch.refused(account, refused_with(190))
    checked(account)
    assert (account.state, account.suspected_at) == ("connected", None)


def test_signs_far_apart_do_not_add_up(graph, account):
    answers.takes(graph, account)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            watch.refused(account, refused_with(190))
            checked(account)
            clock.shift(timedelta(hours=2))
    assert account.state == "connected"


def test_a_verdict_about_a_token_that_is_gone_changes_nothing(graph, account):
    old = WABA.objects.get(pk=account.pk)
    WABA.objects.filter(pk=account.pk).update(connected_at=timezone.now())
    watch.refused(old, refused_with(190))
    account.refresh_from_db()
    assert account.suspected_at is None


def test_a_token_that_cannot_be_opened_needs_no_questions(account):
    WABA.objects.update(access_token=None, suspected_at=timezone.now(), check_after=timezone.now())
    checked(account)
    assert (account.state, Incident.objects.get().kind) == ("broken", "connection_broken")


# Events --------------------------------------------------------------------------------------------------------------
EVENTS = {
    "PARTNER_REMOVED": "taken away",
    "PARTNER_APP_UNINSTALLED": "removed from the account",
    "ACCOUNT_DELETED": "deleted",
}


def event(account: WABA, name: str, **more) -> dict:
    value = {"event": name, "waba_info": {"waba_id": account.waba_id}, **more}
    at = int(timezone.now().timestamp()) + 5
    return {"entry": [{"id": "777", "time": at, "changes": [{"field": "account_update", "value": value}]}]}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_that_the_proofs_confirm_breaks_the_connection(graph, account, deliver, name):
    WABA.objects.update(connected_at=timezone.now() - timedelta(hours=1))
    answers.refuses_to_read(graph, account, 100, 33, 400)
    answers.knows(graph)
    deliver(event(account, name))
    account.refresh_from_db()
    assert (account.state, bool(account.suspected_at)) == ("connected", True)
    checked(account)
    assert account.state == "broken"
    assert any(EVENTS[name] in text for text in (account.state_reason, *events_of(account)))


def events_of(account: WABA) -> list[str]:
    return list(ConnectionEvent.objects.filter(account=account).values_list("became", flat=True))


def test_an_event_that_the_proofs_deny_is_looked_into_twice_more_and_holds_nothing(graph, account, deliver):
    WABA.objects.update(connected_at=timezone.now() - timedelta(hours=1))
    answers.takes(graph, account)
    deliver(event(account, "PARTNER_REMOVED"))
    checks = 0
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(40):
            checks += watch.check_due(account.pk) is not None
            account.refresh_from_db()
            assert (account.state, account.suspected_at) == ("connected", None)
            clock.shift(timedelta(seconds=30))
    assert checks == 3


def test_an_event_of_an_app_that_is_removed_a_moment_later_is_caught(graph, account, deliver):
    WABA.objects.update(connected_at=timezone.now() - timedelta(hours=1))
    answers.takes(graph, account)
    deliver(event(account, "PARTNER_APP_UNINSTALLED"))
    checked(account)
    graph.reset()
    answers.refuses(graph, account, 190, 458)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        checked(account)
    assert account.state == "broken"


def test_a_partners_event_that_names_only_a_number_finds_its_account(graph, account, deliver):
    WABA.objects.update(connected_at=timezone.now() - timedelta(hours=1))
    digits = account.numbers.get().display_phone_number.replace("+", "").replace("-", "").replace(" ", "")
    deliver(event(account, "PARTNER_REMOVED", waba_info=None, phone_number=digits))
    account.refresh_from_db()
    assert account.suspected_at


# Afterwards ----------------------------------------------------------------------------------------------------------
def test_a_broken_connection_that_meta_takes_again_is_whole_by_itself(graph, account):
    WABA.objects.update(state="broken", state_reason="x", checked_at=timezone.now() - timedelta(minutes=16))
    Incident.objects.create(
        kind="connection_broken",
        key=f"connection_broken:{account.waba_id}",
        account=account,
        workspace=account.workspace,
    )
    answers.takes(graph, account)
    assert "again" in checked(account)
    assert (account.state, account.state_reason) == ("connected", "")
    assert Incident.objects.get().closed_because


def test_owners_and_admins_are_told_once_in_words_without_a_secret(
    graph, account, mailoutbox, tasks_at_once, django_capture_on_commit_callbacks
):
    for role in (Role.OWNER, Role.AGENT):
        person = UserFactory(email=f"{role}@example.com")
        MembershipFactory(workspace=account.workspace, role=role, user=person)
    answers.refuses(graph, account, 190, 460)
    with django_capture_on_commit_callbacks(execute=True):
        watch.refused(account, refused_with(190, 460))
        checked(account)
        watch.refused(account, refused_with(190, 460))
        watch.check(account)
    (mail,) = mailoutbox
    assert mail.to == ["owner@example.com"]
    assert account.state_reason in mail.body and "/admin/" in mail.body
    assert [each["who"] for each in Incident.objects.get().told] == ["owner@example.com"]


def test_a_lost_subscription_is_made_anew_and_noted(graph):
    account = WABAFactory(checked_at=timezone.now() - timedelta(hours=25))
    answers.knows(graph)
    graph.get(f"{answers.GRAPH}/{account.waba_id}", json={"id": account.waba_id})
    graph.get(f"{answers.GRAPH}/{account.waba_id}/subscribed_apps", json={"data": []})
    again = graph.post(f"{answers.GRAPH}/{account.waba_id}/subscribed_apps", json={"success": True})
    checked(account)
    assert again.call_count == 1
    assert (account.is_subscribed, Incident.objects.count()) == (True, 0)
    assert ConnectionEvent.objects.get(what="subscription")


def test_a_subscription_that_cannot_be_made_anew_is_one_incident(graph):
    account = WABAFactory()
    url = f"{answers.GRAPH}/{account.waba_id}/subscribed_apps"
    graph.get(url, json={"data": []})
    graph.post(url, status=400, json={"error": {"code": 100, "message": "no"}})
    for _ in range(2):
        watch.repair_subscription(account)
    incident = Incident.objects.get()
    assert (incident.kind, incident.count) == ("subscription_lost", 2)
    graph.reset()
    answers.lets_read(graph, account)
    watch.repair_subscription(account)
    assert Incident.objects.get().closed_at


@pytest.mark.parametrize(("status", "code"), [(500, 2), (400, 4), (400, 80008), (500, None)])
def test_metas_own_trouble_is_no_lost_subscription(graph, status, code):
    account = WABAFactory(is_subscribed=True)
    body = {"json": {"error": {"code": code, "message": "no"}}} if code else {"body": "<html>"}
    graph.get(f"{answers.GRAPH}/{account.waba_id}/subscribed_apps", status=status, **body)
    assert "did not answer" in watch.repair_subscription(account)
    account.refresh_from_db()
    assert (account.is_subscribed, Incident.objects.count()) == (True, 0)


def test_two_workers_do_not_check_the_same_account(graph, account):
    WABA.objects.update(suspected_at=timezone.now(), check_after=timezone.now() + timedelta(minutes=1))
    assert watch.check_due(account.pk) is None


def test_signs_come_before_daily_checks(account):
    daily = WABAFactory(checked_at=None)
    old = WABAFactory(checked_at=timezone.now() - timedelta(days=2))
    WABAFactory(state="disconnected", checked_at=None)
    WABA.objects.filter(pk=account.pk).update(suspected_at=timezone.now(), check_after=timezone.now())
    assert [each.pk for each in watch.due()][0] == account.pk
    assert {each.pk for each in watch.due()} == {account.pk, daily.pk, old.pk}


# Expiry --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("column", ["expires_at", "data_access_expires_at"])
def test_people_are_told_14_7_3_and_1_days_before(
    graph, column, django_capture_on_commit_callbacks, mailoutbox, tasks_at_once
):
    account = WABAFactory(checked_at=timezone.now(), is_subscribed=True)
    MembershipFactory(workspace=account.workspace, role=Role.OWNER, user=UserFactory(email="owner@example.com"))
    end = timezone.now() + timedelta(days=20)
    answers.knows(graph, **{column: int(end.timestamp())})
    answers.lets_read(graph, account)
    told_on = []
    for day in range(20):
        with time_machine.travel(end - timedelta(days=20 - day) + timedelta(hours=1), tick=False):
            with django_capture_on_commit_callbacks(execute=True):
                watch.check(WABA.objects.get(pk=account.pk))
            if mailoutbox:
                told_on.append(20 - day)
                mailoutbox.clear()
    assert told_on == [14, 7, 3, 1]
    assert Incident.objects.get().kind == "access_expires"


def test_an_access_of_60_days_is_made_longer_before_anybody_is_told(graph):
    account = WABAFactory(checked_at=timezone.now(), is_subscribed=True)
    soon, later = (int((timezone.now() + timedelta(days=days)).timestamp()) for days in (20, 60))
    answers.knows(graph, expires_at=soon)
    answers.knows(graph, expires_at=later)
    answers.lets_read(graph, account)
    graph.post(f"{answers.GRAPH}/oauth/access_token", json={"access_token": "EAAlonger", "expires_in": 5184000})
    watch.check(account)
    account = WABA.objects.get(pk=account.pk)
    assert account.access_token.open(account.workspace_id) == "EAAlonger"
    assert int(account.token_expires_at.timestamp()) == later
    assert not Incident.objects.exists()
    sent = graph.calls[-1].request
    assert "EAAlonger" in str(sent.url)  # What Meta knows of the new one, asked before it was stored.


def test_a_new_access_that_ends_no_later_is_not_taken(graph):
    """Or each day would note that the access was made longer."""
    account = WABAFactory(checked_at=timezone.now(), is_subscribed=True)
    answers.knows(graph, expires_at=int((timezone.now() + timedelta(days=20)).timestamp()))
    answers.lets_read(graph, account)
    graph.post(f"{answers.GRAPH}/oauth/access_token", json={"access_token": "EAAsame", "expires_in": 1728000})
    watch.check(account)
    account = WABA.objects.get(pk=account.pk)
    assert account.access_token.open(account.workspace_id) != "EAAsame"
    assert not ConnectionEvent.objects.filter(what="extended").exists()


def test_a_longer_access_closes_the_warning(graph):
    account = WABAFactory(checked_at=timezone.now(), is_subscribed=True)
    answers.knows(graph, expires_at=int((timezone.now() + timedelta(days=2)).timestamp()))
    answers.lets_read(graph, account)
    watch.check(account)
    assert Incident.objects.get().closed_at is None
    graph.reset()
    answers.takes(graph, account)
    watch.check(WABA.objects.get(pk=account.pk))
    assert Incident.objects.get().closed_at


def test_an_incidents_page_says_what_waits_and_who_was_told(graph, account, client, tasks_at_once):
    person = UserFactory(email="owner@example.com")
    MembershipFactory(workspace=account.workspace, role=Role.OWNER, user=person)
    answers.refuses(graph, account, 190, 460)
    watch.refused(account, refused_with(190, 460))
    checked(account)
    client.force_login(person)
    page = client.get(f"/admin/meta_integration/incident/{Incident.objects.get().pk}/change/").content.decode()
    assert "owner@example.com" in page and "Nothing waits." in page and "They go out by themselves" in page
    assert "Mend the connection" in page and "Back to the list" in page
