"""Which components there are, and which may stand together."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from templates_app import design as designs
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, advice, error

KINDS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
FORMATS = ("TEXT", *designs.MEDIA_FORMATS, "LOCATION", "PRODUCT", "GIF")


@error
def body_there(design: dict, _around: Around) -> Iterator[Said]:
    if designs.component(design.get("components"), "BODY") is None:
        yield "body", _("The template has no text."), _("Write one: it is the only part that every template needs.")


@error
def part_without_kind(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in designs.parts(design.get("components")):
        for place, kind in enumerate(reading.kinds(part)):
            if not kind:
                yield f"{at}components[{place}]", _("A part does not say what it is."), _("Remove it.")


@error
def part_twice(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in designs.parts(design.get("components")):
        kinds = reading.kinds(part)
        for kind in dict.fromkeys(kinds):
            if kind in KINDS and kinds.count(kind) > 1:
                words = _("There is more than one of this part: %(part)s.") % {"part": part_in_words(kind)}
                yield f"{at}{_field(kind)}", words, _("Keep one and remove the others.")


@error
def header_format(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in reading.parts(design):
        header = designs.component(part, "HEADER")
        if header is not None and designs.header_format(part) not in FORMATS:
            words = _("Meta does not know a header of this kind.")
            yield f"{at}header", words, _("Choose a text, a picture, a video, a document, a place or a product.")


@error
def marketing_only(design: dict, _around: Around) -> Iterator[Said]:
    if reading.category(design) != designs.UTILITY:
        return
    components = design.get("components")
    found = [words for kind, words in _of_marketing().items() if designs.component(components, kind) is not None]
    if any(kind == "COPY_CODE" for _field, kind, _button in reading.buttons(design)):
        found.append(_("A coupon code"))
    for what in found:
        words = _("%(what)s goes into a template of the category Marketing only.") % {"what": what}
        yield "category", words, _("Change the category to Marketing, or remove it.")


@error
def offer_with_footer(design: dict, _around: Around) -> Iterator[Said]:
    if reading.offer(design) and designs.component(design.get("components"), "FOOTER") is not None:
        words = _("A template with a limited-time offer cannot have a footer.")
        yield "footer", words, _("Remove the footer, or say it in the text.")


@advice
def part_unknown(design: dict, _around: Around) -> Iterator[Said]:
    for at, part in designs.parts(design.get("components")):
        for place, kind in enumerate(reading.kinds(part)):
            if kind and kind not in KINDS:
                words = _("Galantis does not know the part %(kind)s, and cannot check it.") % {"kind": kind[:60]}
                todo = _("It stays as it is. Messages with this template may have to be sent from Meta's own pages.")
                yield f"{at}components[{place}]", words, todo


def part_in_words(kind: str) -> str:
    return {
        "HEADER": _("header"),
        "BODY": _("text"),
        "FOOTER": _("footer"),
        "BUTTONS": _("buttons"),
        "CAROUSEL": _("carousel"),
        "LIMITED_TIME_OFFER": _("limited-time offer"),
    }.get(kind, kind[:60])


def _of_marketing() -> dict[str, str]:
    return {"CAROUSEL": _("A carousel"), "LIMITED_TIME_OFFER": _("A limited-time offer")}


def _field(kind: str) -> str:
    return {"CAROUSEL": "cards", "LIMITED_TIME_OFFER": "offer"}.get(kind, kind.lower())


RULES = (body_there, part_without_kind, part_twice, header_format, marketing_only, offer_with_footer, part_unknown)
