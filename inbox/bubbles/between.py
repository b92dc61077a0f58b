"""What stands between the messages: days, what was done with the thread, and the team's notes."""

import re
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from inbox import harmless
from inbox.bubbles.formatting import html_of
from inbox.models import MarketingState, Message, Note, Thread, ThreadEvent

# Of one sender, and no further apart, messages stand together.
TOGETHER = timedelta(minutes=5)
# On one page.
MOST_EVENTS, MOST_NOTES = 200, 100
Kind = ThreadEvent.Kind


def rows_of(thread: Thread, messages: list[Message], since: datetime | None, until: datetime | None) -> list[dict]:
    """All that a page shows, in its order, each with `row`: day, message, event or note."""
    events, notes = _events(thread, since, until), _notes(thread, since, until)
    rows = [{"row": "message", "at": each.occurred_at, "message": each} for each in messages]
    rows += [{"row": "event", "at": each.at, "event": each, "words": words_of(each)} for each in events]
    rows += [{"row": "note", "at": each.at, "note": each, "words": _marked(each)} for each in notes]
    rows.sort(key=lambda row: row["at"])
    shown, day, before = [], None, None
    for row in rows:
        today = timezone.localdate(row["at"])
        if today != day:
            shown.append({"row": "day", "at": row["at"], "id": f"day-{today:%Y-%m-%d}"})
            day, before = today, None
        row["follows"] = _follows(before, row)
        shown.append(row)
        before = row
    return shown


def _events(thread: Thread, since: datetime | None, until: datetime | None):
    mine = ThreadEvent.objects.for_workspace(thread.workspace_id).filter(thread=thread, **_within(since, until))
    return mine.select_related("actor").order_by("-at", "-id")[:MOST_EVENTS]


def _notes(thread: Thread, since: datetime | None, until: datetime | None):
    mine = Note.objects.for_workspace(thread.workspace_id).filter(thread=thread, **_within(since, until))
    return mine.select_related("author").prefetch_related("mentions__user").order_by("-at", "-id")[:MOST_NOTES]


def _within(since: datetime | None, until: datetime | None) -> dict:
    return {**({"at__gte": since} if since else {}), **({"at__lt": until} if until else {})}


def _follows(before: dict | None, row: dict) -> bool:
    """Whether it goes on with the one before: of the same sender, a moment later."""
    if not before or (before["row"], row["row"]) != ("message", "message"):
        return False
    one, other = before["message"], row["message"]
    same = all(getattr(one, name) == getattr(other, name) for name in ("direction", "author_id", "origin"))
    lines = {one.bubble["kind"], other.bubble["kind"]} & {"line"}
    return same and not lines and other.occurred_at - one.occurred_at < TOGETHER


# Words ----------------------------------------------------------------------------------------------------------------
def words_of(event: ThreadEvent) -> str:
    """One sentence: who did what. Names are those of then."""
    detail = event.detail if isinstance(event.detail, dict) else {}
    detail = {key: harmless.line(value) for key, value in detail.items() if isinstance(value, str)}
    who = event.actor.label if event.actor else ""
    named = {**dict.fromkeys(("to", "from", "tag", "name", "why"), ""), **detail, "who": who}
    if event.kind == Kind.SNOOZED:
        named["until"] = _moment(detail.get("until", ""))
    if event.kind == Kind.STATUS:
        named["to"] = dict(Thread.Status.choices).get(detail.get("to"), named["to"])
    if event.kind == Kind.CONSENT:
        named["to"] = dict(MarketingState.choices).get(detail.get("to"), named["to"])
    return _sentence(event.kind, bool(who), detail) % named


def _sentence(kind: str, by_person: bool, detail: dict) -> str:
    by_itself = detail.get("by_itself", "")
    if kind == Kind.ASSIGNED:
        return _assigned(by_person, by_itself)
    if kind == Kind.STATUS:
        return _status(by_person, by_itself, detail)
    by_person_or_not = {
        Kind.UNASSIGNED: (_("%(who)s took it from %(from)s: nobody has it now."), _("Nobody has it any more.")),
        Kind.SNOOZED: (_("%(who)s snoozed it until %(until)s."), _("Snoozed until %(until)s.")),
        Kind.WOKEN: (_("%(who)s took it up again."), _woken(by_itself)),
        Kind.TAGGED: (_("%(who)s added the tag “%(tag)s”."), _("The tag “%(tag)s” was added.")),
        Kind.UNTAGGED: (_("%(who)s removed the tag “%(tag)s”."), _("The tag “%(tag)s” was removed.")),
        Kind.BLOCKED: (_("%(who)s blocked the customer."), _("The customer was blocked.")),
        Kind.UNBLOCKED: (_("%(who)s unblocked the customer."), _("The customer is no longer blocked.")),
        Kind.MERGED: (_("%(who)s joined two entries of this customer."), _("Two entries of this customer became one.")),
        Kind.CONSENT: (_("%(who)s noted about offers: %(to)s."), _("About offers: %(to)s.")),
    }
    words = by_person_or_not.get(kind, (_("%(who)s changed something."), _("Something was changed.")))
    return words[0] if by_person else words[1]


def _woken(by_itself: str) -> str:
    if by_itself == "customer_wrote":
        return _("It is back: the customer wrote.")
    return _("It is back: the time it was snoozed for is over.")


def _assigned(by_person: bool, by_itself: str) -> str:
    if by_person:
        return _("%(who)s assigned it to %(to)s.")
    if by_itself == "answered first":
        return _("%(to)s answered first and has it now.")
    return _("%(to)s has it now: it was their turn.") if by_itself else _("%(to)s has it now.")


def _status(by_person: bool, by_itself: str, detail: dict) -> str:
    if by_person:
        return _("%(who)s set it to “%(to)s”.")
    if detail.get("to") == Thread.Status.RESOLVED and by_itself.isdecimal():
        return _("It was resolved by itself after %(by_itself)s hours without a message.")
    if by_itself == "customer_wrote":
        return _("It is open again: the customer wrote.")
    return _("It was set to “%(to)s” by itself.")


def _moment(text: str) -> str:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        return text
    here = timezone.localtime(moment)
    return date_format(here, _("j F, H:i"))


def _marked(note: Note) -> SafeString:
    """The note's words, with the people it names marked."""
    shown = html_of(note.text)
    names = {f"@{each}" for mention in note.mentions.all() for each in (mention.user.label, mention.user.username)}
    if not names:
        return shown
    pattern = "|".join(re.escape(escape(name)) for name in sorted(names, key=len, reverse=True))
    # Only in the words, not inside the tags.
    marked = re.sub(rf"(<[^>]*>)|({pattern})(?!\w)", lambda found: found[1] or f"<mark>{found[2]}</mark>", shown)
    return mark_safe(marked)  # noqa: S308 - the text was escaped by html_of
