"""A design as the rules look at it."""

from collections.abc import Iterator

from meta_integration.walk import text_in
from templates_app import design as designs


def category(design: dict) -> str:
    return text_in(design, "category").upper()


def is_code(design: dict) -> bool:
    """Of a template for one-time codes Meta writes all texts, so that no rule about texts concerns it."""
    return category(design) == designs.AUTHENTICATION


def is_named(design: dict) -> bool:
    return text_in(design, "parameter_format").upper() == designs.NAMED


def parts(design: dict) -> list[tuple[str, list[dict]]]:
    """As `design.parts`, for texts and buttons of one's own: none of a template for one-time codes."""
    return [] if is_code(design) else list(designs.parts(design.get("components")))


def kinds(part: list[dict]) -> list[str]:
    return [text_in(each, "type").upper() for each in part]


def texts(design: dict, *of: str) -> Iterator[tuple[str, dict, str]]:
    """Each text of these kinds of components, with its field: ("cards[0].body", the component, "Look!")."""
    for at, part in parts(design):
        for kind in of:
            component = designs.component(part, kind)
            if component is None or (kind == "HEADER" and designs.header_format(part) != "TEXT"):
                continue
            yield f"{at}{kind.lower()}", component, text_in(component, "text")


def buttons(design: dict) -> Iterator[tuple[str, str, dict]]:
    """Each button, with its field and its type: ("buttons[0]", "URL", the button)."""
    for at, part in parts(design):
        for place, button in enumerate(designs.buttons(part)):
            yield f"{at}buttons[{place}]", text_in(button, "type").upper(), button


def offer(design: dict) -> dict | None:
    return None if is_code(design) else designs.component(design.get("components"), "LIMITED_TIME_OFFER")


def offer_text(offer: dict) -> str:
    return text_in(offer.get("limited_time_offer"), "text")
