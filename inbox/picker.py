"""Choosing products inside a form: a list that is searched, and what was chosen of it, in order and in sections.

Each button sends the whole form, which comes back with all that was filled in; whatever is ticked counts as chosen from
then on, whichever button it was. A script only makes that smaller: then just this part comes back (inbox:pick).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Catalog
from catalog.services import picking
from inbox import harmless
from inbox.bubbles import goods
from inbox.models import Thread
from inbox.outgoing import Products
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA
from meta_integration.walk import storable
from workspaces.models import Workspace

ONE, MANY = "one", "many"
MOST, MOST_SECTIONS, LONGEST_TITLE = 30, 10, 24
# A page far beyond the end of any list.
MOST_PAGES = 1000


@dataclass(slots=True)
class Section:
    """`products` are the numbers as a page shows them: with what is known of each."""

    title: str = ""
    numbers: list[str] = field(default_factory=list)
    products: list[dict] = field(default_factory=list)


@dataclass(slots=True)
class Picker:
    """`key` begins the names of its inputs. `is_asked`: one of its own buttons was pressed; nothing is to be sent."""

    key: str
    mode: str
    sections: list[Section]
    into: int = 0
    search: str = ""
    page: int = 1
    is_asked: bool = False
    # What was done is said here, and what does not go.
    problem: str = ""
    found: list[dict] = field(default_factory=list)
    has_more: bool = False

    @property
    def id(self) -> str:
        return "picker-" + re.sub(r"[^a-zA-Z0-9]", "-", self.key)

    @property
    def numbers(self) -> list[str]:
        return [number for section in self.sections for number in section.numbers]

    @property
    def number(self) -> str:
        return next(iter(self.numbers), "")

    @property
    def is_of_many(self) -> bool:
        return self.mode == MANY

    @property
    def has_sections(self) -> bool:
        return len(self.sections) > 1

    @property
    def may_have_section(self) -> bool:
        return self.is_of_many and bool(self.numbers) and len(self.sections) < MOST_SECTIONS

    @property
    def filled(self) -> list[Products]:
        """As a message takes them. A section without products is left out."""
        return [Products(each.title, each.numbers) for each in self.sections if each.numbers]


def offered(thread: Thread) -> Catalog | None:
    """The catalog from which products are picked for this conversation; None where none of it may be shown yet."""
    return offered_by(thread.workspace, thread.number.account)


def offered_by(workspace: Workspace, account: WABA) -> Catalog | None:
    catalog = picking.offered(workspace, account)
    return catalog if catalog and picking.shown_in(workspace).exists() else None


def begin(key: str, mode: str, sections: Iterable[Products] = ()) -> Picker:
    known = [Section(each.title, list(each.retailer_ids)) for each in sections]
    return Picker(key, mode, known or [Section()])


def received(key: str, mode: str, data: QueryDict) -> Picker:
    """As the form came back, with what its button asked for done."""
    asked, *place = data.get(f"{key}.do", "").split(":")
    picker = Picker(key, mode, _sections(key, data), is_asked=f"{key}.do" in data)
    picker.search = harmless.line(data.get(f"{key}.q", ""), picking.LONGEST_SEARCH)
    picker.page = min(max(as_int(data.get(f"{key}.page")) or 1, 1), MOST_PAGES)
    picker.into = min(max(as_int(data.get(f"{key}.into")) or 0, 0), len(picker.sections) - 1)
    places = [max(as_int(each) or 0, 0) for each in place]
    if mode == ONE and asked == "drop":
        picker.sections = [Section()]
        return picker
    _take(picker, [_number(each) for each in data.getlist(f"{key}.pick")])
    if asked in DOES:
        DOES[asked](picker, *(places + [0, 0])[:2])
    return picker


def draw(pickers: list[Picker], workspace: Workspace) -> None:
    """What is known of the chosen ones, and the lists that were searched: few queries, however many pickers."""
    known = goods.of(workspace, (number for picker in pickers for number in picker.numbers))
    lists = {}
    for picker in pickers:
        for section in picker.sections:
            section.products = [goods.row_of(number, known) for number in section.numbers]
        wanted = (picker.search, picker.page)
        if wanted not in lists:
            lists[wanted] = _list(workspace, *wanted)
        picker.found, picker.has_more = lists[wanted]


def _list(workspace: Workspace, search: str, page: int) -> tuple[list[dict], bool]:
    rows, has_more = picking.page_of(picking.found_among(picking.shown_in(workspace), search), page)
    known = {each.retailer_id: goods.harmless_facts(each) for each in rows}
    return [goods.row_of(number, known) for number in known], has_more


def refusal(pickers: Iterable[Picker], workspace: Workspace) -> dict[str, str]:
    """By the pickers' keys: which of the chosen products Meta would not show, in words. One query."""
    pickers = list(pickers)
    known = goods.of(workspace, (number for picker in pickers for number in picker.numbers))
    found = {}
    for picker in pickers:
        gone = [each for each in picker.numbers if each not in known or not known[each].is_shown]
        if gone:
            named = [f"“{known[each].name if each in known else harmless.line(each)}”" for each in gone]
            words = ngettext(
                "WhatsApp does not show %(names)s to customers any more. Remove it or choose another product.",
                "WhatsApp does not show these to customers any more: %(names)s. Remove them or choose other products.",
                len(gone),
            )
            found[picker.key] = words % {"names": ", ".join(named)}
    return found


# What its buttons do --------------------------------------------------------------------------------------------------
def _sections(key: str, data: QueryDict) -> list[Section]:
    titles = [harmless.line(each, 200) for each in data.getlist(f"{key}.title")[:MOST_SECTIONS]] or [""]
    return [
        Section(title, list(dict.fromkeys(filter(None, map(_number, data.getlist(f"{key}.in{place}")[:MOST])))))
        for place, title in enumerate(titles)
    ]


def _number(text: str) -> str:
    return storable(text).strip()[:100]


def _take(picker: Picker, ticked: list[str]) -> None:
    """Into the section that was chosen for them. Nothing stands there twice."""
    if picker.mode == ONE:
        if ticked:
            picker.sections = [Section("", [each for each in ticked[-1:] if each])]
        return
    new = [each for each in dict.fromkeys(ticked) if each and each not in picker.numbers]
    room = max(MOST - len(picker.numbers), 0)
    picker.sections[picker.into].numbers += new[:room]
    if len(new) > room:
        words = _("WhatsApp shows at most %(most)s products in a message. The last ones were not added.")
        picker.problem = words % {"most": MOST}


def _search(picker: Picker, *_place: int) -> None:
    picker.page = 1


def _turn(picker: Picker, page: int, _unused: int) -> None:
    picker.page = min(max(page, 1), MOST_PAGES)


def _add_section(picker: Picker, *_place: int) -> None:
    if picker.may_have_section:
        picker.sections.append(Section())
        picker.into = len(picker.sections) - 1


def _drop_section(picker: Picker, place: int, _unused: int) -> None:
    if picker.has_sections and place < len(picker.sections):
        picker.sections.pop(place)
        picker.into = min(picker.into, len(picker.sections) - 1)


def _drop(picker: Picker, section: int, place: int) -> None:
    if section < len(picker.sections) and place < len(picker.sections[section].numbers):
        picker.sections[section].numbers.pop(place)


def _move_up(picker: Picker, section: int, place: int) -> None:
    """The first of a section goes to the end of the one before."""
    if section >= len(picker.sections) or place >= len(picker.sections[section].numbers):
        return
    numbers = picker.sections[section].numbers
    if place:
        numbers[place - 1], numbers[place] = numbers[place], numbers[place - 1]
    elif section:
        picker.sections[section - 1].numbers.append(numbers.pop(0))


def _move_down(picker: Picker, section: int, place: int) -> None:
    """The last of a section goes to the start of the next one."""
    if section >= len(picker.sections) or place >= len(picker.sections[section].numbers):
        return
    numbers = picker.sections[section].numbers
    if place + 1 < len(numbers):
        numbers[place + 1], numbers[place] = numbers[place], numbers[place + 1]
    elif section + 1 < len(picker.sections):
        picker.sections[section + 1].numbers.insert(0, numbers.pop())


DOES = {
    "search": _search,
    "page": _turn,
    "section": _add_section,
    "drop-section": _drop_section,
    "drop": _drop,
    "up": _move_up,
    "down": _move_down,
}
