"""Meta's news of templates: which row each is about, what follows from it, and what Meta refuses when it is sent.

Every change of a row's status, category, quality or components that comes from Meta passes here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from meta_integration.models import WABA
from templates_app import statuses, tasks
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services import stops
from templates_app.services.merging import COLUMNS, Change, Kind, Source, merge, note, unknown_row
from templates_app.services.reading import Facts, Listed, at_epoch
from workspaces import live, wakeups

# What a refusal of a message says of its template. Meta's error book: the template is paused, or off for good.
REFUSALS = {132007: statuses.PAUSED, 132015: statuses.PAUSED, 132016: statuses.DISABLED, 132068: statuses.PAUSED}
# It knows no approved one of this name: one that was approved a moment ago may not have reached all of Meta yet.
UNKNOWN_TO_META = 132001
# The template is not as it was when the message was made: other gaps, other kinds, or longer.
DIFFERS = {132000, 132005, 132012}
# Meta is asked about a refused template soon, and each time later, up to this: it may be listed as approved all along.
FIRST_PAUSE, LONGEST_PAUSE, MOST_DOUBLINGS = timedelta(minutes=2), timedelta(hours=6), 10


@dataclass(frozen=True, slots=True)
class Named:
    """How an event of Meta's names a template; any of it may be missing."""

    template_id: str
    name: str
    language: str


# One row --------------------------------------------------------------------------------------------------------------
def apply(template: MessageTemplate, facts: Facts, *, at: datetime, source: str, **more) -> Change:
    """Merge into the row as it is now, save it, and do what follows. `more` as for `merge`."""
    with transaction.atomic():
        row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
        change = merge(row, facts, at=at, source=source, **more)
        save(change)
    return change


def apply_reading(template: MessageTemplate, found: Listed, *, at: datetime, source: str) -> Change | None:
    """The same for what Meta lists now; None where newer is known of another template in its place."""
    row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    if is_outdated(row, found, at):
        return None
    return apply(row, found.facts, at=at, source=source, template_id=found.template_id, is_reading=True)


def is_outdated(row: MessageTemplate, found: Listed, at: datetime) -> bool:
    """The list still has the template in whose place this one was made since, or is being written."""
    if row.template_id == found.template_id:
        return False
    return bool(row.template_id and row.status_at > at) or is_former(row, found.template_id)


def save(change: Change) -> None:
    """Inside the transaction that holds the row's lock."""
    change.template.save(update_fields=COLUMNS)
    TemplateEvent.objects.bulk_create(change.events, ignore_conflicts=True)
    follow([change])


def follow(changes: list[Change]) -> None:
    """What follows from changes that are saved: incidents, what waited, and open pages."""
    for change in changes:
        row = change.template
        if change.was_sendable != row.is_sendable or change.was_status != row.status:
            stops.settle(row, was_sendable=change.was_sendable, by_shop=change.source == Source.SHOP)
    for workspace_id in {each.template.workspace_id for each in changes if each.is_changed or each.events}:
        live.touch(workspace_id)


# When it is sent ------------------------------------------------------------------------------------------------------
def refused_when_sent(template: MessageTemplate, code: int, words: str, at: datetime) -> None:
    """Meta refused a message because of its template, at that moment. Harmless for each message of a campaign.

    It is not sent any more where Meta says that it may not be, and Meta is asked how it is.
    """
    if code not in REFUSALS and code not in DIFFERS and code != UNKNOWN_TO_META:
        return
    with transaction.atomic():
        row = MessageTemplate.objects.select_for_update().select_related("account").get(pk=template.pk)
        told = note(row, Kind.STOPPED, source=Source.SENDING, at=at, reason=words, detail={"code": code})
        told.key = f"stopped:{row.template_id}:{code}:{at:%Y-%m-%dT%H}"
        if row.events.filter(key=told.key).exists() and not row.is_sendable:
            return
        was_sendable = row.is_sendable
        if code in DIFFERS:
            TemplateEvent.objects.bulk_create([told], ignore_conflicts=True)
        else:
            _stop(row, code, words, told)
        # Refusals that go on must not put off the question that is planned already.
        if row.ask_after is None or was_sendable != row.is_sendable:
            ask_soon(row, _pause_before_asking(row, code))


def _stop(row: MessageTemplate, code: int, words: str, told: TemplateEvent) -> None:
    if code == UNKNOWN_TO_META:
        change = Change(row, row.is_sendable, row.status, Source.SENDING, [told])
        if row.is_sendable and max(row.status_at, row.seen_at or at_epoch()) < told.at:
            row.missing_since = told.at
    else:
        facts = Facts(status=REFUSALS[code], info={"description": words, "code": code})
        told.became = REFUSALS[code]
        change = merge(row, facts, at=told.at, source=Source.SENDING, told=told)
    save(change)


def _pause_before_asking(row: MessageTemplate, code: int) -> timedelta:
    day_ago = timezone.now() - timedelta(days=1)
    before = row.events.filter(kind=Kind.STOPPED, at__gt=day_ago).count()
    if before <= 1 and code not in REFUSALS:
        return timedelta()
    return min(FIRST_PAUSE * 2 ** min(before, MOST_DOUBLINGS), LONGEST_PAUSE)


# Which row ------------------------------------------------------------------------------------------------------------
def row_of(account: WABA, named: Named, *, at: datetime) -> tuple[MessageTemplate | None, bool]:
    """The row that an event is about, locked, and whether it was made for it. Inside a transaction.

    None for an event about a template that the row of its name no longer is, or that we cannot tell apart from it.
    """
    mine = MessageTemplate.objects.filter(account=account).select_for_update()
    if named.template_id and (row := mine.filter(template_id=named.template_id).first()):
        return row, False
    if not named.name or not named.language:
        return None, False
    row = mine.filter(name=named.name, language=named.language).first()
    if row is None:
        return _found(account, named, at) or row_of(account, named, at=at)
    if row.template_id and named.template_id:
        if not is_former(row, named.template_id):
            ask_soon(row)  # Perhaps it was made anew at Meta: which of the two is there now, only Meta knows.
        return None, False
    if named.template_id and is_former(row, named.template_id):
        return None, False
    return row, False


def is_former(row: MessageTemplate, template_id: str) -> bool:
    """The row was this template of Meta's once, and is another one now, or a draft of one."""
    deleted = Q(kind=Kind.DELETED, detail__template_id=template_id)
    return row.events.filter(Q(kind=Kind.REPLACED, was=template_id[:60]) | deleted).exists()


def _found(account: WABA, named: Named, at: datetime) -> tuple[MessageTemplate, bool] | None:
    """A row for a template we did not know; None if somebody was faster."""
    row = unknown_row(account, template_id=named.template_id, name=named.name, language=named.language)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return None
    note(row, Kind.FOUND, source=Source.META, at=at, key="found").save()
    ask_soon(row)
    return row, True


def ask_soon(template: MessageTemplate, after: timedelta = timedelta()) -> None:
    """Have Meta asked about it by a task."""
    template.ask_after = timezone.now() + after
    MessageTemplate.objects.filter(pk=template.pk).update(ask_after=template.ask_after)
    if not after:
        wakeups.wake_on_commit(tasks.ask_about_templates)
