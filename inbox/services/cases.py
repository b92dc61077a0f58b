"""Cases: each stretch of work in a thread, from the message that opened it until it is resolved. One open at a time."""

from datetime import datetime

from django.db.models import Q

from inbox.models import Case, Message, Thread
from workspaces.models import User

# What asks for no answer, and is none: the list shows it, and nobody's work begins or ends with it.
ASKS_NOTHING = ("reaction", "revoke")
TO_NOTHING = (Message.Status.CANCELLED, Message.Status.FAILED, Message.Status.SKIPPED)


def open_since(thread: Thread, at: datetime) -> None:
    """The customer wrote at that time: a case begins, or the open one began then already."""
    is_new = not _open(thread).exists()
    if is_new:
        case = Case(workspace_id=thread.workspace_id, thread=thread, number_id=thread.number_id, opened_at=at)
        Case.objects.bulk_create([case], ignore_conflicts=True)  # Another worker may open it at this moment.
    moved = _open(thread).filter(opened_at__gt=at).update(opened_at=at)
    if is_new or moved:  # Its answer may have been heard of before.
        look_for_the_answer(thread)


def answered(thread: Thread, at: datetime, by: int | None) -> None:
    """The first answer of a person's. `by` is nobody where it was written in WhatsApp's own app."""
    is_first = Q(first_reply_at=None) | Q(first_reply_at__gt=at)
    _open(thread).filter(is_first, opened_at__lte=at).update(first_reply_at=at, first_reply_by=by)


def look_for_the_answer(thread: Thread) -> None:
    """Among all there are: one was written before we heard of the case, or one came to nothing."""
    for case in _open(thread):
        first = answers(thread).filter(occurred_at__gte=case.opened_at).order_by("occurred_at", "id").first()
        case.first_reply_at = first.occurred_at if first else None
        case.first_reply_by_id = first.author_id if first else None
        case.save(update_fields=["first_reply_at", "first_reply_by"])


def resolve(thread: Thread, by: User | None, at: datetime) -> None:
    _open(thread).update(resolved_at=at, resolved_by=by)


def reopen_last(thread: Thread) -> None:
    """A person takes the resolving back: it was not over yet."""
    if _open(thread).exists():
        return
    last = Case.objects.for_workspace(thread.workspace_id).filter(thread=thread).order_by("-opened_at", "-id").first()
    if last:
        Case.objects.filter(pk=last.pk).update(resolved_at=None, resolved_by=None)


def answers(thread: Thread):
    """What people of the shop wrote: in Galantis, or in WhatsApp's own app, whose messages carry Meta's id in them."""
    written = Q(author__isnull=False) | Q(content__has_key="id")
    mine = Message.objects.for_workspace(thread.workspace_id).filter(thread=thread, direction=Message.Direction.OUT)
    return mine.filter(written).exclude(type__in=ASKS_NOTHING).exclude(status__in=TO_NOTHING)


def _open(thread: Thread):
    return Case.objects.for_workspace(thread.workspace_id).filter(thread=thread, resolved_at=None)
