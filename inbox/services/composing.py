"""What an agent wrote and attached, as the messages that it becomes."""

from collections.abc import Sequence

import structlog
from django.db import connection, transaction
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from inbox import outgoing
from inbox.models import Message, Thread
from inbox.outgoing import BadMessage, Outgoing
from inbox.outgoing.parts import CAPTION
from inbox.services import sending
from meta_integration.models import MediaAsset
from workspaces.models import User
from workspaces.valkey import client

log = structlog.get_logger(__name__)
FILES_AT_ONCE = 10
# What carries a text under it.
WITH_CAPTION = ("image", "video", "document")
# Of a key the rest is for the place of each message.
LONGEST_KEY = 60
# On a slow network what was sent may arrive after it was taken back; later than this it does not.
MAY_ARRIVE_SECONDS = 3600


@transaction.atomic
def send(
    thread: Thread,
    text: str,
    files: Sequence[MediaAsset] = (),
    *,
    author: User,
    key: str = "",
    in_reply_to: Message | None = None,
) -> list[Message]:
    """Queue all of it in this order, or nothing. Raises CannotSend. The same key twice is the same messages.

    The text goes under the first file where that takes one and it fits, else ahead of it as a message of its own.
    """
    if len(files) > FILES_AT_ONCE:
        raise sending.CannotSend(
            _("Not sent. These are %(count)s files, and at most %(most)s go at once.")
            % {"count": len(files), "most": FILES_AT_ONCE}
        )
    try:
        parts = _parts(text.strip(), files)
    except BadMessage as exc:
        raise sending.CannotSend(_("Not sent. %(why)s") % {"why": exc}) from None
    if not parts:
        raise sending.CannotSend(_("There is nothing to send yet: write something first."))
    if key:
        _one_at_a_time(thread, key)
        if _was_withdrawn(thread, key, author):
            raise sending.CannotSend(_("Not sent: you took it back before it arrived."))
    return [
        sending.queue(
            thread,
            built,
            author=author,
            key=f"{key}.{place}" if key and place else key,
            in_reply_to=None if place else in_reply_to,
        )
        for place, built in enumerate(parts)
    ]


@transaction.atomic
def withdraw(thread: Thread, key: str, *, actor: User) -> int:
    """Take back what this key has queued, or is yet to queue. Returns how many of its messages had left already."""
    _note_withdrawn(thread, key, actor)
    _one_at_a_time(thread, key)
    keys = [key, *(f"{key}.{place}" for place in range(1, FILES_AT_ONCE + 1))] if key else []
    mine = Message.objects.for_workspace(thread.workspace).filter(thread=thread, author=actor, idempotency_key__in=keys)
    return sum(not sending.take_back(message, actor) for message in mine)


def _one_at_a_time(thread: Thread, key: str) -> None:
    """Until the end of the transaction: who takes it back sees all or nothing of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [key, thread.workspace_id])


def _note_withdrawn(thread: Thread, key: str, actor: User) -> None:
    try:
        client().set(_withdrawn_key(thread, key, actor), 1, ex=MAY_ARRIVE_SECONDS)
    except RedisError as exc:  # What has arrived already is taken back all the same.
        log.info("not noted that a message was taken back", reason=type(exc).__name__)


def _was_withdrawn(thread: Thread, key: str, author: User) -> bool:
    try:
        return bool(client().exists(_withdrawn_key(thread, key, author)))
    except RedisError:
        return False


def _withdrawn_key(thread: Thread, key: str, person: User) -> str:
    return f"withdrawn:{thread.workspace_id}:{person.pk}:{key}"


def _parts(text: str, files: Sequence[MediaAsset]) -> list[Outgoing]:
    is_caption = bool(files) and files[0].kind in WITH_CAPTION and len(text) <= CAPTION
    alone = [outgoing.text(text)] if text and not is_caption else []
    return alone + [outgoing.of_file(file, "" if place or alone else text) for place, file in enumerate(files)]
