"""A filled template as people read it: each part with its values in it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.services import gaps
from templates_app.services.parameters import ADDRESS, BODY, BODY_OF_CARD, HEADER, WrongValue

# What Meta writes where a template for one-time codes has no words of its own.
CODE_TEXT = "*{{1}}* is your verification code."
CODE_ADVICE = "For your security, do not share this code."
CODE_EXPIRES = "This code expires in %s minutes."


def parts_of(design: dict, parameters: Mapping[str, dict], cards: int) -> dict:
    """`header`, `body`, `footer`, `offer`, `buttons`, `cards`: those there are. Raises WrongValue for one too long."""
    components = design.get("components")
    if gaps.is_authentication(design):
        return _one_time_code(components, parameters["code"]["text"])
    message, *parts = gaps.parts_to_fill(components)
    shown = _part(message, "", parameters)
    offer = designs.component(message, "LIMITED_TIME_OFFER")
    if offer:
        shown["offer"] = _offer(offer, parameters)
    if cards:
        shown["cards"] = [_part(part, f"cards[{place}].", parameters) for place, part in enumerate(parts[:cards])]
    return shown


def words_of(parts: dict) -> str:
    """All its texts as one, for the thread and for searching; buttons and files are not words."""
    header = parts.get("header", {}).get("text", "")
    offer = parts.get("offer", {}).get("text", "")
    cards = [words_of(card) for card in parts.get("cards", [])]
    return "\n".join(text for text in (header, parts.get("body"), offer, *cards, parts.get("footer")) if text)


# Parts ----------------------------------------------------------------------------------------------------------------
def _part(part: list[dict], at: str, parameters: Mapping[str, dict]) -> dict:
    shown = {}
    if header := _header(part, at, parameters):
        shown["header"] = header
    body = designs.component(part, "BODY")
    if body is not None:
        shown["body"] = _filled(text_in(body, "text"), f"{at}body", parameters, BODY_OF_CARD if at else BODY)
    footer = text_in(designs.component(part, "FOOTER"), "text")
    if footer:
        shown["footer"] = footer
    buttons = [_button(each, f"{at}buttons[{n}]", parameters) for n, each in enumerate(designs.buttons(part))]
    return {**shown, "buttons": buttons} if buttons else shown


def _header(part: list[dict], at: str, parameters: Mapping[str, dict]) -> dict:
    header, kind = designs.component(part, "HEADER"), designs.header_format(part)
    if header is None:
        return {}
    given = parameters.get(f"{at}header")
    if given is None:
        return {"format": kind or "TEXT", "text": _filled(text_in(header, "text"), f"{at}header", parameters, HEADER)}
    name = "file" if given["type"] in gaps.FILES else given["type"]
    return {"format": kind, name: given[given["type"]]}


def _offer(offer: dict, parameters: Mapping[str, dict]) -> dict:
    shown = {"text": text_in(offer.get("limited_time_offer"), "text")}
    ends = parameters.get("offer.expires_at")
    return {**shown, "expires_at_ms": ends["limited_time_offer"]["expiration_time_ms"]} if ends else shown


def _button(button: dict, key: str, parameters: Mapping[str, dict]) -> dict:
    kind = text_in(button, "type").upper()
    shown = {"type": kind, "text": text_in(button, "text")}
    if kind == "URL":
        shown["url"] = _address(button, f"{key}.url", parameters)
    elif kind == "PHONE_NUMBER":
        shown["phone_number"] = text_in(button, "phone_number")
    elif f"{key}.code" in parameters:
        shown["code"] = parameters[f"{key}.code"]["coupon_code"]
    return shown


def _address(button: dict, key: str, parameters: Mapping[str, dict]) -> str:
    url = text_in(button, "url")
    if key not in parameters:
        return url
    _start, gap = gaps.address_and_gap(button)
    url = url.replace(gap, parameters[key]["text"])
    if len(url) > ADDRESS:
        raise WrongValue(key, _too_long(len(url), ADDRESS, _("The address")))
    return url


def _one_time_code(components: list, code: str) -> dict:
    body, footer = designs.component(components, "BODY") or {}, designs.component(components, "FOOTER") or {}
    text = text_in(body, "text") or CODE_TEXT + (f" {CODE_ADVICE}" if body.get("add_security_recommendation") else "")
    minutes = text_in(footer, "code_expiration_minutes")
    last = text_in(footer, "text") or (CODE_EXPIRES % minutes if minutes else "")
    button = designs.buttons(components)[gaps.one_time_button(components)]
    copies = {"type": text_in(button, "type").upper(), "text": text_in(button, "text"), "code": code}
    shown = {"body": designs.VARIABLE.sub(lambda _gap: code, text), "buttons": [copies]}
    return {**shown, "footer": last} if last else shown


# Texts ----------------------------------------------------------------------------------------------------------------
def _filled(text: str, key: str, parameters: Mapping[str, dict], most: int) -> str:
    values = {name: parameters[f"{key}.{name}"] for name in gaps.names_in(text) if f"{key}.{name}" in parameters}
    texts = {name: _text_of(parameter) for name, parameter in values.items()}
    filled = designs.VARIABLE.sub(lambda gap: texts.get(gap[1], gap[0]), text)
    if texts and len(filled) > most:
        longest = max(texts, key=lambda name: len(texts[name]))
        what = _("With this value the header") if most == HEADER else _("With this value the text")
        raise WrongValue(f"{key}.{longest}", _too_long(len(filled), most, what))
    return filled


def _text_of(parameter: dict) -> str:
    kind = parameter["type"]
    return parameter["text"] if kind == "text" else parameter[kind]["fallback_value"]


def _too_long(length: int, most: int, what: str) -> str:
    words = _("%(what)s has %(length)s characters, and WhatsApp takes %(most)s at most.")
    return words % {"what": what, "length": length, "most": most}
