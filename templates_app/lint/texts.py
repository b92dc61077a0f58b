"""The texts of header, body, footer, offer and buttons: there, short enough, and plain where they must be."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, advice, error

HEADER, BODY, FOOTER, LABEL = 60, 1024, 60, 25
BODY_OF_OFFER, BODY_OF_CARD, OFFER = 600, 160, 16
MARKDOWN = re.compile(r"(?<!\w)([*_~`])\S(.*?\S)?\1(?!\w)")
LABELLED = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "FLOW", "VOICE_CALL", "APP")


@error
def text_missing(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "HEADER", "BODY", "FOOTER"):
        if not text.strip():
            yield field, _("This text is empty."), _("Write it, or remove this part.")
    for field, kind, button in reading.buttons(design):
        if kind in LABELLED and not text_in(button, "text").strip():
            yield f"{field}.text", _("The button has no words on it."), _("Write what happens when it is tapped.")
    offer = reading.offer(design)
    if offer and not reading.offer_text(offer).strip():
        yield "offer", _("The offer has no words."), _("Write them, such as: Ends soon!")


@error
def text_too_long(design: dict, _around: Around) -> Iterator[Said]:
    body = BODY_OF_OFFER if reading.offer(design) else BODY
    limits = {"header": HEADER, "body": body, "footer": FOOTER}
    for field, _component, text in reading.texts(design, "HEADER", "BODY", "FOOTER"):
        at, _dot, kind = field.rpartition(".")
        yield from _too_long(field, text, BODY_OF_CARD if at and kind == "body" else limits[kind])
    for field, _kind, button in reading.buttons(design):
        yield from _too_long(f"{field}.text", text_in(button, "text"), LABEL)
    if offer := reading.offer(design):
        yield from _too_long("offer", reading.offer_text(offer), OFFER)


@error
def header_plain(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "HEADER"):
        if "\n" in text:
            yield field, _("The header has more than one line."), _("Write it in one line.")
        if MARKDOWN.search(designs.VARIABLE.sub("x", text[: 2 * HEADER])):
            words = _("The header has signs that make letters bold, italic or struck through.")
            yield field, words, _("Remove *, _, ~ and ` around words: a header is always bold.")


@error
def footer_plain(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "FOOTER"):
        if "{{" in text:
            yield field, _("The footer has a variable."), _("Write it into the text, or write fixed words.")
        if "\n" in text:
            yield field, _("The footer has more than one line."), _("Write it in one line.")


@error
def label_plain(design: dict, _around: Around) -> Iterator[Said]:
    for field, _kind, button in reading.buttons(design):
        text = text_in(button, "text")
        if "{{" in text:
            yield f"{field}.text", _("The words on the button have a variable."), _("Write fixed words.")
        if "\n" in text:
            yield f"{field}.text", _("The words on the button have several lines."), _("Write them in one line.")


@error
def offer_form(design: dict, _around: Around) -> Iterator[Said]:
    offer = reading.offer(design)
    about = offer.get("limited_time_offer") if offer else None
    if offer is not None and not (isinstance(about, dict) and isinstance(about.get("has_expiration", False), bool)):
        words = _("The limited-time offer does not say whether it ends.")
        yield "offer", words, _("Choose whether the end of the offer is shown.")


@advice
def empty_lines(design: dict, _around: Around) -> Iterator[Said]:
    for field, _component, text in reading.texts(design, "BODY"):
        if re.search(r"\n\s*\n\s*\n", text):
            words = _("There are several empty lines in a row.")
            yield field, words, _("Leave one at most: Meta's reviewers may refuse more.")


def _too_long(field: str, text: str, most: int) -> Iterator[Said]:
    if len(text) > most:
        words = _("This text has %(length)s characters, and Meta takes %(most)s at most.")
        todo = _("Make it shorter by %(surplus)s.")
        values = {"length": len(text), "most": most, "surplus": len(text) - most}
        yield field, words % values, todo % values


RULES = (text_missing, text_too_long, header_plain, footer_plain, label_plain, offer_form, empty_lines)
