"""What a message puts into a template, against what the template wants, as Meta checks it."""

import re
import time
from dataclasses import dataclass

from ..errors import GraphError
from ..state import MessageTemplate, World
from . import authentication, filling, parts, store
from .filling import Given

NOT_SENDABLE = {"PAUSED": 132015, "DISABLED": 132016}  # anything else but APPROVED does not exist for a sender
TEXT_KINDS = ("text", "currency", "date_time")
LONGEST_HEADER, LONGEST_CODE, LONGEST_PAYLOAD = 60, 15, 128
LONGEST_BODY, LONGEST_BODY_OF_CARD = 1024, 160
MOST_SECTIONS, MOST_PRODUCTS, LONGEST_TITLE = 10, 30, 24
LEAST_CARDS, MOST_CARDS = 2, 10


def check(world: World, waba_id: str, content: dict) -> tuple[MessageTemplate, dict]:
    """The template, and what the customer will see of it.

    Raises 132000, 132001, 132005, 132012, 132015, 132016, or what the moderator has set for this template.
    """
    template = store.find(world, waba_id, content)
    status = template.status if template else ""
    if template is None or (status != "APPROVED" and status not in NOT_SENDABLE):
        name, language = content["name"], content["language"]["code"]
        raise GraphError(132001, details=f"template name ({name}) does not exist in {language}")
    if status in NOT_SENDABLE:
        raise GraphError(NOT_SENDABLE[status])
    if template.error_when_sent:
        raise GraphError(template.error_when_sent, details="Set for this template by the moderator of the sandbox.")
    given = filling.given(content.get("components") or [])
    _check_part(_Part(template, template.components), given)
    _check_cards(template, given)
    if template.category == "AUTHENTICATION":
        _check_code(given)
    shown = filling.filled(template, content)
    _check_lengths(shown)
    return template, shown


@dataclass
class _Part:
    """The message itself, or one card, whose `at` stands before its places in what Meta complains about."""

    template: MessageTemplate
    components: list[dict]
    at: str = ""

    @property
    def is_named(self) -> bool:
        return self.template.parameter_format == "NAMED"


def _check_part(part: _Part, given: Given) -> None:
    header = parts.component(part.components, "HEADER")
    _check_header(part, header, given.parameters("header"))
    body = parts.component(part.components, "BODY")
    _check_texts(part, f"{part.at}body", body.get("text", ""), given.parameters("body"))
    _check_offer(part, given.parameters("limited_time_offer"))
    buttons = parts.buttons(part.components)
    for index, button in enumerate(buttons):
        _check_button(f"{part.at}button {index}", button, given.button(index))
    for place in given.places:
        if place not in ("header", "body", "limited_time_offer", "carousel", "footer"):
            raise wrong_kind(part.at + place, "a component of the template", "another one")
    for index in given.buttons:
        if not 0 <= index < len(buttons):
            raise wrong_count(f"{part.at}button {index}", 1, 0)
    if given.parameters("footer"):
        raise wrong_count(f"{part.at}footer", len(given.parameters("footer")), 0)


def _check_header(part: _Part, header: dict, given: list[dict]) -> None:
    kind, place = header.get("format", "TEXT"), f"{part.at}header"
    if kind == "TEXT":
        return _check_texts(part, place, header.get("text", ""), given)
    if len(given) != 1:
        raise wrong_count(place, len(given), 1)
    name = str(given[0].get("type", "")).lower()
    if name != kind.lower() or not isinstance(given[0].get(name), dict):
        raise wrong_kind(place, kind, name.upper() or "nothing")
    return HEADERS[kind](place, given[0][name])


def _file(place: str, content: dict) -> None:
    if ("id" in content) == ("link" in content):
        raise wrong_kind(place, "a file with id or link", "both or none")
    if "link" in content and not re.match(r"https?://[^\s/]+", str(content["link"])):
        raise wrong_kind(place, "an http or https address as link", "something else")


def _location(place: str, content: dict) -> None:
    missing = [name for name in ("latitude", "longitude", "name", "address") if content.get(name) in (None, "")]
    if missing:
        raise wrong_kind(place, f"LOCATION with {', '.join(missing)}", "one without")
    for name in ("name", "address"):
        _text(place, content, name, LONGEST_BODY)
    try:
        is_on_earth = abs(float(content["latitude"])) <= 90 and abs(float(content["longitude"])) <= 180
    except (TypeError, ValueError):
        is_on_earth = False
    if not is_on_earth:
        raise wrong_kind(place, "latitude and longitude as numbers on earth", "others")


def _product(place: str, content: dict) -> None:
    for name in ("product_retailer_id", "catalog_id"):
        _text(place, content, name)


def _gif(place: str, content: dict) -> None:
    raise GraphError(100, details="A GIF goes by the Marketing Messages API only.")


HEADERS = {
    "IMAGE": _file,
    "VIDEO": _file,
    "DOCUMENT": _file,
    "GIF": _gif,
    "LOCATION": _location,
    "PRODUCT": _product,
}


def _check_texts(part: _Part, place: str, text: str, given: list[dict]) -> None:
    wanted = filling.order(text)
    if len(given) != len(wanted):
        raise wrong_count(place, len(given), len(wanted))
    for parameter in given:
        _check_text(place, parameter)
    if part.is_named:
        names = {str(parameter.get("parameter_name")) for parameter in given}
        if names != set(wanted):
            raise wrong_kind(place, f"parameter_name {', '.join(wanted)}", ", ".join(sorted(names)))


def _check_text(place: str, parameter: dict) -> None:
    kind, value = str(parameter.get("type", "")).lower(), filling.text_of(parameter)
    if kind not in TEXT_KINDS or not value.strip():
        raise wrong_kind(place, "TEXT", kind.upper() or "nothing")
    if re.search(r"[\n\t]| {5}", value):
        raise wrong_kind(place, "text without new lines, tabs and more than four spaces", "one with them")


def _check_offer(part: _Part, given: list[dict]) -> None:
    """The moment at which it ends, in milliseconds: a moment, not how long it lasts."""
    place = f"{part.at}limited_time_offer"
    offer = parts.component(part.components, "LIMITED_TIME_OFFER").get("limited_time_offer") or {}
    wanted = 1 if offer.get("has_expiration") else 0
    if len(given) != wanted:
        raise wrong_count(place, len(given), wanted)
    for parameter in given:
        _kind(place, parameter, "limited_time_offer")
        content = parameter.get("limited_time_offer")
        moment = content.get("expiration_time_ms") if isinstance(content, dict) else None
        if not isinstance(moment, int) or isinstance(moment, bool):
            raise wrong_kind(place, "LIMITED_TIME_OFFER with expiration_time_ms", "another parameter")
        if moment <= time.time() * 1000:
            raise wrong_kind(place, "an expiration_time_ms to come", "one that is over")


# --- buttons


def _check_button(place: str, button: dict, given: tuple[str, list[dict]] | None) -> None:
    kind = button["type"]
    needs_value = kind in NEED_A_VALUE or (kind == "URL" and bool(parts.variables(button.get("url", ""))))
    sub_type, parameters = given or ("", [])
    if not parameters:
        if needs_value:
            raise wrong_count(place, 0, 1)
        return
    if len(parameters) != 1 or (kind == "URL" and not needs_value):
        raise wrong_count(place, len(parameters), 1 if needs_value else 0)
    if kind not in BUTTONS or sub_type != kind.lower():
        raise wrong_kind(place, f"sub_type {kind.lower()}", sub_type or "none")
    BUTTONS[kind](place, parameters[0])


def _url(place: str, parameter: dict) -> None:
    _check_text(place, parameter)


def _payload(place: str, parameter: dict) -> None:
    _kind(place, parameter, "payload")
    _text(place, parameter, "payload", LONGEST_PAYLOAD)


def _coupon(place: str, parameter: dict) -> None:
    _kind(place, parameter, "coupon_code")
    _text(place, parameter, "coupon_code", LONGEST_CODE)


def _action(place: str, parameter: dict) -> dict:
    _kind(place, parameter, "action")
    if not isinstance(parameter.get("action"), dict):
        raise wrong_kind(place, "an action", "nothing")
    return parameter["action"]


def _catalog(place: str, parameter: dict) -> None:
    action = _action(place, parameter)
    if "thumbnail_product_retailer_id" in action:
        _text(place, action, "thumbnail_product_retailer_id")


def _items(place: str, parameter: dict) -> None:
    action = _action(place, parameter)
    _text(place, action, "thumbnail_product_retailer_id")
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= MOST_SECTIONS:
        raise wrong_kind(place, f"1 to {MOST_SECTIONS} sections", "others")
    count = sum(_section(place, section, is_alone=len(sections) == 1) for section in sections)
    if count > MOST_PRODUCTS:
        raise wrong_kind(place, f"{MOST_PRODUCTS} products at most", str(count))


def _section(place: str, section, *, is_alone: bool) -> int:
    items = section.get("product_items") if isinstance(section, dict) else None
    if not isinstance(items, list) or not items:
        raise wrong_kind(place, "sections with product_items", "one without")
    if not is_alone or section.get("title"):
        _text(place, section, "title", LONGEST_TITLE)
    for item in items:
        _text(place, item if isinstance(item, dict) else {}, "product_retailer_id")
    return len(items)


def _flow(place: str, parameter: dict) -> None:
    action = _action(place, parameter)
    if not isinstance(action.get("flow_action_data", {}), dict):
        raise wrong_kind(place, "flow_action_data as an object", "something else")


NEED_A_VALUE = ("COPY_CODE", "MPM")
BUTTONS = {
    "URL": _url,
    "QUICK_REPLY": _payload,
    "COPY_CODE": _coupon,
    "CATALOG": _catalog,
    "MPM": _items,
    "FLOW": _flow,
}


def _kind(place: str, parameter: dict, kind: str) -> None:
    if str(parameter.get("type", "")).lower() != kind:
        raise wrong_kind(place, kind.upper(), str(parameter.get("type", "")).upper() or "nothing")


def _text(place: str, holder: dict, name: str, longest: int = 200) -> None:
    value = holder.get(name)
    if not isinstance(value, str) or not value or len(value) > longest:
        raise wrong_kind(place, f"{name} with 1 to {longest} characters", "something else")


# --- cards, codes, lengths


def _check_cards(template: MessageTemplate, given: Given) -> None:
    """A media carousel has as many as were approved; one of products, approved with two, may have up to ten."""
    wanted = parts.cards(template.components)
    if not wanted:
        if given.cards or "carousel" in given.places:
            raise wrong_count("carousel", len(given.cards), 0)
        return
    is_of_products = parts.component(wanted[0], "HEADER").get("format") == "PRODUCT"
    count, most = len(given.cards), MOST_CARDS if is_of_products else len(wanted)
    if not (LEAST_CARDS if is_of_products else most) <= count <= most or sorted(given.cards) != list(range(count)):
        raise GraphError(132000, details=f"carousel: number of cards ({count}) does not match the expected ({most})")
    for index in range(count):
        components = wanted[min(index, len(wanted) - 1)]
        _check_part(_Part(template, components, f"card {index}: "), given.cards[index])


def _check_code(given: Given) -> None:
    """The same code in the body and in the button."""
    code = filling.text_of(given.parameters("body")[0])
    if len(code) > authentication.LONGEST_CODE:
        raise wrong_kind("body", f"a code of {authentication.LONGEST_CODE} characters at most", str(len(code)))
    if filling.text_of(given.button(0)[1][0]) != code:
        raise wrong_kind("button 0", "the same code as in the body", "another one")


def _check_lengths(shown: dict) -> None:
    _check_length("header", shown, LONGEST_HEADER)
    _check_length("body", shown, LONGEST_BODY)
    for index, card in enumerate(shown.get("cards", [])):
        _check_length("body", card, LONGEST_BODY_OF_CARD, f"card {index}: ")


def _check_length(place: str, shown: dict, longest: int, at: str = "") -> None:
    count = len(shown.get(place, ""))
    if count > longest:
        raise GraphError(132005, details=f"{at}{place} has {count} characters, at most {longest} are allowed")


def wrong_count(place: str, given: int, wanted: int) -> GraphError:
    details = f"{place}: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
    return GraphError(132000, details=details)


def wrong_kind(place: str, wanted: str, given: str) -> GraphError:
    return GraphError(132012, details=f"{place}: Format mismatch, expected {wanted}, received {given}")
