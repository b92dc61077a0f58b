"""The access to a shop's catalog: which token, and what follows when Meta refuses it: one incident for all of it."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.models import Catalog
from meta_integration.error_book import plain_words
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError
from meta_integration.models import WABA, Incident
from meta_integration.services import clients, incidents, watch
from workspaces import live
from workspaces.models import Workspace


def catalog_of(workspace: Workspace) -> Catalog | None:
    """The one the workspace fills now."""
    mine = Catalog.objects.for_workspace(workspace).exclude(state=Catalog.State.LEFT)
    return mine.select_related("account", "account__workspace").first()


def client_of(catalog: Catalog) -> MetaGraphClient:
    """With the account's catalog token, else with its own. Raises clients.NoToken."""
    return clients.catalog_client_for(catalog.account)


def is_askable(catalog: Catalog) -> bool:
    """Whether Meta may be called about it at all; limits and rests aside."""
    if catalog.state != Catalog.State.CONNECTED:
        return False
    account = catalog.account
    return account.state != WABA.State.DISCONNECTED and (
        account.catalog_token is not None or (account.state == WABA.State.CONNECTED and account.suspected_at is None)
    )


def askable() -> QuerySet[Catalog]:
    """The same, of all catalogs."""
    accounts = WABA.objects.exclude(state=WABA.State.DISCONNECTED)
    accounts = accounts.filter(Q(catalog_token__isnull=False) | Q(state=WABA.State.CONNECTED, suspected_at=None))
    return Catalog.objects.filter(state=Catalog.State.CONNECTED, account__in=accounts)


def refused(catalog: Catalog, exc: GraphAPIError) -> None:
    """Meta takes the token no more. All of it waits; nothing fails; one incident says so.

    Where the account's own token was used, the account as a whole is looked into (services/watch.py).
    """
    if catalog.account.catalog_token is None:
        watch.refused(catalog.account, exc)
        return
    mark_broken(catalog, plain_words(exc.code, exc.subcode) or exc.details, exc.code)


def mark_broken(catalog: Catalog, reason: str, code: int | None = None) -> None:
    """Harmless to repeat."""
    with transaction.atomic():
        broken = {"state": Catalog.State.BROKEN, "state_reason": reason[:300], "state_since": timezone.now()}
        Catalog.objects.filter(pk=catalog.pk, state=Catalog.State.CONNECTED).update(**broken)
        incidents.open_incident(
            Incident.Kind.CATALOG_BROKEN, catalog.catalog_id, account=catalog.account, evidence=reason, code=code
        )
    live.touch(catalog.workspace_id)


def mark_whole(catalog: Catalog, because: str) -> None:
    """There is a new access: what waits goes out."""
    with transaction.atomic():
        whole = {"state": Catalog.State.CONNECTED, "state_reason": "", "state_since": timezone.now()}
        Catalog.objects.filter(pk=catalog.pk, state=Catalog.State.BROKEN).update(**whole)
        incidents.close_incidents(Incident.Kind.CATALOG_BROKEN, catalog.catalog_id, because)
    live.touch(catalog.workspace_id)
