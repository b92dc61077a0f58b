"""Which stretch of a conversation a page shows: the newest, what stands before a place, or what stands around one."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from inbox import bubbles
from inbox.bubbles import between
from inbox.models import Message, Thread
from meta_integration.graph.errors import as_int

# As many as are drawn in a moment; older ones come while one scrolls.
MESSAGES_SHOWN = 50
# What is looked for stands among as many newer ones.
NEWER_SHOWN = 20


def context(request, thread: Thread) -> dict:
    """The stretch that the address asks for, with all that is drawn in it."""
    place = request.GET.get("before", "")[:100]
    if around := as_int(request.GET.get("around")):
        place = _place_after(thread, around)
    page = rows_before(_messages(thread), "occurred_at", place, MESSAGES_SHOWN)
    messages = page[:MESSAGES_SHOWN][::-1]
    older = place_of(page[-2], "occurred_at") if len(page) > MESSAGES_SHOWN else ""
    shown = bubbles.draw(thread, messages)
    since = messages[0].occurred_at if older else None
    return {
        "rows": between.rows_of(thread, shown, since, moment_of(place)),
        "messages_shown": shown,
        "before": place,
        "older_messages": older,
        "waits": thread.number.why_it_waits(),
        "asked": as_int(request.GET.get("asked")),
        "has_other_numbers": _has_other_numbers(thread),
    }


def rows_before(rows, field: str, place: str, size: int) -> list:
    """The next `size` rows after a place in the list, newest first, and one more where there is one (keyset paging)."""
    at, pk = moment_of(place), place.rpartition("_")[2]
    if at and pk.isdecimal() and len(pk) < 19:
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": int(pk)}))
    return list(rows.order_by(f"-{field}", "-id")[: size + 1])


def place_of(row, field: str) -> str:
    return f"{getattr(row, field).isoformat()}_{row.pk}"


def moment_of(place: str) -> datetime | None:
    try:
        moment = parse_datetime(place.rpartition("_")[0])
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _messages(thread: Thread):
    mine = Message.objects.for_workspace(thread.workspace_id).filter(thread=thread)
    return mine.select_related("author", "asset")


def _place_after(thread: Thread, pk: int) -> str:
    """Where a page ends that has this message and some newer ones; empty where that is the newest page."""
    mine = Message.objects.for_workspace(thread.workspace_id).filter(thread=thread)
    found = mine.filter(pk=pk).only("occurred_at").first()
    if found is None:
        return ""
    newer = Q(occurred_at__gt=found.occurred_at) | Q(occurred_at=found.occurred_at, pk__gt=found.pk)
    after = mine.filter(newer).only("occurred_at").order_by("occurred_at", "pk")[NEWER_SHOWN : NEWER_SHOWN + 1]
    return next((place_of(each, "occurred_at") for each in after), "")


def _has_other_numbers(thread: Thread) -> bool:
    """Whether the customer also writes to another number of the shop's: then it is said which one this is."""
    theirs = Thread.objects.for_workspace(thread.workspace_id).filter(contact=thread.contact_id)
    return theirs.exclude(number=thread.number_id).exists()
