"""What became of messages after they came: reactions, other words, deletions. The same look, whatever came first."""

from collections import defaultdict
from collections.abc import Iterable

from inbox import harmless
from inbox.bubbles.formatting import html_of
from inbox.models import Message, Thread
from inbox.services.targets import NAMED_BY

# Of ours, these never reached the customer.
NEVER_OUT = (Message.Status.FAILED, Message.Status.CANCELLED, Message.Status.SKIPPED)


def of(thread: Thread, wamids: Iterable[str]) -> dict[str, list[Message]]:
    """What is about each of these messages, in the order in which it was written. One query."""
    rows = Message.objects.for_workspace(thread.workspace_id).filter(thread=thread, target_wamid__in=set(wamids))
    rows = rows.only("type", "body", "target_wamid", "direction", "status", "occurred_at", "author")
    about = defaultdict(list)
    for row in rows.select_related("author").order_by("occurred_at", "pk"):
        about[row.target_wamid].append(row)
    return about


def attach(thread: Thread, messages: list[Message], about: dict[str, list[Message]]) -> None:
    """Give each message its `reactions`, its `earlier` words where they changed, and whether it `is_deleted`."""
    for message in messages:
        mine = about.get(message.wamid, []) if message.wamid else []
        message.reactions = _reactions(thread, mine)
        message.is_deleted = is_deleted(message, mine)
        edits = edits_of(message, mine)
        message.earlier = [html_of(each.body) for each in [message, *edits][:-1]]
        if edits:
            message.edited_at, message.body = edits[-1].occurred_at, edits[-1].body


def is_deleted(message: Message, about: list[Message]) -> bool:
    return any(each.type == "revoke" and each.direction == message.direction for each in about)


def edits_of(message: Message, about: list[Message]) -> list[Message]:
    """Only who wrote a message can change it."""
    return [each for each in about if each.type == "edit" and each.direction == message.direction]


def are_shown_elsewhere(thread: Thread, messages: list[Message]) -> set[int]:
    """The keys of those that need no place of their own: the message that they are about is in the thread, and shows
    them. A reaction of ours that did not go out says why in its own place.
    """
    rows = [each for each in messages if each.type in NAMED_BY and each.target_wamid and each.status not in NEVER_OUT]
    if not rows:
        return set()
    mine = Message.objects.for_workspace(thread.workspace_id).filter(thread=thread)
    known = dict(mine.filter(wamid__in={each.target_wamid for each in rows}).values_list("wamid", "direction"))
    return {each.pk for each in rows if _is_shown(each, known.get(each.target_wamid))}


def _is_shown(row: Message, direction_of_target: str | None) -> bool:
    return direction_of_target is not None and (row.type == "reaction" or row.direction == direction_of_target)


def _reactions(thread: Thread, about: list[Message]) -> list[dict]:
    """The last one of each side counts; taken back it is none."""
    last = {}
    for each in about:
        if each.type == "reaction" and each.status not in NEVER_OUT:
            last[each.direction] = each
    return [
        {"emoji": harmless.line(each.body, 16), "is_ours": side == Message.Direction.OUT, "who": _who(thread, each)}
        for side, each in last.items()
        if each.body.strip()
    ]


def _who(thread: Thread, reaction: Message) -> str:
    if reaction.direction == Message.Direction.IN:
        return harmless.line(str(thread.contact), 80)
    return reaction.author.label if reaction.author else ""
