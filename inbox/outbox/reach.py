"""How many customers a shop may write to first. Meta counts them over 24 hours for the whole business.

Only templates to customers whose window is closed count, and each customer once. We count for each account: a number of
the same business in another account is not seen, and Meta's own answer then says so.
"""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.models import Thread
from meta_integration.models import WABA, PhoneNumber
from meta_integration.tiers import customers_a_day

DAY = timedelta(hours=24)
# In place of a room: Meta forbids to write first at all, also to customers who were written to today.
FORBIDDEN = -1


def room(number: PhoneNumber) -> int | None:
    """How many more customers may be written to first by now, or FORBIDDEN; None where there is no limit we know of."""
    # Asked for anew: Meta may have said it since the number was read.
    if WABA.objects.filter(pk=number.account_id, restricted_until__gt=timezone.now()).exists():
        return FORBIDDEN
    limit = customers_a_day(number.messaging_limit_tier)
    return None if limit is None else max(0, limit - reached(number))


def reached(number: PhoneNumber) -> int:
    """Customers of the account who were written to first within 24 hours. Served by `threads_reached`."""
    since = timezone.now() - DAY
    numbers = PhoneNumber.objects.filter(account=number.account_id).values("pk")
    return Thread.objects.filter(number__in=numbers, reached_at__gt=since).values("contact_id").distinct().count()


def begins_a_conversation(now: datetime) -> Q:
    """Templates that would count: the window is closed and the customer was not written to first within 24 hours."""
    is_new = Q(thread__reached_at=None) | Q(thread__reached_at__lte=now - DAY)
    return _is_unasked(now) & is_new


def _is_unasked(now: datetime) -> Q:
    return Q(type="template") & (Q(thread__window_expires_at=None) | Q(thread__window_expires_at__lte=now))


def allowed(messages: QuerySet, room: int | None, now: datetime) -> QuerySet:
    """Those that may go out with this room left."""
    if room == FORBIDDEN:
        return messages.exclude(_is_unasked(now))
    return messages.exclude(begins_a_conversation(now)) if room == 0 else messages


def within(number: PhoneNumber, rows: list, room_seen: int | None, now: datetime) -> list:
    """Those of a claim that the limit allows, their customers counted from now on. Part of the claim's transaction."""
    new = [row for row in rows if _begins(row, now)]
    if room_seen is None or not new:
        _count(new, now)
        return rows
    # One claim of the account at a time, or two would both find the last place free.
    WABA.objects.select_for_update(no_key=True).get(pk=number.account_id)
    left, allowed, customers = room(number), [], set()
    for row in rows:
        if _begins(row, now) and row.contact_id not in customers:
            if len(customers) >= left:
                continue
            customers.add(row.contact_id)
        allowed.append(row)
    _count([row for row in allowed if _begins(row, now)], now)
    return allowed


def _begins(row, now: datetime) -> bool:
    is_closed = row.window_expires_at is None or row.window_expires_at <= now
    return row.type == "template" and is_closed and (row.reached_at is None or row.reached_at <= now - DAY)


def _count(rows: list, now: datetime) -> None:
    if rows:
        Thread.objects.filter(pk__in={row.thread_id for row in rows}).update(reached_at=now)
