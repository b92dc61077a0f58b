"""Notes: what the team tells itself about a thread, and whom it calls by name. No customer ever sees one."""

import re
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.models import Mention, Note, Thread
from inbox.services import work
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User

LONGEST = 4000
# So long an author takes a note back; after that others may have acted on it.
TAKEN_BACK_WITHIN = timedelta(minutes=15)
# User names may hold these, and sentences end in some of them.
NAMED = re.compile(r"(?<![\w@.+-])@([\w@.+-]+)")


class NotWritten(Exception):
    """The note was not kept. The text says why, in the author's words."""


@transaction.atomic
def write(thread: Thread, text: str, author: User) -> Note:
    """Keep a note; whoever it names by @username finds it among their mentions. Raises NotWritten."""
    text = text.replace("\0", "").strip()
    if not text:
        raise NotWritten(_("There is nothing to keep yet: write something first."))
    if len(text) > LONGEST:
        raise NotWritten(_("The note is too long: at most %(most)s characters fit.") % {"most": LONGEST})
    note = Note.objects.create(workspace_id=thread.workspace_id, thread=thread, author=author, text=text)
    Mention.objects.bulk_create(
        Mention(workspace_id=thread.workspace_id, note=note, user=user) for user in _named(thread, text, author)
    )
    live.touch(thread.workspace_id, thread.pk)
    return note


def may_delete(note: Note, user: User, role: str | None) -> bool:
    """Managers always; the author while it is fresh."""
    is_fresh = note.at > timezone.now() - TAKEN_BACK_WITHIN
    return workspaces.may_manage(role) or (workspaces.may_reply(role) and note.author_id == user.pk and is_fresh)


@transaction.atomic
def delete(note: Note, actor: User) -> None:
    workspaces.note(note.workspace, actor, "deleted a note", f"conversation {note.thread_id}")
    note.delete()
    live.touch(note.workspace_id, note.thread_id)


def seen(thread: Thread, user: User) -> int:
    """They opened the conversation: what called them there is seen."""
    mine = Mention.objects.for_workspace(thread.workspace_id).filter(user=user, seen_at=None, note__thread=thread)
    count = mine.update(seen_at=timezone.now())
    if count:
        live.touch(thread.workspace_id, thread.pk)
    return count


def _named(thread: Thread, text: str, author: User) -> list[User]:
    """Members of the team only, each once, never the author."""
    written = {name.lower() for found in NAMED.findall(text) for name in _readings(found)}
    if not written:
        return []
    team = work.team_of(thread.workspace)
    return [user for user in team if user.username.lower() in written and user != author]


def _readings(found: str) -> list[str]:
    """`@ann.` at the end of a sentence is Ann."""
    return [found, found.rstrip(".+-@")]
