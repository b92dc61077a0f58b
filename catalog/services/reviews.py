"""Products that wait for WhatsApp's review are read again and again, ever more rarely, until it has decided."""

from contextlib import suppress
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from catalog import refusals, tasks
from catalog.models import Catalog, ProductItem
from catalog.services import access, reading, taking
from meta_integration.graph.errors import GraphError
from meta_integration.services import clients
from workspaces import wakeups

# So many are asked for one by one; for more the whole list is read.
FEW = 20
MOST_WOKEN = 50
MINUTE = timedelta(minutes=1)
PAUSES = (timedelta(seconds=30), MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
# With these about a day; then the nightly reading is enough.
MOST_READS = 29


def sweep() -> int:
    """Wake for catalogs whose products' reviews are to be read now. Returns how many."""
    due = reading.askable().filter(review_after__lte=timezone.now()).order_by("review_after")
    pks = list(due.values_list("pk", flat=True)[:MOST_WOKEN])
    for catalog_pk in pks:
        wakeups.wake(tasks.read_reviews, catalog_pk)
    return len(pks)


def read(catalog_pk: int) -> int:
    """Ask Meta how they are; return how many wait for a review still. Another worker's turn is left to it."""
    catalog = reading.askable().select_related("workspace", "account__workspace").filter(pk=catalog_pk).first()
    if catalog is None or not _claim(catalog):
        return 0
    waiting = list(waiting_for(catalog).order_by("pk").values_list("retailer_id", flat=True)[: FEW + 1])
    if len(waiting) > FEW:
        reading.start(catalog)
    elif waiting:
        _ask(catalog, waiting)
    left = waiting_for(catalog).count()
    if not left:
        Catalog.objects.filter(pk=catalog.pk, review_after=catalog.review_after).update(review_after=None)
    return left


def waiting_for(catalog: Catalog) -> QuerySet[ProductItem]:
    mine = ProductItem.objects.for_workspace(catalog.workspace).filter(wanted=ProductItem.Wanted.LISTED, batch=None)
    return mine.filter(status=ProductItem.Status.ACCEPTED, review_status__in=["", "pending"])


def pause_after(reads: int) -> timedelta:
    return PAUSES[min(reads, len(PAUSES) - 1)]


def _claim(catalog: Catalog) -> bool:
    """The next time is written down first: killed here, it is asked then."""
    now = timezone.now()
    mine = Catalog.objects.filter(pk=catalog.pk, review_after=catalog.review_after, review_after__lte=now)
    reads = catalog.review_reads + 1
    again = now + pause_after(reads) if reads < MOST_READS else None
    if not mine.update(review_after=again, review_reads=reads):
        return False
    catalog.review_after = again
    return True


def _ask(catalog: Catalog, numbers: list[str]) -> None:
    """What was learned before a refusal counts."""
    rows = []
    try:
        client = access.client_of(catalog)
        for number in numbers:
            rows += client.products_by_number(catalog.catalog_id, number)
    except clients.NoToken:
        access.mark_broken(catalog, refusals.no_access())
    except GraphError as exc:
        reading.follow(catalog, exc)
    with suppress(taking.Left):
        taking.take(catalog, rows)
