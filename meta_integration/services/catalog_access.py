"""The access to a shop's product catalogs: a token of its own beside the account's, optional, and easily taken away."""

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.models import WABA
from meta_integration.sealed import seal
from meta_integration.services import clients, connect, history
from meta_integration.services import connect_problems as problems
from meta_integration.services.facts import ends_at, granular_of, scopes_of
from workspaces import services as workspaces
from workspaces import wakeups
from workspaces.models import User

NEEDED, HELPFUL = "catalog_management", "business_management"
PERMISSIONS = [NEEDED, HELPFUL]


def take_code(account: WABA, user: User, code: str, redirect_uri: str) -> None:
    """Store the access that a log-in gave. Raises ConnectProblem, and nothing is changed then."""
    take_token(account, user, connect.exchanged(account.workspace, code, redirect_uri))


def take_token(account: WABA, user: User, token: str) -> None:
    """Store it once Meta has confirmed it, with the catalogs it sees. Raises ConnectProblem."""
    client = clients.graph_client_with(token, workspace=account.workspace, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
    try:
        facts = clients.app_client(account.workspace).debug_token(token)
        if not connect.is_good(facts):
            raise problems.token_not_ours()
        if NEEDED not in scopes_of(facts):
            raise problems.catalog_permission_missing(NEEDED)
        catalogs = _catalogs(client, facts, account)
    except GraphAPIError as exc:
        raise problems.meta_refused(exc) from exc
    except GraphError as exc:
        raise problems.meta_did_not_answer() from exc
    with transaction.atomic():
        WABA.objects.filter(pk=account.pk).update(
            catalog_token=seal(token, account.workspace_id),
            catalog_token_expires_at=ends_at(facts),
            catalogs=catalogs,
        )
        history.note(account, "catalogs", str(len(catalogs)), source=history.Source.SHOP)
        workspaces.note(account.workspace, user, "gave access to catalogs", account.waba_id, found=len(catalogs))
        _tell(account)


def remove(account: WABA, user: User) -> None:
    """Forget the token. The catalogs themselves stay as they are at Meta."""
    with transaction.atomic():
        had = WABA.objects.filter(pk=account.pk, catalog_token__isnull=False)
        if had.update(catalog_token=None, catalog_token_expires_at=None, catalogs=[]):
            history.note(account, "catalogs", "", was=str(len(account.catalogs)), source=history.Source.SHOP)
            workspaces.note(account.workspace, user, "removed the access to catalogs", account.waba_id)
            _tell(account)


def businesses(account: WABA) -> list[str]:
    """The businesses that the access names. Raises clients.NoToken, GraphError."""
    return _businesses(clients.catalog_token_facts(account))


def _tell(account: WABA) -> None:
    for path in settings.META_CATALOG_ACCESS:
        wakeups.wake_on_commit(import_string(path), account.pk)


def _businesses(facts: dict) -> list[str]:
    owners = []
    for entry in granular_of(facts):
        if entry.get("scope") == HELPFUL:
            owners += [str(each) for each in entry.get("target_ids") or [] if str(each) not in owners]
    return owners


def _catalogs(client: MetaGraphClient, facts: dict, account: WABA) -> list[dict]:
    """Those of the businesses that the token names; where it names none, the one linked to the account."""
    found = {}
    for owner in _businesses(facts) or [account.waba_id]:
        for each in client.product_catalogs(owner):
            if each.get("id"):
                found[str(each["id"])] = str(each.get("name") or "")
    return [{"id": catalog_id, "name": name} for catalog_id, name in found.items()]
