"""What breaks a limit of WhatsApp's is named here: by its field, and in plain words."""

import re
from collections.abc import Hashable, Iterable, Sized
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from meta_integration.walk import storable


class BadMessage(ValueError):
    """WhatsApp would refuse it. `field` says where (`buttons[1].title`), the text says what is wrong and what goes."""

    def __init__(self, field: str, words: str):
        super().__init__(words)
        self.field = field


def text(field: str, what: str, value: str, most: int | None = None, *, optional: bool = False) -> str:
    """The text as it can be stored and sent. Raises BadMessage when it is too long, or empty and not optional."""
    value = storable(str(value or ""))
    if not value.strip():
        if optional:
            return ""
        raise BadMessage(field, _("%(what)s is missing.") % {"what": what})
    if most and len(value) > most:
        words = _("%(what)s has %(length)s characters, and WhatsApp takes %(most)s at most.")
        raise BadMessage(field, words % {"what": what, "length": len(value), "most": most})
    return value


def one_line(field: str, what: str, value: str, most: int) -> str:
    """A text without line breaks and wide gaps of its own."""
    value = text(field, what, value, most)
    if re.search(r"[\n\r\t]| {5}", value):
        words = _("%(what)s must not contain line breaks, tabs or more than four spaces in a row.")
        raise BadMessage(field, words % {"what": what})
    return value


def how_many(field: str, what: str, items: Sized, least: int, most: int) -> None:
    """`what` is the plural of what is counted: "buttons"."""
    if not least <= len(items) <= most:
        words = _("There are %(count)s %(what)s, and WhatsApp takes %(least)s to %(most)s.")
        raise BadMessage(field, words % {"count": len(items), "what": what, "least": least, "most": most})


def all_different(field: str, what: str, values: Iterable[Hashable]) -> None:
    """`field` with `{}` where the place of the second of two equal ones goes; `what` is a plural."""
    seen = set()
    for place, value in enumerate(values):
        if value in seen:
            raise BadMessage(field.format(place), _("Two of the %(what)s are the same.") % {"what": what})
        seen.add(value)


def web_address(field: str, value: str, *, schemes: tuple[str, ...] = ("http", "https"), most: int = 2000) -> str:
    value = text(field, _("The web address"), value, most)
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in schemes and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        is_good = False
    if not is_good:
        words = _("“%(value)s” is not a web address that begins with %(start)s.")
        raise BadMessage(field, words % {"value": value[:80], "start": f"{schemes[-1]}://"})
    return value


def between(field: str, what: str, value: float, least: float, most: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not least <= number <= most:
        words = _("%(what)s must be a number from %(least)s to %(most)s.")
        raise BadMessage(field, words % {"what": what, "least": least, "most": most})
    return number


def titles_of_sections(titles: list[str]) -> list[str]:
    """A title is needed as soon as there are two sections."""
    many = len(titles) > 1
    return [
        text(f"sections[{place}].title", _("The title of a section"), title, 24, optional=not many)
        for place, title in enumerate(titles)
    ]


def at_most_in_all(field: str, count: int, most: int, what: str) -> None:
    if count > most:
        words = _("The sections together have %(count)s %(what)s, and WhatsApp takes %(most)s at most.")
        raise BadMessage(field, words % {"count": count, "what": what, "most": most})
