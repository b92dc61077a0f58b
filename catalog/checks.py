"""What Meta would refuse of a product, found before it is sent. The picture itself is looked at in services/looking."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings

from catalog import money
from catalog.fields import (
    ATTRIBUTES,
    AVAILABILITY,
    CONDITION,
    FIELDS,
    INSTEAD_OF_BRAND,
    LARGEST_PRICE,
    LONGEST_RETAILER_ID,
    MOST_PICTURES,
)
from catalog.problems import problem

CHOICES = {"availability": AVAILABILITY, "condition": CONDITION}
# What customers read.
SHOWN = ("title", "description", "brand")
# Tags that people use. A "<3" or "a < b" is none.
TAG = re.compile(
    r"</?(?:p|br|hr|b|i|u|a|strong|em|small|div|span|font|ul|ol|li|dl|dt|dd|h[1-6]|img|table|tbody|tr|td|th|script|style"
    r"|iframe|section|meta)(?:\s[^<>]{0,1000})?/?>",
    re.I,
)
# In a web address; and control characters but for tabs and ends of lines.
UNFIT = re.compile(r"[\s\x00-\x1f\x7f\\<>\"]")
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class BadProduct(ValueError):
    """Cannot be kept at all: no product number, or a value that is none. `problems` says what, as they are stored."""

    def __init__(self, problems: list[dict]):
        super().__init__(str(problems))
        self.problems = problems


def unkeepable(retailer_id: str, values: Mapping) -> list[dict]:
    """Why a product cannot even be stored."""
    found = []
    if not retailer_id:
        found.append(problem("retailer_id", "missing"))
    elif len(retailer_id) > LONGEST_RETAILER_ID:
        found.append(problem("retailer_id", "too_long", length=len(retailer_id), most=LONGEST_RETAILER_ID))
    for name in ("price", "sale_price"):
        price = values.get(name)
        if price is not None and not (isinstance(price, Decimal) and price.is_finite()):
            found.append(problem(name, "not_a_price", value=str(price)[:60]))
        elif price is not None and abs(price) >= LARGEST_PRICE:
            found.append(problem(name, "price_too_large"))
    if len(values.get("currency") or "") > FIELDS["currency"].most:
        found.append(problem("currency", "not_a_currency", value=values["currency"][:60]))
    inventory = values.get("inventory")
    if inventory is not None and not (isinstance(inventory, int) and 0 <= inventory < 2**31):
        found.append(problem("inventory", "not_a_number", value=str(inventory)[:60]))
    found += [
        problem(name, "not_a_choice", value=values[name][:60], choices=", ".join(choices))
        for name, choices in CHOICES.items()
        if len(values.get(name) or "") > 60
    ]
    return found


def problems_of(values: Mapping) -> list[dict]:
    """Everything that keeps a product from being sent. `values` are all of `fields.CONTENT`."""
    texts = [*_missing(values), *_too_long(values), *_unfit(values)]
    return [*texts, *_choices(values), *_prices(values), *_addresses(values)]


def _missing(values: Mapping) -> Iterator[dict]:
    attributes = values["attributes"] if isinstance(values["attributes"], Mapping) else {}
    for field in FIELDS.values():
        if not field.is_needed or field.name == "retailer_id" or values[field.name] not in ("", None):
            continue
        if field.name != "brand":
            yield problem(field.name, "missing")
        elif not any(attributes.get(name) for name in INSTEAD_OF_BRAND):
            yield problem("brand", "brand_missing")


def _too_long(values: Mapping) -> Iterator[dict]:
    attributes = values["attributes"] if isinstance(values["attributes"], Mapping) else {}
    given = {**{name: values.get(name) for name in FIELDS}, **{name: attributes.get(name) for name in ATTRIBUTES}}
    for field in (*FIELDS.values(), *ATTRIBUTES.values()):
        value = given[field.name]
        if field.most and isinstance(value, str) and len(value) > field.most:
            yield problem(field.name, "too_long", length=len(value), most=field.most)
    pictures = values["additional_image_links"]
    if len(pictures) > MOST_PICTURES:
        yield problem("additional_image_links", "too_many_pictures", count=len(pictures), most=MOST_PICTURES)


def _unfit(values: Mapping) -> Iterator[dict]:
    """WhatsApp shows tags as they are written. They are not taken out here: a shop's words are its own, and whoever
    reads a file or a form takes them out where the result is seen. Capitals, signs and emoji are the shop's business.
    """
    attributes = values["attributes"] if isinstance(values["attributes"], Mapping) else {}
    for name, value in {**{name: values[name] for name in SHOWN}, **attributes}.items():
        if not isinstance(value, str) or name not in (*SHOWN, *ATTRIBUTES):
            continue
        if UNSEEN.search(value):
            yield problem(name, "unreadable")
        if tag := TAG.search(value):
            yield problem(name, "has_html", value=tag[0][:30])


def _choices(values: Mapping) -> Iterator[dict]:
    for name, choices in CHOICES.items():
        if values[name] and values[name] not in choices:
            yield problem(name, "not_a_choice", value=values[name], choices=", ".join(choices))


def _prices(values: Mapping) -> Iterator[dict]:
    currency = values["currency"]
    if currency and not money.is_currency(currency):
        yield problem("currency", "not_a_currency", value=currency)
        return
    for name in ("price", "sale_price"):
        price = values[name]
        if price is None:
            continue
        if price <= 0:
            yield problem(name, "price_not_positive")
        elif currency and not money.is_exact(price, currency):
            yield problem(name, "too_many_decimals", currency=currency, decimals=money.decimals_of(currency))
    if None not in (values["price"], values["sale_price"]) and values["sale_price"] >= values["price"]:
        yield problem("sale_price", "sale_price_higher")


def _addresses(values: Mapping) -> Iterator[dict]:
    for name in ("link", "image_link"):
        if values[name] and (key := wrong_with(values[name])):
            yield problem(name, key, value=values[name][:100])
    if values["link"] and values["link"] == values["image_link"]:
        yield problem("link", "link_is_picture")
    for address in values["additional_image_links"]:
        if key := wrong_with(address):
            yield problem("additional_image_links", key, value=str(address)[:100])
            return
        if len(address) > (most := FIELDS["image_link"].most):
            yield problem("additional_image_links", "too_long", length=len(address), most=most)
            return


def wrong_with(address) -> str:
    """The key of what is wrong with a web address; empty when nothing is."""
    try:
        parts = urlsplit(address)
        is_address = bool(parts.hostname) and parts.scheme in ("http", "https") and not UNFIT.search(address)
        parts.port  # noqa: B018  # Raises for a port that is none.
    except (ValueError, TypeError, AttributeError):
        return "not_an_address"
    if not is_address:
        return "not_an_address"
    if parts.username is not None:
        return "address_login"
    return "" if parts.scheme == "https" or is_of_the_sandbox(address) else "not_https"


def is_of_the_sandbox(address: str) -> bool:
    """The local Meta serves example pictures itself, without https and from this machine; it is none in production."""
    return bool(settings.SANDBOX_URL) and address.startswith(f"{settings.SANDBOX_URL}/")
