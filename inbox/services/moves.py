"""The one place that changes a message's status."""

from collections.abc import Iterable

from django.db import connection, transaction

from inbox.models import Message, Priority, Thread
from inbox.services import cases

S = Message.Status

# Meta may have taken a message it answered with an error, and report it while it waits for its next try here.
NOT_YET = [S.QUEUED, S.CLAIMED]

# From which statuses each can be reached. Meta may report `read` before `delivered`, or never report `delivered`, and
# `failed` counts only while nothing at or above `delivered` was seen: so `delivered` may replace a `failed`.
CAN_BECOME = {
    S.QUEUED: [S.CLAIMED, S.SENDING, S.UNKNOWN],
    S.CLAIMED: [S.QUEUED],
    S.SENDING: [S.CLAIMED],
    S.UNKNOWN: [S.SENDING],
    S.SENT: [*NOT_YET, S.SENDING, S.UNKNOWN],
    S.FAILED: [*NOT_YET, S.SENDING, S.UNKNOWN, S.SENT],
    S.DELIVERED: [*NOT_YET, S.SENDING, S.UNKNOWN, S.SENT, S.FAILED],
    S.READ: [*NOT_YET, S.SENDING, S.UNKNOWN, S.SENT, S.FAILED, S.DELIVERED],
    S.PLAYED: [*NOT_YET, S.SENDING, S.UNKNOWN, S.SENT, S.FAILED, S.DELIVERED, S.READ],
    S.CANCELLED: [S.QUEUED],
    S.SKIPPED: [S.QUEUED, S.CLAIMED],
}
# What Meta reports, in the order in which one outranks the other.
REPORTED = [S.SENT, S.FAILED, S.DELIVERED, S.READ, S.PLAYED]


def move_messages(pks: Iterable[int], to: str, *, where: dict | None = None, **fields) -> list[int]:
    """Change the status of messages; return those that moved. A late or forbidden move is not an error.

    `where` narrows it to rows that still are as the caller last saw them: its own claim, a lease that is over.
    """
    pks = list(pks)
    if not pks:
        return []
    movable = Message.objects.filter(pk__in=pks, status__in=CAN_BECOME[to]).filter(**(where or {})).order_by("pk")
    with transaction.atomic():
        was = dict(movable.select_for_update().values_list("pk", "status"))
        moved = list(was)
        if moved:
            Message.objects.filter(pk__in=moved).update(status=to, **fields)
        if moved and to in cases.TO_NOTHING:
            _wait_again(moved)
        if arrived := [pk for pk, status in was.items() if status == S.FAILED]:
            _wait_no_more(arrived)
    return moved


def _wait_again(pks: list[int]) -> None:
    """A person's answer came to nothing: the customer waits as if it had not been written."""
    from inbox.services import arriving  # It needs this module itself.

    for thread in Thread.objects.filter(pk__in=_answers(pks).values("thread")).order_by("pk"):
        arriving.answer_came_to_nothing(thread)


def _wait_no_more(pks: list[int]) -> None:
    """It was said to have failed, and reached the customer after all."""
    from inbox.services import arriving

    for answer in _answers(pks).select_related("thread").order_by("thread", "occurred_at"):
        arriving.person_answered(answer.thread, answer)


def _answers(pks: list[int]):
    mine = Message.objects.filter(pk__in=pks, author__isnull=False, priority=Priority.AGENT)
    return mine.exclude(type__in=cases.ASKS_NOTHING)


RECORD_SENT = """
WITH answers AS (SELECT * FROM unnest(%s::bigint[], %s::text[]) AS answer (id, wamid)),
locked AS (
  SELECT message.id, answers.wamid FROM inbox_message message JOIN answers USING (id) ORDER BY message.id FOR UPDATE
)
UPDATE inbox_message message SET
  wamid = coalesce(message.wamid, locked.wamid), lease_until = NULL,
  status = CASE WHEN message.status = ANY(%s) THEN 'sent' ELSE message.status END,
  error = CASE WHEN message.status = ANY(%s) THEN '' ELSE message.error END,
  error_code = CASE WHEN message.status = ANY(%s) THEN NULL ELSE message.error_code END
FROM locked WHERE message.id = locked.id
"""


def record_sent(wamids: dict[int, str]) -> None:
    """Meta has taken these messages and given them its ids. One statement, however many.

    A status that Meta reported before its own answer came is not lowered.
    """
    if wamids:
        may_move = [str(status) for status in CAN_BECOME[S.SENT]]
        with connection.cursor() as cursor:
            cursor.execute(RECORD_SENT, [list(wamids), list(wamids.values()), may_move, may_move, may_move])
