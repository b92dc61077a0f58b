"""A row of Meta's list of products: what of it is kept, and the content that it amounts to here."""

from collections.abc import Mapping
from decimal import Decimal

from catalog import fields, money
from meta_integration.walk import storable

# As Meta names it, and our column.
TEXTS = {"name": "title", "description": "description", "url": "link", "image_url": "image_link", "brand": "brand"}
CHOICES = {"availability": fields.AVAILABILITY, "condition": fields.CONDITION}
KEPT = (*TEXTS, *CHOICES, "price", "sale_price", "currency", "review_status")
LONGEST, LONGEST_ID = 5000, 64


def number_of(row) -> str:
    """Its product number; empty for what is no product or has a number that cannot be kept."""
    number = str(row.get("retailer_id") or "") if isinstance(row, Mapping) else ""
    return number if number == storable(number) and len(number) <= fields.LONGEST_RETAILER_ID else ""


def kept(row: Mapping) -> dict:
    """What is shown of it later, as Meta wrote it."""
    return storable({name: _text(row[name]) for name in KEPT if row.get(name) is not None})


def product_id(row: Mapping) -> str:
    return storable(_text(row.get("id")))[:LONGEST_ID]


def review(row: Mapping) -> tuple[str, list]:
    """Its status in lower case, and Meta's reasons; empty where Meta says nothing."""
    errors = row.get("errors")
    return storable(_text(row.get("review_status"))).lower()[:40], storable(errors) if isinstance(errors, list) else []


def content_of(row: Mapping) -> dict:
    """The columns of a ProductItem that the row fills. What Meta does not say is not named."""
    content = {ours: storable(_text(row[name])).strip() for name, ours in TEXTS.items() if row.get(name) is not None}
    content |= {name: _choice(row[name], known) for name, known in CHOICES.items() if row.get(name)}
    currency = storable(_text(row.get("currency"))).strip().upper()[:3]
    return content | {"currency": currency, **{name: _price(row, name, currency) for name in ("price", "sale_price")}}


def _text(value) -> str:
    return "" if value is None else str(value)[:LONGEST]


def _choice(value, known: Mapping) -> str:
    """As a batch takes it: Meta writes "in stock" there, and "in_stock" or "IN_STOCK" in some lists."""
    said = _text(value).strip().lower()
    same = {name.replace("_", " "): name for name in known}
    return same.get(said.replace("_", " "), storable(said)[:60])


def _price(row: Mapping, name: str, currency: str) -> Decimal | None:
    amount = money.read_formatted(_text(row.get(name)), currency) if row.get(name) else None
    return amount if amount is not None and amount < fields.LARGEST_PRICE else None
