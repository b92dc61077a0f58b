"""How often Meta still lets an approved template be changed. Others may be changed as often as one likes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent

DAY, MONTH = timedelta(hours=24), timedelta(days=30)
IN_A_DAY, IN_A_MONTH = 1, 10


@dataclass(frozen=True, slots=True)
class Edits:
    """How many are left in each time, and from when on the next one is taken; None if at once."""

    in_24_hours: int
    in_30_days: int
    next_at: datetime | None = None


def edits_left(template: MessageTemplate) -> Edits:
    """Counted from our own history: what was changed in WhatsApp Manager, Meta counts too and does not tell."""
    now = timezone.now()
    if template.status != statuses.APPROVED:
        return Edits(IN_A_DAY, IN_A_MONTH)
    edited = template.events.filter(kind=TemplateEvent.Kind.EDITED, was=statuses.APPROVED, at__gt=now - MONTH)
    times = sorted(edited.values_list("at", flat=True))
    today = [at for at in times if at > now - DAY]
    free = [today[-IN_A_DAY] + DAY] if len(today) >= IN_A_DAY else []
    free += [times[-IN_A_MONTH] + MONTH] if len(times) >= IN_A_MONTH else []
    return Edits(max(IN_A_DAY - len(today), 0), max(IN_A_MONTH - len(times), 0), max(free, default=None))
