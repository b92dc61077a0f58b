"""The texts of a line and what they mean: a row as `items.write` takes it, and what is wrong with it."""

import re
from collections.abc import Mapping

from catalog import checks, money, plain_text
from catalog.fields import ATTRIBUTES, AVAILABILITY, CONDITION, FIELDS
from catalog.files import prices
from catalog.files.encodings import UNREADABLE
from catalog.problems import problem

# How others say it.
AVAILABILITY_WORDS = {
    "instock": "in stock",
    "available": "in stock",
    "auf lager": "in stock",
    "lieferbar": "in stock",
    "en stock": "in stock",
    "متوفر": "in stock",
    "outofstock": "out of stock",
    "sold out": "out of stock",
    "unavailable": "out of stock",
    "ausverkauft": "out of stock",
    "nicht auf lager": "out of stock",
    "rupture de stock": "out of stock",
    "agotado": "out of stock",
    "sin stock": "out of stock",
    "غير متوفر": "out of stock",
    "pre order": "preorder",
    "backorder": "available for order",
    "back order": "available for order",
    "sold": "mark_as_sold",
}
CONDITION_WORDS = {"neu": "new", "neuf": "new", "nuevo": "new", "جديد": "new", "gebraucht": "used", "usado": "used"}
CHOICES = {"availability": (AVAILABILITY, AVAILABILITY_WORDS), "condition": (CONDITION, CONDITION_WORDS)}
NAMES = (*FIELDS, *ATTRIBUTES)
PRICES = ("price", "sale_price")


def understood(texts: Mapping[str, str], usual: str) -> tuple[dict, list[dict]]:
    """The row and its problems. What the texts do not name the row does not name; an empty text empties.

    `usual` is the currency of prices without one.
    """
    row, problems = {}, []
    for name in NAMES:
        if name not in texts:
            continue
        text = str(texts[name]).strip()
        if UNREADABLE in text or "\x00" in text:
            problems.append(problem(name, "unreadable"))
        if name in ATTRIBUTES:
            row.setdefault("attributes", {})[name] = text
        elif name not in (*PRICES, "currency"):
            _take(name, text, row, problems)
    if set(texts) & {*PRICES, "currency"}:
        _take_prices(texts, usual, row, problems)
    return row, problems


def _take(name: str, text: str, row: dict, problems: list[dict]) -> None:
    if name in CHOICES:
        _take_choice(name, text, row)
    elif name == "inventory":
        if text and not _is_count(text):
            problems.append(problem(name, "not_a_number", value=text[:60]))
        else:
            row[name] = int(text) if text else None
    elif name == "additional_image_links":
        row[name] = addresses_in(text)
    elif name in checks.SHOWN and checks.TAG.search(text):
        row[name] = plain_text.of_html(text, plain_text.MOST_READ)
    else:
        row[name] = text


def _take_choice(name: str, text: str, row: dict) -> None:
    """Nothing said of it is nothing changed. A number under "stock" is how many there are."""
    known, words = CHOICES[name]
    plain = " ".join(re.sub(r"[_\-\s]+", " ", text).casefold().split())
    of_plain = {each.replace("_", " "): each for each in known}
    if not text:
        return
    if name == "availability" and _is_count(text):
        row.setdefault("inventory", int(text))
        row[name] = "in stock" if int(text) else "out of stock"
    else:
        row[name] = of_plain.get(plain) or words.get(plain) or text


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text[:11]) < 2**31 and len(text) <= 10


def addresses_in(text: str) -> list[str]:
    """Addresses beside each other, with blanks or commas between."""
    if re.search(r"\s", text):
        return [each for each in (part.strip(",;|") for part in text.split()) if each]
    return [each for each in re.split(r"[,;|](?=https?://)", text.strip(",;|")) if each]


def _take_prices(texts: Mapping[str, str], usual: str, row: dict, problems: list[dict]) -> None:
    named = str(texts.get("currency", "")).strip().upper()
    if named and not money.is_currency(named):
        problems.append(problem("currency", "not_a_currency", value=named[:60]))
        named = ""
    currency = named
    for name in PRICES:
        if name not in texts:
            continue
        text = str(texts[name]).strip()
        if not text:
            row[name] = None
            continue
        try:
            price = prices.read(text, currency or usual)
        except prices.NoPrice as exc:
            problems.append(problem(name, exc.key, **exc.facts))
            continue
        if price.currency and currency and price.currency != currency:
            problems.append(problem(name, "currencies_differ", one=price.currency, other=currency))
        row[name] = price.amount
        currency = currency or price.currency
    if currency:
        row["currency"] = currency
    elif "price" in texts:
        row["currency"] = usual
