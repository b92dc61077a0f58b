"""What is still open in a template: each place that a message must, or may, fill when it is sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app import examples

TEXT, CODE, SUFFIX, COUPON, PAYLOAD = "text", "code", "suffix", "coupon", "payload"
IMAGE, VIDEO, DOCUMENT = "image", "video", "document"
LOCATION, PRODUCT, THUMBNAIL, SECTIONS = "location", "product", "thumbnail", "sections"
FLOW, MOMENT, UNKNOWN = "flow", "moment", "unknown"
FILES = (IMAGE, VIDEO, DOCUMENT)

# Parts in which nothing is open, whatever stands in them.
CLOSED_COMPONENTS = ("FOOTER", "CALL_PERMISSION_REQUEST")
CLOSED_BUTTONS = ("PHONE_NUMBER", "SPM", "VOICE_CALL", "REQUEST_CONTACT_INFO")
MOST_CARDS = 10


@dataclass(frozen=True, slots=True)
class Gap:
    """`kind` says what goes in, `default` what goes in where nothing is given. `label` is for people."""

    key: str
    kind: str
    label: str
    example: str = ""
    is_required: bool = True
    default: dict | None = None
    # In which components of the message its value stands, and under which name where gaps have names.
    into: tuple[dict, ...] = field(default=(), repr=False)
    parameter_name: str = ""
    card: int | None = None
    # Of a button's address, what stands before the gap.
    address: str = ""


def gaps_of(design: dict, files: Mapping[str, dict] | None = None) -> list[Gap]:
    """In the order of the template. `files` are the defaults of headers by place. Never raises, whatever stands in it.

    A carousel of products may be sent with more cards than it was approved with: those gaps are there too, and may
    stay empty.
    """
    components, files = design.get("components"), files or {}
    if is_authentication(design):
        return [_one_time_code(components)]
    is_named = text_in(design, "parameter_format").upper() == designs.NAMED
    found = []
    for place, part in enumerate(parts_to_fill(components)):
        found += _gaps_of_part(part, None if place == 0 else place - 1, is_named, files)
    return _optional_beyond(found, len(designs.cards(components)))


def parts_to_fill(components: list) -> list[list[dict]]:
    """The message itself and each card; of a carousel of products as many cards as may be sent."""
    parts = [part for _at, part in designs.parts(components)]
    cards = parts[1:]
    if cards and designs.header_format(cards[-1]) == "PRODUCT":
        parts += [cards[-1]] * (MOST_CARDS - len(cards))
    return parts


def is_authentication(design: dict) -> bool:
    """Whether it carries a one-time code, in the form in which it is created or in the one Meta lists."""
    return one_time_button(design.get("components")) is not None


def one_time_button(components: list) -> int | None:
    """The place of the button that copies the code. Meta lists it as an address of WhatsApp's own."""
    for place, button in enumerate(designs.buttons(components)):
        kind, url = text_in(button, "type").upper(), text_in(button, "url")
        if kind == "OTP" or (kind == "URL" and re.match(r"https://(www\.)?whatsapp\.com/otp/", url)):
            return place
    return None


def names_in(text: str) -> list[str]:
    """The gaps of a text as Meta counts them: by number, or by name in the order in which they first stand there."""
    names = [name for name in designs.variables(text) if re.fullmatch(r"\w{1,100}", name)]
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names


# Parts ----------------------------------------------------------------------------------------------------------------
def _gaps_of_part(part: list[dict], card: int | None, is_named: bool, files: Mapping[str, dict]) -> list[Gap]:
    at = "" if card is None else f"cards[{card}]."
    found = [*_header(part, at, is_named, files), *_texts(part, "body", at, is_named)]
    if card is None:
        found += _offer(part)
    for place, button in enumerate(designs.buttons(part)):
        found += _of_button(button, place, at)
    found += _strangers(part, at)
    return [_in_card(gap, card) for gap in found]


def _header(part: list[dict], at: str, is_named: bool, files: Mapping[str, dict]) -> list[Gap]:
    header = designs.component(part, "HEADER")
    kind = designs.header_format(part)
    if header is None:
        return []
    if kind == "TEXT" or (not kind and text_in(header, "text")):
        return _texts(part, "header", at, is_named)
    into = ({"type": "header"},)
    if kind in designs.MEDIA_FORMATS:
        labels = {"IMAGE": _("Picture in the header"), "VIDEO": _("Video in the header")}
        label = labels.get(kind) or _("Document in the header")
        default = files.get(f"{at}header")
        return [Gap(f"{at}header", kind.lower(), label, is_required=default is None, default=default, into=into)]
    if kind == "LOCATION":
        return [Gap(f"{at}header", LOCATION, _("Place in the header"), into=into)]
    if kind == "PRODUCT":
        return [Gap(f"{at}header", PRODUCT, _("Product in the header"), into=into)]
    return [_unknown(f"{at}header", kind or "HEADER")]


def _texts(part: list[dict], kind: str, at: str, is_named: bool) -> list[Gap]:
    component = designs.component(part, kind.upper())
    names, known = names_in(text_in(component, "text")), examples.of_text(component, kind)
    is_named = is_named or not all(name.isdecimal() for name in names)
    words = _("“%(name)s” in the header") if kind == "header" else _("“%(name)s” in the text")
    return [
        Gap(
            f"{at}{kind}.{name}",
            TEXT,
            words % {"name": f"{{{{{name}}}}}"},
            known.get(name, ""),
            into=({"type": kind},),
            parameter_name=name if is_named else "",
        )
        for name in names
    ]


def _offer(part: list[dict]) -> list[Gap]:
    offer = designs.component(part, "LIMITED_TIME_OFFER")
    about = offer.get("limited_time_offer") if offer else None
    if isinstance(about, dict) and about.get("has_expiration"):
        return [Gap("offer.expires_at", MOMENT, _("End of the offer"), into=({"type": "limited_time_offer"},))]
    return []


def _strangers(part: list[dict], at: str) -> Iterator[Gap]:
    """What Meta may have added since: nobody here knows what it needs."""
    known = ("HEADER", "BODY", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", *CLOSED_COMPONENTS)
    for place, component in enumerate(part):
        kind = text_in(component, "type").upper()
        if kind not in known:
            yield _unknown(f"{at}components[{place}]", kind or "?")


def _one_time_code(components: list) -> Gap:
    button = {"type": "button", "sub_type": "url", "index": str(one_time_button(components))}
    return Gap("code", CODE, _("One-time code"), "123456", into=({"type": "body"}, button))


# Buttons --------------------------------------------------------------------------------------------------------------
def _of_button(button: dict, place: int, at: str) -> list[Gap]:
    kind, name = text_in(button, "type").upper(), {"button": text_in(button, "text")}
    key, into = f"{at}buttons[{place}]", ({"type": "button", "sub_type": kind.lower(), "index": str(place)},)
    if kind == "URL":
        if not names_in(text_in(button, "url")):
            return []
        words = _("End of the address of “%(button)s”") % name
        address = address_and_gap(button)[0]
        example = examples.of_button(button).removeprefix(address)  # Meta takes a whole address, too.
        return [Gap(f"{key}.url", SUFFIX, words, example, into=into, address=address)]
    if kind == "QUICK_REPLY":
        words = _("What a tap on “%(button)s” reports") % name
        return [Gap(f"{key}.payload", PAYLOAD, words, is_required=False, into=into)]
    if kind == "COPY_CODE":
        return [Gap(f"{key}.code", COUPON, _("Coupon code"), examples.of_button(button), into=into)]
    if kind in ("CATALOG", "MPM"):
        words, is_required = (
            _("Product whose picture is shown"),
            kind == "MPM",
        )  # Of a catalog Meta shows the first one.
        shown = [Gap(f"{key}.thumbnail", THUMBNAIL, words, is_required=is_required, into=into)]
        return [*shown, Gap(f"{key}.sections", SECTIONS, _("Products"), into=into)] if is_required else shown
    if kind == "FLOW":
        return [Gap(f"{key}.flow", FLOW, _("What the form starts with"), is_required=False, into=into)]
    return [] if kind in CLOSED_BUTTONS else [_unknown(key, kind or "?")]


def address_and_gap(button: dict) -> tuple[str, str]:
    """The fixed start of a button's address, and its gap as it is written."""
    url = text_in(button, "url")
    gap = designs.VARIABLE.search(url)
    return (url[: gap.start()], gap[0]) if gap else (url, "")


def _unknown(key: str, kind: str) -> Gap:
    words = _("“%(kind)s”, a part that Galantis does not know") % {"kind": kind[:60]}
    return Gap(key, UNKNOWN, words)


# Cards ----------------------------------------------------------------------------------------------------------------
def _in_card(gap: Gap, card: int | None) -> Gap:
    if card is None:
        return gap
    return replace(gap, card=card, label=_("Card %(number)s: %(label)s") % {"number": card + 1, "label": gap.label})


def _optional_beyond(gaps: list[Gap], approved: int) -> list[Gap]:
    return [replace(gap, is_required=False) if (gap.card or 0) >= approved > 0 else gap for gap in gaps]
