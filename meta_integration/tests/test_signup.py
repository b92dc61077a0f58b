"""Meta's own window: its code is taken once and only where the mark was given, and its ids are never believed."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone

from meta_integration.models import WABA, ConnectAttempt
from meta_integration.tests.login import NUMBER, SECOND, Meta, begin
from workspaces.models import Role
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


@pytest.fixture(autouse=True)
def _configured(settings):
    settings.META_LOGIN_CONFIG_ID = "example-configuration"


def mark(browser) -> str:
    return browser.post("/connection/mark/").json()["state"]


def bring(browser, **more):
    return browser.post("/connection/code/", {"code": "a-code", "state": mark(browser), **more})


def test_the_code_of_the_window_is_exchanged_without_an_address(browser, meta):
    meta.all_is_well()
    assert bring(browser).url == f"/connection/{ConnectAttempt.objects.get().pk}/choose/"
    sent = json.loads(meta.calls("/oauth/access_token")[0].body)
    assert "redirect_uri" not in sent
    assert sent["code"] == "a-code"


def test_ids_of_the_browser_only_say_what_is_ticked_first(browser, meta):
    meta.all_is_well(numbers=[NUMBER, SECOND])
    answer = bring(browser, waba_id="101", phone_number_id="202")
    assert parse_qs(urlsplit(answer.url).query) == {"waba_id": ["101"], "phone_number_id": ["202"]}
    page = browser.get(answer.url).content.decode()
    assert 'value="202" checked' in page
    assert 'value="201" checked' not in page


def test_ids_of_the_browser_open_nothing_that_the_token_does_not(browser, meta):
    meta.all_is_well()
    answer = bring(browser, waba_id="999", phone_number_id="998")
    page = browser.get(answer.url).content.decode()
    assert "999" not in page and "998" not in page
    pk = ConnectAttempt.objects.get().pk
    form = {"waba_id": "999", "number": "998", "pin-998": "123456"}
    assert "Choose among the numbers shown" in browser.post(f"/connection/{pk}/choose/", form).content.decode()
    assert not WABA.objects.exists()


@pytest.mark.parametrize("state", ["", "wrong", "é"])
def test_a_mark_that_is_not_ours(browser, state):
    mark(browser)
    answer = browser.post("/connection/code/", {"code": "x", "state": state})
    assert answer.status_code == 400
    assert "did not start here" in answer.content.decode()


def test_a_mark_counts_once_for_ten_minutes_and_only_for_its_own_way(browser, meta):
    meta.all_is_well()
    state = mark(browser)
    browser.post("/connection/code/", {"code": "x", "state": state})
    assert browser.post("/connection/code/", {"code": "x", "state": state}).status_code == 400
    with time_machine.travel(timezone.now() - timedelta(minutes=11)):
        old = mark(browser)
    assert browser.post("/connection/code/", {"code": "x", "state": old}).status_code == 400
    assert browser.post("/connection/code/", {"code": "x", "state": begin(browser)}).status_code == 400
    assert browser.get("/connection/callback/", {"code": "x", "state": mark(browser)}).status_code == 400
    assert ConnectAttempt.objects.count() == 1


def test_a_code_that_is_too_old_says_so(browser, meta):
    meta.refuses("POST", "oauth/access_token", 100, error_subcode=36007)
    answer = bring(browser)
    assert answer.status_code == 400
    assert "no longer takes the code" in answer.content.decode()


def test_no_code_is_said_plainly(browser):
    answer = bring(browser, code="")
    assert answer.status_code == 400
    assert "brought no code" in answer.content.decode()


def test_a_post_from_elsewhere_is_refused(owner, client):
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(owner.user)
    assert strict.post("/connection/mark/").status_code == 403
    assert strict.post("/connection/code/", {"code": "x", "state": "y"}).status_code == 403


def test_metas_script_may_run_on_its_page_and_on_no_other(browser, settings):
    page = browser.get("/connection/new/")
    policy = page.headers["Content-Security-Policy"]
    allowed = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert "https://connect.facebook.net" in allowed["script-src"]
    assert "'unsafe-inline'" not in allowed["script-src"]
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
    other = browser.get("/connection/token/")
    assert "connect.facebook.net" not in other.headers["Content-Security-Policy"]
    assert other.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_without_a_configuration_only_the_full_page_and_the_token_are_offered(browser, settings):
    settings.META_LOGIN_CONFIG_ID = ""
    page = browser.get("/connection/new/").content.decode()
    assert "signup" not in page
    assert "Log in on a full page" in page
    assert "Connect with a token" in page


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST])
def test_only_managers_get_a_mark(client, role):
    client.force_login(MembershipFactory(role=role).user)
    assert client.post("/connection/mark/").status_code == 403
    assert client.post("/connection/code/", {"code": "x"}).status_code == 403


def test_a_reload_leads_to_the_beginning_and_asks_meta_nothing(browser):
    assert browser.get("/connection/code/").url == "/connection/new/"
