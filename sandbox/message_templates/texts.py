"""Header, body and footer: lengths, variables, examples."""

import re

from .parts import variables
from .problems import BODY, EDGES, FOOTER, HEADER, RATIO, TOO_LONG, Refused

LONGEST_HEADER, LONGEST_BODY, LONGEST_FOOTER = 60, 1024, 60
LONGEST_BODY_OF_OFFER, LONGEST_BODY_OF_CARD, LONGEST_OFFER = 600, 160, 16
WORDS_PER_VARIABLE = 3
# Thai, Lao, Burmese, Khmer, Japanese and Chinese have no spaces: each sign is taken for a word.
SIGN = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
ANY_GAP = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
NAME = re.compile(r"[a-z_][a-z0-9_]*")
MARKDOWN = re.compile(r"(?<!\w)([*_~`])\S(.*?\S)?\1(?!\w)")


def header(component: dict, parameter_format: str) -> None:
    text = written(component, "text", "header", LONGEST_HEADER, HEADER)
    if "\n" in text or MARKDOWN.search(ANY_GAP.sub("", text)):
        raise Refused(HEADER, why="The header can't have new lines, formatting characters, or asterisks.")
    names = gaps(text, parameter_format, HEADER)
    if len(names) > 1:
        raise Refused(HEADER, why="The header can have one parameter at most.")
    examples(component, "header_text", names, parameter_format, HEADER)


def body(component: dict, parameter_format: str, longest: int = LONGEST_BODY) -> None:
    text = written(component, "text", "body", longest, BODY)
    names = gaps(text, parameter_format, BODY)
    if re.match(r"\s*\{\{", text) or re.search(r"\}\}\s*$", text):
        raise Refused(EDGES)
    if re.search(r"\}\}\s*\{\{", text):
        raise Refused(BODY, why="Two parameters can't stand beside each other: put words between them.")
    words = SIGN.sub(" x ", ANY_GAP.sub("x", text)).split()
    if names and len(ANY_GAP.findall(text)) * WORDS_PER_VARIABLE >= len(words):
        raise Refused(RATIO)
    examples(component, "body_text", names, parameter_format, BODY)


def footer(component: dict) -> None:
    text = written(component, "text", "footer", LONGEST_FOOTER, FOOTER)
    if "{{" in text or "\n" in text:
        raise Refused(FOOTER, why="The footer can't have parameters or new lines.")


def offer(component: dict) -> None:
    content = component.get("limited_time_offer")
    if not isinstance(content, dict):
        raise Refused(why="LIMITED_TIME_OFFER needs limited_time_offer with a text.")
    written(content, "text", "offer", LONGEST_OFFER)
    if not isinstance(content.get("has_expiration", False), bool):
        raise Refused(why="limited_time_offer.has_expiration must be true or false.")


def written(holder: dict, name: str, what: str, longest: int, subcode: int = 0) -> str:
    """A text that is there, and not too long."""
    text = holder.get(name)
    if not isinstance(text, str) or not text.strip():
        raise Refused(subcode, why=f"The {what} is missing its {name}.")
    if len(text) > longest:
        raise Refused(TOO_LONG, what=what, count=len(text), limit=longest)
    return text


def gaps(text: str, parameter_format: str, subcode: int) -> list[str]:
    """The names of its variables; they are well formed, and numbers count from 1 without gaps."""
    found = [match.strip() for match in ANY_GAP.findall(text)]
    if "{{" in ANY_GAP.sub("", text) or "}}" in ANY_GAP.sub("", text):
        raise Refused(subcode, why="A parameter is missing its braces: write {{1}} or {{name}}.")
    for name in found:
        if not (name.isascii() and name.isdigit() if parameter_format == "POSITIONAL" else NAME.fullmatch(name)):
            kind = "a number, as {{1}}" if parameter_format == "POSITIONAL" else "lower-case letters and underscores"
            raise Refused(subcode, why=f"The parameter {{{{{name}}}}} must be {kind}.")
    names = variables(text)
    if parameter_format == "POSITIONAL" and sorted(map(int, names)) != list(range(1, len(names) + 1)):
        raise Refused(subcode, why="Parameters must be numbered from {{1}} on without gaps.")
    return names


def examples(component: dict, key: str, names: list[str], parameter_format: str, subcode: int) -> None:
    """One for every variable. Puts those of the body into the form in which Meta gives them back: a list in a list."""
    if not names:
        component.pop("example", None)
        return
    given = component.get("example") if isinstance(component.get("example"), dict) else {}
    if parameter_format == "NAMED":
        known = _named(given.get(f"{key}_named_params"))
        missing = [name for name in names if not known.get(name)]
    else:
        values = _flat(given.get(key))
        missing = names[len(values) :] or (["one less"] if len(values) > len(names) else [])
        if key == "body_text" and not missing:
            component["example"] = {**given, key: [values]}
    if missing:
        wanted = ", ".join(missing)
        raise Refused(subcode, why=f"example.{key} must have one text for each parameter; wanted: {wanted}.")


def _named(given) -> dict[str, str]:
    rows = [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
    return {str(row.get("param_name")): row["example"] for row in rows if _is_text(row.get("example"))}


def _flat(given) -> list[str]:
    """A list in a list, a list, or one text: all of them stand in Meta's own samples."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], list):
        given = given[0]
    return given if isinstance(given, list) and all(map(_is_text, given)) else []


def _is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())
