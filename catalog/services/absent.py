"""What Meta does not list any more: counted after full readings only, and believed after the second in a row."""

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from catalog import standing
from catalog.models import CatalogReading, ProductEvent, ProductItem
from catalog.services import items
from catalog.services.taking import LAG
from workspaces.bulk import insert_new

Wanted = ProductItem.Wanted
# One full list without it may be Meta's mistake.
READS = 2
GONE = {
    "is_at_meta": False,
    **dict.fromkeys(("accepted_hash", "product_id", "review_status"), ""),
    **dict.fromkeys(("accepted_at", "review_at", "theirs"), None),
    "missed_reads": 0,
}


def is_short(reading: CatalogReading) -> str:
    """Why a list proves nothing although it ended: it holds less than half of what is known. Empty where it proves."""
    known = _known(reading).count()
    if reading.listed * 2 >= known:
        return ""
    return _(
        "Meta listed %(listed)s products where Galantis knows %(known)s. That may be a mistake of Meta's, so nothing "
        "was counted as missing."
    ) % {"listed": reading.listed, "known": known}


def count(reading: CatalogReading) -> list[int]:
    """Count those that this full list had not; those missed twice are not there. Returns their keys."""
    missed = _known(reading).filter(Q(checked_at=None) | Q(checked_at__lt=reading.started_at))
    pks = list(missed.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    missed = ProductItem.objects.filter(pk__in=pks)
    missed.update(missed_reads=F("missed_reads") + 1)
    gone = list(missed.filter(missed_reads__gte=READS).values_list("pk", "accepted_hash", "wanted"))
    # Of what Meta never took nothing has gone.
    lost = [pk for pk, accepted, wanted in gone if accepted and wanted == Wanted.LISTED]
    rows = ProductItem.objects.filter(pk__in=[pk for pk, _accepted, _wanted in gone])
    rows.update(**GONE, differences=[], review_errors=[])
    events = [
        ProductEvent(
            workspace_id=reading.workspace_id,
            item_id=pk,
            kind=ProductEvent.Kind.DRIFT,
            reason=_("It was missing at Meta in two readings, so it is sent again."),
        )
        for pk in lost
    ]
    insert_new(events)
    standing.settle(rows)
    if lost:
        items.announce(reading.workspace)
    return lost


def only_here(reading: CatalogReading) -> QuerySet[ProductItem]:
    mine = ProductItem.objects.for_workspace(reading.workspace).filter(wanted=Wanted.LISTED)
    return mine.filter(Q(checked_at=None) | Q(checked_at__lt=reading.started_at))


def _known(reading: CatalogReading) -> QuerySet[ProductItem]:
    """Those that Meta should list: it had them well before the reading, and nothing is under way with them."""
    mine = ProductItem.objects.for_workspace(reading.workspace).filter(is_at_meta=True, batch=None)
    mine = mine.exclude(wanted__in=[Wanted.EXCLUDED, Wanted.REMOVED])
    began = reading.started_at
    return mine.filter(created_at__lt=began).filter(Q(sent_at=None) | Q(sent_at__lt=began - LAG))
