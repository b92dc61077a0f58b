"""A reconnect link: works once, for 48 hours, for one account; and tells nobody anything."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from meta_integration.models import WABA, ConnectAttempt, Incident, PhoneNumber, ReconnectLink
from meta_integration.services import incidents, reconnect, reconnect_links
from meta_integration.services.connect_problems import ConnectProblem
from meta_integration.tests.factories import TOKEN, PhoneNumberFactory, WABAFactory
from meta_integration.tests.reconnecting import BOTH, NEW, Meta, state_in
from workspaces import tasks
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def supporter():
    return UserFactory(username="supporter", is_support=True)


@pytest.fixture
def account():
    account = WABAFactory(name="Secret Account Name", scopes=BOTH)
    PhoneNumberFactory(account=account, display_phone_number="+1 555-020-0001", verified_name="Secret Number Name")
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        incidents.mark_broken(account, "Meta refused the token.")
    account.refresh_from_db()
    account.workspace.name = "The Visible Shop"
    account.workspace.save()
    return account


@pytest.fixture
def path(account, supporter):
    """The path of a fresh link."""
    return urlsplit(reconnect_links.make_link(account, supporter, "they called")[1]).path


@pytest.fixture
def meta(graph, account):
    return Meta(graph, account)


def come_back(browser, path: str, **query):
    """Open the link, go to Meta, and come back: the page that follows."""
    browser.get(path)
    state = state_in(browser.get(f"{path}start/").url)
    return browser.get("/reconnect/back/", {"code": "a-code", "state": state, **query}, follow=True)


def renew(browser):
    return browser.post("/reconnect/check/", follow=True)


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def assert_untouched(account: WABA) -> None:
    account.refresh_from_db()
    assert (account.state, account.access_token.open(account.workspace_id)) == ("broken", TOKEN)
    assert not ReconnectLink.objects.exclude(used_at=None).exists()


# The whole way -------------------------------------------------------------------------------------------------------
def test_by_a_link_anybody_who_manages_the_account_renews_its_access(client, account, path, meta):
    meta.gives()
    page = words(client.get(path))
    assert "The Visible Shop" in page
    page = words(come_back(client, path))
    assert "The right account" in page
    page = words(renew(client))
    assert "It worked" in page
    assert "You can close this page." in page
    account.refresh_from_db()
    link = ReconnectLink.objects.get()
    assert (account.state, account.access_token.open(account.workspace_id)) == ("connected", NEW)
    assert link.used_at
    assert link.opened_at
    who = "reconnect link made by supporter, reason: they called"
    assert Incident.objects.get().closed_because == f"connected again by {who}"
    done = AuditEntry.objects.get(action="connected WhatsApp again")
    assert (done.actor, done.actor_label) == (None, who)


def test_a_log_in_here_is_neither_needed_nor_shown(account, path):
    member = Client()
    member.force_login(MembershipFactory().user)
    assert words(member.get(path)) == words(Client().get(path))


# Once, in time, for this account -------------------------------------------------------------------------------------
def test_a_link_works_once(client, account, path, meta):
    meta.gives()
    come_back(client, path)
    renew(client)
    for each in (path, f"{path}start/"):
        answer = Client().get(each)
        assert (answer.status_code, "This link was used" in words(answer)) == (410, True)


def test_of_two_tabs_one_renews(account, path, meta):
    meta.gives()
    one, two = Client(), Client()
    come_back(one, path)
    come_back(two, path)
    assert "It worked" in words(renew(one))
    assert "This link was used" in words(renew(two))
    assert AuditEntry.objects.filter(action="connected WhatsApp again").count() == 1


def test_the_database_decides_who_was_first(account, supporter, meta):
    """Both have passed every check of the pages."""
    meta.gives()
    link, address = reconnect_links.make_link(account, supporter, "they called")
    one, two = Client(), Client()
    come_back(one, urlsplit(address).path)
    come_back(two, urlsplit(address).path)
    first, second = ConnectAttempt.objects.select_related("account", "link", "workspace").order_by("pk")
    reconnect.apply(first, None)
    with pytest.raises(ConnectProblem, match="no longer good"):
        reconnect.apply(second, None)


def test_pressed_twice_it_worked_both_times(client, path, meta):
    meta.gives()
    come_back(client, path)
    renew(client)
    assert "It worked" in words(renew(client))


def test_a_failed_try_does_not_use_it_up(client, account, path, meta):
    meta.gives()
    come_back(client, path)
    meta.answers("POST", f"{account.waba_id}/subscribed_apps", status=503, body="down")
    answer = renew(client)
    assert answer.status_code == 400
    assert "Meta did not answer" in words(answer)
    assert_untouched(account)
    meta.answers("POST", f"{account.waba_id}/subscribed_apps", json={"success": True})
    assert "It worked" in words(renew(client))


@pytest.mark.parametrize("step", ["", "start/", "back", "check", "renew"])
def test_after_48_hours_no_step_goes_on(client, account, path, meta, step):
    meta.gives()
    client.get(path)
    state = state_in(client.get(f"{path}start/").url)
    if step in ("check", "renew"):
        client.get("/reconnect/back/", {"code": "a-code", "state": state})
    ReconnectLink.objects.update(expires_at=timezone.now())
    asked = {
        "": lambda: client.get(path),
        "start/": lambda: client.get(f"{path}start/"),
        "back": lambda: client.get("/reconnect/back/", {"code": "a-code", "state": state}),
        "check": lambda: client.get("/reconnect/check/"),
        "renew": lambda: client.post("/reconnect/check/"),
    }
    answer = asked[step]()
    assert (answer.status_code, "This link is too old" in words(answer)) == (410, True)
    assert_untouched(account)


def test_it_is_good_for_48_hours(account, path):
    left = ReconnectLink.objects.get().expires_at - timezone.now()
    assert timedelta(hours=47, minutes=59) < left < timedelta(hours=48)


def test_another_account_is_stopped_and_the_link_stays_good(client, account, path, meta):
    meta.gives(reached=["4711"], numbers=[{"id": "881", "display_phone_number": "+1 555-010-0881"}])
    page = words(come_back(client, path))
    assert "That is another account" in page
    assert "Name of 4711" in page
    assert 'id="renew"' not in page
    assert renew(client).status_code == 400
    assert_untouched(account)
    assert client.get(path).status_code == 200
    assert client.get("/reconnect/again/").url.startswith("https://www.facebook.com/")


def test_an_account_of_another_workspace_is_just_another_account(client, account, path, meta):
    WABAFactory(waba_id="4711", name="Their Name")
    meta.gives(reached=["4711"], numbers=[{"id": "881"}])
    answer = come_back(client, path)
    assert "That is another account" in words(answer)
    assert "another workspace" not in words(answer)
    assert_untouched(account)


def test_a_number_of_another_workspace_is_not_told_either(client, account, path, meta):
    meta.gives()
    come_back(client, path)
    PhoneNumberFactory(phone_number_id="777", display_phone_number="+1 555-066-0666")
    meta.answers("GET", f"{account.waba_id}/phone_numbers", json={"data": [{"id": "777"}]})
    page = words(renew(client))
    assert "another workspace" not in page and "Your log-in is the right one" in page
    assert_untouched(account)


def test_mended_another_way_there_is_nothing_to_do(client, account, path):
    WABA.objects.update(state="connected", connected_at=timezone.now())
    answer = client.get(path)
    assert (answer.status_code, "Nothing to do any more" in words(answer)) == (410, True)


def test_disconnected_by_the_shop_it_stays_disconnected(client, account, path):
    WABA.objects.update(state="disconnected")
    assert client.get(path).status_code == 410


def test_an_access_that_is_about_to_end_can_be_renewed_by_a_link(client, account, path):
    WABA.objects.update(state="connected")
    assert client.get(path).status_code == 200


# Forged --------------------------------------------------------------------------------------------------------------
def test_a_changed_link_is_not_ours(client, account, path):
    other = ReconnectLink.objects.create(
        workspace=account.workspace, account=account, expires_at=timezone.now() + timedelta(hours=1), reason="x"
    )
    signed = path.strip("/").partition("/")[2]
    pk, dash, rest = signed.partition("-")
    tampered = [f"{other.pk}-{rest}", f"{signed}x", signed[:-1], signed.partition(".")[0], str(other.pk), "x", "\x00"]
    tampered += [f"{pk}-{rest.replace('.', 'A.', 1)}", Signer(sep=".").sign(f"{pk}-abc")]
    for each in tampered:
        answer = client.get(f"/reconnect/{each}/")
        assert (answer.status_code, "This link does not work" in words(answer)) == (404, True), each
        assert client.get(f"/reconnect/{each}/start/").status_code == 404


def test_a_link_whose_row_is_gone_is_not_ours(client, path):
    ReconnectLink.objects.all().delete()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("state", ["", "wrong", "é"])
def test_a_log_in_that_did_not_start_here_is_not_taken(client, account, path, state):
    client.get(f"{path}start/")
    answer = client.get("/reconnect/back/", {"code": "x", "state": state})
    assert (answer.status_code, "did not start here" in words(answer)) == (400, True)


def test_a_state_counts_once_in_its_own_browser_for_ten_minutes(client, account, path, meta):
    meta.gives()
    state = state_in(client.get(f"{path}start/").url)
    assert Client().get("/reconnect/back/", {"code": "x", "state": state}).status_code == 400
    client.get("/reconnect/back/", {"code": "x", "state": state})
    assert client.get("/reconnect/back/", {"code": "x", "state": state}).status_code == 400
    with time_machine.travel(timezone.now() - timedelta(minutes=11)):
        state = state_in(client.get(f"{path}start/").url)
    assert client.get("/reconnect/back/", {"code": "x", "state": state}).status_code == 400


def test_an_attempt_belongs_to_the_browser_it_was_made_in(client, account, path, meta):
    meta.gives()
    come_back(client, path)
    assert Client().get("/reconnect/check/").status_code == 404
    assert Client().get("/reconnect/again/").status_code == 404
    assert Client().post("/reconnect/check/").status_code == 404
    pk = ConnectAttempt.objects.get().pk
    member = Client()
    member.force_login(MembershipFactory(workspace=account.workspace).user)
    assert member.get(f"/connection/{pk}/difference/").status_code == 404
    assert member.get(f"/connection/{pk}/choose/").status_code == 404
    assert_untouched(account)


def test_the_button_needs_a_page_of_ours(account, path, meta):
    meta.gives()
    strict = Client(enforce_csrf_checks=True)
    come_back(strict, path)
    assert strict.post("/reconnect/check/").status_code == 403
    assert_untouched(account)


def test_cancelled_at_meta(client, account, path):
    state = state_in(client.get(f"{path}start/").url)
    answer = client.get("/reconnect/back/", {"error": "access_denied", "state": state})
    assert (answer.status_code, "cancelled" in words(answer)) == (400, True)
    assert client.get("/reconnect/again/").status_code == 302
    assert_untouched(account)


# Nothing is told -----------------------------------------------------------------------------------------------------
def test_no_page_tells_more_than_the_workspaces_name_and_what_the_log_in_reaches(client, account, path, meta):
    PhoneNumberFactory(account=account, is_default=False, display_phone_number="+1 555-020-0002")
    meta.gives(numbers=[{"id": "999", "display_phone_number": "+1 555-077-0001", "verified_name": "Theirs"}])
    pages = [client.get(path), client.get("/reconnect/done/"), come_back(client, path), renew(client), client.get(path)]
    text = " ".join(words(each) for each in pages)
    assert "2 numbers that were connected before are no longer there" in text
    assert "+1 555-077-0001" in text
    hidden = ["Secret Account Name", "Secret Number Name", "+1 555-020-0001", "+1 555-020-0002", NEW, TOKEN]
    hidden += [number.phone_number_id for number in PhoneNumber.objects.exclude(phone_number_id="999")]
    hidden += ["supporter", "they called", account.waba_id]
    # Meta's own name for the account is in this test made of its id.
    text = text.replace(f"Name of {account.waba_id}", "")
    assert not [each for each in hidden if each in text]


def test_no_page_is_kept_or_named_to_others_or_loads_from_others(client, account, path, meta):
    meta.gives()
    pages = [client.get(path), client.get(f"{path}start/"), client.get("/reconnect/nothing/"), come_back(client, path)]
    pages += [renew(client), client.get("/reconnect/done/"), client.get("/reconnect/back/")]
    for answer in pages:
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        has_form = b"<form" in answer.content
        assert answer.headers["Referrer-Policy"] == ("same-origin" if has_form else "no-referrer")
        assert not re.search(rb'(?:src|href)="https?:', answer.content)
    assert sum(b"<form" in answer.content for answer in pages) == 1


def test_who_opens_it_too_often_waits(client, path):
    answers = [client.get(path).status_code for _ in range(61)]
    assert (answers[:60], answers[60]) == ([200] * 60, 429)
    assert client.get(path, REMOTE_ADDR="198.51.100.7").status_code == 200


# Making one ----------------------------------------------------------------------------------------------------------
def test_support_makes_a_link_that_is_mailed_and_shown_once(
    client, account, supporter, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks.send_mail, "delay", tasks.send_mail)  # Without a broker.
    owner = MembershipFactory(workspace=account.workspace, user__email="owner@shop.example").user
    MembershipFactory(workspace=account.workspace, role=Role.AGENT, user__email="agent@shop.example")
    client.force_login(supporter)
    page = f"/connection/accounts/{account.pk}/reconnect-link/"
    assert owner.email in words(client.get(page))
    with django_capture_on_commit_callbacks(execute=True):
        shown = words(client.post(page, {"reason": "they called", "is_mailed": "on"}))
    address = re.search(r'value="(http[^"]+/reconnect/[^"]+)"', shown)[1]
    (letter,) = mail.outbox
    assert letter.to == [owner.email]
    assert address in letter.body
    assert address not in words(client.get(page))
    assert Client().get(urlsplit(address).path).status_code == 200
    link = ReconnectLink.objects.get()
    assert (link.created_by, link.reason, link.mailed_to) == (supporter, "they called", [owner.email])
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.detail["reason"]) == (supporter, "made a reconnect link", "they called")
    assert urlsplit(address).path.split("/")[2] not in str(entry.detail)


def test_a_reason_is_needed(client, account, supporter):
    client.force_login(supporter)
    page = words(client.post(f"/connection/accounts/{account.pk}/reconnect-link/", {"reason": " "}))
    assert "Say why" in page
    assert not ReconnectLink.objects.exists()


def test_it_can_be_only_shown(client, account, supporter, django_capture_on_commit_callbacks):
    MembershipFactory(workspace=account.workspace, user__email="owner@shop.example")
    client.force_login(supporter)
    with django_capture_on_commit_callbacks() as callbacks:
        client.post(f"/connection/accounts/{account.pk}/reconnect-link/", {"reason": "they called"})
    assert (ReconnectLink.objects.get().mailed_to, callbacks) == ([], [])


def test_a_disconnected_account_gets_no_link(client, account, supporter):
    WABA.objects.update(state="disconnected")
    client.force_login(supporter)
    client.post(f"/connection/accounts/{account.pk}/reconnect-link/", {"reason": "they called"})
    assert not ReconnectLink.objects.exists()


def test_only_support_makes_links(client, account):
    page = f"/connection/accounts/{account.pk}/reconnect-link/"
    for role, status in ((Role.OWNER, 403), (Role.AGENT, 403)):
        client.force_login(MembershipFactory(workspace=account.workspace, role=role).user)
        assert client.post(page, {"reason": "x"}).status_code == status
    client.force_login(MembershipFactory().user)
    assert client.post(page, {"reason": "x"}).status_code == 404
    assert not ReconnectLink.objects.exists()
