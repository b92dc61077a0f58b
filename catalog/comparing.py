"""A product as we want it beside the same product as Meta lists it."""

from decimal import Decimal
from html import unescape

from catalog import money

# Names of Meta's list, and our columns. Pictures are left out: Meta copies them and lists addresses of its own.
TEXTS = {"name": "title", "description": "description", "url": "link", "brand": "brand"}
CHOICES = {"availability": "availability", "condition": "condition", "currency": "currency"}
PRICES = ("price", "sale_price")
SHOWN = 500


def differences(item, row: dict) -> list[dict]:
    """What differs, as [{"field", "ours", "theirs"}, ...], fields by our names; empty where both are the same.

    `row` is one of Meta's list of products, of whatever shape. What it does not name is not compared; but a price that
    ended (`sale_price`) is simply not there.
    """
    found = [_text(item, row, listed, ours) for listed, ours in TEXTS.items()]
    found += [_choice(item, row, listed, ours) for listed, ours in CHOICES.items()]
    found += [_price(item, row, name) for name in PRICES]
    return [each for each in found if each]


def _text(item, row: dict, listed: str, ours: str) -> dict | None:
    if row.get(listed) is None:
        return None
    mine, theirs = str(getattr(item, ours)), str(row[listed])
    # Meta trims texts and folds blanks and line ends, and writes signs as HTML does.
    same = mine.split() in (theirs.split(), unescape(theirs).split())
    return None if same else _difference(ours, mine, theirs)


def _choice(item, row: dict, listed: str, ours: str) -> dict | None:
    """Meta writes "in stock" here and "in_stock" or "IN_STOCK" there."""
    if row.get(listed) is None:
        return None
    mine, theirs = str(getattr(item, ours)), str(row[listed])
    same = mine.lower().replace("_", " ").split() == theirs.lower().replace("_", " ").split()
    return None if same else _difference(ours, mine, theirs)


def _price(item, row: dict, name: str) -> dict | None:
    mine: Decimal | None = getattr(item, name)
    text = "" if row.get(name) is None else str(row[name]).strip()
    if name not in row and not (name == "sale_price" and "price" in row):
        return None
    theirs = money.read_formatted(text, str(row.get("currency") or item.currency)) if text else None
    if mine == theirs and (theirs is not None or not text):
        return None
    shown = "" if mine is None else money.batch_text(mine, item.currency)
    return _difference(name, shown, text)


def _difference(field: str, ours: str, theirs: str) -> dict:
    return {"field": field, "ours": ours[:SHOWN], "theirs": theirs[:SHOWN]}
