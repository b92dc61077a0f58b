"""What fills a template's gaps when nobody types it: each gap has a source, and a fallback for missing data.

A *mapping* is `{"body.1": {"source": "customer.first_name", "fallback": "there"}, "buttons[0].code": {"source":
"fixed", "value": "SAVE25"}}`, kept in `MessageTemplate.mapping`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app.models import MessageTemplate
from templates_app.services import gaps as kinds
from templates_app.services import render
from templates_app.services.gaps import Gap
from templates_app.services.parameters import MissingValues, WrongValue, is_empty, parameter_of
from templates_app.services.sources import FIXED, LINK, NEVER_CHOSEN, SOURCES, TEXT, fitting

__all__ = ["MappingProblem", "check_mapping", "fill", "known_values", "used_sources", "values_for"]


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """`key` is the gap's; `is_empty` where nothing is chosen for it at all."""

    key: str
    words: str
    is_empty: bool = False


def fill(mapping: Mapping, facts: Mapping) -> dict:
    """The values of all mapped gaps. Raises MissingValues with the keys that neither facts nor fallback can fill."""
    values = {key: _value(entry, facts) for key, entry in mapping.items()}
    missing = [key for key, value in values.items() if is_empty(value)]
    if missing:
        raise MissingValues(missing)
    return values


def values_for(template: MessageTemplate, facts: Mapping, given: Mapping | None = None) -> dict:
    """What `render` needs, by the template's mapping. `given` was typed for this message, and comes first.

    Raises MissingValues for all that is required and has no value. What is mapped for gaps that the template does not
    have any more is passed over.
    """
    open_gaps = render.gaps(template)
    values = _known(template, open_gaps, facts, given or {})
    missing = [gap.key for gap in open_gaps if gap.is_required and gap.key not in values]
    if missing:
        raise MissingValues(missing)
    return values


def known_values(template: MessageTemplate, facts: Mapping, given: Mapping | None = None) -> dict:
    """The same as far as it goes: what is missing is left to a person."""
    return _known(template, render.gaps(template), facts, given or {})


def used_sources(mapping: Mapping) -> set[str]:
    """Which facts a mapping needs: `{"customer.first_name"}`."""
    return {text_in(entry, "source") for entry in mapping.values()} & SOURCES.keys() - {FIXED}


def check_mapping(mapping: Mapping, gaps: Iterable[Gap]) -> list[MappingProblem]:
    """What of it cannot work, in the order of the gaps: an unknown source, a fixed value that Meta refuses, ..."""
    found = []
    for gap in gaps:
        entry = mapping.get(gap.key)
        if is_empty(entry):
            if gap.is_required and gap.kind not in NEVER_CHOSEN:
                words = _("Nothing is chosen for %(gap)s.") % {"gap": gap.label}
                found.append(MappingProblem(gap.key, words, is_empty=True))
        elif words := _wrong_in(gap, entry):
            found.append(MappingProblem(gap.key, words))
    return found


def _known(template: MessageTemplate, open_gaps: list[Gap], facts: Mapping, given: Mapping) -> dict:
    mapping = template.mapping if isinstance(template.mapping, Mapping) else {}
    found = {}
    for gap in open_gaps:
        value = given.get(gap.key)
        found[gap.key] = _value_for(gap, mapping.get(gap.key), facts) if is_empty(value) else value
    return {key: value for key, value in found.items() if not is_empty(value)}


# Values ---------------------------------------------------------------------------------------------------------------
def _value(entry, facts: Mapping):
    """Without a look at its gap."""
    if not isinstance(entry, Mapping):
        return None
    if text_in(entry, "source") == FIXED:
        return entry.get("value")
    source = SOURCES.get(text_in(entry, "source"))
    value = source.value(facts) if source else None
    return entry.get("fallback") if is_empty(value) else value


def _value_for(gap: Gap, entry, facts: Mapping):
    source = SOURCES.get(text_in(entry, "source"))
    if gap.kind == kinds.SUFFIX and source and source.kind in (TEXT, LINK):
        suffix = _suffix(gap, source.kind, source.value(facts))
        return entry.get("fallback") if is_empty(suffix) else suffix
    return _value(entry, facts)


def _suffix(gap: Gap, kind: str, value) -> str:
    """The end of an address: of a whole address only what follows the button's own part of it."""
    if is_empty(value):
        return ""
    if kind == TEXT:
        return quote(value, safe="")
    start = gap.address.casefold()
    return value[len(start) :] if value.casefold().startswith(start) else ""


# Checks ---------------------------------------------------------------------------------------------------------------
def _wrong_in(gap: Gap, entry) -> str:
    if not isinstance(entry, Mapping):
        return _("Choose again where the value comes from.")
    chosen = text_in(entry, "source")
    if chosen not in {source.key for source in fitting(gap.kind)}:
        return _("%(gap)s cannot be filled from there. Choose another source.") % {"gap": gap.label}
    value = entry.get("value" if chosen == FIXED else "fallback")
    if is_empty(value):
        return _("Write the value.") if chosen == FIXED else ""
    try:
        parameter_of(gap, value)
    except WrongValue as exc:
        return exc.words
    return ""
