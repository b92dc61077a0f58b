"""Connecting with a token that somebody has already, a system user's for example.

Every call that will be needed is tried first, and each says how it went.
"""

from collections.abc import Callable
from dataclasses import asdict

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as marked

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphError
from meta_integration.models import ConnectAttempt
from meta_integration.sealed import seal
from meta_integration.services import clients, connect
from meta_integration.services import connect_problems as problems
from meta_integration.services.facts import scopes_of
from workspaces.models import User, Workspace

# In the order in which they are tried.
TITLES = {
    "token": marked("The token is valid, and was made for Galantis"),
    "permissions": marked("It has both permissions"),
    "account": marked("The account can be read"),
    "numbers": marked("Its phone numbers can be listed"),
    "subscription": marked("Its webhooks can be looked at"),
    "templates": marked("Its templates can be read"),
}
DONE, FAILED, NOT_TRIED = "done", "failed", "not_tried"


def begin(workspace: Workspace, user: User, token: str, waba_id: str) -> ConnectAttempt:
    """Try every call; what came of it waits in the attempt, with the token sealed."""
    attempt = ConnectAttempt(workspace=workspace, user=user, access_token=seal(token, workspace.pk))
    _examine(attempt, token, waba_id)
    return attempt


def again(attempt: ConnectAttempt) -> None:
    _examine(attempt, attempt.access_token.open(attempt.workspace_id), attempt.found[0]["waba_id"])


def steps_of(attempt: ConnectAttempt) -> list[dict]:
    return attempt.found[0].get("steps", []) if attempt.found else []


def _examine(attempt: ConnectAttempt, token: str, waba_id: str) -> None:
    client = clients.graph_client_with(token, workspace=attempt.workspace, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
    app = clients.app_client(attempt.workspace)
    found = {"waba_id": waba_id, "name": "", "numbers": [], "problem": "not_checked"}
    calls = {
        "token": lambda: _token(attempt, app.debug_token(token)),
        "permissions": lambda: connect.require(attempt.scopes),
        "account": lambda: _account(attempt, client, found),
        "numbers": lambda: _numbers(attempt, client, found),
        "subscription": lambda: _subscription(client, waba_id),
        "templates": lambda: next(client.message_templates(waba_id), None) and None,
    }
    steps, is_dead = [], False
    for name, call in calls.items():
        step = {"name": name, "state": NOT_TRIED} if is_dead else _try(name, call)
        is_dead = is_dead or (name == "token" and step["state"] == FAILED)
        steps.append(step)
    if all(step["state"] == DONE for step in steps):
        found["problem"] = ""
    attempt.found = [{**found, "steps": steps}]
    attempt.save()


def _try(name: str, call: Callable[[], str | None]) -> dict:
    try:
        return {"name": name, "state": DONE, "shown": call() or ""}
    except problems.ConnectProblem as exc:
        return {"name": name, "state": FAILED, "happened": exc.happened, "todo": exc.todo}
    except GraphError as exc:
        return {"name": name, "state": FAILED, **asdict(problems.said_of_error(exc))}


# Each step: what it shows when all is well --------------------------------------------------------------------------
def _token(attempt: ConnectAttempt, facts: dict) -> str:
    if not connect.is_good(facts):
        raise problems.token_not_ours()
    attempt.scopes = scopes_of(facts)
    for name, value in connect.times_and_owner(facts).items():
        setattr(attempt, name, value)
    if attempt.token_expires_at is None:
        return _("It does not expire.")
    return _("It is good until %(on)s.") % {"on": date_format(attempt.token_expires_at, "j M Y")}


def _account(attempt: ConnectAttempt, client: MetaGraphClient, found: dict) -> str:
    facts = client.waba(found["waba_id"])
    if str(facts.get("id") or "") != found["waba_id"]:
        raise problems.not_an_account()
    found["name"] = str(facts.get("name") or "")
    return found["name"]


def _numbers(attempt: ConnectAttempt, client: MetaGraphClient, found: dict) -> str:
    numbers = found["numbers"] = connect.numbers_of(client, found["waba_id"])
    if not numbers:
        raise problems.no_number(found["name"] or found["waba_id"])
    if connect.is_elsewhere(attempt.workspace, found["waba_id"], [number["id"] for number in numbers]):
        raise problems.elsewhere()
    return ", ".join(number["display_phone_number"] for number in numbers)


def _subscription(client: MetaGraphClient, waba_id: str) -> str:
    if settings.META_APP_ID in client.subscribed_app_ids(waba_id):
        return _("They come to Galantis already.")
    return _("They do not come to Galantis yet: connecting will switch that on.")
