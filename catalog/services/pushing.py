"""What is wanted goes to Meta: only differences, in batches, within the limits.

Killed at any point, nothing is lost: what a dead worker had claimed waits again, and to send it twice does no harm.
"""

import time
from datetime import timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from catalog import refusals, tasks
from catalog.models import Catalog, CatalogBatch, ProductItem
from catalog.models.catalogs import MOST_PRODUCTS
from catalog.services import access, claiming, results, singles
from catalog.services.claiming import Claim, Lost
from meta_integration.error_book import plain_words
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import (
    GraphAPIError,
    GraphError,
    GraphNotReached,
    GraphUnreachable,
    RateLimited,
    RequestRejected,
    TokenRejected,
)
from meta_integration.services import clients
from workspaces import live, wakeups

State = CatalogBatch.State
# What changes in quick succession goes in one call.
BURST_SECONDS = 0.5
# Without a number of Meta's own.
DEFAULT_WAIT = timedelta(seconds=60)
FIRST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=30)
TOO_LARGE = 413


def push(catalog_pk: int) -> int:
    """Send all that waits and may go now; return how many calls that took."""
    catalog = claiming.take_catalog(catalog_pk)
    if catalog is None:
        return 0
    try:
        return _push(catalog)
    except Lost:
        return 0
    except clients.NoToken:
        access.mark_broken(catalog, refusals.no_access())
        return 0
    finally:
        claiming.leave_catalog(catalog)


def sweep() -> int:
    """Give back what a dead worker held, and wake for what waits; return how many catalogs are woken."""
    _give_back_abandoned()
    waits = ProductItem.objects.filter(
        workspace=OuterRef("workspace"), status=ProductItem.Status.WAITING, batch=None
    ).order_by()
    woken = list(claiming.may_be_pushed().filter(Exists(waits)).values_list("pk", flat=True))
    for catalog_pk in woken:
        wakeups.wake(tasks.push_catalog, catalog_pk)
    return len(woken)


def account_reconnected(account_pk: int) -> int:
    """Its catalogs have a new access: what waits goes on at once. Returns how many."""
    catalogs = list(Catalog.objects.filter(account=account_pk).exclude(state=Catalog.State.LEFT))
    for catalog in catalogs:
        access.mark_whole(catalog, "the account was reconnected")
        go_on(catalog)
    return len(catalogs)


def go_on(catalog: Catalog) -> None:
    """Nothing that held it back counts any more."""
    Catalog.objects.filter(pk=catalog.pk).update(held_until=None, rests_until=None, rest_count=0)
    working = CatalogBatch.objects.filter(catalog=catalog, state=State.CHECKING)
    # One that a worker asks about just now is asked about again; the first answer counts.
    working.update(poll_after=timezone.now())
    wakeups.wake_on_commit(tasks.push_catalog, catalog.pk)


def _push(catalog: Catalog) -> int:
    calls = 0
    if not access.is_askable(catalog) or not _wait_for_burst(catalog) or claiming.is_gathering(catalog):
        return calls
    client = access.client_of(catalog)
    while claim := claiming.claim(catalog):
        calls += 1
        if not _send(catalog, client, claim):
            break
    return calls


def _wait_for_burst(catalog: Catalog) -> bool:
    """False where nothing waits."""
    newest = claiming.waiting_for(catalog).aggregate(at=Max("changed_at"))["at"]
    age = newest and (timezone.now() - newest).total_seconds()
    if age is not None and 0 <= age < BURST_SECONDS:
        time.sleep(BURST_SECONDS - age)
    return newest is not None


def _give_back_abandoned() -> None:
    now = timezone.now()
    dead = CatalogBatch.objects.filter(state=State.SENDING, lease_until__lte=now)
    left = CatalogBatch.objects.filter(state=State.CHECKING, catalog__state=Catalog.State.LEFT)
    for batch in dead:
        was_sent = batch.posted_at is not None
        _give_back(batch, refusals.worker_died(was_sent), unknown=was_sent)
    for batch in left:
        _give_back(batch, refusals.left_alone(), unknown=True)


def _give_back(batch: CatalogBatch, problem: dict, *, unknown: bool) -> None:
    try:
        results.give_back(batch, State.LOST, problem, unknown=unknown)
    except Lost:
        return


# One call -------------------------------------------------------------------------------------------------------------
def _send(catalog: Catalog, client: MetaGraphClient, claim: Claim) -> bool:
    """Make the call and write down what Meta said. False where no further call makes sense now. Raises Lost."""
    batch = claim.batch
    claiming.begin(batch)
    try:
        if claim.item:
            _accepted(batch, claim.item, singles.send(client, catalog.catalog_id, claim.item))
        elif not results.take_answer(batch, client.send_items(catalog.catalog_id, claim.requests)):
            _rest(catalog)
            return False
    except singles.NeedsBatch as exc:
        ProductItem.objects.filter(pk=claim.item.pk).update(product_id=exc.product_id)
        results.give_back(batch, State.REFUSED, refusals.number_exists(), counted=True)
        return True
    except GraphError as exc:
        return _failed(catalog, batch, exc)
    _went_well(catalog, batch)
    return True


def _accepted(batch: CatalogBatch, item: ProductItem, product_id: str) -> None:
    with results.held(batch) as row:
        results.accept(row, [item.pk], **({"product_id": product_id} if product_id else {}))
        results.end(row, State.FINISHED)


def _went_well(catalog: Catalog, batch: CatalogBatch) -> None:
    well = {"pushed_at": timezone.now(), "rest_count": 0, "rests_until": None}
    if batch.item_count >= catalog.batch_most:
        catalog.batch_most = well["batch_most"] = min(catalog.batch_most * 2, MOST_PRODUCTS)
    _update(catalog, **well)
    # Not one that a reading was told meanwhile.
    Catalog.objects.filter(pk=catalog.pk, held_until__lte=timezone.now()).update(held_until=None)


def _failed(catalog: Catalog, batch: CatalogBatch, exc: GraphError) -> bool:
    """Nothing is lost: the products wait, and the rest depends on what Meta said."""
    if _is_about_products(exc):
        return _find_the_bad_one(catalog, batch, exc)
    unknown = isinstance(exc, GraphUnreachable) and not isinstance(exc, GraphNotReached)
    results.give_back(batch, State.LOST if unknown else State.REFUSED, refusals.of_call(exc), unknown=unknown)
    _hold_back(catalog, exc)
    return False


def _hold_back(catalog: Catalog, exc: GraphError) -> None:
    if isinstance(exc, TokenRejected):
        access.refused(catalog, exc)
    elif isinstance(exc, RateLimited):
        hold(catalog, exc)
    elif isinstance(exc, RequestRejected):  # The catalog itself is not there for this access.
        access.mark_broken(catalog, plain_words(exc.code, exc.subcode) or exc.details, exc.code)
    else:
        _rest(catalog, timedelta(seconds=exc.retry_after or 0))


def _rest(catalog: Catalog, at_least: timedelta = timedelta()) -> None:
    """Longer each time, until a call goes well."""
    count = min(catalog.rest_count + 1, 100)
    pause = max(min(FIRST_REST * 2 ** min(count - 1, 10), LONGEST_REST), at_least)
    _update(catalog, rest_count=count, rests_until=timezone.now() + pause)


def hold(catalog: Catalog, exc: RateLimited) -> None:
    """Meta takes no more calls for a while."""
    wait = DEFAULT_WAIT if exc.retry_after is None else timedelta(seconds=max(exc.retry_after, 1))
    _update(catalog, held_until=timezone.now() + wait)


def _is_about_products(exc: GraphError) -> bool:
    """Whether other products might have been taken."""
    is_rejected = isinstance(exc, RequestRejected) and not singles.is_no_object(exc)
    return is_rejected or exc.status == TOO_LARGE


def _find_the_bad_one(catalog: Catalog, batch: CatalogBatch, exc: GraphError) -> bool:
    """Half as many go in the next call, down to the one that is at fault. Each call that is taken doubles it again."""
    if batch.item_count > 1:
        results.give_back(batch, State.REFUSED, refusals.of_call(exc))
        catalog.batch_most = batch.item_count // 2
        _update(catalog, batch_most=catalog.batch_most)
        return True
    with results.held(batch) as row:
        reason = refusals.of_exception(exc) if isinstance(exc, GraphAPIError) else refusals.without_reason()
        results.refuse(row, dict.fromkeys(row.lines, reason))
        results.end(row, State.REFUSED, problem=refusals.of_call(exc))
    return True


def _update(catalog: Catalog, **values) -> None:
    for name, value in values.items():
        setattr(catalog, name, value)
    Catalog.objects.filter(pk=catalog.pk).update(**values)
    live.touch(catalog.workspace_id)
