"""Reading a catalog at Meta, page by page, and comparing it with ours: the safety net under what was sent.

Nothing is held in memory but one page. Killed in the middle, a reading has changed nothing that it had not read, and
is begun anew. Only a list that was read to its end, and is no stump, proves that something is missing in it.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import refusals, tasks
from catalog.models import Catalog, CatalogReading, ProductItem
from catalog.services import absent, access, pushing, singles, taking
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError, GraphError, RateLimited, RequestRejected, TokenRejected
from meta_integration.services import clients
from workspaces import live, wakeups
from workspaces.models import User

# A reading that was not heard of for so long died with its worker: a page takes seconds.
LEASE = timedelta(minutes=3)
AFTER_A_FAILURE = timedelta(minutes=15)
# Every catalog has its own minute of the night (UTC), so that not all are read at once.
NIGHT_MINUTES, STEP = 6 * 60, 37
MOST_BEGUN = 20
RECEIPTS_LIVE = timedelta(days=60)
# Two who change the same rows may stand in each other's way, once.
TRIES = 3
COUNTED = ("pages", "listed", "same", "different", "theirs_only")


class Lost(Exception):
    """Another worker has taken the reading over."""


def start(catalog: Catalog, user: User | None = None) -> CatalogReading:
    """Have the catalog read by a task. The reading that waits or runs already, where there is one."""
    with transaction.atomic():
        Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
        reading = catalog.readings.filter(finished_at=None).first()
        if reading is None:
            new = {"workspace_id": catalog.workspace_id, "catalog": catalog, "asked_by": user}
            # Not heard of yet: whoever comes first takes it.
            reading = CatalogReading.objects.create(**new, heard_at=timezone.now() - 2 * LEASE)
        wakeups.wake_on_commit(tasks.read_catalog, catalog.pk)
    live.touch(catalog.workspace_id)
    return reading


def run(catalog_pk: int) -> int | None:
    """Read all of it now; how many products Meta listed. None where another worker reads."""
    catalogs = Catalog.objects.select_related("workspace", "account__workspace").exclude(state=Catalog.State.LEFT)
    catalog = catalogs.filter(pk=catalog_pk).first()
    reading = _claim(catalog) if catalog else None
    if reading is None:
        return None
    work = _Reading(catalog, reading)
    try:
        if access.is_askable(catalog):
            work.read()
        else:
            work.end(_("Meta refuses the access to the catalog: it is read after there is a new one."))
    except (Lost, taking.Left):
        return None
    except clients.NoToken:
        access.mark_broken(catalog, refusals.no_access())
        work.end(refusals.no_access())
    except GraphError as exc:
        follow(catalog, exc)
        work.end(in_words(exc))
    except Exception:
        # Whatever it is, it would be the same again at once: the next reading is in a while.
        work.end(_("Galantis could not take over what Meta listed. Support finds the reason in the log."))
        raise
    return reading.listed


def follow(catalog: Catalog, exc: GraphError) -> None:
    """What a refused question means for the catalog as a whole."""
    if isinstance(exc, TokenRejected):
        access.refused(catalog, exc)
    elif isinstance(exc, RateLimited):
        pushing.hold(catalog, exc)
    elif isinstance(exc, RequestRejected) and singles.is_no_object(exc):
        access.mark_broken(catalog, refusals.said_by(exc), exc.code)


def in_words(exc: GraphError) -> str:
    if isinstance(exc, GraphAPIError):
        words = plain_words(exc.code, exc.subcode) or exc.details
        return _("Meta refused it (code %(code)s): %(words)s") % {"code": exc.code, "words": words}
    return _("Meta gave no answer that could be read. Galantis tries again by itself.")


# What is due ----------------------------------------------------------------------------------------------------------
def sweep() -> int:
    """Begin what is due: readings that no wake-up announced or that died, and the nightly ones. Returns how many."""
    now = timezone.now()
    waiting = CatalogReading.objects.filter(finished_at=None, heard_at__lt=now - LEASE)
    pks = list(waiting.filter(catalog__in=askable()).values_list("catalog", flat=True))
    for catalog_pk in pks:
        wakeups.wake(tasks.read_catalog, catalog_pk)
    nightly = due(now)[:MOST_BEGUN]
    for catalog in nightly:
        start(catalog)
    CatalogReading.objects.filter(finished_at__lt=now - RECEIPTS_LIVE).delete()
    return len(pks) + len(nightly)


def askable() -> QuerySet[Catalog]:
    """Catalogs that Meta may be asked about now."""
    now = timezone.now()
    return access.askable().filter(Q(held_until=None) | Q(held_until__lte=now))


def due(now: datetime) -> list[Catalog]:
    """Those that were not read to the end since their minute of the last night, nor tried a while ago."""
    is_open = CatalogReading.objects.filter(finished_at=None).values("catalog")
    found = askable().exclude(pk__in=is_open)
    found = found.annotate(
        tried=Max("readings__started_at"), read=Max("readings__started_at", filter=Q(readings__error=""))
    )
    return [
        each
        for each in found.order_by("pk")
        if not (each.read and each.read >= slot(each.pk, now))
        and not (each.tried and each.tried > now - AFTER_A_FAILURE)
    ]


def slot(catalog_pk: int, now: datetime) -> datetime:
    """When the last nightly reading of this catalog was to begin."""
    midnight = datetime.combine(now.date(), time(), tzinfo=now.tzinfo)
    at = midnight + timedelta(minutes=catalog_pk * STEP % NIGHT_MINUTES)
    return at if at <= now else at - timedelta(days=1)


# Reading --------------------------------------------------------------------------------------------------------------
def _claim(catalog: Catalog) -> CatalogReading | None:
    """The open reading, begun anew by us; a new one where none is open. None while another worker reads."""
    now = timezone.now()
    with transaction.atomic():
        Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
        reading = catalog.readings.filter(finished_at=None).first()
        if reading is None:
            new = {"workspace_id": catalog.workspace_id, "catalog": catalog}
            return CatalogReading.objects.create(**new, heard_at=now)
        free = CatalogReading.objects.filter(pk=reading.pk, heard_at__lt=now - LEASE)
        if not free.update(heard_at=now, started_at=now, **dict.fromkeys(COUNTED, 0)):
            return None
    reading.refresh_from_db()
    return reading


@dataclass
class _Reading:
    catalog: Catalog
    row: CatalogReading

    def read(self) -> None:
        is_whole, pages = False, access.client_of(self.catalog).product_pages(self.catalog.catalog_id)
        for page in pages:
            self._take(page.rows)
            is_whole = page.is_last
        if not is_whole:
            self.end(_("Meta's list broke off before its end. What it listed was taken over, nothing else."))
        elif short := absent.is_short(self.row):
            self.end(short)
        else:
            self._end_whole()

    def end(self, error: str = "") -> None:
        try:
            self._heard(finished_at=timezone.now(), error=error[:500])
        except Lost:
            return
        live.touch(self.catalog.workspace_id)

    def _end_whole(self) -> None:
        with transaction.atomic():
            Catalog.objects.select_for_update(no_key=True).get(pk=self.catalog.pk)
            absent.count(self.row)
            here = absent.only_here(self.row).count()
            self._heard(ours_only=here, is_full=True, finished_at=timezone.now(), error="")
            if not self._has_something_to_decide():
                fresh = Catalog.objects.filter(pk=self.catalog.pk, reconciled_at=None)
                if fresh.update(reconciled_at=timezone.now()):
                    wakeups.wake_on_commit(tasks.push_catalog, self.catalog.pk)
        live.touch(self.catalog.workspace_id)

    def _has_something_to_decide(self) -> bool:
        """Where the catalog has nothing but what is ours, nobody need compare."""
        mine = ProductItem.objects.for_workspace(self.catalog.workspace)
        leaving = mine.filter(wanted__in=taking.OUT, is_at_meta=True)
        return bool(self.row.theirs_only or self.row.different or leaving.exists())

    def _take(self, rows: list) -> None:
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    self._count(taking.take(self.catalog, rows))
                return
            except (IntegrityError, OperationalError):  # Somebody wrote the same rows in between.
                self.row.refresh_from_db(fields=COUNTED)
                if not left:
                    raise

    def _count(self, taken: taking.Taken) -> None:
        self.row.pages += 1
        for name in COUNTED[1:]:
            setattr(self.row, name, getattr(self.row, name) + getattr(taken, name))
        self._heard(**{name: getattr(self.row, name) for name in COUNTED})
        live.touch(self.catalog.workspace_id)

    def _heard(self, **values) -> None:
        """Write it down, unless another worker has taken the reading over since. Raises Lost."""
        now = timezone.now()
        mine = CatalogReading.objects.filter(pk=self.row.pk, heard_at=self.row.heard_at, finished_at=None)
        if not mine.update(heard_at=now, **values):
            raise Lost
        self.row.heard_at = now
