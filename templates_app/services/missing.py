"""What Meta does not list any more: counted after full readings only, and marked after the second in a row."""

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.models import WABA
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent, TemplateSync
from templates_app.services import news
from templates_app.services.merging import COLUMNS, Change, Kind, note
from templates_app.services.reading import moment

SYNC = TemplateEvent.Source.SYNC
# One full list without it may be Meta's mistake.
READS = 2
SLICE = 100


def is_short(account: WABA, reading: TemplateSync) -> str:
    """Why a list proves nothing although it ended: it holds less than half of what is known. Empty where it proves."""
    known = _known(account, reading).filter(missing_since=None).count()
    if reading.listed * 2 >= known:
        return ""
    return _(
        "Meta listed %(listed)s templates where Galantis knows %(known)s. That may be a mistake of Meta's, so nothing "
        "was marked as missing."
    ) % {"listed": reading.listed, "known": known}


def count(account: WABA, reading: TemplateSync) -> list[str]:
    """Count those that this full list had not, and mark those missed twice. Returns their names."""
    missed = _known(account, reading).filter(missing_since=None)
    missed = missed.filter(Q(seen_at=None) | Q(seen_at__lt=moment(reading.started_at)))
    missed.update(missed_reads=F("missed_reads") + 1)
    gone, names = list(missed.filter(missed_reads__gte=READS).order_by("pk").values_list("pk", flat=True)), []
    for first in range(0, len(gone), SLICE):
        rows = MessageTemplate.objects.filter(pk__in=gone[first : first + SLICE]).select_related("account")
        changes = [_mark(row) for row in rows.select_for_update(of=("self",)).order_by("pk")]
        MessageTemplate.objects.bulk_update([change.template for change in changes], COLUMNS)
        TemplateEvent.objects.bulk_create([event for change in changes for event in change.events])
        news.follow(changes)
        names += [str(change.template) for change in changes]
    return names


def _known(account: WABA, reading: TemplateSync) -> QuerySet[MessageTemplate]:
    """Those that Meta should list: it had them before the reading, and nothing newer was heard of them."""
    mine = MessageTemplate.objects.filter(account=account).exclude(template_id="").exclude(status=statuses.DELETED)
    began = moment(reading.started_at)
    return mine.filter(created_at__lt=reading.started_at).filter(Q(status_at__lt=began) | Q(seen_at__gte=began))


def _mark(row: MessageTemplate) -> Change:
    """What Meta was deleting is deleted now; of all others nobody knows why they are gone, and their status stays."""
    change, now = Change(row, row.is_sendable, row.status, SYNC, is_changed=True), timezone.now()
    if row.status == statuses.PENDING_DELETION:
        change.events = [note(row, Kind.DELETED, source=SYNC, at=now, was=row.status, became=statuses.DELETED)]
        change.events[0].detail = {"template_id": row.template_id}
        row.status, row.status_at = statuses.DELETED, now
    else:
        row.missing_since = now
        change.events = [note(row, Kind.MISSING, source=SYNC, at=now, was=row.status)]
    return change
