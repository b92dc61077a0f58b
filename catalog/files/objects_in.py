"""JSON: a list of products, a list under a name, or one product a line."""

import io
import itertools
import json
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.fields import ATTRIBUTES
from catalog.files import Unreadable, headings
from catalog.files.lines import Line
from catalog.problems import problem

CHUNK = 64 * 1024
LARGEST_OBJECT = 1_000_000
# The facts' names are gathered from so many.
LOOKED_AT = 50
BLANK = re.compile(r"[\s,]*")
SIMPLE = r'(?:"(?:[^"\\]|\\.)*"|-?[\d.eE+-]+|true|false|null)'
UNDER_A_NAME = re.compile(rf'\{{\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*{SIMPLE}\s*,\s*)*+"(?:products|items|data)"\s*:\s*\[')
DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda _name: None)


def read(text: io.TextIOBase) -> tuple[list[list[str]], Iterator[Line]]:
    """The columns and the lines. Raises Unreadable, also while it is read."""
    objects = _objects(text)
    first = list(itertools.islice(objects, LOOKED_AT))
    dicts = [each for _number, each in first if isinstance(each, dict)]
    names = list(dict.fromkeys(name for each in dicts for name in _flat(each)))
    columns = headings.columns_of(names)
    facts = {key: name for key, (_heading, name) in zip(names, columns, strict=True) if name}
    return columns, _lines(itertools.chain(first, objects), facts)


def _lines(objects: Iterator[tuple[int, object]], facts: dict[str, str]) -> Iterator[Line]:
    for number, each in objects:
        if not isinstance(each, dict):
            yield Line(number, {}, [problem("", "not_json")])
            continue
        texts, found = {}, []
        for key, value in _flat(each).items():
            if not (name := facts.get(key)):
                continue
            texts[name] = shown = _text_of(value)
            if shown is None:
                texts[name] = json.dumps(value)[:500]
                found.append(problem(name, "no_text"))
        yield Line(number, texts, found)


def _flat(product: dict) -> dict:
    """With what stands under "attributes" beside the rest."""
    inner = product.get("attributes")
    inner = {name: each for name, each in inner.items() if name in ATTRIBUTES} if isinstance(inner, dict) else {}
    return {**{name: each for name, each in product.items() if name != "attributes"}, **inner}


def _text_of(value: object) -> str | None:
    """None for what is no text."""
    if isinstance(value, str) or value is None:
        return value or ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return value["url"] if isinstance(value.get("url"), str) else None
    texts = [_text_of(each) for each in value] if isinstance(value, list) else [None]
    return None if None in texts or any(isinstance(each, list) for each in value) else " ".join(texts)


# Objects -----------------------------------------------------------------------------------------------------------
def _objects(text: io.TextIOBase) -> Iterator[tuple[int, object]]:
    """(number, object): of a list its place in it, else the line. Raises Unreadable."""
    window = _Window(text)
    window.fill()
    start = len(window.rest()) - len(window.rest().lstrip("\ufeff \t\r\n"))
    window.skip(start)
    if under := UNDER_A_NAME.match(window.rest()):
        window.skip(under.end())
        yield from _of_list(window)
    elif window.rest().startswith("["):
        window.skip(1)
        yield from _of_list(window)
    else:
        text.seek(0)
        yield from _of_lines(text)


def _of_list(window: "_Window") -> Iterator[tuple[int, object]]:
    for number in itertools.count(1):
        window.skip_blank()
        if window.begins_with("]"):
            return
        yield number, window.take(number)


def _of_lines(text: io.TextIOBase) -> Iterator[tuple[int, object]]:
    number = 0
    while line := text.readline(LARGEST_OBJECT):
        number += 1
        if len(line) == LARGEST_OBJECT:
            _refuse(number)
        if not line.strip("\ufeff \t\r\n,"):
            continue
        try:
            yield number, DECODER.decode(line.strip("\ufeff \t\r\n,"))
        except (ValueError, RecursionError):
            yield number, None


class _Window:
    """The part of the text that is looked at."""

    def __init__(self, text: io.TextIOBase):
        self._text, self._buffer, self._at, self._is_over = text, "", 0, False

    def rest(self) -> str:
        return self._buffer if not self._at else self._buffer[self._at :]

    def begins_with(self, text: str) -> bool:
        return self._buffer.startswith(text, self._at)

    def fill(self) -> bool:
        """Read on. False at the end of the text."""
        more = self._text.read(CHUNK)
        self._buffer, self._at = self.rest() + more, 0
        return bool(more)

    def skip(self, count: int) -> None:
        self._at += count

    def skip_blank(self) -> None:
        while True:
            self._at = BLANK.match(self._buffer, self._at).end()
            if self._at < len(self._buffer) or not self.fill():
                return

    def take(self, number: int) -> object:
        """The next object, which has the number in its list. Raises Unreadable."""
        while True:
            try:
                found, self._at = DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                _refuse(number)
            except ValueError:
                if len(self._buffer) - self._at > LARGEST_OBJECT or not self.fill():
                    _refuse(number)
            else:
                return found


def _refuse(number: int) -> None:
    message = _("Product %(number)s of the file cannot be read as JSON. Mend the file there and upload it again.")
    raise Unreadable(message % {"number": number})
