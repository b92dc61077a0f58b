"""What only Meta does to a template: review, pause, re-categorise, rate, change, archive, delete. Each is told."""

import time

from ..errors import BadRequest
from ..state import MessageTemplate
from . import clock, news, parts, samples, store
from .news import PLAIN, Telling

HOUR = 3600
PAUSES = ("FIRST_PAUSE", "SECOND_PAUSE", "RATE_LIMITING_PAUSE")
PAUSED_HOURS = {"FIRST_PAUSE": 3, "SECOND_PAUSE": 6}  # the third time it is disabled; pacing ends by hand only
ANNOUNCED_HOURS = 24
LOW_QUALITY = "Too many customers blocked or reported messages with this template."


def approve(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    _become(meta, template, "APPROVED")
    template.was_approved = True
    template.components = samples.with_addresses(meta, template.components)
    return news.status(meta, template, "APPROVED", telling, reason="NONE")


def reject(meta, template, telling: Telling = PLAIN, *, reason="INVALID_FORMAT", why="", recommendation="") -> bool:
    if reason not in parts.REASONS:
        raise BadRequest(f"reason must be one of {', '.join(parts.REASONS)}.")
    _become(meta, template, "REJECTED")
    template.rejected_reason = reason
    info = {"reason": why, "recommendation": recommendation}
    template.rejection_info = {name: text for name, text in info.items() if text}
    more = {"rejection_info": template.rejection_info} if template.rejection_info else {}
    return news.status(meta, template, "REJECTED", telling, reason=reason, **more)


def pend(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    """In review once more, until the moderator has decided."""
    _become(meta, template, "PENDING")
    return news.status(meta, template, "PENDING", telling)


def pause(meta, template: MessageTemplate, telling: Telling = PLAIN, *, which: str = "", seconds: float = 0) -> bool:
    """The first time for 3 hours, the second for 6, the third for good. By pacing until the app unpauses it.

    With `seconds` it ends sooner than Meta says.
    """
    which = which or (PAUSES[template.pauses] if template.pauses < 2 else "DISABLED")
    if which == "DISABLED":
        return disable(meta, template, telling)
    if which not in PAUSES:
        raise BadRequest(f"which must be one of {', '.join(PAUSES)}, DISABLED.")
    _become(meta, template, "PAUSED")
    hours = PAUSED_HOURS.get(which)
    template.pauses = max(template.pauses, PAUSES.index(which) + 1) if hours else template.pauses
    template.paused_until = time.time() + (seconds or hours * HOUR) if hours else 0.0
    clock.wind(meta, template)
    until = f" It goes on by itself after {hours} hours." if hours else " Unpause it to go on."
    info = {"title": which, "description": LOW_QUALITY + until}
    return news.status(meta, template, "PAUSED", telling, other_info=info)


def disable(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    _become(meta, template, "DISABLED")
    more = {
        "disable_info": {"disable_date": time.strftime("%Y-%m-%d", time.gmtime())},
        "other_info": {"title": "DISABLED", "description": LOW_QUALITY},
    }
    return news.status(meta, template, "DISABLED", telling, **more)


def unpause(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    _become(meta, template, "APPROVED")
    info = {"title": "UNPAUSE", "description": "The template may be sent again."}
    return news.status(meta, template, "APPROVED", telling, reason="NONE", other_info=info)


def flag(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    """A warning: it may still be sent."""
    return news.status(meta, template, "FLAGGED", telling)


def reinstate(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    _become(meta, template, "APPROVED")
    template.was_approved = True
    return news.status(meta, template, "REINSTATED", telling, reason="NONE")


def set_status(meta, template: MessageTemplate, telling: Telling = PLAIN, *, status: str = "") -> bool:
    """Any word, also one that Meta has invented just now."""
    status = status.strip()
    if not status:
        raise BadRequest("status is required.")
    _become(meta, template, status)
    return news.status(meta, template, status, telling)


def announce_category(meta, template, telling: Telling = PLAIN, *, category="MARKETING", seconds: float = -1) -> bool:
    """It will change in a day, or in so many seconds."""
    _check_category(category)
    template.correct_category = category
    template.recategorised_at = time.time() + (ANNOUNCED_HOURS * HOUR if seconds < 0 else seconds)
    clock.wind(meta, template)
    meta.note_change()
    return news.category_announced(meta, template, telling)


def change_category(meta, template: MessageTemplate, telling: Telling = PLAIN, *, category: str = "") -> bool:
    """The one announced, unless another is named."""
    category = category or template.correct_category or "MARKETING"
    _check_category(category)
    template.previous_category, template.category = template.category, category
    template.correct_category, template.recategorised_at = "", 0.0
    meta.note_change()
    return news.category_changed(meta, template, telling)


def _check_category(category: str) -> None:
    if category not in parts.CATEGORIES:
        raise BadRequest(f"category must be one of {', '.join(parts.CATEGORIES)}.")


def rate(meta, template: MessageTemplate, telling: Telling = PLAIN, *, quality: str = "GREEN") -> bool:
    if quality not in parts.QUALITIES:
        raise BadRequest(f"quality must be one of {', '.join(parts.QUALITIES)}.")
    before, template.quality, template.quality_at = template.quality, quality, time.time()
    meta.note_change()
    return news.quality(meta, template, before, telling)


def change(meta, template: MessageTemplate, telling: Telling = PLAIN, *, components=None, parameter_format="") -> bool:
    """Somebody edits it in Meta's own pages. Nothing is checked."""
    if not isinstance(components, list) or not all(isinstance(e, dict) and e.get("type") for e in components):
        raise BadRequest("components must be a list of objects, each with its type.")
    template.parameter_format = parameter_format or template.parameter_format
    template.components, template.updated_at = parts.in_capitals(components), time.time()
    meta.note_change()
    return news.components(meta, template, telling)


def archive(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    _become(meta, template, "ARCHIVED")
    return news.status(meta, template, "ARCHIVED", telling)


def unarchive(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    _become(meta, template, "APPROVED" if template.was_approved else "REJECTED")
    return news.status(meta, template, "UNARCHIVED", telling)


def delete(meta, template: MessageTemplate, telling: Telling = PLAIN) -> bool:
    """Gone, as when somebody deletes it in Meta's own pages."""
    store.block_name(meta.world, template)
    meta.world.remove_template(template)
    meta.note_change()
    return news.status(meta, template, "DELETED", telling)


def _become(meta, template: MessageTemplate, status: str) -> None:
    """Whatever it waited for in its old status does not come any more."""
    template.status, template.updated_at = status, time.time()
    template.rejected_reason, template.rejection_info = "NONE", {}
    template.review_at = template.paused_until = 0.0
    meta.note_change()
