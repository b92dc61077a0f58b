"""A new access for an account that is connected already: compared with the old one first, then put in its place.

`apply` is the one way to replace a token, whoever brings it: a member, somebody who came by a link, or a command.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from meta_integration import intake
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.models import WABA, ConnectAttempt, Incident, PhoneNumber
from meta_integration.services import clients, connect, history, incidents, reconnect_links
from meta_integration.services import connect_problems as problems
from meta_integration.services import reconnect_problems as words
from workspaces import live, wakeups
from workspaces import services as workspaces
from workspaces.models import User, Workspace

# More templates than this are not counted while a person waits.
MOST_TEMPLATES = 1000
MENDED = [
    Incident.Kind.CONNECTION_BROKEN,
    Incident.Kind.ACCESS_EXPIRES,
    Incident.Kind.SUBSCRIPTION_LOST,
    Incident.Kind.CONNECTION_UNSURE,
    Incident.Kind.ACCOUNT_STOPPED,
]


class AlreadyDone(Exception):
    """This log-in has renewed the access already: the button was pressed twice."""


@dataclass(frozen=True)
class Difference:
    """What a log-in would change. Where it does not reach the account, `is_right` is false and `reached` all we know.

    What Meta does not let this log-in see is None.
    """

    account: WABA
    is_right: bool
    reached: list[dict]
    name: str = ""
    kept: list[dict] = field(default_factory=list)
    removed: list[dict] = field(default_factory=list)
    gained: list[dict] = field(default_factory=list)
    lost: list[PhoneNumber] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    token_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    template_count: int | None = None
    catalogs: list[str] | None = None
    is_subscribed: bool | None = None

    @property
    def has_many_templates(self) -> bool:
        return self.template_count == MOST_TEMPLATES


def compare(attempt: ConnectAttempt) -> Difference:
    """Ask Meta, with the new access, what it reaches, and compare that with what we have. Raises ConnectProblem."""
    _refuse_if_old(attempt)
    account = attempt.account
    if not _reaches(attempt, account):
        return Difference(account, is_right=False, reached=attempt.found)
    client = _client(attempt)
    with _asking_meta():
        name, found = _account_now(client, account)
        subscribed = _if_allowed(lambda: client.subscribed_app_ids(account.waba_id))
        templates = _if_allowed(lambda: list(islice(client.message_templates(account.waba_id), MOST_TEMPLATES)))
        catalogs = _if_allowed(lambda: list(client.product_catalogs(account.waba_id)))
    known, lost = _numbers_of_ours(account, found)
    removed = _removed_here(account)
    return Difference(
        account,
        is_right=True,
        reached=attempt.found,
        name=name,
        kept=[number for number in found if number["id"] in known - removed],
        removed=[number for number in found if number["id"] in removed],
        gained=[number for number in found if number["id"] not in known],
        lost=lost,
        missing=sorted(set(account.scopes) - set(attempt.scopes)),
        token_expires_at=attempt.token_expires_at,
        data_access_expires_at=attempt.data_access_expires_at,
        template_count=None if templates is None else len(templates),
        catalogs=None if catalogs is None else [str(each.get("name") or each.get("id")) for each in catalogs],
        is_subscribed=None if subscribed is None else settings.META_APP_ID in subscribed,
    )


def apply(attempt: ConnectAttempt, actor: User | None, who: str = "") -> WABA:
    """Put the new access in the old one's place; what waited goes out. Raises ConnectProblem and changes nothing then.

    `who` is for the audit log and the incident, where it is neither the `actor` nor the maker of the attempt's link.
    Raises AlreadyDone when the attempt was applied before.
    """
    _refuse_if_old(attempt)
    account = attempt.account
    if not _reaches(attempt, account):
        raise words.another_account()
    client = _client(attempt)
    with _asking_meta():
        name, found = _account_now(client, account)
        client.subscribe_app(account.waba_id)
    who = who or (reconnect_links.maker(attempt.link) if attempt.link else actor.label)
    try:
        with transaction.atomic():
            Workspace.objects.select_for_update().get(pk=account.workspace_id)
            if not ConnectAttempt.objects.filter(pk=attempt.pk).exists():
                raise AlreadyDone
            if attempt.link:
                reconnect_links.use(attempt.link)
            newer = WABA.objects.filter(pk=account.pk, connected_at__gt=attempt.created_at)
            if newer.exists():  # Somebody has logged in since: the older access does not replace that one's.
                raise words.expired()
            return _put_in_place(attempt, name, found, actor, who)
    except IntegrityError as exc:
        if not connect.is_taken(exc):
            raise
        raise problems.elsewhere() from exc


def release(account: WABA, phone_number_ids: list[str]) -> None:
    """After the transaction: whatever waited for this account flows."""

    def let_flow():
        intake.replay_for_numbers(phone_number_ids)
        for path in settings.META_RECONNECTED:
            wakeups.wake(import_string(path), account.pk)
        live.touch(account.workspace_id)

    transaction.on_commit(let_flow)


# Asking Meta ---------------------------------------------------------------------------------------------------------
@contextmanager
def _asking_meta():
    try:
        yield
    except GraphAPIError as exc:
        raise words.meta_refused(exc) from exc
    except GraphError as exc:
        raise words.meta_did_not_answer() from exc


def _client(attempt: ConnectAttempt) -> MetaGraphClient:
    token = attempt.access_token.open(attempt.workspace_id)
    return clients.graph_client_with(token, workspace=attempt.workspace, read_timeout=settings.GRAPH_PAGE_TIMEOUT)


def _account_now(client: MetaGraphClient, account: WABA) -> tuple[str, list[dict]]:
    """The account's name and its numbers, as the new access sees them."""
    waba = client.waba(account.waba_id)
    if str(waba.get("id")) != account.waba_id:
        raise words.another_account()
    found = [connect.number_facts(number) for number in client.phone_numbers(account.waba_id) if number.get("id")]
    if not found:  # An empty answer takes no number away.
        raise words.no_numbers()
    return str(waba.get("name") or ""), found


def _if_allowed(ask):
    """The answer, or None where Meta does not give it to this access: nice to know, and no reason to stop."""
    try:
        return ask()
    except GraphAPIError:
        return None


# Ours ----------------------------------------------------------------------------------------------------------------
def _refuse_if_old(attempt: ConnectAttempt) -> None:
    if attempt.created_at < timezone.now() - connect.ATTEMPT_LIVES:
        raise words.expired()


def _reaches(attempt: ConnectAttempt, account: WABA) -> bool:
    return account.waba_id in {waba["waba_id"] for waba in attempt.found}


def _numbers_of_ours(account: WABA, found: list[dict]) -> tuple[set[str], list[PhoneNumber]]:
    """The ids of those in use, and of these the rows that Meta no longer lists. All are when the account is not."""
    ids, mine = {number["id"] for number in found}, list(account.numbers.order_by("pk"))
    connected = [number for number in mine if number.state == PhoneNumber.State.CONNECTED]
    known = mine if account.state == WABA.State.DISCONNECTED else connected
    return {each.phone_number_id for each in known}, [each for each in connected if each.phone_number_id not in ids]


def _removed_here(account: WABA) -> set[str]:
    """Meta's ids of the numbers that the shop itself took out of use: only its people bring them back."""
    return set(account.numbers.exclude(removed_at=None).values_list("phone_number_id", flat=True))


def _put_in_place(attempt: ConnectAttempt, name: str, found: list[dict], actor: User | None, who: str) -> WABA:
    account = WABA.objects.select_for_update().get(pk=attempt.account_id)
    known, lost = _numbers_of_ours(account, found)
    removed = _removed_here(account)
    found = [number for number in found if number["id"] not in removed]
    was = account.state
    _store_account(account, attempt, name, actor)
    for number in found:
        _store_number(account, number)
    for number in lost:
        PhoneNumber.objects.filter(pk=number.pk).update(state=PhoneNumber.State.DISCONNECTED)
        _note(account, "disconnected", was="connected", number=number)
    _note(account, "connected", was=was)
    ids = [number["id"] for number in found]
    _close_incidents(account, ids, f"connected again by {who}")
    workspaces.note(
        account.workspace,
        actor,
        "connected WhatsApp again",
        account.waba_id,
        by=who,
        numbers_gained=sorted(set(ids) - known),
        numbers_lost=[number.phone_number_id for number in lost],
    )
    if not attempt.delete()[0]:  # Meanwhile the account was disconnected, and its log-ins forgotten.
        raise words.expired()
    release(account, ids)
    return account


def _store_account(account: WABA, attempt: ConnectAttempt, name: str, actor: User | None) -> None:
    now = timezone.now()
    if account.state != WABA.State.CONNECTED:
        account.state, account.state_reason, account.state_since = WABA.State.CONNECTED, "", now
    account.name, account.connected_at, account.connected_by = name or account.name, now, actor or account.connected_by
    account.access_token, account.token_expires_at = attempt.access_token, attempt.token_expires_at
    account.data_access_expires_at, account.expiry_told_at_days = attempt.data_access_expires_at, None
    account.scopes, account.meta_user_id = attempt.scopes, attempt.meta_user_id
    account.suspected_at, account.suspicion, account.suspected_code = None, "", None
    account.check_after, account.event_checks_left, account.checked_at = None, 0, now
    account.cleared_count, account.cleared_at = 0, None
    account.held_until, account.is_subscribed = None, True
    account.save()


def _store_number(account: WABA, facts: dict) -> None:
    """One that is new here is registered only if Meta says so; one that we have stays registered."""
    values = {name: value for name, value in facts.items() if name != "id"}
    values |= {"account": account, "state": PhoneNumber.State.CONNECTED, "paused_reason": ""}
    values |= {"rests_until": None, "rest_count": 0}
    mine = PhoneNumber.objects.for_workspace(account.workspace).filter(phone_number_id=facts["id"])
    number = mine.filter(state=PhoneNumber.State.CONNECTED).first() or mine.order_by("-pk").first()
    was = number.state if number else ""
    if number is None:
        number = PhoneNumber(workspace=account.workspace, phone_number_id=facts["id"])
    for column, value in values.items():
        setattr(number, column, value)
    number.is_registered = number.is_registered or facts["status"] == "CONNECTED"
    number.save()
    if was != number.state:
        _note(account, "connected", was=was, number=number)


def _note(account: WABA, became: str, *, was: str, number: PhoneNumber | None = None) -> None:
    history.note(account, "state", became, was=was, number=number, source=history.Source.SHOP)


def _close_incidents(account: WABA, phone_number_ids: list[str], because: str) -> None:
    for kind in MENDED:
        incidents.close_incidents(kind, account.waba_id, because)
    for each in phone_number_ids:
        incidents.close_incidents(Incident.Kind.NUMBER_STOPPED, each, because)
