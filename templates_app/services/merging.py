"""What Meta said of a template, merged into its row: decided here without asking the database.

Each part of a row has the moment it rests on; what is older changes nothing, so that any order ends the same.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from meta_integration.models import WABA
from templates_app import design, statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services.reading import Facts, at_epoch, looks_alike, without_handles

Kind, Source = TemplateEvent.Kind, TemplateEvent.Source
# Two statuses of one moment: the one further right holds, which is the one that lets less be sent.
ORDER = (
    statuses.UNKNOWN,
    statuses.DRAFT,
    statuses.PENDING,
    statuses.APPROVED,
    statuses.IN_APPEAL,
    statuses.LIMIT_EXCEEDED,
    statuses.REJECTED,
    statuses.PAUSED,
    statuses.ARCHIVED,
    statuses.DISABLED,
    statuses.PENDING_DELETION,
    statuses.DELETED,
)
QUALITIES = ("UNKNOWN", "GREEN", "YELLOW", "RED")
# Columns that news change.
COLUMNS = (
    "template_id",
    "status",
    "status_at",
    "status_reason",
    "status_info",
    "category",
    "category_at",
    "previous_category",
    "next_category",
    "next_category_at",
    "quality",
    "quality_at",
    "parameter_format",
    "components",
    "components_at",
    "ttl_seconds",
    "text",
    "seen_at",
    "missed_reads",
    "missing_since",
    "name_blocked_until",
)
NAME_IS_BLOCKED = timedelta(days=30)


@dataclass(slots=True)
class Change:
    """What became of one row: its history, not saved yet, and whether people see a difference."""

    template: MessageTemplate
    was_sendable: bool
    was_status: str
    source: str
    events: list[TemplateEvent] = field(default_factory=list)
    is_changed: bool = False


def note(template: MessageTemplate, kind: str, *, source: str, **values) -> TemplateEvent:
    """One line of the history, not saved yet."""
    for name in ("was", "became", "reason"):
        values[name] = str(values.get(name) or "")[: TemplateEvent._meta.get_field(name).max_length]
    return TemplateEvent(
        workspace_id=template.workspace_id,
        template=template,
        kind=kind,
        source=source,
        **{"at": timezone.now(), **values},
    )


def merge(
    template: MessageTemplate,
    facts: Facts,
    *,
    at: datetime,
    source: str,
    template_id: str = "",
    is_reading: bool = False,
    told: TemplateEvent | None = None,
) -> Change:
    """Take over what is newer than what the row rests on. The row is changed and not saved.

    `is_reading`: all of Meta's knowledge, as it was `at` that moment. `told` is written whatever comes of it: the news
    itself, with its key. Of a reading only what it changes is written.
    """
    change = Change(template, template.is_sendable, template.status, source)
    if (template_id and template_id != template.template_id) or template.status == statuses.DRAFT:
        _become(change, template_id, at)
    if told:
        change.events.append(told)
    _status(change, facts, at, told)
    _category(change, facts, at, told, is_reading)
    _quality(change, facts, at, told)
    _components(change, facts, at, is_reading)
    if is_reading and (template.seen_at is None or at > template.seen_at):
        template.seen_at = at
    if template.missing_since and template.status != statuses.DELETED and (is_reading or at > template.missing_since):
        _back(change, at)
    change.is_changed = change.is_changed or any(each is not told for each in change.events)
    return change


def unknown_row(account: WABA, *, template_id: str, name: str, language: str) -> MessageTemplate:
    """For a template that we did not know, not saved yet: any news of it is newer."""
    epochs = dict.fromkeys(("status_at", "category_at", "quality_at", "components_at"), at_epoch())
    row = MessageTemplate(workspace_id=account.workspace_id, account=account, status=statuses.UNKNOWN, **epochs)
    row.template_id, row.name, row.language = template_id, name, language
    return row


def _become(change: Change, template_id: str, at: datetime) -> None:
    """The row is this template of Meta's from now on. What was known of another one says nothing of it."""
    row = change.template
    if row.template_id:
        change.events.append(
            note(row, Kind.REPLACED, source=change.source, at=at, was=row.template_id, became=template_id)
        )
    row.template_id, row.seen_at, row.missed_reads, row.missing_since = template_id, None, 0, None
    row.status_at = row.category_at = row.quality_at = row.components_at = at_epoch()
    row.status, row.status_reason, row.status_info = statuses.UNKNOWN, "", {}
    row.category, row.next_category, row.next_category_at = "", "", None
    row.quality, row.components = MessageTemplate.Quality.UNKNOWN, []
    change.is_changed = True


def _floor(row: MessageTemplate, column: str) -> datetime:
    """What is older than that is known already, or outdated."""
    return max(getattr(row, column), row.seen_at or at_epoch())


def _beats(row: MessageTemplate, column: str, at: datetime, new: tuple, old: tuple) -> bool:
    """Newer; or of the same moment and further right in a fixed order, so that it is all one which came first."""
    floor = _floor(row, column)
    return at > floor or (at == floor and new > old)


def _status(change: Change, facts: Facts, at: datetime, told: TemplateEvent | None) -> None:
    row, was = change.template, change.template.status
    if facts.status is None:
        return
    new = _status_order(facts.status, facts.reason, facts.info)
    if not _beats(row, "status_at", at, new, _status_order(row.status, row.status_reason, row.status_info)):
        return
    if facts.status == was and told is None:
        # A reading knows less of the reason than the event that told of it.
        row.status_reason = row.status_reason or facts.reason
        return
    row.status, row.status_at, row.status_reason, row.status_info = facts.status, at, facts.reason, facts.info
    if told:
        told.was = was if was != facts.status else told.was
    if facts.status == was:
        return
    change.is_changed = True
    if facts.status in statuses.GOING and was in (statuses.APPROVED, statuses.PAUSED):
        row.name_blocked_until = at + NAME_IS_BLOCKED
    if told is None:
        kind = Kind.DELETED if facts.status == statuses.DELETED else Kind.STATUS
        info = facts.info | ({"template_id": row.template_id} if kind == Kind.DELETED else {})
        change.events.append(
            note(
                row,
                kind,
                source=change.source,
                at=at,
                was=was,
                became=facts.status,
                reason=facts.reason,
                detail=info,
            )
        )


def _status_order(status: str, reason: str, info: dict) -> tuple:
    """A status that Meta added since stands behind all others."""
    place = ORDER.index(status) if status in ORDER else len(ORDER)
    return place, status, reason, json.dumps(info, sort_keys=True, default=str)


def _category(change: Change, facts: Facts, at: datetime, told: TemplateEvent | None, is_reading: bool) -> None:
    """News of a category tell the whole of it: what it is, and what it will be."""
    row = change.template
    if facts.category is None:
        return
    if facts.next_category is None:  # Only mentioned beside something else.
        row.category = row.category or facts.category
        return
    following = "" if facts.next_category == facts.category else facts.next_category
    if is_reading and not following and _is_still_announced(row, facts, at):
        following = row.next_category
    new = _category_order(facts.category, following, facts.next_category_at, facts.previous_category)
    old = _category_order(row.category, row.next_category, row.next_category_at, row.previous_category)
    is_same = (facts.category, following) == (row.category, row.next_category)
    if not _beats(row, "category_at", at, new, old) or (is_reading and is_same):
        return
    was, row.category, row.category_at = row.category, facts.category, at
    if not is_same or facts.next_category_at:
        row.next_category, row.next_category_at = following, facts.next_category_at if following else None
        change.is_changed = True
    # Only what was told with it: which row stood there before depends on what came first.
    row.previous_category = facts.previous_category or (was if is_reading else "")
    if told:
        told.was = told.was or was
    elif facts.category != was and was:
        change.events.append(note(row, Kind.CATEGORY, source=change.source, at=at, was=was, became=facts.category))


def _category_order(now: str, following: str, on: datetime | None, before: str | None) -> tuple:
    """Of one moment a change that is done holds over one that is announced; then the alphabet decides."""
    return not following, now, following, str(on or "") if following else "", before or ""


def _is_still_announced(row: MessageTemplate, facts: Facts, at: datetime) -> bool:
    """A list that names no coming category does not take an announcement back before its time."""
    return bool(facts.category == row.category and row.next_category_at and row.next_category_at > at)


def _quality(change: Change, facts: Facts, at: datetime, told: TemplateEvent | None) -> None:
    row = change.template
    if facts.quality is None or not _beats(row, "quality_at", at, _rank(facts.quality), _rank(row.quality)):
        return
    was, row.quality = row.quality, facts.quality
    if told or was != facts.quality:
        row.quality_at = at
    if was != facts.quality:
        change.is_changed = True
        if told is None:
            change.events.append(note(row, Kind.QUALITY, source=change.source, at=at, was=was, became=facts.quality))


def _rank(quality: str) -> tuple:
    """Of one moment the worse one holds."""
    return QUALITIES.index(quality) if quality in QUALITIES else len(QUALITIES), quality


def _components(change: Change, facts: Facts, at: datetime, is_reading: bool) -> None:
    row = change.template
    if not is_reading or facts.components is None or at <= _floor(row, "components_at"):
        return
    row.parameter_format = facts.parameter_format or row.parameter_format
    if facts.ttl_seconds is not None:
        row.ttl_seconds = facts.ttl_seconds
    was = row.components
    # Only the addresses of example files differ: they do so in each of Meta's answers.
    if without_handles(was) == without_handles(facts.components):
        return
    row.components, row.text, row.components_at = facts.components, design.text_of(facts.components) or row.text, at
    change.is_changed = True
    # Of one-time passwords Meta lists the text that it wrote itself, where we handed in none.
    is_theirs = change.source != Source.SHOP and row.category != design.AUTHENTICATION
    if was and is_theirs and not looks_alike(was, facts.components):
        change.events.append(note(row, Kind.COMPONENTS, source=change.source, at=at, detail={"components": was}))


def _back(change: Change, at: datetime) -> None:
    change.template.missing_since, change.template.missed_reads = None, 0
    change.events.append(note(change.template, Kind.BACK, source=change.source, at=at))
    change.is_changed = True
