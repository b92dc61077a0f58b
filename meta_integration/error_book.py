"""The error book in the reader's language: the words of graph/words.py, translated where they are shown."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext

from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.errors import Verdict, classify, known_error, known_errors, verdict_of
from meta_integration.graph.words import TITLES, Button

CONNECTION, NUMBERS = "admin:meta_integration_waba_changelist", "admin:meta_integration_phonenumber_changelist"
PAGES = {
    Button.CONNECT: CONNECTION,
    Button.CONNECT_AGAIN: CONNECTION,
    Button.RECONNECT: CONNECTION,
    Button.REGISTER: NUMBERS,
    Button.RESUME: NUMBERS,
}


@dataclass(frozen=True)
class Entry:
    """A row of the book. `key` is its place on the page: "131047", "190-463", "200-299"."""

    key: str
    title: str
    happened: str
    we_did: str
    todo: str
    who: str
    button: str
    page: str

    @property
    def text(self) -> str:
        return " ".join((self.key, self.title, self.happened, self.we_did, self.todo, self.who, self.button)).lower()


@dataclass(frozen=True)
class Chapter:
    """The rows of one class; `general` says what holds for a code that the book does not know."""

    error_class: str
    title: str
    general: Entry
    entries: list[Entry]


def plain_words(code: int | None, subcode: int | None = None) -> str:
    """What happened, for a shop owner; empty for a code that nobody knows."""
    words = classify(code, subcode).plain_words
    return gettext(words) if words else ""


def entry_of(code: int | None, subcode: int | None = None) -> Entry:
    """What the book says of a code; of one that it does not know, what holds for its class."""
    return _entry(classify(code, subcode))


def chapters(wanted: str = "") -> list[Chapter]:
    """The book, or what of it has all the wanted words."""
    words, rows = wanted.lower().replace("#", " ").split(), {}
    for known in known_errors():
        rows.setdefault(verdict_of(known).error_class, []).append(_entry(verdict_of(known)))
    found = []
    for error_class in ErrorClass:
        general = _entry(Verdict(error_class, None))
        entries = [each for each in rows.get(error_class, []) if all(word in each.text for word in words)]
        if entries or all(word in general.text for word in words):
            found.append(Chapter(error_class, gettext(TITLES[error_class]), general, entries))
    return found


def url_of(code: int | None, subcode: int | None = None) -> str:
    """Where the book tells of this code; empty for a code that it does not know."""
    known = known_error(code, subcode)
    return f"{reverse('error_book')}#{known.key}" if known else ""


def link_to(code: int | None, subcode: int | None = None) -> str:
    """The code, as a link into the book where it is known there."""
    url, text = url_of(code, subcode), "–" if code is None else f"{code}/{subcode}" if subcode else str(code)
    return format_html('<a class="g-link" href="{}">{}</a>', url, text) if url else text


def as_markdown() -> str:
    """The book as docs/error-book.md."""
    with translation.override("en"):
        parts = [HEAD, *(_chapter_as_markdown(chapter) for chapter in chapters())]
    return "\n".join(parts)


HEAD = """# Error book

What Meta's error codes mean for a shop, what Galantis does about each, and what helps. Written by
`manage.py write_error_book` from the words beside the code table (`meta_integration/graph/words_*.py`); change them
there. In the admin the same book is under **Error book**.

`190-463` is code 190 with sub-code 463. Where a sub-code is not listed, its code's own row holds.

A code that is not here is final when Meta answered with HTTP 4xx other than 429, or reported it by webhook, and is
tried again otherwise.
"""


def _chapter_as_markdown(chapter: Chapter) -> str:
    lines = [f"## {chapter.title}", "", f"`{chapter.error_class}`. {chapter.general.happened}", ""]
    lines += [f"What Galantis does: {chapter.general.we_did}", "", f"What helps: {_help(chapter.general)}", ""]
    if chapter.entries:
        lines += ["| code | what happened | what Galantis does | what helps | who |", "|---|---|---|---|---|"]
    for each in chapter.entries:
        cells = (f'<a id="{each.key}"></a>{each.key}', each.happened, each.we_did, _help(each), each.who)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""]) if chapter.entries else "\n".join(lines)


def _help(entry: Entry) -> str:
    return f"{entry.todo} Press **{entry.button}**." if entry.button else entry.todo


def _entry(verdict: Verdict) -> Entry:
    words, known = verdict.words, verdict.known
    said = [
        gettext(text) if text else "" for text in (words.happened, words.we_did, words.todo, words.who, words.button)
    ]
    page = reverse(PAGES[words.button]) if words.button in PAGES else ""
    return Entry(known.key if known else "", known.title if known else "", *said, page)
