"""Queueing: all that can be decided about a message is decided here, before its row is written."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import live, tasks
from inbox.models import Message, Priority, Thread
from inbox.services import receiving
from inbox.services.moves import move_messages
from workspaces import services as workspaces
from workspaces import wakeups
from workspaces.models import User

LONGEST_TEXT = 4096


class CannotSend(Exception):
    """The message cannot be queued. The text says why and what to do, in the agent's words."""


class WindowClosed(CannotSend):
    def __init__(self):
        super().__init__(
            _(
                "Not sent. The customer last wrote more than 24 hours ago, and WhatsApp allows free text only within "
                "24 hours. As soon as they write again, you can answer."
            )
        )


@transaction.atomic
def reply(thread: Thread, text: str, *, author: User, key: str = "") -> Message:
    """Queue a text; the number's pump sends it after commit. The same key twice is one message. Raises CannotSend."""
    text = text.strip().replace("\x00", "")
    if not text:
        raise CannotSend(_("There is nothing to send yet: write something first."))
    if len(text) > LONGEST_TEXT:
        raise CannotSend(
            _(
                "Not sent: the text has %(length)s characters, and WhatsApp takes %(most)s at most. Shorten it, or "
                "send it in two messages."
            )
            % {"length": len(text), "most": LONGEST_TEXT}
        )
    already = Message.objects.for_workspace(thread.workspace).filter(idempotency_key=key).first() if key else None
    if already and (already.thread_id, already.body) == (thread.pk, text):
        return already
    if already:
        raise CannotSend(
            _(
                "Your earlier text was taken after all: “%(text)s”. "
                "The new text was not sent. Press Send to send it too."
            )
            % {"text": receiving.preview_of(already)}
        )
    if not thread.is_window_open():
        raise WindowClosed
    return _queue(thread, author, key, type="text", body=text, content={"text": {"body": text}})


def settle_unknown(message: Message, actor: User, *, went_out: bool) -> bool:
    """A person's verdict on a message that WhatsApp did not confirm. False where it is no longer unknown."""
    is_unknown = {"status": Message.Status.UNKNOWN}
    to = Message.Status.SENT if went_out else Message.Status.QUEUED
    if not move_messages([message.pk], to, where=is_unknown, error="", not_before=timezone.now()):
        return False
    what = "said that a message went out" if went_out else "sent a message again"
    workspaces.note(message.workspace, actor, what, f"message {message.pk}")
    live.touch(message.workspace_id)
    if not went_out:
        wakeups.wake_on_commit(tasks.pump, message.number_id)
    return True


def _queue(thread: Thread, author: User, key: str, **fields) -> Message:
    try:
        with transaction.atomic():
            message = Message.objects.create(
                workspace_id=thread.workspace_id,
                thread=thread,
                number_id=thread.number_id,
                direction=Message.Direction.OUT,
                status=Message.Status.QUEUED,
                priority=Priority.AGENT,
                author=author,
                idempotency_key=key or None,
                occurred_at=timezone.now(),
                **fields,
            )
    except IntegrityError:  # The same key, at the same moment.
        return Message.objects.for_workspace(thread.workspace).get(idempotency_key=key)
    receiving.note_last(thread, message)
    live.touch(thread.workspace_id)
    wakeups.wake_on_commit(tasks.pump, thread.number_id)
    return message
