"""A new token for a connected account: taken only when Meta confirms it, and what waited flows."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from meta_integration.models import WABA, ConnectAttempt, Incident
from meta_integration.services import incidents
from meta_integration.tests.factories import TOKEN, WABAFactory
from workspaces.models import AuditEntry

pytestmark = pytest.mark.django_db
GRAPH = "https://graph.facebook.com/v23.0"
NEW = "EAAexampleNewTokenOfATest9876543210"
SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"]


@pytest.fixture
def broken(db):
    account = WABAFactory()
    incidents.mark_broken(account, "Meta refused the token.")
    account.refresh_from_db()
    return account


def meta_says(graph, account: WABA, *, found: str | None = None, **facts) -> None:
    data = {"app_id": "900000000000001", "is_valid": True, "expires_at": 0, "scopes": SCOPES, **facts}
    graph.get(f"{GRAPH}/debug_token", json={"data": data})
    graph.get(f"{GRAPH}/{account.waba_id}", json={"id": found or account.waba_id, "name": "Example Account"})
    graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", json={"data": [{"id": "201", "status": "CONNECTED"}]})
    graph.post(f"{GRAPH}/{account.waba_id}/subscribed_apps", json={"success": True})


def set_token(monkeypatch, account: WABA, token: str = NEW) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
    out = io.StringIO()
    call_command("set_token", account.waba_id, stdout=out)
    return out.getvalue()


def test_a_confirmed_token_mends_the_connection(graph, broken, monkeypatch):
    meta_says(graph, broken)
    assert NEW not in set_token(monkeypatch, broken)
    broken.refresh_from_db()
    assert (broken.state, broken.state_reason) == ("connected", "")
    assert broken.access_token.open(broken.workspace_id) == NEW
    assert Incident.objects.get().closed_because == "connected again by somebody with the command set_token"
    assert NEW not in json.dumps(list(AuditEntry.objects.values("action", "target", "detail")))


@pytest.mark.parametrize(
    "answer",
    [{"is_valid": False}, {"app_id": "1"}, {"scopes": SCOPES[:1]}, {"found": "another-account"}],
)
def test_a_token_that_is_not_confirmed_changes_nothing(graph, broken, monkeypatch, answer):
    meta_says(graph, broken, **answer)
    with pytest.raises(CommandError):
        set_token(monkeypatch, broken)
    broken.refresh_from_db()
    assert (broken.state, broken.access_token.open(broken.workspace_id)) == ("broken", TOKEN)
    assert not ConnectAttempt.objects.exists()


def test_a_token_that_meta_refuses_changes_nothing(graph, broken, monkeypatch):
    graph.get(f"{GRAPH}/debug_token", status=401, json={"error": {"code": 190, "message": f"bad {NEW}"}})
    with pytest.raises(CommandError) as caught:
        set_token(monkeypatch, broken)
    assert NEW not in str(caught.value)


@pytest.mark.parametrize("token", ["", "   "])
def test_nothing_given_is_said(broken, monkeypatch, token):
    with pytest.raises(CommandError, match="No token"):
        set_token(monkeypatch, broken, token)


def test_an_account_that_nobody_has_is_said(monkeypatch, db):
    with pytest.raises(CommandError, match="No workspace"):
        call_command("set_token", "42")
