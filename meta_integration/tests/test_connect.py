"""Connecting: what goes right is stored whole; what goes wrong says so on a page and leaves no half-made rows."""

import json
from datetime import timedelta

import pytest
import requests
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from meta_integration.models import WABA, ConnectAttempt, PhoneNumber
from meta_integration.services import connect
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from meta_integration.tests.login import GRAPH, NUMBER, SECOND, TOKEN, Meta, begin, come_back
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def browser(client, owner):
    client.force_login(owner.user)
    return client


@pytest.fixture
def meta(graph):
    return Meta(graph)


def choose(browser, number="201", pin="123456", **more):
    attempt = ConnectAttempt.objects.latest("pk")
    return browser.post(
        f"/connection/{attempt.pk}/choose/", {"number": number, f"pin-{number}": pin, **more}, follow=True
    )


def assert_not_connected(answer, *words: str) -> None:
    """The page of the choice, which says of the number why it does not work; nothing stored."""
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="number"' in page
    assert "What to do:" in page
    assert "Nothing was changed here." in page
    for each in words:
        assert each in page
    assert TOKEN not in page
    assert not WABA.objects.exists()
    assert not PhoneNumber.objects.exists()


def assert_problem(answer, *words: str) -> None:
    """A page that says what happened and what to do, with a button, and nothing stored."""
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "What to do:" in page
    assert "Start again" in page
    assert "othing was" in page or "nothing was saved" in page
    for each in words:
        assert each in page
    assert TOKEN not in page
    assert not WABA.objects.exists()
    assert not PhoneNumber.objects.exists()


# What goes right -----------------------------------------------------------------------------------------------------
def test_the_whole_way_stores_account_numbers_and_an_audit_entry(browser, owner, meta):
    meta.all_is_well(numbers=[NUMBER, SECOND])
    answer = come_back(browser)
    assert answer.status_code == 302
    page = choose(browser).content.decode()
    assert "is connected" in page
    account = WABA.objects.get()
    assert (account.workspace, account.waba_id, account.state) == (owner.workspace, "101", "connected")
    assert account.access_token.open(owner.workspace.pk) == TOKEN
    numbers = {number.phone_number_id: number for number in PhoneNumber.objects.all()}
    assert (numbers["201"].is_default, numbers["201"].is_registered) == (True, True)
    assert (numbers["202"].is_default, numbers["202"].is_registered) == (False, False)
    assert numbers["201"].pin.open(owner.workspace.pk) == "123456"
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"connected WhatsApp", "registered a number"}
    assert ConnectAttempt.objects.get().access_token.open(owner.workspace.pk) == ""
    assert json.loads(meta.calls("/201/register")[0].body) == {"messaging_product": "whatsapp", "pin": "123456"}
    assert len(meta.calls("/subscribed_apps")) == 1


def test_all_pages_of_a_long_list_of_numbers_are_read(browser, meta, graph):
    meta.all_is_well(numbers=[])
    graph.remove("GET", f"{GRAPH}/101/phone_numbers")
    more = {"data": [NUMBER], "paging": {"cursors": {"after": "next"}, "next": "https://graph.facebook.com/more"}}
    graph.get(f"{GRAPH}/101/phone_numbers", json=more)
    graph.get(f"{GRAPH}/101/phone_numbers", json={"data": [{**NUMBER, "id": "299"}]})
    come_back(browser)
    found = ConnectAttempt.objects.get().found
    assert [number["id"] for number in found[0]["numbers"]] == ["201", "299"]


def test_a_number_on_the_phone_app_is_not_registered(browser, meta):
    meta.all_is_well(numbers=[{**NUMBER, "is_on_biz_app": True}])
    come_back(browser)
    choose(browser)
    assert WABA.objects.get().state == "connected"
    assert not meta.calls("/register")


def test_an_expiring_log_in_is_stored_with_its_date(browser, meta):
    meta.all_is_well(expires_at=1893456000)
    come_back(browser)
    choose(browser)
    assert WABA.objects.get().token_expires_at.year == 2030


# What goes wrong -----------------------------------------------------------------------------------------------------
def test_a_refused_log_in(browser):
    answer = browser.get("/connection/callback/", {"error": "access_denied", "state": begin(browser)})
    assert_problem(answer, "cancelled")


@pytest.mark.parametrize("state", ["", "wrong", "é"])
def test_a_state_that_is_not_ours(browser, state):
    begin(browser)
    assert_problem(browser.get("/connection/callback/", {"code": "x", "state": state}), "did not start here")


def test_a_state_counts_once(browser, meta):
    meta.all_is_well()
    state = begin(browser)
    browser.get("/connection/callback/", {"code": "x", "state": state})
    assert_problem(browser.get("/connection/callback/", {"code": "x", "state": state}), "did not start here")


def test_a_state_counts_for_ten_minutes(browser):
    with time_machine.travel(timezone.now() - timedelta(minutes=11)):
        state = begin(browser)
    assert_problem(browser.get("/connection/callback/", {"code": "x", "state": state}), "did not start here")


def test_a_state_counts_in_the_browser_it_was_given_to(browser, client_class, owner):
    state = begin(browser)
    thief = client_class()
    thief.force_login(owner.user)
    assert_problem(thief.get("/connection/callback/", {"code": "x", "state": state}), "did not start here")


@pytest.fixture
def client_class(client):
    return type(client)


@pytest.mark.parametrize("subcode", [36007, 36009])
def test_a_code_used_twice_or_expired(browser, meta, subcode):
    meta.refuses("POST", "oauth/access_token", 100, error_subcode=subcode)
    assert_problem(come_back(browser), "no longer takes the code")


def test_missing_permissions_are_named(browser, meta):
    meta.all_is_well(scopes=["whatsapp_business_management"])
    assert_problem(come_back(browser), "A permission is missing", "whatsapp_business_messaging")


@pytest.mark.parametrize("facts", [{"is_valid": False}, {"app_id": "another"}])
def test_a_token_that_is_not_for_us(browser, meta, facts):
    meta.all_is_well(**facts)
    assert_problem(come_back(browser), "not valid for Galantis")


def test_no_account_shared(browser, meta):
    meta.all_is_well(wabas=[])
    assert_problem(come_back(browser), "No WhatsApp Business Account was shared")


def test_an_account_without_numbers(browser, meta):
    meta.all_is_well(numbers=[])
    assert_problem(come_back(browser), "has no phone number", "WhatsApp Manager")


def test_an_account_connected_elsewhere(browser, meta):
    meta.all_is_well()
    WABAFactory(waba_id="101", name="Their secret name")
    answer = come_back(browser)
    assert answer.status_code == 400
    assert "already connected to another workspace" in answer.content.decode()
    assert "Their secret name" not in answer.content.decode()
    assert WABA.objects.count() == 1


def test_an_account_connected_elsewhere_in_the_meantime(browser, meta):
    meta.all_is_well()
    come_back(browser)
    WABAFactory(waba_id="101")
    answer = choose(browser)
    assert "already connected to another workspace" in answer.content.decode()
    assert WABA.objects.count() == 1
    assert not meta.calls("/register")


def test_an_account_disconnected_elsewhere_can_be_connected(browser, meta):
    meta.all_is_well()
    other = WABAFactory(waba_id="101", state="disconnected")
    PhoneNumberFactory(account=other, phone_number_id="201", state="disconnected")
    come_back(browser)
    choose(browser)
    assert WABA.objects.filter(state="connected").count() == 1


def test_a_wrong_pin_stays_on_the_page_and_can_be_mended(browser, meta):
    meta.all_is_well()
    meta.refuses("POST", "201/register", 133005)
    come_back(browser)
    assert_not_connected(choose(browser), "Meta has another PIN", 'id="id_pin-201"')
    meta.graph.replace("POST", f"{GRAPH}/201/register", json={"success": True})
    choose(browser)
    assert WABA.objects.get().state == "connected"


@pytest.mark.parametrize(("number", "pin"), [("201", "12345"), ("201", "abcdef"), ("", "123456"), ("999", "123456")])
def test_bad_input_on_the_form_is_named_and_asks_meta_nothing(browser, meta, number, pin):
    meta.all_is_well()
    come_back(browser)
    answer = choose(browser, number, pin)
    assert 'class="g-error"' in answer.content.decode()
    assert not meta.calls("/register")


def test_too_many_registrations_says_how_long(browser, meta):
    meta.all_is_well()
    meta.refuses("POST", "201/register", 133016)
    come_back(browser)
    assert_not_connected(choose(browser), "Wait 72 hours", "Meta's code 133016")


BAD_WEATHER = [
    {"body": requests.ConnectTimeout("https://graph.facebook.com/?input_token=" + TOKEN)},
    {"body": requests.ReadTimeout("slow")},
    {"body": "<html>Service unavailable</html>", "status": 503},
    {"body": "<html>Hello</html>", "status": 200},
    {"body": "[1, 2]", "status": 200},
]
STEPS = [
    ("POST", "oauth/access_token"),
    ("GET", "debug_token"),
    ("GET", "101"),
    ("GET", "101/phone_numbers"),
    ("POST", "201/register"),
    ("POST", "101/subscribed_apps"),
]


@pytest.mark.parametrize("weather", BAD_WEATHER)
@pytest.mark.parametrize(("method", "path"), STEPS)
def test_meta_down_slow_or_talking_html_at_any_step(browser, meta, method, path, weather):
    meta.all_is_well()
    meta.graph.replace(method, f"{GRAPH}/{path}", **weather)
    answer = come_back(browser)
    if answer.status_code == 302:
        answer = choose(browser)
    if path == "201/register":
        assert_not_connected(answer, "Meta gave no answer")
    else:
        assert_problem(answer, "Meta did not answer")


@pytest.mark.parametrize(("method", "path"), STEPS[1:])
def test_meta_refusing_at_any_step_says_which_code(browser, meta, method, path):
    meta.all_is_well()
    meta.refuses(method, path, 10, status=403)
    answer = come_back(browser)
    if answer.status_code == 302:
        answer = choose(browser)
    if path == "201/register":
        assert_not_connected(answer, "Meta's code 10")
    else:
        assert_problem(answer, "(code 10)")


def test_a_log_in_that_nobody_finished_is_forgotten_with_its_token(browser, meta):
    meta.all_is_well()
    come_back(browser)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        answer = choose(browser)
        assert_problem(answer, "too old")
        assert not ConnectAttempt.objects.exists()
    come_back(browser)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert connect.forget_old_attempts() == 1


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST])
def test_only_managers_connect(client, role):
    client.force_login(MembershipFactory(role=role).user)
    assert client.post("/connection/start/").status_code == 403
    assert client.get("/connection/callback/").status_code == 403


def test_connecting_begins_with_a_post_and_anything_else_leads_to_the_page_with_the_button(browser):
    assert browser.get("/connection/start/").url == "/admin/meta_integration/waba/"


@pytest.mark.django_db
@pytest.mark.parametrize("same", ["waba_id", "pk"])
def test_only_what_another_workspace_has_is_told_as_that(same):
    there = WABAFactory()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        WABAFactory(**{same: getattr(there, same)}, workspace=there.workspace).save(force_insert=True)
    assert connect.is_taken(caught.value) == (same == "waba_id")
