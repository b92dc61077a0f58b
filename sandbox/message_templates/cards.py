"""Carousels: two to ten cards of one make."""

from . import buttons, samples, texts
from .parts import component
from .problems import HEADER, Refused

LEAST, MOST = 2, 10
FORMATS = ("IMAGE", "VIDEO", "PRODUCT")
KINDS = ("HEADER", "BODY", "BUTTONS")


def check(meta, carousel: dict, parameter_format: str) -> None:
    cards = carousel.get("cards")
    if not isinstance(cards, list) or not LEAST <= len(cards) <= MOST:
        raise Refused(why=f"CAROUSEL needs cards, {LEAST} to {MOST} of them.")
    makes = [_check_card(meta, card, parameter_format) for card in cards]
    if any(make != makes[0] for make in makes):
        raise Refused(why="All cards must have the same components: header of one format, body or none, same buttons.")


def _check_card(meta, card, parameter_format: str) -> tuple:
    """What it is made of, to be compared."""
    components = card.get("components") if isinstance(card, dict) else None
    if not isinstance(components, list) or not all(isinstance(each, dict) for each in components):
        raise Refused(why="A card needs components.")
    given = [each.get("type") for each in components]
    if len(set(given)) != len(given) or set(given) - set(KINDS):
        raise Refused(why=f"A card may have one each of {', '.join(KINDS)}.")
    header, body = component(components, "HEADER"), component(components, "BODY")
    if header.get("format") not in FORMATS:
        raise Refused(HEADER, why=f"A card needs a header of format {', '.join(FORMATS)}.")
    if header["format"] != "PRODUCT":
        samples.header(meta, header)
    if body:
        texts.body(body, parameter_format, texts.LONGEST_BODY_OF_CARD)
    buttons.check(components, is_card=True)
    kinds = buttons.kinds(components)
    if set(kinds) & {"OTP", "CATALOG", "MPM", "FLOW"}:
        raise Refused(why="A button of a card must be QUICK_REPLY, URL, PHONE_NUMBER or SPM.")
    if header["format"] == "PRODUCT" and not set(kinds) & {"SPM", "URL"}:
        raise Refused(why="A card with a product needs an SPM or URL button.")
    return header["format"], bool(body), tuple(kinds)
