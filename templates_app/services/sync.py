"""Reading an account's templates from Meta, page by page: the safety net under Meta's events.

Nothing is held in memory but one page. Killed in the middle, a reading has changed nothing that it had not read, and
is begun anew. Only a list that was read to its end, and is no stump, proves that something is missing in it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError, GraphError, TokenRejected
from meta_integration.graph.pages import Page
from meta_integration.models import WABA
from meta_integration.services import clients, watch
from templates_app import tasks
from templates_app.models import TemplateSync
from templates_app.services import missing, pages
from templates_app.services.reading import at_epoch, moment
from workspaces import live, wakeups
from workspaces.models import User

# A reading that was not heard of for so long died with its worker: a page takes seconds.
LEASE = timedelta(minutes=3)
EVERY, AFTER_A_FAILURE = timedelta(hours=6), timedelta(minutes=15)
# One look at what is due begins so many readings at most, which spreads them over the hours.
SHARE_OF_A_RUN = 180
RECEIPTS_LIVE = timedelta(days=60)
# Two who change the same rows may stand in each other's way, once.
TRIES = 3
COUNTED = ("pages", "listed", "added", "changed", "skipped", "names")


class Lost(Exception):
    """Another worker has taken the reading over."""


def start(account: WABA, user: User | None = None) -> TemplateSync:
    """Have the account's templates read by a task. The reading that waits or runs already, where there is one."""
    with transaction.atomic():
        WABA.objects.select_for_update(no_key=True).get(pk=account.pk)
        reading = account.template_syncs.filter(finished_at=None).first()
        reading = reading or TemplateSync.objects.create(
            workspace_id=account.workspace_id, account=account, asked_by=user, heard_at=at_epoch()
        )
        wakeups.wake_on_commit(tasks.sync_templates, account.pk)
    return reading


def run(account_pk: int) -> TemplateSync | None:
    """Read all of it now. None where another worker does, or the account is not there."""
    account = WABA.objects.select_related("workspace").filter(pk=account_pk).first()
    reading = _claim(account) if account else None
    if reading is None:
        return None
    work = _Reading(account, reading)
    try:
        if account.state != WABA.State.CONNECTED:
            work.end(_("The connection to WhatsApp is broken: the templates are read after it is renewed."))
        else:
            work.read()
    except Lost:
        return None
    except TokenRejected as exc:
        watch.refused(account, exc)
        work.end(_in_words(exc))
    except (GraphError, clients.NoToken) as exc:
        work.end(_in_words(exc))
    except Exception:
        # Whatever it is, it would be the same again at once: the next reading is in a while.
        work.end(_("Galantis could not take over what Meta listed. Support finds the reason in the log."))
        raise
    return TemplateSync.objects.get(pk=reading.pk)


def sweep() -> int:
    """Begin what is due: readings that no wake-up announced or that died, and accounts that were not read for long."""
    now = timezone.now()
    open_ones = TemplateSync.objects.filter(finished_at=None, heard_at__lt=now - LEASE)
    waiting = list(open_ones.values_list("account_id", flat=True))
    for account_pk in waiting:
        wakeups.wake(tasks.sync_templates, account_pk)
    connected = WABA.objects.filter(state=WABA.State.CONNECTED, suspected_at=None)
    most = 1 + connected.count() // SHARE_OF_A_RUN
    for account in due(connected)[:most]:
        start(account)
    old = TemplateSync.objects.filter(finished_at__lt=now - RECEIPTS_LIVE)
    old.exclude(pk__in=TemplateSync.objects.order_by("account", "-pk").distinct("account").values("pk")).delete()
    return len(waiting)


def due(connected: QuerySet[WABA]) -> QuerySet[WABA]:
    """Those whose last reading is old, or failed a while ago; the oldest first."""
    now, done = timezone.now(), Q(template_syncs__error="")
    found = connected.annotate(
        tried=Max("template_syncs__started_at"), read=Max("template_syncs__started_at", filter=done)
    )
    is_old = Q(read=None) | Q(read__lte=now - EVERY)
    is_time = Q(tried=None) | Q(tried__lte=now - AFTER_A_FAILURE)
    none_open = ~Q(pk__in=TemplateSync.objects.filter(finished_at=None).values("account"))
    return found.filter(is_old & is_time & none_open).order_by(F("tried").asc(nulls_first=True), "pk")


def _claim(account: WABA) -> TemplateSync | None:
    """The open reading, begun anew by us; a new one where none is open. None while another worker reads."""
    now = timezone.now()
    anew = {"pages": 0, "listed": 0, "added": 0, "changed": 0, "missing": 0, "skipped": 0, "names": {}}
    with transaction.atomic():
        WABA.objects.select_for_update(no_key=True).get(pk=account.pk)
        reading = account.template_syncs.filter(finished_at=None).first()
        if reading is None:
            new = {"workspace_id": account.workspace_id, "account": account}
            return TemplateSync.objects.create(**new, heard_at=now)
        free = TemplateSync.objects.filter(pk=reading.pk, heard_at__lt=now - LEASE)
        if not free.update(heard_at=now, started_at=now, **anew):
            return None
    reading.refresh_from_db()
    return reading


def _in_words(exc: Exception) -> str:
    if isinstance(exc, GraphAPIError):
        words = plain_words(exc.code, exc.subcode) or exc.details
        return _("Meta refused it (code %(code)s): %(words)s") % {"code": exc.code, "words": words}
    if isinstance(exc, clients.NoToken):
        return _("There is no access that can be opened. Connect the account again.")
    return _("Meta gave no answer that could be read. Galantis tries again by itself.")


@dataclass
class _Reading:
    account: WABA
    row: TemplateSync

    def read(self) -> None:
        is_whole, listed = False, clients.graph_client_for(self.account).template_pages(self.account.waba_id)
        while True:
            asked_at = timezone.now()
            page = next(listed, None)
            if page is None:
                break
            self._take(page, moment(asked_at))
            is_whole = page.is_last
        if not is_whole:
            self.end(_("Meta's list broke off before its end. What it listed was taken over, nothing else."))
        elif short := missing.is_short(self.account, self.row):
            self.end(short)
        else:
            self._end_whole()

    def end(self, error: str = "") -> None:
        self._heard(finished_at=timezone.now(), error=error[:500])
        live.touch(self.account.workspace_id)

    def _end_whole(self) -> None:
        with transaction.atomic():
            gone = missing.count(self.account, self.row)
            self.row.names["missing"] = gone[: pages.NAMED]
            self._heard(missing=len(gone), names=self.row.names, is_full=True, finished_at=timezone.now(), error="")
            known = {"template_count": self.row.listed, "templates_read_at": timezone.now()}
            WABA.objects.filter(pk=self.account.pk).update(**known)
            live.touch(self.account.workspace_id)

    def _take(self, page: Page, at: datetime) -> None:
        for left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    taken = pages.take(self.account, page.rows, at)
                    self._count(taken)
                return
            except (IntegrityError, OperationalError):  # An event of Meta's about the same rows came in between.
                self.row.refresh_from_db(fields=COUNTED)
                if not left:
                    raise

    def _count(self, taken: pages.Taken) -> None:
        row = self.row
        for name in ("added", "changed", "skipped"):
            names = getattr(taken, name)
            row.names[name] = [*row.names.get(name, []), *names][: pages.NAMED]
            setattr(row, name, getattr(row, name) + len(names))
        row.pages, row.listed = row.pages + 1, row.listed + taken.listed
        self._heard(**{name: getattr(row, name) for name in COUNTED})

    def _heard(self, **values) -> None:
        """Write it down, unless another worker has taken the reading over since. Raises Lost."""
        now = timezone.now()
        mine = TemplateSync.objects.filter(pk=self.row.pk, heard_at=self.row.heard_at, finished_at=None)
        if not mine.update(heard_at=now, **values):
            raise Lost
        self.row.heard_at = now
