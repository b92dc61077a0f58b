"""Carousels: two to ten cards of one make."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from templates_app import design as designs
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, error
from templates_app.lint.parts import part_in_words

LEAST, MOST = 2, 10
FORMATS = ("IMAGE", "VIDEO", "PRODUCT")
PARTS = ("HEADER", "BODY", "BUTTONS")
BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "SPM")
OF_PRODUCTS = ("SPM", "URL")


@error
def card_count(design: dict, _around: Around) -> Iterator[Said]:
    count = len(_cards(design))
    if _has_carousel(design) and not LEAST <= count <= MOST:
        words = _("The number of cards is %(count)s, and Meta takes %(least)s to %(most)s.")
        yield "cards", words % {"count": count, "least": LEAST, "most": MOST}, _("Add some, or remove those too many.")


@error
def card_header(design: dict, _around: Around) -> Iterator[Said]:
    for at, card in _cards(design):
        if designs.header_format(card) not in FORMATS:
            words = _("The card does not begin with a picture, a video or a product.")
            yield f"{at}header", words, _("Choose one of them, the same kind for all cards.")


@error
def card_parts(design: dict, _around: Around) -> Iterator[Said]:
    for at, card in _cards(design):
        for kind in dict.fromkeys(reading.kinds(card)):
            if kind and kind not in PARTS:
                words = _("A card cannot have this part: %(part)s.") % {"part": part_in_words(kind)}
                yield at.rstrip("."), words, _("Remove it: a card has a header, a text and buttons.")


@error
def card_buttons(design: dict, _around: Around) -> Iterator[Said]:
    for at, card in _cards(design):
        kinds = set(reading.kinds(designs.buttons(card)))
        if kinds - {"", *BUTTONS}:
            words = _("A button of this kind cannot stand on a card.")
            yield f"{at}buttons", words, _("Use quick replies, web addresses and phone numbers on cards.")
        if designs.header_format(card) == "PRODUCT" and not kinds & set(OF_PRODUCTS):
            words = _("The card has a product, and no button to see it.")
            yield f"{at}buttons", words, _("Add the button “View”, or one with a web address.")


@error
def cards_alike(design: dict, _around: Around) -> Iterator[Said]:
    """Only what cards may have at all is compared, so that each fault is told once."""
    cards = _cards(design)
    for at, card in cards[1:]:
        first = cards[0][1]
        if designs.header_format(card) != designs.header_format(first):
            words = _("Its header is not of the kind that the first card has.")
            yield f"{at}header", words, _("Use pictures, videos or products for all cards.")
        if _has_text(card) != _has_text(first):
            words = _("Some cards have a text, and some have none.")
            yield f"{at}body", words, _("Write a text for each card, or for none.")
        if reading.kinds(designs.buttons(card)) != reading.kinds(designs.buttons(first)):
            words = _("Its buttons are not those of the first card.")
            yield f"{at}buttons", words, _("Give all cards buttons of the same kinds in the same order.")


def _has_carousel(design: dict) -> bool:
    return not reading.is_code(design) and designs.component(design.get("components"), "CAROUSEL") is not None


def _cards(design: dict) -> list[tuple[str, list[dict]]]:
    return reading.parts(design)[1:]


def _has_text(card: list[dict]) -> bool:
    return designs.component(card, "BODY") is not None


RULES = (card_count, card_header, card_parts, card_buttons, cards_alike)
