"""One field of the form, and what the rules found at it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from templates_app.lint import Finding

TEXT, AREA, SELECT, CHECK, FILE, PLACE = "text", "area", "select", "check", "file", "place"


@dataclass
class Field:
    """`name` is that of the input; `place` is how rules name it, where that differs.

    A PLACE is no input: what is found at a button, a card or all of them as a whole stands there.
    """

    name: str
    label: str | Promise
    value: object = ""
    kind: str = TEXT
    place: str = ""
    help: str | Promise = ""
    limit: int = 0
    mode: str = ""
    options: Sequence[tuple[str, str | Promise]] = ()
    # What a person writes in the template's language is written in its direction.
    is_foreign: bool = False
    # Another choice here makes another form.
    is_turning: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def id(self) -> str:
        return "f-" + re.sub(r"\W+", "-", self.name).strip("-")

    @property
    def errors(self) -> list[Finding]:
        return [each for each in self.findings if each.is_error]

    @property
    def length(self) -> int:
        return len(str(self.value))


@dataclass
class Examples:
    """The examples of one text's gaps, or of an address. `key` tells whether they are still the same gaps."""

    id: str
    fields: list[Field]
    is_address: bool = False

    @property
    def key(self) -> str:
        return " ".join(each.name for each in self.fields)


def place_findings(fields: Sequence[Field], findings: Iterable[Finding]) -> list[tuple[Finding, Field | None]]:
    """Each finding to the field it is about: that of its name, else one inside of it, else the one around it."""
    known: dict[str, Field] = {}
    for each in fields:
        known.setdefault(each.place or each.name, each)
    placed = []
    for finding in findings:
        at = _field_at(known, finding.field)
        if at:
            at.findings.append(finding)
        placed.append((finding, at))
    return placed


def _field_at(known: dict[str, Field], place: str) -> Field | None:
    while place:
        if place in known:
            return known[place]
        inside = (each for name, each in known.items() if name.startswith((f"{place}.", f"{place}[")))
        if found := next(inside, None):
            return found
        place = re.sub(r"(\[\d+\]|\.?[^.\[\]]+)$", "", place)
    return None
