"""A new access is compared with the old one before it takes its place, and mends everything that the old one broke."""

from datetime import timedelta

import pytest
import requests
import time_machine
from django.utils import timezone

from inbox import tasks as inbox_tasks
from inbox.models import Message
from inbox.services.waiting import TOO_LATE
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import WABA, ConnectAttempt, ConnectionEvent, Incident, PhoneNumber
from meta_integration.services import incidents, numbers, reconnect, setup, waiting
from meta_integration.services.connect_problems import ConnectProblem
from meta_integration.services.disconnect import disconnect
from meta_integration.tests.factories import TOKEN, PhoneNumberFactory, WABAFactory
from meta_integration.tests.reconnecting import BOTH, GRAPH, NEW, Meta, state_in
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def number(owner):
    """Of an account whose connection broke an hour ago."""
    account = WABAFactory(workspace=owner.workspace, name="Our Shop", scopes=BOTH)
    PhoneNumberFactory(account=account)
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        incidents.mark_broken(account, "Meta refused the token.")
    return PhoneNumber.objects.select_related("account").get()


@pytest.fixture
def account(number):
    return number.account


@pytest.fixture
def meta(graph, account):
    return Meta(graph, account)


@pytest.fixture
def browser(client, owner):
    client.force_login(owner.user)
    return client


def log_in(browser, account: WABA):
    """Press Reconnect and come back from Meta; the answer to what the callback leads to."""
    state = state_in(browser.post("/connection/start/", {"account": account.pk}).url)
    return browser.get("/connection/callback/", {"code": "a-code", "state": state}, follow=True)


def renew(browser):
    return browser.post(f"/connection/{ConnectAttempt.objects.get().pk}/difference/", follow=True)


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def assert_untouched(account: WABA) -> None:
    account.refresh_from_db()
    assert (account.state, account.access_token.open(account.workspace_id)) == ("broken", TOKEN)
    assert not Incident.objects.get().closed_at


# What is shown before ------------------------------------------------------------------------------------------------
def test_the_difference_is_shown_before_anything_changes(browser, account, number, meta):
    lost = PhoneNumberFactory(account=account, is_default=False, display_phone_number="+1 555-029-0001")
    gained = {"id": "999", "display_phone_number": "+1 555-029-0009", "verified_name": "New", "status": "PENDING"}
    account.scopes = [*BOTH, "catalog_management"]
    account.save()
    kept = {"id": number.phone_number_id, "display_phone_number": number.display_phone_number}
    meta.gives(numbers=[kept, gained], data_access_expires_at=1901000000)
    answer = log_in(browser, account)
    assert "g-banner " not in answer.content.decode(), "no second button that begins anew"
    page = words(answer)
    for each in (f"Name of {account.waba_id}", account.waba_id, "The right account", "Renew the access"):
        assert each in page
    assert f"{number.display_phone_number}</span> <bdi></bdi> · stays" in page
    assert "+1 555-029-0009</span> <bdi>New</bdi> · <strong>new</strong>, to be registered" in page
    assert f"{lost.display_phone_number}</span> <bdi>Example Shop</bdi> · <strong>no longer there</strong>" in page
    assert "These permissions are missing:</strong> catalog_management." in page
    assert "good until 1 Jan 2030" in page
    assert "Access to data is good until 29 Mar 2030" in page
    assert "Meta does not send this account's messages to Galantis now" in page
    assert "3 message templates." in page
    assert "Catalogs: <bdi>Mugs</bdi>." in page
    assert_untouched(account)
    assert not meta.calls("POST", "subscribed_apps")


def test_a_number_that_the_shop_removed_stays_removed(browser, owner, account, number, meta):
    other = PhoneNumberFactory(account=account, is_default=False, display_phone_number="+1 555-029-0001")
    numbers.remove(other, owner.user)
    listed = [{"id": n.phone_number_id, "display_phone_number": n.display_phone_number} for n in (number, other)]
    meta.gives(numbers=listed)
    assert "+1 555-029-0001</span> <bdi></bdi> · stays removed here" in words(log_in(browser, account))
    renew(browser)
    other.refresh_from_db()
    assert other.state == "disconnected"


def test_what_meta_does_not_let_the_log_in_see_is_said_and_stops_nothing(browser, account, meta):
    meta.gives()
    for path in ("message_templates", "product_catalogs", "subscribed_apps"):
        meta.refuses("GET", f"{account.waba_id}/{path}", 200)
    page = words(log_in(browser, account))
    assert "Message templates cannot be seen" in page
    assert "Catalogs cannot be seen" in page
    assert "Meta does not say whether it sends" in page
    assert 'id="renew"' in page


def test_another_account_never_takes_its_place(browser, account, meta):
    meta.gives(reached=["4711"])
    answer = log_in(browser, account)
    page = words(answer)
    for each in ("That is another account", "Our Shop", account.waba_id, "Name of 4711", "nothing was changed"):
        assert each in page
    assert 'id="renew"' not in page
    assert f'name="account" value="{account.pk}"' in page
    assert "/choose/" in page
    answer = renew(browser)
    assert answer.status_code == 400
    assert "Nothing was changed" in words(answer)
    assert_untouched(account)
    assert WABA.objects.count() == 1


def test_another_account_can_be_connected_as_a_second_one(browser, account, meta, graph):
    number = {"id": "881", "display_phone_number": "+1 555-010-0881"}
    meta.gives(reached=["4711"], numbers=[number])
    graph.post("https://graph.facebook.com/v23.0/881/register", json={"success": True})
    log_in(browser, account)
    attempt = ConnectAttempt.objects.get()
    browser.post(f"/connection/{attempt.pk}/choose/", {"number": "881", "pin-881": "123456"})
    assert_untouched(account)
    assert WABA.objects.get(waba_id="4711").state == "connected"


def test_connecting_an_account_that_is_connected_leads_to_the_difference(browser, account, meta):
    meta.gives(reached=["4711", account.waba_id])
    state = state_in(browser.post("/connection/start/").url)
    browser.get("/connection/callback/", {"code": "a-code", "state": state})
    attempt = ConnectAttempt.objects.get()
    choose = f"/connection/{attempt.pk}/choose/"
    number = account.numbers.get().phone_number_id
    data = {"waba_id": account.waba_id, "number": number, f"pin-{number}": "123456"}
    for page in (browser.post(choose, data, follow=True), browser.get(choose, data, follow=True)):
        assert "The right account" in words(page)
        assert_untouched(account)
    copy = ConnectAttempt.objects.get(account=account)
    assert copy.created_at == attempt.created_at
    assert "The access is renewed" in words(browser.post(f"/connection/{copy.pk}/difference/", follow=True))
    assert account.waba_id in words(browser.get(choose))  # The other account can be chosen still.


def test_a_pasted_token_of_a_connected_account_leads_to_the_difference(browser, account, meta):
    meta.gives()
    browser.post("/connection/token/", {"token": NEW, "waba_id": account.waba_id})
    page = browser.get(f"/connection/{ConnectAttempt.objects.get().pk}/choose/", follow=True)
    assert "The right account" in words(page)
    assert_untouched(account)


def test_of_two_log_ins_the_slower_one_meets_the_difference(browser, owner, meta, account):
    meta.gives(reached=["4711"], numbers=[{"id": "881", "display_phone_number": "+1 555-010-0881"}])
    state = state_in(browser.post("/connection/start/").url)
    browser.get("/connection/callback/", {"code": "a-code", "state": state})
    attempt = ConnectAttempt.objects.get()
    other = WABAFactory(workspace=owner.workspace, waba_id="4711")
    with pytest.raises(setup.IsConnected):
        setup.connect_numbers(attempt, "4711", {"881": "123456"}, "881")
    other.refresh_from_db()
    assert other.access_token.open(other.workspace_id) == TOKEN


BAD_WEATHER = [{"body": requests.ReadTimeout("slow")}, {"body": "<html>down</html>", "status": 503}]
STEPS = ["{}", "{}/phone_numbers", "{}/subscribed_apps", "{}/message_templates", "{}/product_catalogs"]


@pytest.mark.parametrize("weather", BAD_WEATHER)
@pytest.mark.parametrize("path", STEPS)
def test_when_meta_does_not_answer_nothing_is_changed_and_it_can_be_tried_again(browser, account, meta, path, weather):
    meta.gives()
    log_in(browser, account)
    meta.answers("GET", path.format(account.waba_id), **weather)
    here = f"/connection/{ConnectAttempt.objects.get().pk}/difference/"
    answer = browser.get(here)
    assert answer.status_code == 400
    assert "Meta did not answer" in words(answer)
    assert f'<a class="g-button" href="{here}">Try again</a>' in words(answer)
    assert_untouched(account)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "{}"), ("GET", "{}/phone_numbers"), ("POST", "{}/subscribed_apps")]
)
@pytest.mark.parametrize("is_refused", [True, False])
def test_when_a_step_of_the_renewal_fails_nothing_is_changed(browser, account, meta, method, path, is_refused):
    meta.gives()
    log_in(browser, account)
    path = path.format(account.waba_id)
    meta.refuses(method, path, 200) if is_refused else meta.answers(method, path, status=502, body="bad gateway")
    answer = renew(browser)
    assert answer.status_code == 400
    assert "Nothing was changed" in words(answer)
    assert_untouched(account)


def test_an_empty_list_of_numbers_takes_none_away(browser, account, number, meta):
    meta.gives()
    log_in(browser, account)
    meta.answers("GET", f"{account.waba_id}/phone_numbers", json={"data": []})
    assert "Meta lists no number" in words(renew(browser))
    number.refresh_from_db()
    assert number.state == "connected"
    assert_untouched(account)


def test_a_log_in_of_half_an_hour_ago_is_too_old(browser, account, meta):
    meta.gives()
    log_in(browser, account)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert "too old" in words(renew(browser))
    assert_untouched(account)


def test_a_missing_permission_stops_it_and_the_next_try_is_for_the_same_account(browser, account, meta):
    meta.gives(scopes=BOTH[:1])
    page = words(log_in(browser, account))
    assert "whatsapp_business_messaging" in page
    assert f'name="account" value="{account.pk}"' in page
    assert_untouched(account)


# Renewing ------------------------------------------------------------------------------------------------------------
def test_the_new_access_mends_everything(browser, owner, account, number, meta):
    WABA.objects.update(
        suspected_at=timezone.now(),
        suspicion="?",
        held_until=timezone.now() + timedelta(hours=1),
        is_subscribed=False,
        expiry_told_at_days=7,
    )
    PhoneNumber.objects.update(paused_reason="stopped", rests_until=timezone.now() + timedelta(hours=1), rest_count=3)
    for kind in ("access_expires", "subscription_lost", "account_stopped"):
        Incident.objects.create(kind=kind, key=f"{kind}:{account.waba_id}", account=account)
    Incident.objects.create(kind="number_stopped", key=f"number_stopped:{number.phone_number_id}", account=account)
    meta.gives()
    log_in(browser, account)
    page = words(renew(browser))
    assert "The access is renewed" in page
    account.refresh_from_db()
    number.refresh_from_db()
    assert account.access_token.open(account.workspace_id) == NEW
    assert (account.state, account.state_reason, account.meta_user_id) == ("connected", "", "701")
    assert (account.suspected_at, account.held_until, account.expiry_told_at_days) == (None, None, None)
    assert (account.token_expires_at.year, account.scopes, account.is_subscribed) == (2030, BOTH, True)
    assert account.connected_by == owner.user
    assert (number.state, number.paused_reason, number.rests_until, number.rest_count) == ("connected", "", None, 0)
    because = f"connected again by {owner.user.label}"
    assert set(Incident.objects.values_list("closed_because", flat=True)) == {because}
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.actor_label) == (owner.user, "connected WhatsApp again", owner.user.label)
    event = ConnectionEvent.objects.get(number=None, what="state")
    assert (event.was, event.became, event.source) == ("broken", "connected", "shop")
    assert len(meta.calls("POST", "subscribed_apps")) == 1
    assert not ConnectAttempt.objects.exists()


def test_numbers_come_and_go_and_none_is_deleted(browser, account, number, meta):
    gained = {"id": "999", "display_phone_number": "+1 555-029-0009", "status": "PENDING"}
    meta.gives(numbers=[gained])
    log_in(browser, account)
    renew(browser)
    number.refresh_from_db()
    new = PhoneNumber.objects.get(phone_number_id="999")
    assert (number.state, number.is_registered) == ("disconnected", True)
    assert (new.state, new.is_registered, new.is_default, new.account) == ("connected", False, False, account)
    events = {event.number_id: (event.was, event.became) for event in ConnectionEvent.objects.exclude(number=None)}
    assert events == {number.pk: ("connected", "disconnected"), new.pk: ("", "connected")}
    detail = AuditEntry.objects.get().detail
    assert (detail["numbers_gained"], detail["numbers_lost"]) == (["999"], [number.phone_number_id])


def test_a_number_that_comes_back_goes_on_as_it_was(browser, account, number, meta):
    second = PhoneNumberFactory(account=account, is_default=False, state="disconnected")
    meta.gives()
    log_in(browser, account)
    renew(browser)
    second.refresh_from_db()
    assert (second.state, second.is_registered, PhoneNumber.objects.count()) == ("connected", True, 2)


def test_a_number_that_had_gone_is_shown_as_new(browser, account, number, meta):
    PhoneNumberFactory(account=account, is_default=False, state="disconnected", display_phone_number="+1 555-029-0004")
    meta.gives()
    page = words(log_in(browser, account))
    assert "+1 555-029-0004</span> <bdi>Example Shop</bdi> · <strong>new</strong>" in page
    assert f"{number.display_phone_number}</span> <bdi>{number.verified_name}</bdi> · stays" in page


def test_an_account_that_is_disconnected_in_the_same_moment_stays_so(browser, owner, account, meta):
    meta.gives()
    log_in(browser, account)
    attempt = ConnectAttempt.objects.select_related("account", "workspace").get()
    used = []

    def meanwhile(request):  # Between what `apply` has looked at and what it writes there is Meta's last answer.
        used.append(request)
        disconnect(account, None, "test")
        return 200, {}, '{"success": true}'

    meta.graph.remove("POST", f"{GRAPH}/{account.waba_id}/subscribed_apps")
    meta.graph.add("DELETE", f"{GRAPH}/{account.waba_id}/subscribed_apps", json={"success": True})
    meta.graph.add_callback("POST", f"{GRAPH}/{account.waba_id}/subscribed_apps", meanwhile)
    with pytest.raises(reconnect.AlreadyDone):
        reconnect.apply(attempt, owner.user)
    account.refresh_from_db()
    assert (account.state, account.access_token, len(used)) == ("disconnected", None, 1)


def test_an_older_log_in_does_not_replace_a_newer_one(browser, owner, account, meta):
    meta.gives()
    log_in(browser, account)
    attempt = ConnectAttempt.objects.select_related("account", "workspace").get()
    WABA.objects.filter(pk=account.pk).update(connected_at=timezone.now())
    with pytest.raises(ConnectProblem):
        reconnect.apply(attempt, owner.user)
    assert_untouched(account)


def test_a_number_that_another_workspace_has_by_now_stops_it(browser, account, meta):
    meta.gives()
    log_in(browser, account)
    PhoneNumberFactory(phone_number_id="777", display_phone_number="+1 555-066-0666")
    meta.answers("GET", f"{account.waba_id}/phone_numbers", json={"data": [{"id": "777"}]})
    answer = renew(browser)
    assert "already connected to another workspace" in words(answer)
    assert_untouched(account)


def test_pressed_twice_it_happens_once(browser, account, meta):
    meta.gives()
    log_in(browser, account)
    here = f"/connection/{ConnectAttempt.objects.get().pk}/difference/"
    assert browser.post(here).url == browser.post(here).url == f"/connection/accounts/{account.pk}/renewed/"
    assert AuditEntry.objects.count() == 1


def test_what_waited_is_counted_flows_and_what_was_too_late_is_listed(
    browser, account, number, meta, django_capture_on_commit_callbacks
):
    MessageFactory.create_batch(2, thread=ThreadFactory(number=number))
    closed = ThreadFactory(number=number, window_expires_at=timezone.now() - timedelta(minutes=5))
    late = MessageFactory(thread=closed)
    MessageFactory(thread=closed, type="template")
    before = ThreadFactory(number=number, window_expires_at=timezone.now() - timedelta(hours=2))
    MessageFactory(thread=before, status="failed", error=str(TOO_LATE))  # Of a time before this break.
    meta.gives()
    log_in(browser, account)
    page = words(renew(browser))
    assert "3 messages waited and go out now." in page
    assert "1 message was too late to go out:" in page
    Message.objects.filter(pk=late.pk).update(status="failed", error=str(TOO_LATE))  # As the pump does.
    page = words(browser.get(f"/connection/accounts/{account.pk}/renewed/"))
    assert "1 message was too late to go out:" in page
    url = page.partition('class="g-link" href="')[2].partition('"')[0].replace("&amp;", "&")
    listed = browser.get(url).content.decode()
    assert f"/admin/inbox/message/{late.pk}/" in listed


def test_after_a_renewal_the_pumps_are_woken_at_once(browser, account, number, meta, monkeypatch):
    woken = []
    monkeypatch.setattr(inbox_tasks.pump, "delay", woken.append)  # The broker's side of a task.
    MessageFactory(thread=ThreadFactory(number=number))
    WABA.objects.update(state="connected")
    inbox_tasks.account_reconnected(account.pk)
    assert woken == [number.pk]


@pytest.mark.django_db(transaction=True)
def test_the_hooks_run_after_the_commit_and_only_then(browser, account, meta, monkeypatch):
    told = []
    monkeypatch.setattr(inbox_tasks.account_reconnected, "delay", told.append)
    meta.gives()
    log_in(browser, account)
    assert told == []
    renew(browser)
    assert told == [account.pk]


def test_how_much_waits_is_one_query(number, django_assert_num_queries):
    thread = ThreadFactory(number=number)
    MessageFactory.create_batch(3, thread=thread)
    with django_assert_num_queries(1):
        found = waiting.of_account(number.account)
    assert (found.count, found.too_late) == (3, 0)
    assert found.oldest == Message.objects.order_by("created_at").first().created_at


# Who may -------------------------------------------------------------------------------------------------------------
def test_another_person_of_the_shop_does_not_meet_my_log_in(browser, account, owner, meta, client):
    meta.gives()
    log_in(browser, account)
    client.force_login(MembershipFactory(workspace=owner.workspace).user)
    assert client.get(f"/connection/{ConnectAttempt.objects.get().pk}/difference/").status_code == 404


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST])
def test_only_managers_renew(client, owner, account, role):
    client.force_login(MembershipFactory(workspace=owner.workspace, role=role).user)
    assert client.get("/connection/1/difference/").status_code == 403
    assert client.get(f"/connection/accounts/{account.pk}/renewed/").status_code == 403
