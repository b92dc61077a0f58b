"""Finding conversations by what people remember: a name, a number however it is written, words, an id."""

import re
import uuid
from dataclasses import dataclass, field

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from inbox.models import Contact, Message, Priority, Thread
from meta_integration.models import PhoneNumber
from workspaces.models import Workspace

# Of each kind, the newest: whoever does not find it among them adds a word.
MOST = 50
# One conversation may hold the words many times.
MESSAGES_READ = 300
LONGEST = "1500ms"
# Shorter ones have no index, and are looked for among the newest only.
INDEXED_LETTERS = 3
NEWEST_CONTACTS, NEWEST_MESSAGES = 5_000, 10_000
PHONE = re.compile(r"[\d\s()+./-]+")
FEWEST_DIGITS = 4
AROUND = 40


@dataclass
class Found:
    """Conversations of customers with that name or number, and messages with those words, newest first."""

    customers: list[int] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
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
            customers = list(_threads_of_customers(workspace, found)[: MOST + 1])
            messages = list(_messages(workspace, found))
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
    shown = ("…" if begin else "") + line[begin : begin + 4 * AROUND]
    pieces, end = [], 0
    for match in pattern.finditer(shown):
        pieces += [(shown[end : match.start()], False), (match[0], True)]
        end = match.end()
    return [piece for piece in [*pieces, (shown[end:], False)] if piece[0]]


def _threads_of_customers(workspace: Workspace, found: Found) -> QuerySet:
    """Their keys, the newest first."""
    mine = Contact.objects.for_workspace(workspace)
    if found.is_newest_only:
        mine = mine.filter(pk__in=_newest(mine.order_by("-pk"), NEWEST_CONTACTS))
    named = Q()
    for word in found.words:
        named &= Q(name__icontains=word) | Q(username__icontains=word.removeprefix("@"))
    if digits := digits_of(" ".join(found.words)):
        named |= Q(wa_id__contains=digits)
    threads = Thread.objects.for_workspace(workspace).filter(contact__in=mine.filter(named).values("pk"))
    return threads.order_by("-last_message_at", "-pk").values_list("pk", flat=True)


def digits_of(text: str) -> str:
    """Of a text that may be a phone number, the digits as Meta writes them; without what is dialled before them."""
    if not PHONE.fullmatch(text):
        return ""
    digits = re.sub(r"\D", "", text).lstrip("0")
    return digits if len(digits) >= FEWEST_DIGITS else ""


def _messages(workspace: Workspace, found: Found) -> QuerySet[Message]:
    mine = Message.objects.for_workspace(workspace).only("pk", "thread_id", "body", "occurred_at")
    text = found.words[0]
    if text.startswith("wamid."):
        numbers = PhoneNumber.objects.for_workspace(workspace).values("pk")
        return mine.filter(number__in=numbers, wamid=text)[:1]
    if reference := _reference(text):
        return mine.filter(reference=reference)[:1]
    # As the index has it: without the copies of a campaign.
    rows = mine.filter(priority__lt=Priority.CAMPAIGN)
    if found.is_newest_only:
        rows = rows.filter(pk__in=_newest(mine.order_by("-pk"), NEWEST_MESSAGES))
    for word in found.words:
        rows = rows.filter(body__icontains=word)
    return rows.order_by("-pk")[:MESSAGES_READ]


def _newest(rows: QuerySet, count: int) -> QuerySet:
    return rows.values("pk")[:count]


def _reference(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None
