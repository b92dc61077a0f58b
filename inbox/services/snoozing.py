"""When what is put off comes back: some moments that people choose often, and any other, in the shop's own time."""

from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

MORNING, EVENING = time(9), time(18)
LABELS = {
    "hour": _("In an hour"),
    "evening": _("This evening"),
    "tomorrow": _("Tomorrow morning"),
    "monday": _("Monday morning"),
}


def moments(now: datetime | None = None) -> list[dict]:
    """Those that lie ahead, in the time zone of the page."""
    now = now or timezone.now()
    here = timezone.localtime(now)
    tomorrow = here.date() + timedelta(days=1)
    monday = here.date() + timedelta(days=7 - here.weekday())
    found = {"hour": timezone.localtime(now + timedelta(hours=1))}
    if here.time() < time(17):
        found["evening"] = _at(here.date(), EVENING)
    found["tomorrow"] = _at(tomorrow, MORNING)
    if monday != tomorrow:
        found["monday"] = _at(monday, MORNING)
    return [{"name": name, "label": LABELS[name], "at": at} for name, at in found.items()]


def moment_of(name: str, written: str) -> datetime | None:
    """What somebody chose, or wrote as a date and a time. None where it is neither."""
    chosen = next((each["at"] for each in moments() if each["name"] == name), None)
    if chosen:
        return chosen
    try:
        at = parse_datetime(written)
    except ValueError:
        return None
    return timezone.make_aware(at) if at and timezone.is_naive(at) else at


def _at(day, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
