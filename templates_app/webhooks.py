"""Meta's events about templates: status, quality, category and components. Harmless twice, late and in any order."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

from meta_integration.graph.errors import as_int
from meta_integration.models import WABA
from meta_integration.walk import Item, text_in
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services import news
from templates_app.services.reading import LONGEST, Facts, at_epoch, language_of

Kind = TemplateEvent.Kind
# Events that say a status in other words.
STATUS_OF = dict.fromkeys(("REINSTATED", "UNPAUSE", "UNPAUSED"), statuses.APPROVED)
# Events that are no status: it is sent as before. After the last of them it is what it was before it was put aside.
NO_STATUS = {"FLAGGED", "LOCKED", "UNLOCKED", "UNARCHIVED"}
# Where Meta's words stand beside a status, and under which of our names they are kept.
INFO = {
    "rejection_info": ("reason", "recommendation"),
    "disable_info": ("disable_date",),
    "other_info": ("title", "description"),
}
# What lost to something newer by less than this may have been the newer one: clocks differ. Meta is asked a bit later,
# so that her answer is the newest of all.
IN_DOUBT, A_BIT_LATER = timedelta(minutes=1), timedelta(seconds=10)
COMPONENTS = tuple(f"message_template_{part}" for part in ("element", "title", "footer", "buttons"))


def handle_template(item: Item) -> None:
    """All four fields. Which of them it is its keys say: a sample of Meta's carries another field's name."""
    account = WABA.objects.filter(waba_id=item.waba_id).exclude(state=WABA.State.DISCONNECTED).first()
    kind = _kind_of(item.content)
    if account is None or kind is None:
        return
    row, is_new = news.row_of(account, _named(item.content), at=item.at)
    if row is not None:
        TELL[kind](row, item)


def _kind_of(content: dict) -> str | None:
    if text_in(content, "new_quality_score"):
        return Kind.QUALITY
    if text_in(content, "correct_category"):
        return Kind.CATEGORY_ANNOUNCED
    if text_in(content, "new_category"):
        return Kind.CATEGORY
    if text_in(content, "event"):
        return Kind.STATUS
    return Kind.COMPONENTS if any(name in content for name in COMPONENTS) else None


def _named(content: dict) -> news.Named:
    """What is longer than Meta allows is no name and no id."""
    found = {
        "template_id": text_in(content, "message_template_id"),
        "name": text_in(content, "message_template_name"),
        "language": language_of(text_in(content, "message_template_language")),
    }
    return news.Named(**{key: value if len(value) <= LONGEST[key] else "" for key, value in found.items()})


# Each kind ------------------------------------------------------------------------------------------------------------
def _status(row: MessageTemplate, item: Item) -> None:
    event, content = text_in(item.content, "event").upper()[:40], item.content
    info = {name: text_in(content.get(part), name) for part, names in INFO.items() for name in names}
    info = {name: value for name, value in info.items() if value}
    reason = text_in(content, "reason")
    if info.get("title") == "UNPAUSE":  # Whatever event it comes with.
        event = "UNPAUSE"
    facts = Facts(
        status=None if event in NO_STATUS else STATUS_OF.get(event, event),
        reason="" if reason.upper() == "NONE" else reason[:60],
        info=info,
        category=text_in(content, "message_template_category").upper()[:40] or None,
    )
    kind = Kind.DELETED if event == statuses.DELETED else Kind.STATUS
    why = info.get("reason") or info.get("description") or facts.reason
    row = _tell(row, item, kind, facts, became=event, reason=why, detail=info | {"template_id": row.template_id})
    is_elsewhere = facts.category and row.category != facts.category
    if event == "UNARCHIVED" or is_elsewhere:
        news.ask_soon(row)
    elif facts.status not in (None, row.status) and _known_until(row) - item.at < IN_DOUBT:
        news.ask_soon(row, A_BIT_LATER)


def _known_until(row: MessageTemplate) -> datetime:
    return max(row.status_at, row.seen_at or at_epoch())


def _quality(row: MessageTemplate, item: Item) -> None:
    quality = text_in(item.content, "new_quality_score").upper()[:20]
    was = text_in(item.content, "previous_quality_score").upper()
    _tell(row, item, Kind.QUALITY, Facts(quality=quality), was=was, became=quality)


def _category(row: MessageTemplate, item: Item) -> None:
    was, became = (text_in(item.content, f"{which}_category").upper()[:40] for which in ("previous", "new"))
    facts = Facts(category=became, previous_category=was or None, next_category="")
    _tell(row, item, Kind.CATEGORY, facts, was=was, became=became)


def _category_announced(row: MessageTemplate, item: Item) -> None:
    """Meta's `new_category` is the present one here, and `correct_category` the one that is to come."""
    now, then = (text_in(item.content, f"{which}_category").upper()[:40] for which in ("new", "correct"))
    seconds = as_int(text_in(item.content, "category_update_timestamp"))
    on = datetime.fromtimestamp(seconds, tz=UTC) if seconds and seconds > 0 else None
    facts = Facts(category=now or row.category, next_category=then, next_category_at=on)
    detail = {"on": on.isoformat() if on else ""}
    _tell(row, item, Kind.CATEGORY_ANNOUNCED, facts, was=now, became=then, detail=detail)


def _components(row: MessageTemplate, item: Item) -> None:
    """Meta tells a part of them: the whole is asked for."""
    detail = {name.removeprefix("message_template_"): item.content.get(name) for name in COMPONENTS}
    row = _tell(row, item, Kind.COMPONENTS, Facts(), detail=detail)
    if row.seen_at is None or row.seen_at <= item.at:
        news.ask_soon(row)


TELL = {
    Kind.STATUS: _status,
    Kind.QUALITY: _quality,
    Kind.CATEGORY: _category,
    Kind.CATEGORY_ANNOUNCED: _category_announced,
    Kind.COMPONENTS: _components,
}


def _tell(row: MessageTemplate, item: Item, kind: str, facts: Facts, **values) -> MessageTemplate:
    """The news with its key, so that the same twice is one line of the history."""
    told = news.note(row, kind, source=TemplateEvent.Source.META, at=item.at, **values)
    same = json.dumps([kind, item.at.isoformat(), item.content], sort_keys=True, default=str)
    told.key = hashlib.sha256(same.encode()).hexdigest()
    template_id = _named(item.content).template_id
    change = news.apply(row, facts, at=item.at, source=told.source, template_id=template_id, told=told)
    if change.template.status == statuses.UNKNOWN and change.template.ask_after is None:
        news.ask_soon(
            change.template
        )  # A draft, and Meta has one of its name: it cannot be written on until it is known.
    return change.template
