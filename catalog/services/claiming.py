"""Which products go to Meta next: one worker at a time claims them for a catalog, within Meta's limits."""

import json
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from catalog import content, standing
from catalog.models import Catalog, CatalogBatch, ProductItem
from workspaces import live

# Longer than a call takes at the very most (graph/catalogs.py, BATCH_TIMEOUT): over, its worker is dead.
LEASE = timedelta(minutes=3)
# While pictures are looked at, products become ready in portions. They go together: the first time for minutes, later
# only as long as nobody minds.
GATHERED_FIRST, GATHERED = timedelta(minutes=10), timedelta(seconds=3)
MOST_BYTES = 28_000_000
# Eight calls in a minute, and a little for the way: Meta's minute begins when a call arrives.
MOST_CALLS, A_MINUTE = 8, timedelta(seconds=62)
ENVELOPE = len(json.dumps({"item_type": "PRODUCT_ITEM", "allow_upsert": True, "requests": []}))
CHUNK = 500
NEEDED = ("retailer_id", "wanted", "wanted_hash", "is_at_meta", "product_id", "tries")
COLUMNS = (
    *NEEDED,
    *content.TEXTS.values(),
    *("price", "sale_price", "currency", "inventory", "image_link", "additional_image_links", "attributes"),
)


class Lost(Exception):
    """Another worker has it now, or nobody is to do it any more."""


@dataclass
class Claim:
    """What is about to be sent. `item` is set where it is one product that goes by a call of its own."""

    batch: CatalogBatch
    requests: list[dict]
    item: ProductItem | None = None


def take_catalog(catalog_pk: int) -> Catalog | None:
    """The catalog, ours until its lease is over; None where another has it, or nothing may be sent to it now."""
    now = timezone.now()
    free = may_be_pushed().filter(pk=catalog_pk)
    if not free.update(push_lease_until=now + LEASE):
        return None
    return Catalog.objects.select_related("workspace", "account__workspace").get(pk=catalog_pk)


def may_be_pushed() -> QuerySet[Catalog]:
    """Compared, connected, not asked to wait, and nobody at it."""
    now = timezone.now()
    ready = Catalog.objects.filter(state=Catalog.State.CONNECTED, reconciled_at__isnull=False)
    for name in ("held_until", "rests_until", "push_lease_until"):
        ready = ready.filter(Q(**{name: None}) | Q(**{f"{name}__lte": now}))
    return ready


def leave_catalog(catalog: Catalog) -> None:
    Catalog.objects.filter(pk=catalog.pk, push_lease_until=catalog.push_lease_until).update(push_lease_until=None)


def waiting_for(catalog: Catalog) -> QuerySet[ProductItem]:
    mine = ProductItem.objects.for_workspace(catalog.workspace)
    return mine.filter(status=ProductItem.Status.WAITING, batch=None)


def claim(catalog: Catalog) -> Claim | None:
    """The next products, written down as being sent; None where nothing waits or no call is left. Raises Lost."""
    if not calls_left(catalog):
        return None
    with transaction.atomic():
        _keep(catalog)
        items, requests = _chosen(catalog)
        return _written(catalog, items, requests) if items else None


def is_gathering(catalog: Catalog) -> bool:
    """Whether more become ready soon, and what waits has time until then."""
    looking = ProductItem.objects.for_workspace(catalog.workspace).filter(status=ProductItem.Status.LOOKING)
    if not looking.exists() or waiting_for(catalog)[: catalog.batch_most].count() >= catalog.batch_most:
        return False
    patience = GATHERED if catalog.pushed_at else GATHERED_FIRST
    return not waiting_for(catalog).filter(status_at__lte=timezone.now() - patience).exists()


def calls_left(catalog: Catalog) -> int:
    """How many batches Meta takes of this catalog now."""
    sent = CatalogBatch.objects.filter(catalog__catalog_id=catalog.catalog_id, kind=CatalogBatch.Kind.ITEMS_BATCH)
    return max(MOST_CALLS - sent.filter(posted_at__gt=timezone.now() - A_MINUTE).count(), 0)


def begin(batch: CatalogBatch) -> None:
    """Just before the call: from here on Meta may have it. Raises Lost."""
    now = timezone.now()
    mine = CatalogBatch.objects.filter(pk=batch.pk, state=CatalogBatch.State.SENDING, lease_until=batch.lease_until)
    if batch.lease_until <= now or not mine.update(posted_at=now):
        raise Lost
    batch.posted_at = now


def is_removal(item: ProductItem) -> bool:
    return item.wanted in (ProductItem.Wanted.EXCLUDED, ProductItem.Wanted.REMOVED)


def _keep(catalog: Catalog) -> None:
    until = timezone.now() + LEASE
    mine = Catalog.objects.filter(
        pk=catalog.pk, push_lease_until=catalog.push_lease_until, state=Catalog.State.CONNECTED
    )
    if not mine.update(push_lease_until=until):
        raise Lost
    catalog.push_lease_until = until


def _chosen(catalog: Catalog) -> tuple[list[ProductItem], list[dict]]:
    """As many as one call takes, locked. What another transaction changes just now goes with the next call."""
    items, requests, size = [], [], ENVELOPE
    waiting = waiting_for(catalog).select_for_update(no_key=True, skip_locked=True).order_by("pk").only(*COLUMNS)
    for item in waiting[: catalog.batch_most].iterator(chunk_size=CHUNK):
        request = _request(item)
        # As the client sends it: what is not ASCII takes six bytes or more.
        size += len(json.dumps(request)) + len(", ")
        if items and size > MOST_BYTES:
            break
        items.append(item)
        requests.append(request)
    return items, requests


def _request(item: ProductItem) -> dict:
    if is_removal(item):
        return {"method": "DELETE", "data": {"id": item.retailer_id}}
    return {"method": "UPDATE", "data": {"id": item.retailer_id, **content.batch_data(item)}}


def _written(catalog: Catalog, items: list[ProductItem], requests: list[dict]) -> Claim:
    now, single = timezone.now(), _goes_alone(items)
    batch = CatalogBatch.objects.create(
        workspace=catalog.workspace,
        catalog=catalog,
        kind=CatalogBatch.Kind.SINGLE if single else CatalogBatch.Kind.ITEMS_BATCH,
        item_count=len(items),
        removal_count=sum(map(is_removal, items)),
        lease_until=catalog.push_lease_until,
        lines=[item.pk for item in items],
    )
    mine = ProductItem.objects.filter(pk__in=batch.lines)
    sent = Case(When(standing.OUT, then=Value(standing.DELETED)), default=F("wanted_hash"))
    # What Meta said of something else does not count for this.
    fresh = {"refusal": None, "warnings": []}
    mine.update(batch=batch, sent_hash=sent, sent_at=now, is_at_meta=True, **fresh)
    standing.settle(mine)
    live.touch(catalog.workspace_id)
    return Claim(batch, requests, single)


def _goes_alone(items: list[ProductItem]) -> ProductItem | None:
    """One product has a call of its own, answered at once. But such a call cannot end a sale that Meta may have.

    Nor is it tried twice: Meta may know the number, so that it cannot be added, and not list it.
    """
    if len(items) != 1:
        return None
    (item,) = items
    is_blind = not is_removal(item) and item.sale_price is None and item.is_at_meta
    return None if is_blind or item.tries else item
