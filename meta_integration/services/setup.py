"""From a log-in to numbers that send: register, subscribe, store. One number that fails does not hold up the others.

Each number is stored as soon as Meta took it, so a process that dies in the middle loses nothing that was done: the
same steps again go on where it stopped. What became of each number stands in the attempt's `found`.
"""

from copy import deepcopy
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from meta_integration import intake
from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError, classify
from meta_integration.models import WABA, ConnectAttempt, Incident, PhoneNumber
from meta_integration.sealed import seal
from meta_integration.services import after_connecting, clients, connect, history, incidents, registering, watch
from meta_integration.services import connect_problems as problems
from workspaces import services as workspaces
from workspaces.models import User, Workspace

# What began longer ago has died: each of its calls ends sooner.
AT_WORK_FOR = timedelta(seconds=60)
# Kept of Meta's facts about a number, besides its id.
COLUMNS = (
    "display_phone_number", "verified_name", "status", "quality_rating", "messaging_limit_tier", "throughput_level",
    "name_status", "code_verification_status", "is_on_biz_app", "is_pin_enabled",
)  # fmt: skip


class AtWork(Exception):
    """The same numbers are being connected this very moment, by another request."""


class IsConnected(Exception):
    """The workspace has this account already: its access is renewed, once the difference was seen."""


def connect_numbers(attempt: ConnectAttempt, waba_id: str, pins: dict[str, str], default: str) -> WABA | None:
    """Connect the chosen numbers, the keys of `pins`; None when not one of them works, and nothing is stored then.

    `default` is the number messages come from by default, "" where another account's number stays it. Harmless to
    repeat. Raises AtWork, IsConnected, ConnectProblem.
    """
    if attempt.created_at < timezone.now() - connect.ATTEMPT_LIVES:
        attempt.delete()
        raise problems.expired()
    waba = waba_in(attempt, waba_id)
    if waba.get("account"):
        return WABA.objects.for_workspace(attempt.workspace).filter(pk=waba["account"]).first()
    if connect.live_account(attempt.workspace, waba_id):
        raise IsConnected
    if connect.is_elsewhere(attempt.workspace, waba_id, list(pins)):
        raise problems.elsewhere()
    chosen = [number for number in waba["numbers"] if number["id"] in pins]
    if not chosen:
        raise problems.not_offered()
    _begin(attempt, waba)
    try:
        return _connect(attempt, waba, sorted(chosen, key=lambda number: number["id"] != default), pins, default)
    finally:
        _end(attempt, waba)


def waba_in(attempt: ConnectAttempt, waba_id: str) -> dict:
    """The account among those that the log-in found and that can be chosen. Raises ConnectProblem."""
    for waba in attempt.found:
        if waba["waba_id"] == waba_id and not waba["problem"]:
            return waba
    raise problems.not_offered()


def is_at_work(waba: dict) -> bool:
    since = waba.get("at_work")
    return bool(since) and datetime.fromisoformat(since) > timezone.now() - AT_WORK_FOR


def register_again(number: PhoneNumber, pin: str, user: User) -> dict:
    """Register a number of a connected account; return what became of it, as `registering.register` does."""
    again_at = registering.possible_again_at(number.registrations)
    if again_at:
        return {"outcome": registering.WAIT, "until": again_at.isoformat()}
    try:
        client = clients.graph_client_for(number.account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
    except clients.NoToken:
        watch.token_unreadable(number.account)
        return {"outcome": registering.NO_ANSWER}
    moments = registering.with_one_more(number.registrations)
    mine = PhoneNumber.objects.filter(pk=number.pk)
    # Twice at the same moment is one try, and only the other request learns what became of it.
    if not mine.filter(registrations=number.registrations).update(registrations=moments):
        return {"outcome": registering.NO_ANSWER}
    result = registering.register(client, number.phone_number_id, pin)
    if result["outcome"] == registering.DONE:
        with transaction.atomic():
            mine.update(is_registered=True, status="CONNECTED", pin=seal(pin, number.workspace_id), paused_reason="")
            _note_registered(number, user)
    elif classify(result.get("code"), result.get("subcode")).error_class is ErrorClass.TOKEN_DEAD:
        watch.suspect(number.account, problems.said_of(result).happened, result.get("code"))
    return result


# Step by step --------------------------------------------------------------------------------------------------------
def _connect(attempt: ConnectAttempt, waba: dict, chosen: list[dict], pins: dict, default: str) -> WABA | None:
    token = attempt.access_token.open(attempt.workspace_id)
    patience = settings.GRAPH_PAGE_TIMEOUT
    client = clients.graph_client_with(token, workspace=attempt.workspace, read_timeout=patience)
    account = None
    for number in chosen:
        number.pop("result", None)
    for number in chosen:
        _register(client, attempt, number, pins[number["id"]])
        outcome = number["result"]["outcome"]
        if outcome == registering.NO_ANSWER:
            break  # The others would wait for it in vain too.
        if outcome == registering.DONE and account is None:
            _subscribe(client, waba, has_pin=registering.is_needed(number))
            account = _store(attempt, waba, number, pins[number["id"]], default)
        elif outcome == registering.DONE:
            with transaction.atomic():
                _store_number(account, number, attempt.user, pin=pins[number["id"]], works=True, is_chosen=True)
                _settle_default(account, number["id"], default)
    return account


def _register(client: MetaGraphClient, attempt: ConnectAttempt, number: dict, pin: str) -> None:
    """Leaves what became of it in `number["result"]`. The try is written down before Meta is asked."""
    if not registering.is_needed(number):
        number["result"] = {"outcome": registering.DONE}
        return
    moments = sorted({*number.get("registrations", []), *_registrations_of(attempt.workspace, number["id"])})
    again_at = registering.possible_again_at(moments)
    if again_at:
        number["result"] = {"outcome": registering.WAIT, "until": again_at.isoformat()}
        return
    number["registrations"] = registering.with_one_more(moments)
    _keep(attempt)
    number["result"] = registering.register(client, number["id"], pin)
    _keep(attempt)


def _registrations_of(workspace: Workspace, phone_number_id: str) -> list[str]:
    known = PhoneNumber.objects.for_workspace(workspace).filter(phone_number_id=phone_number_id).first()
    return known.registrations if known else []


def _subscribe(client: MetaGraphClient, waba: dict, *, has_pin: bool) -> None:
    try:
        client.subscribe_app(waba["waba_id"])
    except GraphAPIError as exc:
        raise problems.meta_refused(exc, has_pin=has_pin) from exc
    except GraphError as exc:
        raise problems.meta_did_not_answer(has_pin=has_pin) from exc


# What is known of it -------------------------------------------------------------------------------------------------
def _begin(attempt: ConnectAttempt, waba: dict) -> None:
    """Only one request works on an attempt at a time. Raises AtWork."""
    if is_at_work(waba):
        raise AtWork
    before = deepcopy(attempt.found)
    waba["at_work"] = timezone.now().isoformat()
    if not ConnectAttempt.objects.filter(pk=attempt.pk, found=before).update(found=attempt.found):
        raise AtWork


def _keep(attempt: ConnectAttempt) -> None:
    for waba in attempt.found:
        if "at_work" in waba:
            waba["at_work"] = timezone.now().isoformat()
    ConnectAttempt.objects.filter(pk=attempt.pk).update(found=attempt.found)


def _end(attempt: ConnectAttempt, waba: dict) -> None:
    """The token goes once nothing is left to choose; the rest stays a while, for whoever comes back to the page."""
    waba.pop("at_work", None)
    _keep(attempt)
    if all(each["problem"] or each.get("account") for each in attempt.found):
        ConnectAttempt.objects.filter(pk=attempt.pk).update(access_token=seal("", attempt.workspace_id))


def results_of(account: WABA) -> dict[str, dict]:
    """What became of each number when the account was connected lately, by Meta's id."""
    attempts = ConnectAttempt.objects.for_workspace(account.workspace).filter(found__contains=[{"account": account.pk}])
    latest = attempts.order_by("-pk").first()
    wabas = [waba for waba in latest.found if waba.get("account") == account.pk] if latest else []
    return {number["id"]: number["result"] for waba in wabas for number in waba["numbers"] if number.get("result")}


# Ours ----------------------------------------------------------------------------------------------------------------
def _store(attempt: ConnectAttempt, waba: dict, first: dict, pin: str, default: str) -> WABA:
    """The account with all its numbers; the first of the chosen ones works.

    Raises ConnectProblem, IsConnected.
    """
    try:
        with transaction.atomic():
            Workspace.objects.select_for_update().get(pk=attempt.workspace_id)
            if connect.live_account(attempt.workspace, waba["waba_id"]):  # Another log-in was faster.
                raise IsConnected
            is_known = WABA.objects.for_workspace(attempt.workspace).filter(waba_id=waba["waba_id"]).exists()
            account = _store_account(attempt, waba)
            for number in waba["numbers"]:
                is_first = number["id"] == first["id"]
                works = is_first or number["status"] == "CONNECTED"
                _store_number(
                    account, number, attempt.user, pin=pin if is_first else "", works=works, is_chosen=is_first
                )
            _settle_default(account, first["id"], default)
            said = "connected WhatsApp again" if is_known else "connected WhatsApp"
            shown = first["display_phone_number"]
            workspaces.note(attempt.workspace, attempt.user, said, account.waba_id, number=shown)
            waba["account"] = account.pk
            _keep(attempt)
            ids = [number["id"] for number in waba["numbers"]]
            transaction.on_commit(lambda: intake.replay_for_numbers(ids))
            after_connecting.read_all(account)
    except IntegrityError as exc:  # Another workspace was faster.
        waba.pop("account", None)
        if not connect.is_taken(exc):
            raise
        raise problems.elsewhere() from exc
    return account


def _store_account(attempt: ConnectAttempt, waba: dict) -> WABA:
    """The workspace's own row for this account, also one it disconnected earlier: its history goes on."""
    mine = WABA.objects.for_workspace(attempt.workspace).filter(waba_id=waba["waba_id"]).order_by("-pk")
    account = mine.first() or WABA(workspace=attempt.workspace, waba_id=waba["waba_id"])
    was = account.state if account.pk else ""
    account.name = waba["name"]
    if was != WABA.State.CONNECTED:
        account.state, account.state_reason, account.state_since = WABA.State.CONNECTED, "", timezone.now()
    account.access_token, account.token_expires_at = attempt.access_token, attempt.token_expires_at
    account.scopes, account.connected_by, account.connected_at = attempt.scopes, attempt.user, timezone.now()
    account.data_access_expires_at, account.meta_user_id = attempt.data_access_expires_at, attempt.meta_user_id
    account.suspected_at, account.suspicion, account.suspected_code, account.check_after = None, "", None, None
    account.cleared_count, account.event_checks_left, account.checked_at = 0, 0, timezone.now()
    account.expiry_told_at_days, account.held_until, account.is_subscribed = None, None, True
    account.save()
    if was != WABA.State.CONNECTED:
        history.note(account, "state", WABA.State.CONNECTED, was=was, source=history.Source.SHOP)
    for kind in (Incident.Kind.CONNECTION_BROKEN, Incident.Kind.ACCOUNT_STOPPED):
        incidents.close_incidents(kind, account.waba_id, "connected again")
    return account


def _store_number(account: WABA, facts: dict, user: User | None, *, pin: str, works: bool, is_chosen: bool) -> None:
    """One that the shop removed stays so unless it was chosen now."""
    values = {name: facts[name] for name in COLUMNS if name in facts}
    values |= {"account": account, "state": PhoneNumber.State.CONNECTED, "paused_reason": "", "is_registered": works}
    values |= {"removed_at": None}
    removed = PhoneNumber.objects.for_workspace(account.workspace).filter(phone_number_id=facts["id"])
    if not is_chosen and removed.exclude(removed_at=None).exists():
        return
    values |= {"registrations": facts["registrations"]} if facts.get("registrations") else {}
    is_new = works and registering.is_needed(facts)
    if is_new:
        values |= {"pin": seal(pin, account.workspace_id), "is_pin_enabled": True, "status": "CONNECTED"}
    incidents.close_incidents(Incident.Kind.NUMBER_STOPPED, facts["id"], "connected again")
    # It may have been here before, in another account too: its latest row goes on.
    mine = PhoneNumber.objects.for_workspace(account.workspace).filter(phone_number_id=facts["id"])
    number = mine.filter(state=PhoneNumber.State.CONNECTED).first() or mine.order_by("-pk").first()
    number = number or PhoneNumber(workspace=account.workspace, phone_number_id=facts["id"])
    for column, value in values.items():
        setattr(number, column, value)
    number.save()
    if is_new:
        _note_registered(number, user)


def _note_registered(number: PhoneNumber, user: User | None) -> None:
    history.note(number.account, "is_registered", "True", was="False", number=number, source=history.Source.SHOP)
    workspaces.note(number.workspace, user, "registered a number", number.display_phone_number)


def _settle_default(account: WABA, phone_number_id: str, wanted: str) -> None:
    """The number becomes the default where it is wanted, and where there is none that could send."""
    mine = PhoneNumber.objects.for_workspace(account.workspace)
    usable = mine.filter(is_default=True, is_registered=True, state=PhoneNumber.State.CONNECTED)
    if phone_number_id == wanted or not usable.exists():
        mine.filter(is_default=True).update(is_default=False)
        connected = mine.filter(phone_number_id=phone_number_id, state=PhoneNumber.State.CONNECTED)
        connected.update(is_default=True)
