"""Which catalog at Meta a workspace fills: found, chosen, made, and left. At Meta nothing is ever removed by it."""

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import refusals, standing
from catalog.models import Catalog, CatalogBatch, ProductItem
from catalog.services import access, claiming, items, pushing, reading, results
from meta_integration.error_book import plain_words
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.models import WABA, Incident
from meta_integration.services import catalog_access, clients, incidents
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User, Workspace

LONGEST_NAME = 100


class ConnectingProblem(Exception):
    """What a person reads: why it could not be done, and what to do."""


@dataclass(slots=True)
class Found:
    """`is_taken`: another workspace fills it."""

    account: WABA
    catalog_id: str
    name: str
    is_linked: bool = False
    is_taken: bool = False
    is_chosen: bool = False


def accounts_of(workspace: Workspace) -> list[WABA]:
    """Those whose catalogs may be asked for."""
    mine = WABA.objects.for_workspace(workspace).exclude(state=WABA.State.DISCONNECTED).select_related("workspace")
    return list(mine.filter(Q(catalog_token__isnull=False) | Q(state=WABA.State.CONNECTED)).order_by("pk"))


def reaches_catalogs(account: WABA) -> bool:
    """Whether no access of its own is needed: the one there is carries the permission."""
    scopes = account.scopes if isinstance(account.scopes, list) else []
    return account.catalog_token is not None or catalog_access.NEEDED in scopes


def found(workspace: Workspace) -> tuple[list[Found], list[str]]:
    """The catalogs that the workspace's accesses reach, as Meta says now, and in words what Meta did not say.

    Without an answer of Meta's those that were seen when the access was given are listed.
    """
    catalogs, problems = {}, []
    for account in accounts_of(workspace):
        for each in account.catalogs if isinstance(account.catalogs, list) else []:
            if isinstance(each, dict) and each.get("id"):
                catalogs[str(each["id"])] = Found(account, str(each["id"]), str(each.get("name") or ""))
        try:
            _ask(account, catalogs)
        except clients.NoToken:
            problems.append(refusals.no_access())
        except GraphError as exc:
            problems.append(f"{account}: {in_words(exc)}")
    filled = Catalog.objects.filter(catalog_id__in=catalogs).exclude(state=Catalog.State.LEFT)
    for catalog_id, workspace_pk in filled.values_list("catalog_id", "workspace"):
        catalogs[catalog_id].is_chosen = workspace_pk == workspace.pk
        catalogs[catalog_id].is_taken = workspace_pk != workspace.pk
    return sorted(
        catalogs.values(), key=lambda each: (not each.is_linked, each.name.lower(), each.catalog_id)
    ), problems


def choose(workspace: Workspace, catalog_id: str, user: User) -> Catalog:
    """From now on this one is filled. Another one that was filled before is left. Raises ConnectingProblem."""
    chosen = next((each for each in found(workspace)[0] if each.catalog_id == catalog_id), None)
    if chosen is None:
        raise ConnectingProblem(_("This catalog is not reached by your access. Give access to it, then choose it."))
    return _connect(workspace, chosen, user)


def create(workspace: Workspace, account: WABA, name: str, user: User) -> Catalog:
    """Make an empty one in the account's business, and fill it from now on. Raises ConnectingProblem."""
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise ConnectingProblem(_("Give the catalog a name."))
    try:
        business = next(iter(catalog_access.businesses(account)), None)
        if business is None:
            raise ConnectingProblem(
                _(
                    "The access names no business in which a catalog could be made. Give the access again and choose a "
                    "business, or make the catalog in Meta's Commerce Manager and choose it here."
                )
            )
        catalog_id = page_client(account).create_catalog(business, name)
    except (GraphError, clients.NoToken) as exc:
        raise ConnectingProblem(in_words(exc)) from exc
    return _connect(workspace, Found(account, catalog_id, name), user)


def leave(catalog: Catalog, user: User) -> None:
    """Fill it no more. What is in it at Meta stays there, and so do the products here."""
    with transaction.atomic():
        mine = Catalog.objects.select_for_update().filter(pk=catalog.pk).exclude(state=Catalog.State.LEFT)
        if mine.exists():
            _leave(catalog, user)
    live.touch(catalog.workspace_id)


def access_given(account_pk: int) -> int:
    """The account has a new access to catalogs: what waited goes out, and what Meta has is read. Returns how many."""
    catalogs = list(_of_account(account_pk))
    for catalog in catalogs:
        access.mark_whole(catalog, "there is a new access")
        pushing.go_on(catalog)
        reading.start(catalog)
    return len(catalogs)


def access_changed(account_pk: int) -> int:
    """An access to catalogs was given, or taken away here: then products wait until there is another one."""
    account = WABA.objects.filter(pk=account_pk).first()
    if account is None or account.catalog_token is not None or catalog_access.NEEDED in (account.scopes or []):
        return access_given(account_pk)
    reason = _("The access to catalogs was removed here. Give it again, and what waits goes to Meta.")
    broken = {"state": Catalog.State.BROKEN, "state_reason": reason[:300], "state_since": timezone.now()}
    count = _of_account(account_pk).filter(state=Catalog.State.CONNECTED).update(**broken)
    live.touch(account.workspace_id)
    return count


def page_client(account: WABA) -> MetaGraphClient:
    """For calls that a person waits for. Raises clients.NoToken."""
    return clients.catalog_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)


def in_words(exc: Exception) -> str:
    if isinstance(exc, clients.NoToken):
        return refusals.no_access()
    if isinstance(exc, GraphAPIError):
        said = plain_words(exc.code, exc.subcode) or refusals.said_by(exc)
        return _("Meta refused it: %(said)s") % {"said": said}
    return _("Meta gave no answer that could be read. Try again in a minute.")


def _ask(account: WABA, catalogs: dict[str, Found]) -> None:
    client = page_client(account)
    owners = [account.waba_id, *catalog_access.businesses(account)]
    for owner in dict.fromkeys(owners):
        for each in client.product_catalogs(owner):
            if isinstance(each, dict) and each.get("id"):
                catalog_id, name = str(each["id"]), str(each.get("name") or "")
                known = catalogs.setdefault(catalog_id, Found(account, catalog_id, name))
                known.name = name or known.name
                if owner == account.waba_id:
                    known.account, known.is_linked = account, True


def _of_account(account_pk: int):
    return Catalog.objects.filter(account=account_pk).exclude(state=Catalog.State.LEFT).select_related("account")


def _connect(workspace: Workspace, chosen: Found, user: User) -> Catalog:
    taken = _("Another shop at Galantis fills this catalog. Let it go there first, or choose another one.")
    name = chosen.name[:255]
    try:
        with transaction.atomic():
            Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
            filled = Catalog.objects.exclude(state=Catalog.State.LEFT)
            if filled.filter(catalog_id=chosen.catalog_id).exclude(workspace=workspace).exists():
                raise ConnectingProblem(taken)
            before = filled.filter(workspace=workspace).select_related("account", "workspace").first()
            if before and before.catalog_id == chosen.catalog_id:
                return before
            if before:
                _leave(before, user)
            catalog = Catalog.objects.create(
                workspace=workspace,
                account=chosen.account,
                catalog_id=chosen.catalog_id[:64],
                name=name,
                connected_by=user,
                is_linked=chosen.is_linked,
            )
            workspaces.note(workspace, user, "connected a catalog", chosen.catalog_id, name=name)
            reading.start(catalog, user)
    except IntegrityError as exc:  # Another workspace was quicker.
        raise ConnectingProblem(taken) from exc
    live.touch(workspace.pk)
    return catalog


def _leave(catalog: Catalog, user: User) -> None:
    """Inside a transaction. Nothing of what Meta said there counts for another catalog."""
    now = timezone.now()
    left = {"state": Catalog.State.LEFT, "state_since": now, "push_lease_until": None, "review_after": None}
    Catalog.objects.filter(pk=catalog.pk).update(**left)
    for batch in CatalogBatch.objects.filter(catalog=catalog, state__in=CatalogBatch.OPEN):
        try:
            results.give_back(batch, CatalogBatch.State.LOST, refusals.left_alone(), unknown=True)
        except claiming.Lost:
            continue
    mine = ProductItem.objects.for_workspace(catalog.workspace)
    # They are products of that catalog, not of this shop's.
    mine.filter(wanted=ProductItem.Wanted.THEIRS).delete()
    empty = dict.fromkeys(("review_errors", "differences", "warnings"), [])
    mine.update(**results.NOT_AT_META, **empty, batch=None, checked_at=None, tries=0)
    standing.settle(mine)
    incidents.close_incidents(Incident.Kind.CATALOG_BROKEN, catalog.catalog_id, _("the catalog was left"))
    catalog.readings.filter(finished_at=None).update(finished_at=now, error=_("The catalog was left."))
    workspaces.note(catalog.workspace, user, "left a catalog", catalog.catalog_id)
    items.announce(catalog.workspace)
