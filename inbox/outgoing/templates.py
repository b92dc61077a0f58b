"""Message templates as they are sent: a name, a language, and what fills the gaps of each component."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from inbox.outgoing.checks import BadMessage, how_many, text, value_of_template
from inbox.outgoing.message import Outgoing
from inbox.outgoing.parts import (
    LocationHeader,
    MediaHeader,
    ProductHeader,
    Products,
    TextHeader,
    product_sections,
)
from meta_integration.walk import storable

BODY = 1024
Header = TextHeader | MediaHeader | LocationHeader | ProductHeader


@dataclass(frozen=True)
class Currency:
    """`fallback` is shown where the phone cannot write the amount its own way. `amount_1000`: 9.99 is 9990."""

    fallback: str
    code: str
    amount_1000: int

    def as_json(self, at: str) -> dict:
        if not re.fullmatch(r"[A-Z]{3}", self.code):
            words = _("“%(code)s” is not a currency's three letters, such as EUR.")
            raise BadMessage(f"{at}.code", words % {"code": self.code})
        shown = value_of_template(f"{at}.fallback", _("The amount in words"), self.fallback, BODY)
        amount = {"fallback_value": shown, "code": self.code, "amount_1000": int(self.amount_1000)}
        return {"type": "currency", "currency": amount}


@dataclass(frozen=True)
class DateTime:
    fallback: str

    def as_json(self, at: str) -> dict:
        shown = value_of_template(f"{at}.fallback", _("The date in words"), self.fallback, BODY)
        return {"type": "date_time", "date_time": {"fallback_value": shown}}


@dataclass(frozen=True)
class Body:
    """What fills the gaps of the text: in order, or by name where the template's gaps have names."""

    values: Sequence[str | Currency | DateTime] | Mapping[str, str | Currency | DateTime]

    def as_json(self, at: str) -> dict:
        if isinstance(self.values, Mapping):
            parameters = [_named(f"{at}.{name}", name, value) for name, value in self.values.items()]
        else:
            parameters = [_value(f"{at}[{place}]", value) for place, value in enumerate(self.values)]
        # The template's own words come on top; what is too long already cannot become right.
        if sum(len(each.get("text", "")) for each in parameters) > BODY:
            words = _("The values are too long: with them the text has more than %(most)s characters.")
            raise BadMessage(at, words % {"most": BODY})
        return {"type": "body", "parameters": parameters}


@dataclass(frozen=True)
class LimitedTimeOffer:
    expires_at: datetime

    def as_json(self) -> dict:
        if self.expires_at.tzinfo is None:
            raise BadMessage("offer.expires_at", _("The end of the offer needs a time zone."))
        ends = {"expiration_time_ms": int(self.expires_at.timestamp() * 1000)}
        return {
            "type": "limited_time_offer",
            "parameters": [{"type": "limited_time_offer", "limited_time_offer": ends}],
        }


# Buttons: `index` is the place in the template, from 0. Those without a gap need no entry. ----------------------------
@dataclass(frozen=True)
class UrlButton:
    """What completes the address. The one-time code's button is one of these too, with the code."""

    index: int
    suffix: str
    sub_type = "url"

    def parameter(self, at: str) -> dict:
        return {
            "type": "text",
            "text": value_of_template(f"{at}.suffix", _("The end of the address"), self.suffix, 2000),
        }


@dataclass(frozen=True)
class QuickReplyButton:
    index: int
    payload: str
    sub_type = "quick_reply"

    def parameter(self, at: str) -> dict:
        return {"type": "payload", "payload": text(f"{at}.payload", _("What the button reports"), self.payload, 128)}


@dataclass(frozen=True)
class CopyCodeButton:
    index: int
    code: str
    sub_type = "copy_code"

    def parameter(self, at: str) -> dict:
        return {"type": "coupon_code", "coupon_code": value_of_template(f"{at}.code", _("The code"), self.code, 15)}


@dataclass(frozen=True)
class CatalogButton:
    index: int
    thumbnail: str
    sub_type = "catalog"

    def parameter(self, at: str) -> dict:
        return {"type": "action", "action": {"thumbnail_product_retailer_id": _thumbnail(at, self.thumbnail)}}


@dataclass(frozen=True)
class ProductsButton:
    """Meta's `mpm`: opens 1 to 30 products."""

    index: int
    thumbnail: str
    sections: Sequence[Products]
    sub_type = "mpm"

    def parameter(self, at: str) -> dict:
        shown = {"thumbnail_product_retailer_id": _thumbnail(at, self.thumbnail)}
        return {"type": "action", "action": {**shown, "sections": product_sections(self.sections)}}


@dataclass(frozen=True)
class FlowButton:
    index: int
    token: str = ""
    data: dict = field(default_factory=dict)
    sub_type = "flow"

    def parameter(self, at: str) -> dict:
        action = {"flow_token": text(f"{at}.token", _("The flow's token"), self.token, optional=True)}
        action |= {"flow_action_data": storable(self.data)}
        return {"type": "action", "action": {key: value for key, value in action.items() if value}}


TemplateButton = UrlButton | QuickReplyButton | CopyCodeButton | CatalogButton | ProductsButton | FlowButton


@dataclass(frozen=True)
class Card:
    """One card of a carousel. All cards of one carousel have the same parts."""

    header: MediaHeader | ProductHeader
    body: Body | None = None
    buttons: Sequence[TemplateButton] = ()

    def as_json(self, at: str, place: int) -> dict:
        is_moving = isinstance(self.header, MediaHeader) and self.header.type in ("image", "video")
        if not is_moving and not isinstance(self.header, ProductHeader):
            raise BadMessage(f"{at}.header", _("A card begins with a picture, a video or a product."))
        how_many(f"{at}.buttons", _("buttons on a card"), self.buttons, 0, 2)
        return {"card_index": place, "components": _components(self.header, self.body, self.buttons, f"{at}.")}


def template(
    name: str,
    language: str,
    *,
    header: Header | None = None,
    body: Body | None = None,
    offer: LimitedTimeOffer | None = None,
    buttons: Sequence[TemplateButton] = (),
    cards: Sequence[Card] = (),
    shown: str = "",
) -> Outgoing:
    """`shown` is what people read in the thread: the template's text with its gaps filled."""
    if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
        words = _("A template's name has 1 to 512 small letters, digits and underscores.")
        raise BadMessage("name", words)
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Za-z]{2,4})?", language):
        words = _("“%(code)s” is not a language of templates, such as en or en_US.")
        raise BadMessage("language", words % {"code": language[:20]})
    components = _components(header, body, buttons)
    if offer:
        components.append(offer.as_json())
    if cards:
        components.append({"type": "carousel", "cards": _cards(cards)})
    content = {"name": name, "language": {"code": language}, **({"components": components} if components else {})}
    return Outgoing("template", {"template": content}, text("shown", _("The text"), shown, optional=True))


def _components(header, body: Body | None, buttons: Sequence[TemplateButton], at: str = "") -> list[dict]:
    components = []
    if header is not None:
        components.append({"type": "header", "parameters": [header.as_json(f"{at}header")]})
    if body is not None and body.values:
        components.append(body.as_json(f"{at}body"))
    how_many(f"{at}buttons", _("buttons"), buttons, 0, 10)
    taken = set()
    for place, button in enumerate(buttons):
        where = f"{at}buttons[{place}]"
        if button.index not in range(10) or button.index in taken:
            raise BadMessage(f"{where}.index", _("Each button has its own place in the template, from 0 to 9."))
        taken.add(button.index)
        button_json = {"type": "button", "sub_type": button.sub_type, "index": str(button.index)}
        components.append({**button_json, "parameters": [button.parameter(where)]})
    return components


def _cards(cards: Sequence[Card]) -> list[dict]:
    how_many("cards", _("cards"), cards, 2, 10)
    shape = _shape(cards[0])
    for place, card in enumerate(cards):
        if _shape(card) != shape:
            raise BadMessage(f"cards[{place}]", _("All cards must have the same parts as the first one."))
    return [card.as_json(f"cards[{place}]", place) for place, card in enumerate(cards)]


def _shape(card: Card) -> tuple:
    buttons = tuple((button.index, button.sub_type) for button in card.buttons)
    return (card.header.type, bool(card.body and card.body.values), buttons)


def _named(at: str, name: str, value) -> dict:
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise BadMessage(at, _("The name of a gap has small letters, digits and underscores."))
    built = _value(at, value)
    return {"type": built.pop("type"), "parameter_name": name, **built}


def _value(at: str, value: str | Currency | DateTime) -> dict:
    if isinstance(value, Currency | DateTime):
        return value.as_json(at)
    return {"type": "text", "text": value_of_template(at, _("The value"), value, BODY)}


def _thumbnail(at: str, retailer_id: str) -> str:
    return text(f"{at}.thumbnail", _("The product whose picture is shown"), retailer_id)
