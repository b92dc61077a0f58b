"""Disconnecting: what stops is said before, secrets are forgotten, history and messages stay."""

import pytest
from django.utils import timezone

from inbox.models import Message
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import WABA, ConnectAttempt, ConnectionEvent, Incident, PhoneNumber
from meta_integration.sealed import seal
from meta_integration.services import incidents
from meta_integration.tests.factories import TOKEN, ConnectAttemptFactory, PhoneNumberFactory, WABAFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
GRAPH = "https://graph.facebook.com/v23.0"


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def account(owner):
    account = WABAFactory(
        workspace=owner.workspace,
        scopes=["whatsapp_business_messaging"],
        meta_user_id="701",
        token_expires_at=timezone.now(),
        catalog_token=seal(TOKEN, owner.workspace.pk),
    )
    PhoneNumberFactory(account=account, pin=seal("123456", owner.workspace.pk), display_phone_number="+1 555-020-0001")
    return account


@pytest.fixture
def browser(client, owner):
    client.force_login(owner.user)
    return client


def meta_says(graph, account: WABA, **answer) -> None:
    graph.delete(f"{GRAPH}/{account.waba_id}/subscribed_apps", **(answer or {"json": {"success": True}}))


def press(browser, account: WABA):
    return browser.post(f"/connection/accounts/{account.pk}/disconnect/", follow=True)


def test_what_stops_and_what_waits_is_said_before(browser, account):
    MessageFactory.create_batch(2, thread=ThreadFactory(number=account.numbers.get()))
    page = browser.get(f"/connection/accounts/{account.pk}/disconnect/").content.decode()
    for each in ("+1 555-020-0001", "2 messages wait now.", "forgets the access", "history of the connection are kept"):
        assert each in page
    account.refresh_from_db()
    assert account.state == "connected"


def test_secrets_are_forgotten_and_all_else_stays(browser, owner, account, graph):
    meta_says(graph, account)
    message = MessageFactory(thread=ThreadFactory(number=account.numbers.get()))
    incidents.mark_broken(account, "Meta refused the token.")
    ConnectAttemptFactory(workspace=owner.workspace, account=account, user=owner.user)
    page = press(browser, account).content.decode()
    assert "is disconnected. Its history is kept." in page
    account.refresh_from_db()
    number = PhoneNumber.objects.get()
    assert (account.state, account.access_token, account.catalog_token, number.pin) == (
        "disconnected",
        None,
        None,
        None,
    )
    assert (account.token_expires_at, account.scopes, account.meta_user_id) == (None, [], "")
    assert (number.state, Message.objects.get(pk=message.pk).status) == ("disconnected", "queued")
    because = f"disconnected by {owner.user.label}"
    assert Incident.objects.get().closed_because == because
    assert AuditEntry.objects.get().detail == {"because": because, "meta_knows": True}
    assert ConnectionEvent.objects.get(what="state").was == "broken"
    assert not ConnectAttempt.objects.exists()


def test_it_can_then_be_connected_elsewhere(browser, account, graph):
    meta_says(graph, account)
    press(browser, account)
    other = WABAFactory(waba_id=account.waba_id)
    PhoneNumberFactory(account=other, phone_number_id=account.numbers.get().phone_number_id)
    assert WABA.objects.filter(waba_id=account.waba_id).count() == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "json": {"error": {"code": 190, "message": "dead"}}},
        {"status": 503, "body": "<html>down</html>"},
    ],
)
def test_when_meta_does_not_play_along_it_is_said_and_done_all_the_same(browser, account, graph, answer):
    meta_says(graph, account, **answer)
    page = press(browser, account).content.decode()
    assert "Meta did not confirm" in page
    account.refresh_from_db()
    assert (account.state, account.access_token) == ("disconnected", None)


def test_a_token_that_cannot_be_opened_does_not_keep_it_connected(browser, account):
    WABA.objects.update(access_token=seal(TOKEN, account.workspace_id + 1))
    press(browser, account)
    account.refresh_from_db()
    assert account.state == "disconnected"


def test_twice_asks_meta_once(browser, account, graph):
    meta_says(graph, account)
    press(browser, account)
    assert "disconnected already" in press(browser, account).content.decode()
    assert len(graph.calls) == AuditEntry.objects.count() == 1


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST])
def test_only_managers_disconnect(client, owner, account, role):
    client.force_login(MembershipFactory(workspace=owner.workspace, role=role).user)
    assert press(client, account).status_code == 403
    account.refresh_from_db()
    assert account.state == "connected"
