"""Opening hours: in the shop's own time, over midnight and through the changes of summer time."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Further back or ahead nobody looks: whoever is closed for longer is closed since then.
FAR = timedelta(days=8)


def closed_since(opening: dict, zone: str, now: datetime) -> datetime | None:
    """Since when nobody is there; None while the shop is open. Without any hours a shop is never closed."""
    if not any(opening.values()):
        return None
    stretches = _stretches(opening, ZoneInfo(zone), now)
    if any(begins <= now < ends for begins, ends in stretches):
        return None
    return max((ends for _, ends in stretches if ends <= now), default=now - FAR)


def _stretches(opening: dict, zone: ZoneInfo, now: datetime) -> list[tuple[datetime, datetime]]:
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(-FAR.days, FAR.days + 1)]
    return [_stretch(day, *pair, zone) for day in days for pair in opening.get(DAYS[day.weekday()], [])]


def _stretch(day: date, begins: str, ends: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """One that ends no later than it begins goes on into the next day."""
    first, last = time.fromisoformat(begins), time.fromisoformat(ends)
    ends_on = day if last > first else day + timedelta(days=1)
    utc = ZoneInfo("UTC")
    begin = datetime.combine(day, first, zone).astimezone(utc)
    return begin, datetime.combine(ends_on, last, zone).astimezone(utc)
