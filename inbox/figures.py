"""How a shop's inbox does: how soon customers are answered, how much comes in, who answers, and what waits now.

Days and hours are those of the shop's time zone, also where clocks are changed. Each group of figures is one query.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_date

from meta_integration.models import PhoneNumber
from workspaces.models import User, Workspace

RANGES = (7, 30, 90)
LONGEST = timedelta(days=366)
# One pass over the rows for all the ways in which they are grouped.
GROUPS = "GROUPING(day, hour, number_id, person_id)"
BY = {15: "all", 7: "day", 11: "hour", 13: "number", 14: "person"}
# A million rows become some thousand quarters of an hour first: no zone's day or hour begins within one.
MESSAGES = f"""
    WITH quarters AS (
        SELECT date_bin('15 minutes', occurred_at, 'epoch') AS began, direction, number_id, author_id AS person_id,
            count(*) AS messages
        FROM inbox_message
        WHERE workspace_id = %(workspace)s AND occurred_at >= %(since)s AND occurred_at < %(until)s
            AND type <> 'system' AND (%(number)s::bigint IS NULL OR number_id = %(number)s)
        GROUP BY 1, 2, 3, 4
    ), told AS (
        SELECT at::date AS day, extract(isodow FROM at)::int AS weekday, extract(hour FROM at)::int AS hour,
            direction, number_id, person_id, messages
        FROM (SELECT *, began AT TIME ZONE %(zone)s AS at FROM quarters) AS local
    )
    SELECT {GROUPS}, day, weekday, hour, number_id, person_id,
        coalesce(sum(messages) FILTER (WHERE direction = 'in'), 0)::int,
        coalesce(sum(messages) FILTER (WHERE direction = 'out' AND person_id IS NOT NULL), 0)::int,
        coalesce(sum(messages) FILTER (WHERE direction = 'out' AND person_id IS NULL), 0)::int
    FROM told
    GROUP BY GROUPING SETS ((), (day), (weekday, hour), (number_id), (person_id))
"""  # noqa: S608 - nothing in it comes from outside.
CASES = """
    SELECT {groups}, day, number_id, person_id, count(*), count(took),
        percentile_cont(0.5) WITHIN GROUP (ORDER BY took), percentile_cont(0.9) WITHIN GROUP (ORDER BY took)
    FROM (
        SELECT ({begun} AT TIME ZONE %(zone)s)::date AS day, NULL::int AS hour, number_id, {person} AS person_id,
            CASE WHEN {done} IS NOT NULL THEN greatest(0, extract(epoch FROM {done} - opened_at)) END AS took
        FROM inbox_case
        WHERE workspace_id = %(workspace)s AND {begun} >= %(since)s AND {begun} < %(until)s
            AND (%(number)s::bigint IS NULL OR number_id = %(number)s)
    ) AS told
    GROUP BY GROUPING SETS ((), (day, hour), (number_id, hour), (person_id, hour))
"""
OPENED = {"begun": "opened_at", "done": "first_reply_at", "person": "first_reply_by_id"}
RESOLVED = {"begun": "resolved_at", "done": "resolved_at", "person": "resolved_by_id"}
NOW = """
    SELECT count(*) FILTER (WHERE snoozed_until IS NULL), count(*) FILTER (WHERE assignee_id IS NULL),
        count(waiting_since), min(waiting_since)
    FROM inbox_thread
    WHERE workspace_id = %(workspace)s AND status IN ('OPEN', 'PENDING')
        AND (%(number)s::bigint IS NULL OR number_id = %(number)s)
        AND NOT EXISTS (
            SELECT 1 FROM inbox_contact WHERE inbox_contact.id = inbox_thread.contact_id AND blocked_at IS NOT NULL
        )
"""


@dataclass(frozen=True)
class Period:
    """Whole days of the shop's, both ends included."""

    first: date
    last: date
    zone: ZoneInfo
    # 0 where somebody chose the days themselves.
    days: int

    @classmethod
    def read(cls, given, zone_name: str) -> "Period":
        """From a query string. What makes no sense is the last thirty days."""
        zone = ZoneInfo(zone_name)
        today = timezone.now().astimezone(zone).date()
        first, last = _date(given.get("from")), _date(given.get("to"))
        if first and last and first <= last <= first + LONGEST:
            return cls(first, last, zone, 0)
        days = next((each for each in RANGES if str(each) == given.get("days")), 30)
        return cls(today - timedelta(days=days - 1), today, zone, days)

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)

    def each_day(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass
class Line:
    """What there is to say of one day, person or number, or of all."""

    came: int = 0
    answered: int = 0
    by_itself: int = 0
    opened: int = 0
    replied: int = 0
    first_reply: float | None = None
    first_reply_p90: float | None = None
    resolved: int = 0
    resolution: float | None = None
    resolution_p90: float | None = None


@dataclass
class Figures:
    period: Period
    all: Line = field(default_factory=Line)
    days: dict[date, Line] = field(default_factory=dict)
    # (weekday from 1, hour) -> messages that came.
    hours: dict[tuple[int, int], int] = field(default_factory=dict)
    numbers: dict[str, Line] = field(default_factory=dict)
    people: dict[str, Line] = field(default_factory=dict)
    open_now: int = 0
    unassigned_now: int = 0
    waiting_now: int = 0
    waiting_since: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.all.came or self.all.answered or self.all.by_itself or self.all.opened or self.all.resolved)


def of(workspace: Workspace, period: Period, number: int | None) -> Figures:
    asked = {
        "workspace": workspace.pk,
        "zone": period.zone.key,
        "since": period.since,
        "until": period.until,
        "number": number,
    }
    found = {"day": {each: Line() for each in period.each_day()}, "number": {}, "person": {}, "all": {None: Line()}}
    hours = _messages(found, asked)
    _cases(found, asked)
    (now,) = _rows(NOW, asked)
    return Figures(
        period,
        all=found["all"][None],
        days=found["day"],
        hours=hours,
        numbers=_named(found["number"], _numbers(workspace)),
        people=_named(found["person"], _people(workspace, found["person"])),
        **dict(zip(("open_now", "unassigned_now", "waiting_now", "waiting_since"), now, strict=True)),
    )


def _messages(found: dict, asked: dict) -> dict[tuple[int, int], int]:
    hours = {}
    for group, day, weekday, hour, number, person, came, answered, by_itself in _rows(MESSAGES, asked):
        what = BY[group]
        if what == "hour":
            hours[weekday, hour] = came
        else:
            line = _line(found, what, {"day": day, "number": number, "person": person}.get(what))
            line.came, line.answered, line.by_itself = came, answered, by_itself
    return hours


def _cases(found: dict, asked: dict) -> None:
    for source in (OPENED, RESOLVED):
        for group, day, number, person, count, done, median, p90 in _rows(CASES.format(groups=GROUPS, **source), asked):
            what = {15: "all", 3: "day", 9: "number", 10: "person"}[group]
            line = _line(found, what, {"day": day, "number": number, "person": person}.get(what))
            if source is OPENED:
                line.opened, line.replied, line.first_reply, line.first_reply_p90 = count, done, median, p90
            else:
                line.resolved, line.resolution, line.resolution_p90 = count, median, p90


def _line(found: dict, what: str, key) -> Line:
    return found[what].setdefault(key, Line())


def _rows(query: str, asked: dict) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        return cursor.fetchall()


def _named(lines: dict[int | None, Line], names: dict[int, str]) -> dict[str, Line]:
    """By name, the busiest first. What nobody did, such as a campaign's messages, is no person's."""
    mine = [(names[pk], line) for pk, line in lines.items() if pk in names]
    return dict(sorted(mine, key=lambda each: (-each[1].answered - each[1].came, each[0])))


def _numbers(workspace: Workspace) -> dict[int, str]:
    return {each.pk: str(each) for each in PhoneNumber.objects.for_workspace(workspace)}


def _people(workspace: Workspace, lines: dict) -> dict[int, str]:
    """Also those who left since; two of one name are told apart by what they log in with."""
    people = list(User.objects.filter(pk__in=[pk for pk in lines if pk]))
    labels = [each.label for each in people]
    return {
        each.pk: each.label if labels.count(each.label) == 1 else f"{each.label} ({each.username})" for each in people
    }


def _date(text: str | None) -> date | None:
    try:
        found = parse_date(text or "")
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2999 else None
