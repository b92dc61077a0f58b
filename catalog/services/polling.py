"""What became of the batches that Meta works on."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog import answers, refusals
from catalog.models import Catalog, CatalogBatch
from catalog.services import access, pushing, results, singles, verifying
from catalog.services.claiming import LEASE, Lost
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import (
    GraphAPIError,
    GraphError,
    GraphUnreachable,
    RateLimited,
    RequestRejected,
    TokenRejected,
)
from meta_integration.models import WABA
from meta_integration.services import clients

State = CatalogBatch.State
MOST_IN_A_RUN = 50
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
# After an hour there is no hurry any more, and after a day no hope.
OLD, PAUSE_WHEN_OLD, ENDLESS = timedelta(hours=1), timedelta(minutes=30), timedelta(hours=24)
# A receipt may be known a little later than it was given.
NEW = timedelta(minutes=1)


def poll_due(*, looks_up: bool | None = None) -> int:
    """Ask about those that are due; return how many. `looks_up`: only those whose products are looked up at Meta, for
    which perhaps a whole catalog is read, or only the others; None for both.
    """
    asked = 0
    while asked < MOST_IN_A_RUN and (batch := _next(looks_up)):
        asked += 1
        _poll(batch)
    return asked


def pause_after(polls: int, age: timedelta) -> timedelta:
    if age >= OLD:
        return PAUSE_WHEN_OLD
    return min(FIRST_PAUSE * 2 ** min(polls, 10), LONGEST_PAUSE)


def _due(looks_up: bool | None) -> QuerySet[CatalogBatch]:
    """Of catalogs that may be asked about: see access.is_askable."""
    accounts = WABA.objects.exclude(state=WABA.State.DISCONNECTED)
    accounts = accounts.filter(Q(catalog_token__isnull=False) | Q(state=WABA.State.CONNECTED, suspected_at=None))
    mine = CatalogBatch.objects.filter(catalog__state=Catalog.State.CONNECTED, catalog__account__in=accounts)
    if looks_up is not None:
        mine = mine.filter(problem__isnull=not looks_up)
    return mine.filter(state=State.CHECKING, poll_after__lte=timezone.now()).order_by("poll_after", "pk")


def _next(looks_up: bool | None) -> CatalogBatch | None:
    """One that is due, ours until its lease is over."""
    with transaction.atomic():
        batch = _due(looks_up).select_for_update(of=("self",), no_key=True, skip_locked=True).first()
        if batch is None:
            return None
        batch.poll_after, batch.polls = timezone.now() + LEASE, min(batch.polls + 1, 30_000)
        batch.save(update_fields=["poll_after", "polls"])
    return CatalogBatch.objects.select_related("catalog__workspace", "catalog__account__workspace").get(pk=batch.pk)


def _poll(batch: CatalogBatch) -> None:
    try:
        client = access.client_of(batch.catalog)
        if batch.problem:  # Meta has said all that it says: the products themselves are looked up.
            verifying.look_up(batch, client)
        else:
            _ask(batch, client)
    except Lost:
        return
    except clients.NoToken:
        access.mark_broken(batch.catalog, refusals.no_access())
        _later(batch)
    except GraphError as exc:
        _failed(batch, exc)


def _ask(batch: CatalogBatch, client: MetaGraphClient) -> None:
    status = client.batch_status(batch.catalog.catalog_id, batch.handle)
    if answers.is_finished(status):
        results.take_status(batch, status)
    elif not status and _age(batch) >= NEW:
        _look_up(batch, "lost")
    elif _age(batch) >= ENDLESS:
        _look_up(batch, "endless")
    else:
        _later(batch)


def _failed(batch: CatalogBatch, exc: GraphError) -> None:
    """Nothing was learned. It is asked again, unless Meta does not know the receipt."""
    if isinstance(exc, RequestRejected) and exc.code == 100 and not batch.problem:
        _look_up(batch, "lost")
        return
    if isinstance(exc, TokenRejected):
        access.refused(batch.catalog, exc)
    if isinstance(exc, RequestRejected) and singles.is_no_object(exc):  # The catalog itself, when its list is read.
        access.mark_broken(batch.catalog, refusals.said_by(exc), exc.code)
    if isinstance(exc, RateLimited):
        pushing.hold(batch.catalog, exc)
    wait = exc.retry_after if isinstance(exc, (GraphAPIError, GraphUnreachable)) else None
    _later(batch, timedelta(seconds=wait or 0))


def _look_up(batch: CatalogBatch, reason: str) -> None:
    with results.held(batch) as row:
        results.look_up(row, reason, State.LOST)


def _later(batch: CatalogBatch, at_least: timedelta = timedelta()) -> None:
    pause = max(pause_after(batch.polls, _age(batch)), at_least)
    mine = CatalogBatch.objects.filter(pk=batch.pk, state=batch.state, poll_after=batch.poll_after)
    mine.update(poll_after=timezone.now() + pause)


def _age(batch: CatalogBatch) -> timedelta:
    return timezone.now() - (batch.posted_at or batch.created_at)
