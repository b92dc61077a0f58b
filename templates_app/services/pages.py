"""One page of Meta's list, taken over in a handful of statements however long it is."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from meta_integration.models import WABA
from meta_integration.walk import storable, text_in
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services import news
from templates_app.services.merging import COLUMNS, Change, Kind, merge, note, unknown_row
from templates_app.services.reading import Listed, Unreadable, listed

SYNC = TemplateEvent.Source.SYNC
# So many names a receipt holds of each kind.
NAMED = 50
# What a person must know of a row to see it change.
MOMENTS = {"seen_at", "missed_reads"}


@dataclass
class Taken:
    """How many rows there were, and the names of some of them."""

    listed: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def take(account: WABA, rows: list, at: datetime) -> Taken:
    """Inside a transaction. Raises IntegrityError where an event made one of these rows in between."""
    taken = Taken(listed=len(rows))
    found = _readable(rows, taken)
    by_id, by_title = _known(account, found)
    new, old = [], []
    for each in found:
        row = by_id.get(each.template_id) or by_title.get(each.title)
        if row is None:
            new.append(_new(account, each, at))
        elif not news.is_outdated(row, each, at):
            old.append((row, each))
    _add(new, taken)
    _change(old, at, taken)
    return taken


def _readable(rows: list, taken: Taken) -> list[Listed]:
    """Each name and language once: where one is being deleted beside another, it is the other."""
    found: dict[tuple, Listed] = {}
    for row in rows:
        try:
            each = listed(row)
        except Unreadable as exc:
            name = text_in(storable(row), "name")[:80] if isinstance(row, dict) else ""
            taken.skipped.append(f"{name or '?'}: {exc}")
            continue
        before = found.get(each.title)
        if before is None or before.facts.status in statuses.GOING:
            found[each.title] = each
    return list({each.template_id: each for each in found.values()}.values())


def _known(account: WABA, found: list[Listed]) -> tuple[dict, dict]:
    """Our rows of these, locked in the order of their keys."""
    ids, names = [each.template_id for each in found], {each.name for each in found}
    mine = MessageTemplate.objects.filter(account=account).filter(Q(template_id__in=ids) | Q(name__in=names))
    rows = list(mine.select_for_update().order_by("pk"))
    for row in rows:
        row.account = account
    return {row.template_id: row for row in rows if row.template_id}, {(row.name, row.language): row for row in rows}


def _new(account: WABA, each: Listed, at: datetime) -> Change:
    row = unknown_row(account, template_id=each.template_id, name=each.name, language=each.language)
    change = merge(row, each.facts, at=at, source=SYNC, is_reading=True)
    # Of a new one all is new: that it was found says it.
    change.events = [_found(row, at)]
    return change


def _found(row: MessageTemplate, at: datetime) -> TemplateEvent:
    """Its first version is what Meta has."""
    version = {"category": row.category, "parameter_format": row.parameter_format, "components": row.components}
    return note(row, Kind.FOUND, source=SYNC, at=at, became=row.status, key="found", detail=version)


def _add(new: list[Change], taken: Taken) -> None:
    MessageTemplate.objects.bulk_create([change.template for change in new])
    events = [event for change in new for event in change.events]
    for event in events:
        event.template_id = event.template.pk
    TemplateEvent.objects.bulk_create(events)
    taken.added += [str(change.template) for change in new]


def _change(old: list[tuple[MessageTemplate, Listed]], at: datetime, taken: Taken) -> None:
    changes, unchanged = [], []
    for row, each in old:
        before, was_unknown = _values(row), not row.template_id
        change = merge(row, each.facts, at=at, source=SYNC, template_id=each.template_id, is_reading=True)
        row.missed_reads = 0
        if was_unknown:
            change.events = [_found(row, at)]
        if before != _values(row):
            changes.append(change)
        else:
            unchanged.append(row.pk)
    # Not over what is newer: a look at the same moment.
    seen = MessageTemplate.objects.filter(pk__in=unchanged).filter(Q(seen_at=None) | Q(seen_at__lt=at))
    seen.update(seen_at=at, missed_reads=0)
    MessageTemplate.objects.bulk_update([change.template for change in changes], COLUMNS, batch_size=100)
    events = [event for change in changes for event in change.events]
    TemplateEvent.objects.bulk_create(events, ignore_conflicts=True)
    news.follow(changes)
    taken.changed += [str(change.template) for change in changes if change.is_changed]


def _values(row: MessageTemplate) -> list:
    return [getattr(row, name) for name in COLUMNS if name not in MOMENTS]
