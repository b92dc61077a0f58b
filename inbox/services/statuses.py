"""Statuses of Meta's, applied in bulk: appended to the timeline, and the visible status only rises."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from inbox.models import Message, MessageStatus, OrphanStatus, Priority
from inbox.services import consent, template_refusals
from inbox.services.moves import CAN_BECOME, REPORTED, move_messages
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import ErrorClass, as_int, classify, known_error
from meta_integration.models import PhoneNumber
from meta_integration.services import incidents, media, watch
from meta_integration.walk import text_in
from workspaces import live
from workspaces.bulk import insert_each, update_each

log = structlog.get_logger(__name__)
ORPHANS_LIVE = timedelta(days=7)
MEDIA_REFUSED = 131053
STOPPING = {ErrorClass.TOKEN_DEAD, ErrorClass.ACCOUNT_STOPPED, ErrorClass.NUMBER_STOPPED}
# Other statuses of Meta's are kept in the timeline and move nothing.
CAN_BECOME_REPORTED = {str(status): frozenset(map(str, CAN_BECOME[status])) for status in REPORTED}


@dataclass(slots=True)
class Report:
    """One status as Meta reported it. `reference` is ours, echoed: it may arrive before the wamid is known here."""

    workspace_id: int
    number_id: int
    wamid: str
    status: str
    at: datetime
    reference: uuid.UUID | None
    raw: dict


@dataclass(slots=True)
class _Known:
    """What must be known of a message that a report is about."""

    pk: int
    number_id: int
    reference: uuid.UUID
    wamid: str | None
    status: str
    thread_id: int
    priority: int


@transaction.atomic
def apply(reports: list[Report]) -> None:
    """Apply any number of reports, in any order, any number of times, with the same end. Strangers become orphans."""
    found = _messages_of(reports)
    matched, strangers = [], []
    for report in reports:
        message = found.get((report.number_id, report.wamid)) or found.get((report.number_id, report.reference))
        matched.append((message, report)) if message else strangers.append(report)
    _keep_orphans(strangers)
    if matched:
        _learn_wamids(matched)
        _append_to_timeline(matched)
        _raise_status(matched)
        _tell_pages(matched)


def adopt_orphans(limit: int = 1000) -> int:
    """Give orphans to the messages that have become known since; return how many."""
    with transaction.atomic():
        ours = Message.objects.filter(direction=Message.Direction.OUT, number_id=OuterRef("number_id"))
        known = Exists(ours.filter(wamid=OuterRef("wamid"))) | Exists(ours.filter(reference=OuterRef("reference")))
        return _adopt(OrphanStatus.objects.filter(known, expired_at=None), limit)


def adopt_orphans_of(number_id: int, wamids: list[str]) -> int:
    """The same, for messages just recorded: one quick look-up."""
    with transaction.atomic():
        return _adopt(OrphanStatus.objects.filter(number_id=number_id, wamid__in=wamids), 1000)


def expire_orphans() -> int:
    """Those that nobody claimed in a week are given up: marked, told in the log, and deleted with the old webhooks."""
    now = timezone.now()
    OrphanStatus.objects.filter(received_at__lt=now - timedelta(days=settings.WEBHOOK_RETENTION_DAYS)).delete()
    waiting = OrphanStatus.objects.filter(expired_at=None, received_at__lt=now - ORPHANS_LIVE)
    expired = waiting.update(expired_at=now)
    if expired:
        log.warning("statuses whose message never appeared", count=expired)
    return expired


def _adopt(orphans, limit: int) -> int:
    taken = list(orphans.select_for_update(skip_locked=True)[:limit])
    if taken:
        OrphanStatus.objects.filter(pk__in=[each.pk for each in taken]).delete()
        apply([Report(o.workspace_id, o.number_id, o.wamid, o.status, o.at, o.reference, o.raw) for o in taken])
    return len(taken)


def _messages_of(reports: list[Report]) -> dict:
    """Our messages by (number, wamid) and by (number, reference), locked in one order so that workers do not cross."""
    wamids = {report.wamid for report in reports}
    references = {report.reference for report in reports if report.reference}
    numbers = {report.number_id for report in reports}
    ours = Message.objects.filter(Q(wamid__in=wamids) | Q(reference__in=references), number__in=numbers)
    ours = ours.filter(direction=Message.Direction.OUT).order_by("pk").select_for_update(of=("self",))
    found = {}
    for row in ours.values_list("pk", "number_id", "reference", "wamid", "status", "thread_id", "priority"):
        message = _Known(*row)
        found[message.number_id, message.reference] = message
        if message.wamid:
            found[message.number_id, message.wamid] = message
    return found


def _keep_orphans(strangers: list[Report]) -> None:
    now = timezone.now()
    columns = [field.name for field in fields(Report)]
    insert_each(
        OrphanStatus, [{**{name: getattr(each, name) for name in columns}, "received_at": now} for each in strangers]
    )


def _learn_wamids(matched: list[tuple[_Known, Report]]) -> None:
    """A status may know the wamid before our own send has stored it."""
    learned = {message.pk: report.wamid for message, report in matched if message.wamid is None}
    update_each(Message, [{"id": pk, "wamid": wamid} for pk, wamid in learned.items()])


def _append_to_timeline(matched: list[tuple[_Known, Report]]) -> None:
    now = timezone.now()
    insert_each(MessageStatus, [_timeline_row(message, report, now) for message, report in matched])


def _timeline_row(message: _Known, report: Report, now: datetime) -> dict:
    pricing = report.raw.get("pricing")
    is_billable = pricing.get("billable") if isinstance(pricing, dict) else None
    return {
        "workspace_id": report.workspace_id,
        "message_id": message.pk,
        "status": report.status,
        "at": report.at,
        "received_at": now,
        "is_billable": is_billable if isinstance(is_billable, bool) else None,
        "pricing_type": text_in(pricing, "type")[:40],
        "pricing_category": text_in(pricing, "category")[:40],
        "raw": report.raw,
    }


def _tell_pages(matched: list[tuple[_Known, Report]]) -> None:
    """Those with the conversation open; the lists only of what people wrote: a campaign would never let them rest."""
    threads = defaultdict(set)
    for message, report in matched:
        threads[report.workspace_id, message.priority == Priority.AGENT].add(message.thread_id)
    for (workspace_id, is_a_persons), pks in threads.items():
        live.touch(workspace_id, *pks, in_list=is_a_persons)


def _raise_status(matched: list[tuple[_Known, Report]]) -> None:
    highest = {}
    for message, report in matched:
        if message.status in CAN_BECOME_REPORTED.get(report.status, ()):
            best = highest.get(message.pk)
            if best is None or REPORTED.index(report.status) > REPORTED.index(best.status):
                highest[message.pk] = report
    groups = defaultdict(list)
    for pk, report in highest.items():
        failure = _failure(report) if report.status == Message.Status.FAILED else (None, "")
        groups[report.status, failure].append(pk)
    for (status, (code, reason)), pks in groups.items():
        moved = move_messages(pks, status, error_code=code, error=reason, lease_until=None)
        if moved and status == Message.Status.FAILED:
            at = max(highest[pk].at for pk in moved)
            _stop_what_meta_stopped(moved, code, at)
            _tell_templates(moved, code, at)
            if code == consent.REFUSED_OFFERS:
                consent.refused(moved, at)
            _forget_files(moved, code)


def _stop_what_meta_stopped(failed: list[int], code: int | None, at: datetime) -> None:
    """Most failures come this way, and mean for the number what they would have meant as an answer to the send.

    Only for messages that failed just now: a status that is replayed says nothing about today.
    """
    error_class = classify(code).error_class
    if error_class not in STOPPING:
        return
    number_ids = Message.objects.filter(pk__in=failed).values("number_id")
    # Connected again since then: it is about what was before.
    still = PhoneNumber.objects.select_related("account").filter(pk__in=number_ids, account__connected_at__lte=at)
    for number in still:
        if error_class is ErrorClass.TOKEN_DEAD:
            watch.suspect(number.account, plain_words(code), code)
        else:
            incidents.stop_sending(number, known_error(code))


def _tell_templates(failed: list[int], code: int | None, at: datetime) -> None:
    """The message is lost, unlike one that is refused at once; what waits with its template is held."""
    if template_refusals.is_about_template(code):
        used = Message.objects.filter(pk__in=failed, template__isnull=False)
        for template_pk in used.order_by("template").values_list("template", flat=True).distinct():
            template_refusals.tell(template_pk, code, at)


def _forget_files(failed: list[int], code: int | None) -> None:
    """Meta could not use a file of these: whoever sends it next uploads it anew."""
    if code == MEDIA_REFUSED:
        for message in Message.objects.select_related("number").filter(pk__in=failed):
            media.forget_uploads(media.assets_in(message.content), message.number)


def reason_of(code: int | None, subcode: int | None, details: str) -> str:
    """Plain words for a code, for the column that says why; Meta's own words for one that is new to us."""
    return (plain_words(code, subcode) or details)[:500]


def _failure(report: Report) -> tuple[int | None, str]:
    """Meta's code, and the table's plain words for it; Meta's own title for a code the table does not know."""
    errors = report.raw.get("errors")
    error = next((each for each in errors if isinstance(each, dict)), {}) if isinstance(errors, list) else {}
    code = as_int(error.get("code"))
    return code, reason_of(code, None, str(error.get("title") or ""))
