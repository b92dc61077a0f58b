"""Giving Galantis access: from the code of Meta's log-in, or a token, to the accounts that it opens.

Meta is asked while a person waits, so each call has a short timeout. What is found waits in a `ConnectAttempt` for the
person's choice; `setup.py` goes on from there.
"""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.models import WABA, ConnectAttempt, PhoneNumber, ReconnectLink
from meta_integration.sealed import seal
from meta_integration.services import clients
from meta_integration.services import connect_problems as problems
from meta_integration.services.facts import PERMISSIONS, data_access_ends_at, ends_at, granular_of, is_ours, scopes_of
from workspaces.models import User, Workspace

ATTEMPT_LIVES = timedelta(minutes=30)
# Of accounts and numbers: what another workspace has.
TAKEN = {"waba_connected_by_one_workspace", "number_connected_once"}


def login_url(state: str, redirect_uri: str, permissions: list[str] | None = None) -> str:
    """Where the browser goes to let the person log in at Meta. Other `permissions` than the usual ask for these."""
    fields = {
        "client_id": settings.META_APP_ID,
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        "scope": ",".join(permissions or PERMISSIONS),
    }
    if settings.META_LOGIN_CONFIG_ID and not permissions:  # It names the usual ones, and Meta then reads no others.
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

    `redirect_uri` is empty for a code of the pop-up. To renew the access of an `account`; for somebody who came by a
    `link`, without a user.
    """
    token = exchanged(workspace, code, redirect_uri)
    try:
        facts = clients.app_client(workspace).debug_token(token)
        scopes = checked_scopes(facts)
        client = clients.graph_client_with(token, workspace=workspace, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
        found = [look_at(client, workspace, waba_id) for waba_id in _waba_ids(facts)]
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
        scopes=scopes,
        found=found,
        **times_and_owner(facts),
    )


def exchanged(workspace: Workspace, code: str, redirect_uri: str) -> str:
    """The token that the code stands for. Raises ConnectProblem."""
    try:
        app = clients.app_client(workspace)
        granted = app.exchange_code(settings.META_APP_ID, settings.META_APP_SECRET, code, redirect_uri)
    except GraphAPIError as exc:
        raise problems.code_refused(exc) from exc
    except GraphError as exc:
        raise problems.meta_did_not_answer() from exc
    return str(granted.get("access_token") or "")


def to_renew(attempt: ConnectAttempt, account: WABA) -> ConnectAttempt:
    """The same log-in, of the same age, to renew this account's access. What else it opens can be chosen still."""
    if attempt.account_id == account.pk:
        return attempt
    found = ConnectAttempt.objects.filter(user=attempt.user, account=account, created_at=attempt.created_at).first()
    if found:
        return found
    facts = ("access_token", "token_expires_at", "data_access_expires_at", "scopes", "meta_user_id", "found")
    values = {name: getattr(attempt, name) for name in facts}
    copy = ConnectAttempt.objects.create(workspace=attempt.workspace, user=attempt.user, account=account, **values)
    ConnectAttempt.objects.filter(pk=copy.pk).update(created_at=attempt.created_at)
    return copy


def forget_old_attempts() -> int:
    """Delete log-ins that nobody finished, and their tokens with them."""
    old = ConnectAttempt.objects.filter(created_at__lt=timezone.now() - ATTEMPT_LIVES)
    return old.delete()[0]


# What Meta said ------------------------------------------------------------------------------------------------------
def checked_scopes(facts: dict) -> list[str]:
    """The permissions of a token that is ours and has all that connecting needs. Raises ConnectProblem."""
    if not is_good(facts):
        raise problems.not_for_us()
    scopes = scopes_of(facts)
    require(scopes)
    return scopes


def require(scopes: list[str]) -> None:
    """Raises ConnectProblem where a permission is missing."""
    missing = [name for name in PERMISSIONS if name not in scopes]
    if missing:
        raise problems.permissions_missing(missing)


def is_good(facts: dict) -> bool:
    return bool(facts.get("is_valid")) and is_ours(facts)


def is_taken(exc: IntegrityError) -> bool:
    """Whether it came of another workspace having the account, or one of its numbers."""
    return getattr(getattr(exc.__cause__, "diag", None), "constraint_name", None) in TAKEN


def times_and_owner(facts: dict) -> dict:
    """What is stored of a token's facts besides its permissions."""
    return {
        "token_expires_at": ends_at(facts),
        "data_access_expires_at": data_access_ends_at(facts),
        "meta_user_id": str(facts.get("user_id") or "")[:64],
    }


def _waba_ids(facts: dict) -> list[str]:
    ids = []
    for entry in granular_of(facts):
        if entry.get("scope") in PERMISSIONS:
            ids += [str(each) for each in entry.get("target_ids") or [] if str(each) not in ids]
    return ids


def _is_for_all_accounts(facts: dict) -> bool:
    """A permission without `target_ids` is for all accounts of the person, and names none of them."""
    return any(entry.get("scope") in PERMISSIONS and entry.get("target_ids") is None for entry in granular_of(facts))


def look_at(client: MetaGraphClient, workspace: Workspace, waba_id: str) -> dict:
    """One account as the person will see it; `problem` says why it cannot be chosen."""
    waba = client.waba(waba_id)
    numbers = numbers_of(client, waba_id)
    problem = "" if numbers else "no_numbers"
    if is_elsewhere(workspace, waba_id, [number["id"] for number in numbers]):
        problem = "elsewhere"
    return {"waba_id": waba_id, "name": str(waba.get("name") or ""), "numbers": numbers, "problem": problem}


def numbers_of(client: MetaGraphClient, waba_id: str) -> list[dict]:
    return [number_facts(number) for number in client.phone_numbers(waba_id) if number.get("id")]


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
        "code_verification_status": str(number.get("code_verification_status") or ""),
        "is_on_biz_app": bool(number.get("is_on_biz_app")),
        "is_pin_enabled": bool(number.get("is_pin_enabled")),
    }


def live_account(workspace: Workspace, waba_id: str) -> WABA | None:
    """The workspace's account of this id, unless it is disconnected: it has an access that can only be renewed."""
    mine = WABA.objects.for_workspace(workspace).filter(waba_id=waba_id)
    return mine.exclude(state=WABA.State.DISCONNECTED).first()


def is_elsewhere(workspace: Workspace, waba_id: str, phone_number_ids: list[str]) -> bool:
    """Another workspace has the account or one of its numbers."""
    others = WABA.objects.filter(waba_id=waba_id).exclude(state=WABA.State.DISCONNECTED)
    numbers = PhoneNumber.objects.filter(phone_number_id__in=phone_number_ids, state=PhoneNumber.State.CONNECTED)
    return others.exclude(workspace=workspace).exists() or numbers.exclude(workspace=workspace).exists()
