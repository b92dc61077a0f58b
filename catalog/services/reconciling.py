"""What was in the catalog at Meta before, beside what is wanted here: a person says what counts, then it is sent."""

from collections import defaultdict

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from catalog import listed, standing
from catalog.models import Catalog, ProductItem
from catalog.services import items
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User, Workspace

Wanted = ProductItem.Wanted
TAKE, LEAVE, REMOVE = "take", "leave", "remove"
OURS, THEIRS = "ours", "theirs"
CHUNK = 1000


class NotRead(Exception):
    """No list of Meta's was read to its end yet: nothing can be compared."""


def only_theirs(workspace: Workspace) -> QuerySet[ProductItem]:
    return ProductItem.objects.for_workspace(workspace).filter(wanted=Wanted.THEIRS, is_at_meta=True)


def only_ours(workspace: Workspace) -> QuerySet[ProductItem]:
    return ProductItem.objects.for_workspace(workspace).filter(wanted=Wanted.LISTED, theirs__isnull=True)


def different(workspace: Workspace) -> QuerySet[ProductItem]:
    mine = ProductItem.objects.for_workspace(workspace).filter(wanted__in=[Wanted.LISTED, Wanted.IN_QUESTION])
    return mine.filter(theirs__isnull=False).exclude(differences=[])


def leaving(workspace: Workspace) -> QuerySet[ProductItem]:
    """Kept out or removed here, and still at Meta."""
    mine = ProductItem.objects.for_workspace(workspace)
    return mine.filter(wanted__in=[Wanted.EXCLUDED, Wanted.REMOVED], is_at_meta=True)


def is_read(catalog: Catalog) -> bool:
    return catalog.readings.filter(is_full=True).exists()


def decide(catalog: Catalog, user: User, *, theirs: str = LEAVE, differing: str = OURS) -> None:
    """Do what a person said with what is only at Meta, and with what differs. Raises NotRead."""
    workspace = catalog.workspace
    if not is_read(catalog):
        raise NotRead
    with transaction.atomic():
        Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
        if differing == THEIRS:
            _take_their_values(workspace, user)
        elif catalog.reconciled_at:
            items.resend(different(workspace), user)
        if theirs == TAKE:
            _take_over(workspace, user)
        elif theirs == REMOVE:
            items.remove(only_theirs(workspace), user)
        Catalog.objects.filter(pk=catalog.pk, reconciled_at=None).update(reconciled_at=timezone.now())
        workspaces.note(
            workspace, user, "compared the catalogs", catalog.catalog_id, theirs=theirs, differing=differing
        )
        items.announce(workspace)
    live.touch(workspace.pk)


def _take_over(workspace: Workspace, user: User) -> None:
    """They are the shop's from now on, as Meta has them: what is complete need not be sent."""
    numbers = list(only_theirs(workspace).order_by("pk").values_list("pk", "retailer_id"))
    rows = [{"retailer_id": number} for _pk, number in numbers]
    items.write(workspace, rows, source=ProductItem.Source.META, actor=user)
    taken = ProductItem.objects.for_workspace(workspace).filter(pk__in=[pk for pk, _number in numbers])
    whole = taken.exclude(wanted_hash="")
    whole.update(accepted_hash=F("wanted_hash"), accepted_at=timezone.now())
    standing.settle(taken)


def _take_their_values(workspace: Workspace, user: User) -> None:
    """Only what differs, and each product stays its source's."""
    by_source = defaultdict(list)
    for item in different(workspace).order_by("pk").iterator(chunk_size=CHUNK):
        if row := _their_values(item):
            by_source[item.source].append(row)
    for source, rows in by_source.items():
        items.write(workspace, rows, source=source, actor=user, returns=False)


def _their_values(item: ProductItem) -> dict:
    theirs = item.theirs if isinstance(item.theirs, dict) else {}
    found = item.differences if isinstance(item.differences, list) else []
    names = {each.get("field") for each in found if isinstance(each, dict)}
    content = listed.content_of(theirs)
    if names & {"price", "sale_price"}:
        names.add("currency")
    values = {name: content[name] for name in names if content.get(name) or name == "sale_price" and name in content}
    return {"retailer_id": item.retailer_id, **values} if values else {}
