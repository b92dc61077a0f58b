"""Finding conversations by what people remember: a name, a number however it is written, words, an id."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from inbox.models import Message
from meta_integration.models import PhoneNumber
from workspaces.models import Workspace

# Of each kind, the newest: whoever does not find it among them adds a word.
MOST = 30
# One conversation may hold the words many times.
MESSAGES_READ = 100
# A word that stands nearly everywhere is found at once among the newest; one that does not, by the index. Without this
# the index would gather half of all messages to show the newest of them.
NEWEST_THREADS, NEWEST_MESSAGES = 2_000, 20_000
LONGEST = "1500ms"
# Shorter words have no index, and are looked for among the newest only.
INDEXED_LETTERS = 3
PHONE = re.compile(r"[\d\s()+./-]+")
FEWEST_DIGITS = 4
AROUND = 15

CUSTOMERS = """
WITH newest AS MATERIALIZED (
    SELECT thread.id, last_message_at FROM (
        SELECT id, contact_id, last_message_at FROM inbox_thread WHERE workspace_id = %(workspace)s
        ORDER BY last_message_at DESC, id DESC LIMIT %(newest)s) AS thread
    JOIN inbox_contact AS contact ON contact.id = contact_id WHERE {fits}
    ORDER BY last_message_at DESC, thread.id DESC LIMIT %(most)s)
SELECT id FROM newest WHERE NOT %(further)s OR (SELECT count(*) FROM newest) = %(most)s
UNION ALL
SELECT id FROM (
    SELECT thread.id, last_message_at
    FROM inbox_contact AS contact JOIN inbox_thread AS thread ON contact_id = contact.id
    WHERE contact.workspace_id = %(workspace)s AND {fits}
    AND %(further)s AND (SELECT count(*) FROM newest) < %(most)s
    ORDER BY last_message_at DESC, thread.id DESC LIMIT %(most)s) AS older
"""
# "id + 0": to find a rare word the planner should not walk through all messages.
MESSAGES = """
WITH newest AS MATERIALIZED (
    SELECT id, thread_id, body, occurred_at FROM (
        SELECT id, thread_id, body, occurred_at, priority FROM inbox_message WHERE workspace_id = %(workspace)s
        ORDER BY id DESC LIMIT %(newest)s) AS message
    WHERE priority < 2 AND {fits} LIMIT %(most)s)
SELECT id, thread_id, body, occurred_at FROM newest WHERE NOT %(further)s OR (SELECT count(*) FROM newest) = %(most)s
UNION ALL
SELECT id, thread_id, body, occurred_at FROM (
    SELECT id, thread_id, body, occurred_at FROM inbox_message AS message
    WHERE workspace_id = %(workspace)s AND priority < 2 AND {fits}
    AND %(further)s AND (SELECT count(*) FROM newest) < %(most)s
    ORDER BY id + 0 DESC LIMIT %(most)s) AS older
"""


@dataclass(frozen=True)
class Hit:
    """A message with the words."""

    pk: int
    thread_id: int
    body: str
    at: datetime


@dataclass
class Found:
    """Conversations of customers with that name or number, and messages with those words, newest first."""

    customers: list[int] = field(default_factory=list)
    messages: list[Hit] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    is_cut: bool = False
    # The words stand in so much that looking through it took too long.
    is_too_much: bool = False
    # Words of one or two letters: only the newest were looked at.
    is_newest_only: bool = False


def search(workspace: Workspace, text: str) -> Found:
    """Everything of this workspace, of whatever status. Never takes longer than a moment."""
    found = Found(words=text.split())
    if not found.words:
        return found
    found.is_newest_only = not any(len(word) >= INDEXED_LETTERS for word in found.words)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{LONGEST}'")
            customers = _threads_of_customers(cursor, workspace, found)
            messages = _messages(cursor, workspace, found)
            cursor.execute("SET LOCAL statement_timeout = 0")
    except OperationalError:
        found.is_too_much = True
        return found
    found.customers = customers[:MOST]
    seen = {}
    for message in messages:
        seen.setdefault(message.thread_id, message)
    found.messages = list(seen.values())[:MOST]
    found.is_cut = len(customers) > MOST or len(messages) == MESSAGES_READ or len(seen) > MOST
    return found


def snippet(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The part of a text where the words begin, in pieces, each with whether it is one of them."""
    line = " ".join(text.split())
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    first = pattern.search(line)
    begin = max(0, first.start() - AROUND) if first else 0
    shown = ("…" if begin else "") + line[begin : begin + 10 * AROUND]
    pieces, end = [], 0
    for match in pattern.finditer(shown):
        pieces += [(shown[end : match.start()], False), (match[0], True)]
        end = match.end()
    return [piece for piece in [*pieces, (shown[end:], False)] if piece[0]]


def _threads_of_customers(cursor, workspace: Workspace, found: Found) -> list[int]:
    """Their keys, the newest first."""
    given = {f"name{place}": _like(word) for place, word in enumerate(found.words)}
    given |= {f"username{place}": _like(word.removeprefix("@")) for place, word in enumerate(found.words)}
    named = " AND ".join(
        f"(UPPER(contact.name) LIKE UPPER(%(name{place})s) OR UPPER(contact.username) LIKE UPPER(%(username{place})s))"
        for place in range(len(found.words))
    )
    if digits := digits_of(" ".join(found.words)):
        named, given = f"({named} OR contact.wa_id LIKE %(digits)s)", {**given, "digits": _like(digits)}
    given |= {"newest": NEWEST_THREADS, "most": MOST + 1}
    return [pk for (pk,) in _rows(cursor, CUSTOMERS, named, workspace, found, given)]


def digits_of(text: str) -> str:
    """Of a text that may be a phone number, the digits as Meta writes them; without what is dialled before them."""
    if not PHONE.fullmatch(text):
        return ""
    digits = re.sub(r"\D", "", text).lstrip("0")
    return digits if len(digits) >= FEWEST_DIGITS else ""


def _messages(cursor, workspace: Workspace, found: Found) -> list[Hit]:
    if by_id := _by_id(workspace, found.words[0]):
        return [Hit(message.pk, message.thread_id, message.body, message.occurred_at) for message in by_id]
    given = {f"word{place}": _like(word) for place, word in enumerate(found.words)}
    fits = " AND ".join(f"UPPER(message.body) LIKE UPPER(%(word{place})s)" for place in range(len(found.words)))
    given |= {"newest": NEWEST_MESSAGES, "most": MESSAGES_READ}
    hits = [Hit(*row) for row in _rows(cursor, MESSAGES, fits, workspace, found, given)]
    deleted = _deleted(workspace, [hit.pk for hit in hits])
    return [hit for hit in hits if hit.pk not in deleted]


def _deleted(workspace: Workspace, pks: list[int]) -> set[int]:
    """Those that their writer deleted: nobody is shown their words any more."""
    deletion = Message.objects.filter(
        thread=OuterRef("thread"), target_wamid=OuterRef("wamid"), direction=OuterRef("direction"), type="revoke"
    )
    mine = Message.objects.for_workspace(workspace).filter(Exists(deletion), pk__in=pks)
    return set(mine.values_list("pk", flat=True))


def _by_id(workspace: Workspace, text: str) -> QuerySet[Message] | None:
    """Where the text is an id of a message: Meta's, or our own reference."""
    mine = Message.objects.for_workspace(workspace)
    if text.startswith("wamid."):
        return mine.filter(number__in=PhoneNumber.objects.for_workspace(workspace).values("pk"), wamid=text)
    reference = _reference(text)
    return mine.filter(reference=reference) if reference else None


def _rows(cursor, sql: str, fits: str, workspace: Workspace, found: Found, given: dict) -> list[tuple]:
    """`fits` is made of names of columns; every word is among the parameters."""
    given |= {"workspace": workspace.pk, "further": not found.is_newest_only}
    cursor.execute(sql.format(fits=fits), given)
    return cursor.fetchall()


def _like(word: str) -> str:
    """Signs with a meaning of their own are only signs."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def _reference(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None
