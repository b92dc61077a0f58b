"""The variables of a text: well written, in order, not at its edges, not too many, each with an example."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from templates_app import design as designs
from templates_app import examples
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, advice, error

NUMBER = re.compile(r"[0-9]{1,4}")
NAME = re.compile(r"[a-z_][a-z0-9_]*")
AT_START, AT_END = re.compile(r"\s*\{\{[^{}]*\}\}"), re.compile(r"\{\{[^{}]*\}\}\s*$")
BESIDE = re.compile(r"\}\}\s*\{\{")
SINGLE = re.compile(r"(?<!\{)\{\s*\w+\s*\}(?!\})")
# Languages written without spaces: each of their signs counts as a word.
SIGN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Meta does not say its limit; this is the rule of thumb that everybody keeps.
WORDS_FOR_EACH = 3


@error
def braces(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in _texts(design):
        rest = designs.VARIABLE.sub("", text)
        if "{{" in rest or "}}" in rest or "{{{" in text or "}}}" in text:
            words = _("A variable is not closed, or has too many braces.")
            yield field, words, _("Each variable has two braces on both sides: {{1}} or {{first_name}}.")


@error
def variable_name(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in _texts(design):
        for name in designs.variables(text):
            if not (NUMBER.fullmatch(name) or NAME.fullmatch(name)):
                words = _("“{{%(name)s}}” is not a variable that Meta takes.") % {"name": name[:40]}
                todo = _("Use a number, or a name of small letters, digits and underscores: {{1}} or {{first_name}}.")
                yield field, words, todo


@error
def variable_kind(design: dict, _around: Around) -> Iterator[Said]:
    is_named = reading.is_named(design)
    for field, _component, text in _texts(design):
        for name in designs.variables(text):
            if is_named and NUMBER.fullmatch(name):
                words = _("“{{%(name)s}}” is a number, but this template's variables have names.") % {"name": name}
                yield field, words, _("Give it a name, such as {{first_name}}, or choose numbers for all.")
            if not is_named and NAME.fullmatch(name):
                words = _("“{{%(name)s}}” is a name, but this template's variables have numbers.") % {"name": name[:40]}
                yield field, words, _("Give it a number, such as {{1}}, or choose names for all.")


@error
def variable_numbers(design: dict, _around: Around) -> Iterator[Said]:
    if reading.is_named(design):
        return
    for field, _component, text in _texts(design):
        numbers = _fitting(design, text)
        if not _is_counted(numbers):
            words = _("The variables are numbered %(numbers)s.") % {"numbers": ", ".join(numbers[:20])}
            todo = _("Number them from 1 on without leaving one out: {{1}}, {{2}}, {{3}}. Header and text count apart.")
            yield field, words, todo


@error
def header_variables(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "HEADER"):
        if len(designs.variables(text)) > 1:
            yield field, _("The header has more than one variable."), _("Keep one, and put the others into the text.")


@error
def variable_at_edge(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "BODY"):
        if AT_START.match(text):
            yield field, _("The text begins with a variable."), _("Put a word before it, such as “Hello”.")
        if AT_END.search(text):
            yield field, _("The text ends with a variable."), _("Put something after it; a full stop is enough.")


@error
def variables_adjacent(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "BODY"):
        if BESIDE.search(text):
            yield field, _("Two variables stand beside each other."), _("Put a word between them, or make them one.")


@advice
def too_many_variables(design: dict, _around: Around) -> Iterator[Said]:
    """Meta refuses too many for the length, and does not say how many: the rule of thumb must not stop anybody."""
    for field, _component, text in reading.texts(design, "BODY"):
        count, rest = len(designs.VARIABLE.findall(text)), designs.VARIABLE.sub("x", text)
        words = len(SIGN.sub(" x ", rest).split())
        if count and count * WORDS_FOR_EACH >= words:
            said = _("There are too many variables for so few words (variables: %(count)s, words: %(words)s).")
            todo = _("Meta may refuse that. Write more words around them, at least %(more)s, or remove a variable.")
            values = {"count": count, "words": words, "more": count * WORDS_FOR_EACH + 1 - words}
            yield field, said % values, todo % values


@error
def example_missing(design: dict, _around: Around) -> Iterator[Said]:
    for field, component, text in _texts(design):
        known, names = examples.of_text(component, field.rpartition(".")[2]), _fitting(design, text)
        for name in names:
            if name not in known and (reading.is_named(design) or _is_counted(names)):
                words = _("“{{%(name)s}}” has no example.") % {"name": name[:40]}
                yield f"{field}.{name}", words, _("Write what could stand there: Meta's reviewers read it.")


@error
def example_unused(design: dict, _around: Around) -> Iterator[Said]:
    if reading.is_named(design):
        return
    for field, component, text in _texts(design):
        names = _fitting(design, text)
        if names and _is_counted(names) and len(examples.of_text(component, field.rpartition(".")[2])) > len(names):
            yield field, _("There are more examples than variables."), _("Remove those that belong to no variable.")


@advice
def single_braces(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in _texts(design):
        if found := SINGLE.search(text):
            words = _("“%(text)s” is not a variable: customers would read it so.") % {"text": found[0][:40]}
            yield field, words, _("Write two braces on both sides if something should be filled in there.")


def _fitting(design: dict, text: str) -> list[str]:
    """The variables that are of the kind that this template has."""
    kind = NAME if reading.is_named(design) else NUMBER
    return [name for name in designs.variables(text) if kind.fullmatch(name)]


def _is_counted(numbers: list[str]) -> bool:
    return set(numbers) == {str(place) for place in range(1, len(numbers) + 1)}


def _texts(design: dict) -> Iterator[tuple[str, dict, str]]:
    return reading.texts(design, "HEADER", "BODY")


RULES = (
    braces,
    variable_name,
    variable_kind,
    variable_numbers,
    header_variables,
    variable_at_edge,
    variables_adjacent,
    too_many_variables,
    example_missing,
    example_unused,
    single_braces,
)
