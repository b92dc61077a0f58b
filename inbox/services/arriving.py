"""What a customer's message, and a person's answer, do to the thread: in whatever order and however late they come.

What counts is when each was written. A message waits for an answer unless a person answered after it, and it opens
the thread again unless the thread was resolved after it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest

from inbox import tasks
from inbox.models import Message, Thread, ThreadEvent
from inbox.services import away, cases, duty, events, inbox_settings, receiving
from workspaces import wakeups

# Who resolves a thread may not have seen what was written in the moment before.
UNSEEN = timedelta(minutes=2)


@transaction.atomic
def customer_wrote(thread: Thread, message: Message) -> None:
    """The window opens or stays open for 24 hours from then; whatever else follows, follows here."""
    opens = {"window_expires_at": Greatest("window_expires_at", message.occurred_at + receiving.WINDOW)}
    if thread.contact.blocked_at:  # Kept, and seen by whoever opens the thread.
        Thread.objects.filter(pk=thread.pk).update(**opens)
        if thread.blocked_at_meta is None:  # They wrote just now: Meta may take it.
            wakeups.wake_on_commit(tasks.settle_block, thread.pk)
    elif message.type in cases.ASKS_NOTHING:
        receiving.note_last(thread, message, **opens)
    else:
        _asks_for_an_answer(thread, message, opens)


def _asks_for_an_answer(thread: Thread, message: Message, opens: dict) -> None:
    now, at = _locked(thread), message.occurred_at
    changes = {**opens, "unread_count": now.unread_count + 1, "stays_unread": False}
    is_news = now.resolved_at is None or at > now.resolved_at - UNSEEN
    if is_news:
        changes |= {"status": Thread.Status.OPEN, "snoozed_until": None}
        if now.answered_at is None or at > now.answered_at:
            changes["waiting_since"] = min(at, now.waiting_since or at)
    receiving.note_last(thread, message, **changes)
    if is_news:
        cases.open_since(thread, at)
        _tell(thread, now)
        thread.assignee_id = now.assignee_id
        wanted = inbox_settings.of(thread.workspace_id)
        if wanted.gives_out_work:
            duty.give(thread)
        away.answer(thread, message, wanted)


def _tell(thread: Thread, before: Thread) -> None:
    if before.snoozed_until:
        events.note(thread, ThreadEvent.Kind.WOKEN, None, by_itself="customer_wrote")
    if before.status == Thread.Status.RESOLVED:
        events.note(thread, ThreadEvent.Kind.STATUS, None, to=Thread.Status.OPEN.value, by_itself="customer_wrote")


@transaction.atomic
def person_answered(thread: Thread, message: Message) -> None:
    """Nobody waits any more for what was written before. An answer in WhatsApp's own app is one, of nobody's here."""
    now, at = _locked(thread), message.occurred_at
    changes = {"answered_at": max(at, now.answered_at or at)}
    if now.waiting_since and now.waiting_since <= at:
        changes["waiting_since"] = _first_question(thread, after=at)
    Thread.objects.filter(pk=thread.pk).update(**changes)
    cases.answered(thread, at, message.author_id)


@transaction.atomic
def answer_came_to_nothing(thread: Thread) -> None:
    """An answer was taken back, or did not reach the customer: they wait as if it had never been written."""
    now = _locked(thread)
    last = cases.answers(thread).order_by("-occurred_at").values_list("occurred_at", flat=True).first()
    changes = {"answered_at": last}
    if now.status != Thread.Status.RESOLVED:
        since = max(filter(None, [last, now.resolved_at]), default=None)
        changes["waiting_since"] = _first_question(thread, after=since)
    Thread.objects.filter(pk=thread.pk).update(**changes)
    cases.look_for_the_answer(thread)


def _first_question(thread: Thread, after: datetime | None) -> datetime | None:
    theirs = Message.objects.for_workspace(thread.workspace_id).filter(thread=thread, direction=Message.Direction.IN)
    newer = Q(occurred_at__gt=after) if after else Q()
    asking = theirs.filter(newer).exclude(type__in=[*cases.ASKS_NOTHING, "system"])
    return asking.order_by("occurred_at").values_list("occurred_at", flat=True).first()


def _locked(thread: Thread) -> Thread:
    return Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
