"""What a template is made of, in the form in which Meta takes it.

A *design* is the body of a creation call as a dict: `name`, `language`, `category`, `parameter_format`, perhaps
`message_send_ttl_seconds`, and `components`. Only the examples of files are missing: which file of ours is the example
of which header is kept beside it, as `TemplateSample`, because the handle that Meta gives for an example expires.
"""

import hashlib
import json
import re
from collections.abc import Iterator

from meta_integration.walk import text_in

# Bounded, so that no text makes the search slow; Meta takes no such name anyway.
VARIABLE = re.compile(r"\{\{\s{0,9}([^{}]{0,99}?)\s{0,9}\}\}")
MEDIA_FORMATS = ("IMAGE", "VIDEO", "DOCUMENT")
POSITIONAL, NAMED = "POSITIONAL", "NAMED"
MARKETING, UTILITY, AUTHENTICATION = "MARKETING", "UTILITY", "AUTHENTICATION"


def variables(text: str) -> list[str]:
    """The names or numbers of a text's gaps, each once, in order: `["1", "2"]` or `["first_name"]`."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def component(components: list, kind: str) -> dict | None:
    """The component of this type, such as BODY; Meta writes types in any case."""
    of_kind = (each for each in _dicts(components) if text_in(each, "type").upper() == kind)
    return next(of_kind, None)


def buttons(components: list) -> list[dict]:
    found = component(components, "BUTTONS")
    return list(_dicts(found.get("buttons"))) if found else []


def cards(components: list) -> list[list[dict]]:
    """The components of each card of a carousel; empty for a template without one."""
    found = component(components, "CAROUSEL")
    return [list(_dicts(card.get("components"))) for card in _dicts(found.get("cards"))] if found else []


def parts(components: list) -> Iterator[tuple[str, list[dict]]]:
    """The components of the message itself, at "", and of each card, at `cards[0].`, `cards[1].`, ..."""
    yield "", list(_dicts(components))
    for place, card in enumerate(cards(components)):
        yield f"cards[{place}].", card


def header_format(components: list) -> str:
    """TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION, PRODUCT, ...; empty without a header."""
    return text_in(component(components, "HEADER"), "format").upper()


def sample_places(components: list) -> dict[str, str]:
    """Where an example file is needed, and of which format: `{"header": "IMAGE", "cards[0].header": "VIDEO"}`."""
    formats = {f"{at}header": header_format(each) for at, each in parts(components)}
    return {place: kind for place, kind in formats.items() if kind in MEDIA_FORMATS}


def text_of(components: list) -> str:
    """Its words as one text, for searching."""
    texts = [text_in(each, "text") for _at, part in parts(components) for each in part]
    texts += [text_in(button, "text") for _at, part in parts(components) for button in buttons(part)]
    return "\n".join(text for text in texts if text)


def mark(components: list) -> str:
    """The same for versions that are filled alike and read alike: only their examples may differ."""
    return hashlib.sha256(json.dumps(_without_examples(components), sort_keys=True).encode()).hexdigest()[:32]


def _without_examples(value):
    if isinstance(value, dict):
        return {name: _without_examples(each) for name, each in value.items() if name != "example"}
    return [_without_examples(each) for each in value] if isinstance(value, list) else value


def _dicts(values) -> Iterator[dict]:
    return (each for each in values if isinstance(each, dict)) if isinstance(values, list) else iter(())
