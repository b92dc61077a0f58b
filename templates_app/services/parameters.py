"""A value for a gap as Meta takes it in a message; one that Meta would refuse is refused here, by the gap's key."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.walk import storable
from templates_app.services import gaps
from templates_app.services.gaps import Gap

BODY, BODY_OF_CARD, HEADER, ADDRESS = 1024, 160, 60, 2000
CODE, PAYLOAD, SECTION_TITLE = 15, 128, 24
MOST_SECTIONS, MOST_PRODUCTS = 10, 30
WHOLE_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
SEVERAL_LINES = re.compile(r"[\n\r\t]| {5}")


class WrongValue(ValueError):
    """Meta would refuse it. `key` is the gap's, the text says what is wrong and what goes."""

    def __init__(self, key: str, words: str):
        super().__init__(words)
        self.key = key
        self.words = words


class MissingValues(ValueError):
    """These gaps would stay empty."""

    def __init__(self, keys: list[str]):
        super().__init__(_("There is no value for: %(keys)s") % {"keys": ", ".join(keys)})
        self.keys = keys


@dataclass(frozen=True)
class Currency:
    """For the text. `fallback` is shown where the phone cannot write it its own way. `amount_1000`: 9.99 is 9990."""

    fallback: str
    code: str
    amount_1000: int

    def parameter(self, key: str) -> dict:
        if not re.fullmatch(r"[A-Z]{3}", str(self.code)):
            words = _("“%(code)s” is not a currency's three letters, such as EUR.")
            raise WrongValue(key, words % {"code": str(self.code)[:20]})
        shown = line(key, _("The amount in words"), self.fallback, BODY)
        if isinstance(self.amount_1000, bool) or not isinstance(self.amount_1000, int):
            raise WrongValue(key, _("The amount must be a whole number of thousandths: 9.99 is 9990."))
        amount = {"fallback_value": shown, "code": self.code, "amount_1000": self.amount_1000}
        return {"type": "currency", "currency": amount}


@dataclass(frozen=True)
class DateTime:
    """For the text: a date as it is shown."""

    fallback: str

    def parameter(self, key: str) -> dict:
        shown = line(key, _("The date in words"), self.fallback, BODY)
        return {"type": "date_time", "date_time": {"fallback_value": shown}}


def is_empty(value) -> bool:
    """Whether nothing was given. Zero is something."""
    return value is None or value == {} or value == [] or (isinstance(value, str) and not storable(value).strip())


def parameter_of(gap: Gap, value) -> dict:
    """Raises WrongValue."""
    return OF_KIND[gap.kind](gap, value)


# Lines ----------------------------------------------------------------------------------------------------------------
def written(key: str, what: str, value, most: int | None = None) -> str:
    """A text as it can be stored and sent."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise WrongValue(key, _("%(what)s must be a text.") % {"what": what})
    value = storable(str(value))
    if not value.strip():
        raise WrongValue(key, _("%(what)s is missing.") % {"what": what})
    if most and len(value) > most:
        words = _("%(what)s has %(length)s characters, and WhatsApp takes %(most)s at most.")
        raise WrongValue(key, words % {"what": what, "length": len(value), "most": most})
    return value


def line(key: str, what: str, value, most: int) -> str:
    """A text without line breaks and wide gaps of its own: Meta takes no other into a template."""
    value = written(key, what, value, most)
    if SEVERAL_LINES.search(value):
        words = _("%(what)s must not contain line breaks, tabs or more than four spaces in a row.")
        raise WrongValue(key, words % {"what": what})
    return value


def _text(gap: Gap, value) -> dict:
    named = {"parameter_name": gap.parameter_name} if gap.parameter_name else {}
    if isinstance(value, Currency | DateTime):
        if {"type": "body"} not in gap.into:
            raise WrongValue(gap.key, _("An amount or a date goes into the text only."))
        built = value.parameter(gap.key)
        return {"type": built["type"], **named, **built}
    return {"type": "text", **named, "text": line(gap.key, gap.label, value, BODY)}


def _code(gap: Gap, value) -> dict:
    return {"type": "text", "text": line(gap.key, gap.label, value, CODE)}


def _suffix(gap: Gap, value) -> dict:
    """The end alone: of a whole address, as people paste it, what follows the button's own part."""
    text = line(gap.key, gap.label, value, ADDRESS).strip()
    if not WHOLE_ADDRESS.match(text):
        return {"type": "text", "text": text}
    if text.casefold().startswith(gap.address.casefold()) and (end := text[len(gap.address) :]):
        return {"type": "text", "text": end}
    if "?" not in gap.address:  # There it may be where the shop's own address leads on to.
        words = _("This button only opens addresses that begin with %(start)s. Write what follows there.")
        raise WrongValue(gap.key, words % {"start": gap.address})
    return {"type": "text", "text": text}


def _coupon(gap: Gap, value) -> dict:
    return {"type": "coupon_code", "coupon_code": line(gap.key, gap.label, value, CODE)}


def _payload(gap: Gap, value) -> dict:
    return {"type": "payload", "payload": written(gap.key, gap.label, value, PAYLOAD)}


# Headers --------------------------------------------------------------------------------------------------------------
def _file(gap: Gap, value) -> dict:
    """`{"asset": pk}` of ours, `{"link": address}` that Meta fetches, or `{"id": Meta's}`; perhaps a `filename`."""
    value = _dict(gap, value, _("Choose a file, or give its web address."))
    sources = [name for name in ("asset", "link", "id") if not is_empty(value.get(name))]
    if len(sources) != 1:
        raise WrongValue(gap.key, _("Choose one file: an uploaded one, or a web address."))
    source = SOURCES_OF_FILES[sources[0]](gap, value[sources[0]])
    if gap.kind == gaps.DOCUMENT and not is_empty(value.get("filename")):
        source["filename"] = line(gap.key, _("The file name"), value["filename"], 255)
    return {"type": gap.kind, gap.kind: source}


def _asset(gap: Gap, pk) -> dict:
    if isinstance(pk, bool) or not isinstance(pk, int):
        raise WrongValue(gap.key, _("Choose the file again."))
    return {"asset": pk}


def _link(gap: Gap, link) -> dict:
    link = written(gap.key, _("The web address"), link, ADDRESS)
    try:
        parts = urlsplit(link)
        is_good = parts.scheme == "https" and bool(parts.hostname) and not re.search(r"\s", link)
    except ValueError:
        is_good = False
    if not is_good:
        words = _("“%(value)s” is not a web address that begins with https://.")
        raise WrongValue(gap.key, words % {"value": link[:80]})
    return {"link": link}


def _id(gap: Gap, media_id) -> dict:
    return {"id": written(gap.key, _("Meta's id of the file"), media_id, 200)}


SOURCES_OF_FILES = {"asset": _asset, "link": _link, "id": _id}


def _location(gap: Gap, value) -> dict:
    """Meta wants all four: `latitude`, `longitude`, `name` and `address`."""
    value = _dict(gap, value, _("Give the place with its latitude, longitude, name and address."))
    place = {
        "latitude": _degrees(gap.key, _("The latitude"), value.get("latitude"), 90),
        "longitude": _degrees(gap.key, _("The longitude"), value.get("longitude"), 180),
        "name": written(gap.key, _("The name of the place"), _or_empty(value.get("name"))),
        "address": written(gap.key, _("The address of the place"), _or_empty(value.get("address"))),
    }
    return {"type": "location", "location": place}


def _degrees(key: str, what: str, value, most: int) -> str:
    try:
        degrees = float(value)
    except (TypeError, ValueError, OverflowError):
        degrees = float("nan")
    if not -most <= degrees <= most or isinstance(value, bool):
        words = _("%(what)s must be a number from %(least)s to %(most)s.")
        raise WrongValue(key, words % {"what": what, "least": -most, "most": most})
    return str(degrees)


# Products and forms ---------------------------------------------------------------------------------------------------
def _product(gap: Gap, value) -> dict:
    """`{"retailer_id": ..., "catalog_id": ...}`."""
    value = _dict(gap, value, _("Choose a product."))
    product = {
        "product_retailer_id": written(gap.key, _("The product"), _or_empty(value.get("retailer_id"))),
        "catalog_id": written(gap.key, _("The catalog"), _or_empty(value.get("catalog_id"))),
    }
    return {"type": "product", "product": product}


def _thumbnail(gap: Gap, value) -> dict:
    return {"type": "action", "action": {"thumbnail_product_retailer_id": written(gap.key, gap.label, value)}}


def _sections(gap: Gap, value) -> dict:
    """`[{"title": ..., "retailer_ids": [...]}]`: up to ten sections, up to thirty products in all."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise WrongValue(gap.key, _("Choose products."))
    if len(value) > MOST_SECTIONS:
        words = _("There are %(count)s sections, and WhatsApp takes %(most)s at most.")
        raise WrongValue(gap.key, words % {"count": len(value), "most": MOST_SECTIONS})
    sections = [_section(gap, each, needs_title=len(value) > 1) for each in value]
    count = sum(len(each["product_items"]) for each in sections)
    if count > MOST_PRODUCTS:
        words = _("The sections together have %(count)s products, and WhatsApp takes %(most)s at most.")
        raise WrongValue(gap.key, words % {"count": count, "most": MOST_PRODUCTS})
    return {"type": "action", "action": {"sections": sections}}


def _section(gap: Gap, section: dict, *, needs_title: bool) -> dict:
    title, retailer_ids = section.get("title"), section.get("retailer_ids")
    if not isinstance(retailer_ids, list) or not retailer_ids:
        raise WrongValue(gap.key, _("A section needs at least one product."))
    items = [written(gap.key, _("The product"), _or_empty(each)) for each in retailer_ids]
    if len(set(items)) < len(items):
        raise WrongValue(gap.key, _("Two of the products in a section are the same."))
    named = {}
    if needs_title or not is_empty(title):
        named = {"title": line(gap.key, _("The title of a section"), _or_empty(title), SECTION_TITLE)}
    return {**named, "product_items": [{"product_retailer_id": each} for each in items]}


def _flow(gap: Gap, value) -> dict:
    """`{"token": ..., "data": {...}}`, both optional."""
    value = _dict(gap, value, _("What a form starts with has a token, data, or both."))
    action = {}
    if not is_empty(value.get("token")):
        action["flow_token"] = written(gap.key, _("The form's token"), value["token"])
    if not is_empty(value.get("data")):
        action["flow_action_data"] = storable(_dict(gap, value["data"], _("The form's data must be an object.")))
    return {"type": "action", "action": action}


def _moment(gap: Gap, value) -> dict:
    """A moment with its time zone, or one written as in ISO 8601."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise WrongValue(gap.key, _("The end of the offer must be a date and a time, with its time zone."))
    if value <= timezone.now():
        raise WrongValue(gap.key, _("The offer would be over before the message arrives. Choose a later end."))
    ends = {"expiration_time_ms": int(value.timestamp() * 1000)}
    return {"type": "limited_time_offer", "limited_time_offer": ends}


def _unknown(gap: Gap, _value) -> dict:
    words = _("This template has %(what)s, so it cannot be sent from here. Send it from Meta's own pages.")
    raise WrongValue(gap.key, words % {"what": gap.label})


def _dict(gap: Gap, value, words: str) -> dict:
    if not isinstance(value, dict):
        raise WrongValue(gap.key, words)
    return value


def _or_empty(value):
    return "" if value is None else value


OF_KIND = {
    gaps.TEXT: _text,
    gaps.CODE: _code,
    gaps.SUFFIX: _suffix,
    gaps.COUPON: _coupon,
    gaps.PAYLOAD: _payload,
    **dict.fromkeys(gaps.FILES, _file),
    gaps.LOCATION: _location,
    gaps.PRODUCT: _product,
    gaps.THUMBNAIL: _thumbnail,
    gaps.SECTIONS: _sections,
    gaps.FLOW: _flow,
    gaps.MOMENT: _moment,
    gaps.UNKNOWN: _unknown,
}
