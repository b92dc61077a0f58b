"""The list's line for a thread follows its last message: also when that is reacted to, changed or taken back later."""

from inbox import harmless
from inbox.models import Message, Thread
from inbox.services.targets import NAMED_BY

LONGEST = 160
# What the line is drawn from where the last message was deleted: `kinds` has its words.
DELETED = "revoke"


def has_followers(thread: Thread, wamid: str) -> bool:
    """Whether something about this message came before it."""
    return Message.objects.filter(thread=thread, target_wamid=wamid).exists()


def follow(thread: Thread) -> None:
    """Write the line anew from what the thread holds: the same, whatever came first."""
    rows = Message.objects.filter(thread=thread).only("type", "body", "content", "wamid", "target_wamid", "direction")
    last = rows.order_by("-occurred_at", "-id").first()
    if last and last.type == "reaction" and last.body:
        target = rows.filter(wamid=last.target_wamid).first() if last.target_wamid else None
        words, kind = _reacted(last, _line_of(rows, target)[0] if target else ""), last.type
    else:
        own = rows.exclude(type__in=NAMED_BY).order_by("-occurred_at", "-id").first() or last
        words, kind = _line_of(rows, own) if own else ("", "")
    Thread.objects.filter(pk=thread.pk).update(preview=words[:LONGEST], last_type=kind)


def _reacted(reaction: Message, words: str) -> str:
    """The emoji and what it is about, alike in every language."""
    return f"{reaction.body} “{words}”" if words else reaction.body


def _line_of(rows, message: Message) -> tuple[str, str]:
    """Words and type of a message as the customer left it."""
    about = rows.filter(target_wamid=message.wamid, direction=message.direction) if message.wamid else rows.none()
    if about.filter(type="revoke").exists():
        return "", DELETED
    edit = about.filter(type="edit").order_by("-occurred_at", "-id").first()
    return harmless.line(edit.body if edit else message.body, LONGEST), message.type
