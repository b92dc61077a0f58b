"""What Meta said of products becomes their facts: the same few endings for every way in which they were sent.

Each of the endings takes products out of their batch. All is written in bulk, in one transaction with the batch.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Least
from django.utils import timezone

from catalog import answers, refusals, standing
from catalog.models import Catalog, CatalogBatch, ProductEvent, ProductItem
from catalog.services.claiming import Lost
from workspaces import live
from workspaces.bulk import insert_new, update_each

State, Kind = CatalogBatch.State, ProductEvent.Kind
# So often a product is sent without having been taken; then a person is told.
MOST_TRIES = 5
FIRST_POLL = timedelta(seconds=2)
# Soon, for whoever looks at the page meanwhile; Meta's reviews take minutes at the least, and the pauses grow.
REVIEW_AFTER = timedelta(seconds=15)
NOT_AT_META = {
    "is_at_meta": False,
    **dict.fromkeys(("sent_hash", "accepted_hash", "refused_hash", "product_id", "review_status"), ""),
    **dict.fromkeys(("accepted_at", "refused_at", "refusal", "review_at", "theirs"), None),
    "missed_reads": 0,
}


# Meta's answers -------------------------------------------------------------------------------------------------------
def take_answer(batch: CatalogBatch, answer: Mapping) -> bool:
    """Of `items_batch`: what was refused at once is over, the rest has a receipt or was not taken. Raises Lost.

    False when Meta took nothing of what it found no fault with.
    """
    with held(batch) as row:
        pks = _numbers(row)
        verdict = answers.at_once(answer, pks)
        row.handle = answers.handle_in(answer)
        _warn(row, verdict.warned)
        removals = _refuse(row, verdict.refused)
        left = set(pks.values()) - set(verdict.refused)
        if not row.handle:
            release(row, left, counted=True)
        if not _in(row).exists():
            took = {} if row.handle else {"problem": refusals.nothing_taken()}
            end(row, State.FINISHED if row.handle else State.REFUSED, **took)
        elif removals and not row.handle:
            look_up(row, "removals", State.REFUSED)
        else:
            move(row, State.CHECKING, poll_after=timezone.now() + FIRST_POLL, lease_until=None)
    return bool(row.handle or not left)


def take_status(batch: CatalogBatch, status: Mapping) -> None:
    """Of a finished batch. What Meta does not name was taken, unless it counted more than it named. Raises Lost."""
    with held(batch) as row:
        verdict = answers.at_the_end(status, _numbers(row), row.lines if isinstance(row.lines, list) else [])
        _warn(row, verdict.warned)
        _refuse(row, verdict.refused)
        if not verdict.is_partial:
            # A removal that was refused has its reason already, and stays to be looked up.
            accept(row, _in(row).filter(refusal__isnull=True).values_list("pk", flat=True))
        if not _in(row).exists():
            end(row, State.FINISHED)
        else:
            look_up(row, "unnamed" if verdict.is_partial else "removals", State.FINISHED)


@contextmanager
def held(batch: CatalogBatch) -> Iterator[CatalogBatch]:
    """The batch, locked, as long as it is as we know it. Raises Lost when another worker went on with it."""
    with transaction.atomic():
        # The catalog first, then its products, all at once and by pk: so does everybody who changes both.
        list(Catalog.objects.select_for_update(no_key=True).filter(pk=batch.catalog_id).values_list("pk"))
        same = {name: getattr(batch, name) for name in ("state", "lease_until", "poll_after")}
        row = CatalogBatch.objects.select_for_update(no_key=True).filter(pk=batch.pk, **same).first()
        if row is None:
            raise Lost
        list(_in(row).select_for_update(no_key=True).order_by("pk").values_list("pk"))
        yield row
        live.touch(row.workspace_id)


def keep(batch: CatalogBatch, until: datetime) -> None:
    """Still asking about it: no other worker begins. Raises Lost."""
    mine = CatalogBatch.objects.filter(pk=batch.pk, state=batch.state, poll_after=batch.poll_after)
    if not mine.update(poll_after=until):
        raise Lost
    batch.poll_after = until


# Endings of products --------------------------------------------------------------------------------------------------
def accept(batch: CatalogBatch, pks: Iterable[int], **found) -> None:
    """Meta has these as they were sent; of a removal: has them no more."""
    items, now = _locked(batch, pks), timezone.now()
    gone = [pk for pk, sent in items.items() if sent == standing.DELETED]
    taken = [pk for pk, sent in items.items() if sent != standing.DELETED]
    # What the review refused was something else than what Meta has now: it is asked about again.
    judged = ProductItem.objects.filter(pk__in=taken, review_status__in=["rejected", "outdated"])
    judged.exclude(accepted_hash=F("sent_hash")).update(review_status="", review_errors=[], review_at=None)
    _leave(
        taken,
        accepted_hash=F("sent_hash"),
        accepted_at=now,
        **dict.fromkeys(("refused_at", "refusal"), None),
        refused_hash="",
        tries=0,
        **found,
    )
    _leave(gone, **NOT_AT_META, review_errors=[], differences=[], warnings=[], tries=0)
    _note(batch, taken, Kind.ACCEPTED)
    _note(batch, gone, Kind.GONE)
    batch.accepted_count += len(items)
    if taken:
        # Least: a shop that changes something all the time has its reviews read all the same.
        soon = {"review_after": Least(F("review_after"), now + REVIEW_AFTER), "review_reads": 0}
        Catalog.objects.filter(pk=batch.catalog_id).update(**soon)


def refuse(batch: CatalogBatch, reasons: Mapping[int, dict]) -> None:
    """Meta did not take these, each for its reason. What it had of them before stays."""
    items = _locked(batch, reasons)
    update_each(ProductItem, [{"id": pk, "refusal": reasons[pk]} for pk in items])
    _leave(items, refused_hash=F("sent_hash"), refused_at=timezone.now(), tries=0)
    _note(batch, items, Kind.REFUSED, {pk: reasons[pk] for pk in items})
    batch.refused_count += len(items)


def release(batch: CatalogBatch, pks: Iterable[int], *, counted: bool = False, unknown: bool = False) -> None:
    """These wait again. `counted`: not too often. `unknown`: Meta may have taken what was sent, or not."""
    items = _locked(batch, pks)
    if counted:
        tired = ProductItem.objects.filter(pk__in=items, tries__gte=MOST_TRIES - 1)
        reason = refusals.never_arrived() if unknown else refusals.took_nothing()
        reasons = dict.fromkeys(tired.values_list("pk", flat=True), reason)
        refuse(batch, reasons)
        items = {pk: sent for pk, sent in items.items() if pk not in reasons}
    facts = {"tries": F("tries") + 1} if counted else {}
    if unknown:  # Should the old content be wanted again, it is not taken for granted that Meta still has it.
        facts["accepted_hash"] = Case(When(accepted_hash="", then=Value("")), default=Value(standing.UNKNOWN))
        _note(batch, items, Kind.LOST)
    _leave(items, **facts)


# Endings of batches ---------------------------------------------------------------------------------------------------
def end(batch: CatalogBatch, state: str, **values) -> None:
    """Nothing of it is open any more."""
    move(batch, state, finished_at=timezone.now(), poll_after=None, lease_until=None, lines=[], **values)


def look_up(batch: CatalogBatch, reason: str, ends_as: str) -> None:
    """What became of the products that are left in it is to be seen at Meta (services/verifying.py)."""
    problem = refusals.looked_up(reason, ends_as)
    move(batch, State.CHECKING, problem=problem, poll_after=timezone.now(), polls=0, lease_until=None)


def give_back(batch: CatalogBatch, state: str, problem: dict | None, *, counted=False, unknown=False) -> None:
    """All its products wait again. Raises Lost."""
    with held(batch) as row:
        release(row, _in(row).values_list("pk", flat=True), counted=counted, unknown=unknown)
        end(row, state, problem=problem)


def move(batch: CatalogBatch, state: str, **values) -> None:
    batch.state = state
    for name, value in values.items():
        setattr(batch, name, value)
    batch.save()
    standing.settle(_in(batch))


def _in(batch: CatalogBatch) -> QuerySet[ProductItem]:
    return ProductItem.objects.filter(batch=batch)


def _numbers(batch: CatalogBatch) -> dict[str, int]:
    return dict(_in(batch).values_list("retailer_id", "pk"))


def _locked(batch: CatalogBatch, pks: Iterable[int]) -> dict[int, str]:
    """What was sent of those that are still in the batch, locked in the order in which everybody locks products."""
    mine = _in(batch).filter(pk__in=list(pks)).select_for_update(no_key=True).order_by("pk")
    return dict(mine.values_list("pk", "sent_hash"))


def _leave(pks: Iterable[int], **facts) -> None:
    pks = list(pks)
    if pks:
        items = ProductItem.objects.filter(pk__in=pks)
        items.update(batch=None, **facts)
        standing.settle(items)


def _refuse(batch: CatalogBatch, refused: Mapping[int, list[str]]) -> bool:
    """With Meta's words. A removal stays in the batch: perhaps there was nothing to remove. True for any such."""
    items = _locked(batch, refused)
    reasons = {pk: refusals.of_product(refused[pk]) for pk in items}
    removals = {pk for pk, sent in items.items() if sent == standing.DELETED}
    update_each(ProductItem, [{"id": pk, "refusal": reasons[pk]} for pk in removals])
    refuse(batch, {pk: reason for pk, reason in reasons.items() if pk not in removals})
    return bool(removals)


def _warn(batch: CatalogBatch, warned: Mapping[int, list[str]]) -> None:
    before = dict(_in(batch).filter(pk__in=warned).values_list("pk", "warnings"))
    rows = [
        {"id": pk, "warnings": list(dict.fromkeys([*(known if isinstance(known, list) else []), *warned[pk]]))}
        for pk, known in before.items()
    ]
    update_each(ProductItem, rows)
    batch.warned_count += sum(not known for known in before.values())


def _note(batch: CatalogBatch, pks: Iterable[int], kind: str, reasons: Mapping[int, dict] | None = None) -> None:
    events = []
    for pk in pks:
        why = (reasons or {}).get(pk, {})
        event = ProductEvent(workspace_id=batch.workspace_id, item_id=pk, kind=kind)
        event.reason, event.detail = (why.get("said") or why.get("title", ""))[:500], {"batch": batch.pk}
        events.append(event)
    insert_new(events)
