"""Where Meta did not say what became of products, they are looked up in its catalog and compared with what was sent."""

from django.db.models import F
from django.utils import timezone

from catalog import comparing, standing
from catalog.models import CatalogBatch, ProductItem
from catalog.services import claiming, results
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphUnreachable

# So many are asked for one by one; for more the whole list is read.
FEW = 20


def look_up(batch: CatalogBatch, client: MetaGraphClient) -> None:
    """Ask Meta and end the batch. Raises GraphError, then nothing has changed, and Lost."""
    items = list(ProductItem.objects.filter(batch=batch).order_by("pk").only(*claiming.COLUMNS, "sent_hash", "refusal"))
    listed = _listed(batch, client, [item.retailer_id for item in items])
    as_sent, not_there, refused, other = [], [], {}, []
    for item in items:
        row = listed.get(item.retailer_id)
        if item.sent_hash == standing.DELETED:
            if row is None:
                as_sent.append(item.pk)
            elif item.refusal:
                refused[item.pk] = item.refusal
            else:
                not_there.append(item.pk)
        elif claiming.is_removal(item) or item.wanted_hash != item.sent_hash:
            other.append(item.pk)  # Something else is wanted by now, which is sent next.
        elif row is not None and not comparing.differences(item, row):
            as_sent.append(item.pk)
        else:
            not_there.append(item.pk)
    with results.held(batch) as locked:
        same = ProductItem.objects.filter(pk__in=as_sent)
        # Changed since it was compared: then it was compared with something else than what was sent.
        unchanged = same.filter(wanted_hash=F("sent_hash")) | same.filter(sent_hash=standing.DELETED)
        results.accept(locked, unchanged.values_list("pk", flat=True))
        results.refuse(locked, refused)
        results.release(locked, not_there, counted=True, unknown=True)
        results.release(locked, [*other, *as_sent], unknown=True)
        results.end(locked, _ends_as(locked))


def _listed(batch: CatalogBatch, client: MetaGraphClient, numbers: list[str]) -> dict[str, dict]:
    """What Meta has of these, by number. Raises GraphUnreachable for a list that breaks off: it proves nothing."""
    catalog_id = batch.catalog.catalog_id
    if len(numbers) <= FEW:
        found = {}
        for number in numbers:
            results.keep(batch, timezone.now() + claiming.LEASE)
            found |= {str(row["retailer_id"]): row for row in client.products_by_number(catalog_id, number)}
        return found
    wanted, rows, is_whole = set(numbers), {}, False
    for page in client.product_pages(catalog_id):
        results.keep(batch, timezone.now() + claiming.LEASE)
        named = ((str(row.get("retailer_id")), row) for row in page.rows if isinstance(row, dict))
        rows |= {number: row for number, row in named if number in wanted}
        is_whole = page.is_last
    if not is_whole:
        raise GraphUnreachable("GET products: the list broke off")
    return rows


def _ends_as(batch: CatalogBatch) -> str:
    state = (batch.problem or {}).get("ends_as")
    known = (CatalogBatch.State.FINISHED, CatalogBatch.State.REFUSED)
    return state if state in known else CatalogBatch.State.LOST
