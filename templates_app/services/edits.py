"""How often Meta still takes a change of an approved template."""

from dataclasses import dataclass
from datetime import datetime

from templates_app.models import MessageTemplate


@dataclass(frozen=True, slots=True)
class Edits:
    in_24_hours: int
    in_30_days: int
    next_at: datetime | None = None


def edits_left(template: MessageTemplate) -> Edits:
    return Edits(1, 10)
