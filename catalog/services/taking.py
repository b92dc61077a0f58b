"""Rows of Meta's list become facts, a page at a time, with a number of statements that does not depend on the rows.

What differs from what Meta had taken has drifted and is sent again. What is not known here is kept as Meta's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from catalog import comparing, fields, listed, standing, telling
from catalog.models import Catalog, ProductEvent, ProductItem
from catalog.services import items
from workspaces.bulk import insert_new, update_each

Wanted, Kind = ProductItem.Wanted, ProductEvent.Kind
OUT = (Wanted.EXCLUDED, Wanted.REMOVED)
LAG = telling.LAG
CHUNK = 1000
# So often a product that did not change here is sent again within this time. More would be a fight with another who
# writes it at Meta: then a person reads of it (catalog/telling.py).
MOST_SENT_AGAIN, SENT_AGAIN_WITHIN = 3, timedelta(days=30)


@dataclass
class Taken:
    """How many of the rows were how. `skipped`: without a number that can be kept."""

    listed: int = 0
    same: int = 0
    different: int = 0
    theirs_only: int = 0
    skipped: int = 0
    drifted: list[int] = field(default_factory=list)


class Left(Exception):
    """The shop does not fill this catalog any more: what is in it says nothing of the shop's products."""


def take(catalog: Catalog, rows: Iterable) -> Taken:
    """Write down what Meta lists. All or nothing; harmless to repeat. Raises Left."""
    known = {number: row for row in rows if (number := listed.number_of(row))}
    page = _Page(catalog, known)
    with transaction.atomic():
        filled = Catalog.objects.select_for_update(no_key=True).exclude(state=Catalog.State.LEFT)
        if not filled.filter(pk=catalog.pk).exists():
            raise Left
        return page.take()


class _Page:
    def __init__(self, catalog: Catalog, rows: dict[str, dict]):
        self._catalog, self._rows, self._now = catalog, rows, timezone.now()
        self._taken, self._events = Taken(listed=len(rows)), []
        self._sent_again: dict[int, list[dict]] = {}

    def take(self) -> Taken:
        mine = ProductItem.objects.for_workspace(self._catalog.workspace).filter(retailer_id__in=self._rows)
        known = {each.retailer_id: each for each in mine.select_for_update(no_key=True).order_by("pk")}
        found = {item.pk: comparing.differences(item, self._rows[number]) for number, item in known.items()}
        self._sent_again = self._drifts([item for item in known.values() if self._may_drift(item, found[item.pk])])
        facts = [self._facts(item, self._rows[number], found[item.pk]) for number, item in known.items()]
        update_each(ProductItem, facts)
        theirs = [item for item in known.values() if item.wanted == Wanted.THEIRS]
        update_each(ProductItem, [self._content(item) for item in theirs])
        new = [self._new(number, row) for number, row in self._rows.items() if number not in known]
        ProductItem.objects.bulk_create(new, batch_size=CHUNK)
        for item in new:
            self._tell(item, Kind.FOUND)
        self._taken.theirs_only += len(theirs) + len(new)
        insert_new(self._events)
        standing.settle(ProductItem.objects.filter(pk__in=[each.pk for each in (*known.values(), *new)]))
        if self._taken.drifted:
            items.announce(self._catalog.workspace)
        return self._taken

    # A product that is known here ---------------------------------------------------------------------------------
    def _facts(self, item: ProductItem, row: dict, found: list[dict]) -> dict:
        status, errors = listed.review(row)
        facts = {
            "id": item.pk,
            "product_id": listed.product_id(row) or item.product_id,
            **{"review_status": item.review_status, "review_errors": item.review_errors, "review_at": item.review_at},
            **{"theirs": listed.kept(row), "differences": found},
            **{"checked_at": self._now, "missed_reads": 0},
            **{"is_at_meta": item.is_at_meta or not self._may_be_gone(item), "accepted_hash": item.accepted_hash},
        }
        if "review_status" in row:
            facts |= self._reviewed(item, status, errors)
        if self._has_drifted(item, found):
            facts["accepted_hash"] = standing.UNKNOWN
            self._taken.drifted.append(item.pk)
            self._tell(item, Kind.DRIFT, detail=_told(found))
        self._count(item, found)
        return facts

    def _may_be_gone(self, item: ProductItem) -> bool:
        """Removed a moment ago: that the list still has it says nothing."""
        return item.wanted in OUT and _is_recent(item.sent_at, self._now)

    def _reviewed(self, item: ProductItem, status: str, errors: list) -> dict:
        if (status, errors) == (item.review_status, item.review_errors):
            return {}
        if status != item.review_status and item.wanted == Wanted.LISTED and status not in ("", "pending"):
            said = " ".join(telling.texts_of(errors)) if status == "rejected" else ""
            before = telling.review_words(item)
            item.review_status = status
            # As [before, after] the history shows it like any other change.
            detail = {"review_status": [str(before), str(telling.review_words(item))]}
            self._tell(item, Kind.REVIEW, said, detail=detail)
        return {"review_status": status, "review_errors": errors, "review_at": self._now}

    def _may_drift(self, item: ProductItem, found: list[dict]) -> bool:
        """Meta had taken it as it is wanted, and lists something else now."""
        is_settled = item.batch_id is None and item.status == ProductItem.Status.ACCEPTED
        is_ours = item.wanted == Wanted.LISTED and item.accepted_hash == item.wanted_hash != ""
        is_old = not _is_recent(item.accepted_at, self._now)
        return bool(found and self._catalog.reconciled_at is not None and is_settled and is_ours and is_old)

    def _drifts(self, may: list[ProductItem]) -> dict[int, list[dict]]:
        """For what each of these was sent again since it changed here: its key and what was different each time."""
        changed = {item.pk: item.changed_at for item in may}
        told = ProductEvent.objects.filter(item__in=changed, kind=Kind.DRIFT, at__gt=self._now - SENT_AGAIN_WITHIN)
        sent = {pk: [] for pk in changed}
        for pk, at, detail in told.values_list("item", "at", "detail") if may else ():
            if at > changed[pk]:
                sent[pk].append(detail)
        return sent

    def _has_drifted(self, item: ProductItem, found: list[dict]) -> bool:
        """What was sent again for it and is different still, Meta writes in its own way: once more changes nothing."""
        sent = self._sent_again.get(item.pk)
        is_metas_way = sent and _told(found) in sent and found == item.differences
        return sent is not None and len(sent) < MOST_SENT_AGAIN and not is_metas_way

    def _count(self, item: ProductItem, found: list[dict]) -> None:
        if item.wanted == Wanted.THEIRS:
            return
        if found and item.wanted not in OUT and item.batch_id is None and not _is_recent(item.sent_at, self._now):
            self._taken.different += 1
        else:
            self._taken.same += 1

    # Meta's own ---------------------------------------------------------------------------------------------------
    def _content(self, item: ProductItem) -> dict:
        """What Meta says of its own product is all that is known of it."""
        content = {**fields.complete(listed.content_of(self._rows[item.retailer_id]))}
        names = (*listed.TEXTS.values(), *listed.CHOICES, "price", "sale_price", "currency")
        return {"id": item.pk, **{name: content[name] for name in names}}

    def _new(self, number: str, row: dict) -> ProductItem:
        status, errors = listed.review(row)
        return ProductItem(
            workspace=self._catalog.workspace,
            retailer_id=number,
            wanted=Wanted.THEIRS,
            source=ProductItem.Source.META,
            is_at_meta=True,
            product_id=listed.product_id(row),
            **{"review_status": status, "review_errors": errors, "review_at": self._now},
            **{"theirs": listed.kept(row), "checked_at": self._now, "changed_at": self._now},
            **fields.complete(listed.content_of(row)),
        )

    def _tell(self, item: ProductItem, kind: str, reason: str = "", detail: dict | None = None) -> None:
        event = ProductEvent(workspace=self._catalog.workspace, item=item, kind=kind, reason=reason[:500])
        event.detail = detail or {}
        self._events.append(event)


def _told(found: list[dict]) -> dict:
    return {each["field"]: [each["ours"], each["theirs"]] for each in found}


def _is_recent(at: datetime | None, now: datetime) -> bool:
    return at is not None and at > now - LAG
