"""Which conversations the list shows, in which order: read from the address, and written back into every link."""

from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import urlencode

from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from inbox.models import Contact, Mention, Message, Tag, Thread
from workspaces.models import User, Workspace

SHOWN = 50
# No count in the list goes further: nobody needs to know whether it is 20,000 or 30,000.
COUNTED = 1000
LONGEST_SEARCH = 200
# Nobody looks for an older one in this list.
MENTIONS_LISTED = 1_000
ALL, MINE, NOBODY, MENTIONS = "all", "mine", "nobody", "mentions"
SNOOZED, BLOCKED, ANY = "snoozed", "blocked", "any"
NEWEST, WAITING = "newest", "waiting"
WHO = {ALL: _("All"), MINE: _("Mine"), NOBODY: _("Unassigned"), MENTIONS: _("Mentions")}
STATUSES = {
    Thread.Status.OPEN.value: _("Open"),
    Thread.Status.PENDING.value: _("Pending"),
    Thread.Status.RESOLVED.value: _("Resolved"),
    SNOOZED: _("Snoozed"),
    BLOCKED: _("Blocked"),
    ANY: _("All statuses"),
}
SHOWN_OF_ROW = (
    *("workspace", "number", "status", "last_message_at", "preview", "last_type", "unread_count", "waiting_since"),
    *("snoozed_until", "contact__name", "contact__username", "contact__wa_id", "contact__blocked_at"),
    *("assignee__username", "assignee__first_name", "assignee__last_name"),
)
SORTS = {NEWEST: _("Newest first"), WAITING: _("Waiting longest first")}


@dataclass(frozen=True)
class Filters:
    """What somebody wants to see. What makes no sense is as if it were not said."""

    who: str = ALL
    status: str = Thread.Status.OPEN.value
    number: int | None = None
    tag: int | None = None
    unread: bool = False
    sort: str = NEWEST
    search: str = ""

    @classmethod
    def read(cls, given) -> "Filters":
        """From a query string as Django reads it."""
        who = _one_of(WHO, given.get("who"), ALL)
        return cls(
            who=who,
            status=_one_of(STATUSES, given.get("status"), usual_status(who)),
            number=pk_of(given.get("number")),
            tag=pk_of(given.get("tag")),
            unread=given.get("unread") == "1",
            sort=_one_of(SORTS, given.get("sort"), NEWEST),
            search=_plain(given.get("search", "")),
        )

    def query(self, **more) -> str:
        """As it stands in an address: `?who=mine&tag=3`, or nothing where it is the usual list."""
        usual = Filters(status=usual_status(self.who))
        said = {
            each.name: int(value) if value is True else value
            for each in fields(self)
            if (value := getattr(self, each.name)) != getattr(usual, each.name)
        }
        said |= {name: value for name, value in more.items() if value}
        return f"?{urlencode(said)}" if said else ""

    @property
    def narrowed_by(self) -> int:
        """By how many things besides the built-in list, so that nobody wonders where the others are."""
        own = [self.status != usual_status(self.who), self.number, self.tag, self.unread, self.sort != NEWEST]
        return sum(map(bool, own))


def threads(workspace: Workspace, user: User, wanted: Filters) -> QuerySet[Thread]:
    """All that fit, in no order yet. What is searched for is found by `services.searching`."""
    rows = _with_status(Thread.objects.for_workspace(workspace), workspace, wanted.status)
    if wanted.who == MINE:
        rows = rows.filter(assignee=user)
    elif wanted.who == NOBODY:
        rows = rows.filter(assignee=None)
    elif wanted.who == MENTIONS:
        rows = rows.filter(pk__in=_naming(workspace, user))
    if wanted.number:
        rows = rows.filter(number=wanted.number)
    if wanted.tag:
        rows = rows.filter(contact__in=_tagged(workspace, wanted.tag))
    return rows.filter(unread_count__gt=0) if wanted.unread else rows


def page(rows: QuerySet[Thread], wanted: Filters, place: str) -> tuple[list[Thread], str]:
    """The next rows after a place in the list, and the place where those after them begin, if there are any."""
    field, newest_first = ("waiting_since", False) if wanted.sort == WAITING else ("last_message_at", True)
    if wanted.sort == WAITING:
        rows = rows.filter(waiting_since__isnull=False)
    rows = _after(rows, field, newest_first, place)
    order = (f"-{field}", "-pk") if newest_first else (field, "pk")
    found = list(dressed(rows).order_by(*order)[: SHOWN + 1])
    more = f"{getattr(found[SHOWN - 1], field).isoformat()}_{found[SHOWN - 1].pk}" if len(found) > SHOWN else ""
    tag(found)
    return found[:SHOWN], more


def dressed(rows: QuerySet[Thread]) -> QuerySet[Thread]:
    """With all that a row of the list tells, but for its tags."""
    last = Message.objects.filter(thread=OuterRef("pk")).order_by("-occurred_at", "-pk")
    said = last.values(
        said=JSONObject(
            direction="direction", status="status", author=F("author"), kind=KT("content__interactive__type")
        )
    )
    return rows.select_related("contact", "assignee").only(*SHOWN_OF_ROW).annotate(last_said=Subquery(said[:1]))


def tag(threads: list[Thread]) -> None:
    """Give each its customer's `tags`: one query, and none of the work of a QuerySet for each."""
    links = Contact.tags.through.objects.filter(contact__in={thread.contact_id for thread in threads})
    tags: dict[int, list[Tag]] = {}
    for link in links.select_related("tag").order_by("tag__name"):
        tags.setdefault(link.contact_id, []).append(link.tag)
    for thread in threads:
        thread.tags = tags.get(thread.contact_id, [])


def counts(workspace: Workspace, user: User) -> dict[str, int]:
    """How many stand behind each of the built-in lists, up to `COUNTED`, in one query."""
    parts, params = [], []
    for who in WHO:
        if who == MENTIONS:
            mine = Mention.objects.for_workspace(workspace).filter(user=user, seen_at=None)
            rows = mine.order_by().values("note__thread").distinct()
        else:
            rows = threads(workspace, user, Filters(who=who)).order_by().values("pk")
        sql, given = rows[:COUNTED].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS found)")  # noqa: S608
        params += given
    with connection.cursor() as cursor:
        # Made by Django of our own QuerySets; every value is among the parameters.
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(WHO, cursor.fetchone(), strict=True))


def usual_status(who: str) -> str:
    """Whom a note names should see it, whatever has become of the conversation."""
    return ANY if who == MENTIONS else Thread.Status.OPEN.value


def _with_status(rows: QuerySet[Thread], workspace: Workspace, status: str) -> QuerySet[Thread]:
    now = timezone.now()
    if status == ANY:
        return rows
    if status == BLOCKED:
        return rows.filter(contact__blocked_at__isnull=False)
    # Few are blocked: asked like this, nobody looks at each customer.
    blocked = Contact.objects.filter(workspace=workspace, blocked_at__isnull=False)
    rows = rows.exclude(contact__in=blocked.values("pk"))
    if status == SNOOZED:
        return rows.filter(snoozed_until__gt=now)
    rows = rows.filter(status=status)
    if status == Thread.Status.RESOLVED:
        return rows
    return rows.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))


def _naming(workspace: Workspace, user: User) -> set[int]:
    """Conversations whose notes name this person. Known beforehand: within one query all conversations are walked."""
    mine = Mention.objects.for_workspace(workspace).filter(user=user).order_by("-pk")
    return set(mine.values_list("note__thread", flat=True)[:MENTIONS_LISTED])


def _tagged(workspace: Workspace, tag: int) -> QuerySet:
    return Contact.objects.for_workspace(workspace).filter(tags=tag).values("pk")


def _after(rows: QuerySet[Thread], field: str, newest_first: bool, place: str) -> QuerySet[Thread]:
    at, pk = place_of(place)
    if at is None:
        return rows
    further = "lt" if newest_first else "gt"
    # The first condition alone lets the index begin at the place; the second is exact among equal times.
    return rows.filter(**{f"{field}__{further}e": at}).filter(
        Q(**{f"{field}__{further}": at}) | Q(**{f"pk__{further}": pk})
    )


def place_of(place: str) -> tuple[datetime | None, int]:
    """A moment and a key, as `page` wrote them; no moment where somebody else did."""
    moment, _, pk = place.rpartition("_")
    try:
        at = parse_datetime(moment) if pk_of(pk) else None
    except ValueError:
        at = None
    return (at, int(pk)) if at and timezone.is_aware(at) else (None, 0)


def _one_of(known: dict, given: str | None, usual: str) -> str:
    return given if given in known else usual


def pk_of(given: str | None) -> int | None:
    """A key that somebody named in an address, if it can be one."""
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) < 19 and int(given) else None


def _plain(text: str) -> str:
    """One line that PostgreSQL takes: no NUL, no half of a character, no more than anybody types."""
    printable = "".join(each if each.isprintable() else " " for each in text[: 2 * LONGEST_SEARCH])
    return " ".join(printable.split())[:LONGEST_SEARCH]
