"""What happens by itself as time goes by: what was put off comes back, and what has gone silent is resolved."""

from datetime import timedelta

from django.utils import timezone

from inbox.models import InboxSettings, Thread
from inbox.services import work

AT_ONCE = 200


def wake_due() -> int:
    """Bring back what was put off until now. Two at once harm nothing: each thread is woken once."""
    due = Thread.objects.filter(snoozed_until__lte=timezone.now()).order_by("snoozed_until")
    return sum(work.wake(thread, due_at=thread.snoozed_until) for thread in due[:AT_ONCE])


def resolve_silent() -> int:
    """Resolve where nobody has written for as long as the shop says, and no customer waits for an answer.

    One who waits is never resolved away, however long: that is the shop's turn. Nor is what was put off.
    """
    done = 0
    for wanted in InboxSettings.objects.exclude(resolve_after_hours=None):
        before = timezone.now() - timedelta(hours=wanted.resolve_after_hours)
        silent = silent_threads(wanted.workspace_id, before)
        done += sum(work.resolve_silent(thread, before, wanted.resolve_after_hours) for thread in silent[:AT_ONCE])
    return done


def silent_threads(workspace_pk: int, before):
    """Served by `threads_gone_silent`."""
    at_rest = Thread.objects.filter(status__in=["OPEN", "PENDING"], waiting_since=None, snoozed_until=None)
    return at_rest.filter(workspace=workspace_pk, last_message_at__lt=before).order_by("last_message_at")
