"""Connecting a WhatsApp Business Account: from the code of Meta's log-in to stored, subscribed numbers.

Meta is asked while a person waits, so each call has a short timeout; nothing is written before all of them succeeded.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from meta_integration import intake
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError, as_int
from meta_integration.models import WABA, ConnectAttempt, Incident, PhoneNumber, ReconnectLink
from meta_integration.sealed import seal
from meta_integration.services import clients, incidents
from meta_integration.services import connect_problems as problems
from workspaces import services as workspaces
from workspaces.models import User, Workspace

PERMISSIONS = ["whatsapp_business_management", "whatsapp_business_messaging"]
ATTEMPT_LIVES = timedelta(minutes=30)
WRONG_PIN = 133005


class WrongPin(Exception):
    """Meta did not take the PIN. The same attempt goes on with another one."""


def login_url(state: str, redirect_uri: str) -> str:
    """Where the browser goes to let the person log in at Meta."""
    fields = {
        "client_id": settings.META_APP_ID,
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        "scope": ",".join(PERMISSIONS),
    }
    if settings.META_LOGIN_CONFIG_ID:
        fields["config_id"] = settings.META_LOGIN_CONFIG_ID
    return f"{settings.DIALOG_BASE_URL}/{settings.GRAPH_VERSION}/dialog/oauth?{urlencode(fields)}"


def take_code(
    workspace: Workspace,
    user: User | None,
    code: str,
    redirect_uri: str,
    *,
    account: WABA | None = None,
    link: ReconnectLink | None = None,
) -> ConnectAttempt:
    """Exchange the code and look at what the log-in gives access to. Raises ConnectProblem.

    To renew the access of an `account`; for somebody who came by a `link`, without a user.
    """
    try:
        app = clients.app_client(workspace)
        granted = app.exchange_code(settings.META_APP_ID, settings.META_APP_SECRET, code, redirect_uri)
    except GraphAPIError as exc:
        raise problems.code_refused(exc) from exc
    except GraphError as exc:
        raise problems.meta_did_not_answer() from exc
    token = str(granted.get("access_token") or "")
    try:
        facts = app.debug_token(token)
        scopes = checked_scopes(facts)
        client = clients.graph_client_with(token, workspace=workspace, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
        found = [_look_at(client, workspace, waba_id) for waba_id in _waba_ids(facts)]
    except GraphAPIError as exc:
        raise problems.meta_refused(exc) from exc
    except GraphError as exc:
        raise problems.meta_did_not_answer() from exc
    problems.refuse_if_nothing_to_choose(found, is_for_all=_is_for_all_accounts(facts))
    return ConnectAttempt.objects.create(
        workspace=workspace,
        user=user,
        account=account,
        link=link,
        access_token=seal(token, workspace.pk),
        token_expires_at=expiry(facts),
        data_access_expires_at=moment(facts.get("data_access_expires_at")),
        scopes=scopes,
        meta_user_id=str(facts.get("user_id") or "")[:64],
        found=found,
    )


def finish(attempt: ConnectAttempt, phone_number_id: str, pin: str) -> WABA:
    """Register the chosen number, subscribe to its account, then store both. Raises WrongPin, ConnectProblem."""
    if attempt.created_at < timezone.now() - ATTEMPT_LIVES:
        attempt.delete()
        raise problems.expired()
    waba, number = _chosen(attempt, phone_number_id)
    if _connected_elsewhere(attempt.workspace, waba["waba_id"], [number["id"]]):
        raise problems.elsewhere()
    token = attempt.access_token.open(attempt.workspace_id)
    workspace, patience = attempt.workspace, settings.GRAPH_PAGE_TIMEOUT
    client = clients.graph_client_with(token, workspace=workspace, read_timeout=patience)
    is_registered = False
    try:
        if not number["is_on_biz_app"]:  # Meta forbids to register a number that is also on the phone app.
            client.register(phone_number_id, pin)
            is_registered = True
        client.subscribe_app(waba["waba_id"])
    except GraphAPIError as exc:
        if exc.code == WRONG_PIN:
            raise WrongPin from exc
        raise problems.meta_refused(exc, has_pin=is_registered) from exc
    except GraphError as exc:
        raise problems.meta_did_not_answer(has_pin=is_registered) from exc
    return _store(attempt, waba, number, pin)


def forget_old_attempts() -> int:
    """Delete log-ins that nobody finished, and their tokens with them."""
    old = ConnectAttempt.objects.filter(created_at__lt=timezone.now() - ATTEMPT_LIVES)
    return old.delete()[0]


# What Meta said ------------------------------------------------------------------------------------------------------
def checked_scopes(facts: dict) -> list[str]:
    if not facts.get("is_valid") or str(facts.get("app_id")) != settings.META_APP_ID:
        raise problems.not_for_us()
    # The WhatsApp permissions may be named only among the granular ones.
    granular = [entry.get("scope") for entry in facts.get("granular_scopes") or []]
    scopes = sorted({scope for scope in [*(facts.get("scopes") or []), *granular] if scope})
    missing = [name for name in PERMISSIONS if name not in scopes]
    if missing:
        raise problems.permissions_missing(missing)
    return scopes


def _waba_ids(facts: dict) -> list[str]:
    ids = []
    for entry in facts.get("granular_scopes") or []:
        if entry.get("scope") in PERMISSIONS:
            ids += [str(each) for each in entry.get("target_ids") or [] if str(each) not in ids]
    return ids


def _is_for_all_accounts(facts: dict) -> bool:
    """A permission without `target_ids` is for all accounts of the person, and names none of them."""
    return any(
        entry.get("scope") in PERMISSIONS and entry.get("target_ids") is None
        for entry in facts.get("granular_scopes") or []
    )


def _look_at(client: MetaGraphClient, workspace: Workspace, waba_id: str) -> dict:
    """One account as the person will see it; `problem` says why it cannot be chosen."""
    waba = client.waba(waba_id)
    numbers = [number_facts(number) for number in client.phone_numbers(waba_id) if number.get("id")]
    problem = "" if numbers else "no_numbers"
    if _connected_elsewhere(workspace, waba_id, [number["id"] for number in numbers]):
        problem = "elsewhere"
    return {"waba_id": waba_id, "name": str(waba.get("name") or ""), "numbers": numbers, "problem": problem}


def number_facts(number: dict) -> dict:
    """What Meta says of a number, in our columns' words."""
    throughput = number.get("throughput")
    return {
        "id": str(number["id"]),
        "display_phone_number": str(number.get("display_phone_number") or ""),
        "verified_name": str(number.get("verified_name") or ""),
        "status": str(number.get("status") or ""),
        "quality_rating": str(number.get("quality_rating") or ""),
        "messaging_limit_tier": str(number.get("whatsapp_business_manager_messaging_limit") or ""),
        "throughput_level": str(throughput.get("level") or "") if isinstance(throughput, dict) else "",
        "name_status": str(number.get("name_status") or ""),
        "is_on_biz_app": bool(number.get("is_on_biz_app")),
        "is_pin_enabled": bool(number.get("is_pin_enabled")),
    }


def expiry(facts: dict) -> datetime | None:
    """When the token ends; None for one that never does."""
    return moment(facts.get("expires_at"))


def moment(seconds) -> datetime | None:
    """A time as Meta writes it in facts of a token: seconds since the epoch, and 0 for never."""
    seconds = as_int(seconds)
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


# Ours ----------------------------------------------------------------------------------------------------------------
def _connected_elsewhere(workspace: Workspace, waba_id: str, phone_number_ids: list[str]) -> bool:
    others = WABA.objects.filter(waba_id=waba_id).exclude(state=WABA.State.DISCONNECTED)
    numbers = PhoneNumber.objects.filter(phone_number_id__in=phone_number_ids, state=PhoneNumber.State.CONNECTED)
    return others.exclude(workspace=workspace).exists() or numbers.exclude(workspace=workspace).exists()


def _chosen(attempt: ConnectAttempt, phone_number_id: str) -> tuple[dict, dict]:
    for waba in attempt.found:
        for number in waba["numbers"]:
            if number["id"] == phone_number_id and not waba["problem"]:
                return waba, number
    raise problems.not_offered()


def _store(attempt: ConnectAttempt, waba: dict, chosen: dict, pin: str) -> WABA:
    try:
        with transaction.atomic():
            Workspace.objects.select_for_update().get(pk=attempt.workspace_id)
            is_known = WABA.objects.for_workspace(attempt.workspace).filter(waba_id=waba["waba_id"]).exists()
            account = _store_account(attempt, waba)
            PhoneNumber.objects.for_workspace(attempt.workspace).update(is_default=False)
            for number in waba["numbers"]:
                _store_number(account, number, chosen, pin)
            workspaces.note(
                attempt.workspace,
                attempt.user,
                "connected WhatsApp again" if is_known else "connected WhatsApp",
                account.waba_id,
                number=chosen["display_phone_number"],
            )
            incidents.close_incidents(Incident.Kind.CONNECTION_BROKEN, account.waba_id, "connected again")
            incidents.close_incidents(Incident.Kind.ACCOUNT_STOPPED, account.waba_id, "connected again")
            ids = [number["id"] for number in waba["numbers"]]
            attempt.delete()
            transaction.on_commit(lambda: intake.replay_for_numbers(ids))
    except IntegrityError as exc:  # Another workspace was faster.
        raise problems.elsewhere() from exc
    return account


def _store_account(attempt: ConnectAttempt, waba: dict) -> WABA:
    """The workspace's own row for this account, also one it disconnected earlier: its history goes on."""
    mine = WABA.objects.for_workspace(attempt.workspace).filter(waba_id=waba["waba_id"]).order_by("-pk")
    account = mine.first() or WABA(workspace=attempt.workspace, waba_id=waba["waba_id"])
    account.name = waba["name"]
    if account.state != WABA.State.CONNECTED or account.pk is None:
        account.state, account.state_reason, account.state_since = WABA.State.CONNECTED, "", timezone.now()
    account.access_token, account.token_expires_at = attempt.access_token, attempt.token_expires_at
    account.scopes, account.connected_by, account.connected_at = attempt.scopes, attempt.user, timezone.now()
    account.data_access_expires_at, account.meta_user_id = attempt.data_access_expires_at, attempt.meta_user_id
    account.suspected_at, account.suspicion, account.cleared_count = None, "", 0
    account.expiry_told_at_days, account.held_until, account.is_subscribed = None, None, True
    account.save()
    return account


def _store_number(account: WABA, facts: dict, chosen: dict, pin: str) -> None:
    values = {name: value for name, value in facts.items() if name not in ("id", "is_pin_enabled")}
    values |= {"account": account, "state": PhoneNumber.State.CONNECTED, "paused_reason": ""}
    incidents.close_incidents(Incident.Kind.NUMBER_STOPPED, facts["id"], "connected again")
    if facts["id"] == chosen["id"]:
        values |= {"is_default": True, "is_registered": True}
        if not facts["is_on_biz_app"]:
            values |= {"pin": seal(pin, account.workspace_id), "status": "CONNECTED"}
    else:
        values["is_registered"] = facts["status"] == "CONNECTED"
    PhoneNumber.objects.update_or_create(workspace=account.workspace, phone_number_id=facts["id"], defaults=values)
