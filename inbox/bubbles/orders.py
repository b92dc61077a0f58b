"""A cart that a customer sent: as it was ordered, and what the same costs today."""

from collections import defaultdict
from decimal import Decimal

from catalog.money import decimals_of, in_words
from catalog.services.picking import Facts
from inbox import harmless
from inbox.bubbles import money
from inbox.bubbles.formatting import html_of
from inbox.models import Message
from meta_integration.walk import text_in

# As far as a page has room for them.
MOST_ROWS = 100


def facts_of(message: Message, part) -> dict:
    """Without what is known of the products, which `compare` adds."""
    part = part if isinstance(part, dict) else {}
    given = part.get("product_items")
    items = [_item(each) for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    counted = [each for each in items if each["sum"] is not None]
    return {
        "kind": "order",
        "items": items,
        "rows": items[:MOST_ROWS],
        "left_out": max(len(items) - MOST_ROWS, 0),
        "totals": _totals((each["currency"], each["sum"]) for each in counted),
        "is_partial": len(counted) < len(items),
        "words": html_of(text_in(part, "text")),
    }


def _item(item: dict) -> dict:
    price, quantity = money.amount_of(item.get("item_price")), money.amount_of(item.get("quantity"))
    currency = money.currency_of(item.get("currency"))
    has_both = price is not None and quantity is not None
    total = price * quantity if has_both else None
    return {
        "retailer_id": text_in(item, "product_retailer_id"),
        "number": harmless.line(text_in(item, "product_retailer_id"), 120) or "–",
        "amount": price,
        "count": quantity,
        "currency": currency,
        "sum": total,
        "quantity": "–" if quantity is None else f"{quantity.normalize():f}",
        "price": "–" if price is None else in_words(price, currency),
        "sum_words": "–" if total is None else in_words(total, currency),
    }


def _totals(sums) -> list[str]:
    totals = defaultdict(Decimal)
    for currency, amount in sums:
        totals[currency] += amount
    return [in_words(amount, currency) for currency, amount in totals.items()]


# Today ----------------------------------------------------------------------------------------------------------------
def compare(facts: dict, known: dict[str, Facts]) -> None:
    """Say of each product what it is and what it costs today, where that is not what was ordered."""
    for item in facts["items"]:
        product = item["known"] = known.get(item["retailer_id"])
        item["today"] = product.price if product and not product.is_gone and _differs(item, product) else ""
    facts["totals_today"], facts["today_is_partial"] = _today(facts)


def _differs(item: dict, product: Facts) -> bool:
    if product.amount is None or item["amount"] is None:
        return False
    if product.currency != item["currency"]:
        return True
    decimals = decimals_of(product.currency)
    return round(product.amount, decimals) != round(item["amount"], decimals)


def _today(facts: dict) -> tuple[list[str], bool]:
    """The totals at today's prices, where they are others and all products are known; and whether some are gone."""
    counted = [each for each in facts["items"] if each["sum"] is not None]
    if facts["is_partial"] or not counted or any(not each["known"] for each in counted):
        return [], False
    there = [each for each in counted if not each["known"].is_gone]
    if not there or any(each["known"].amount is None for each in there):
        return [], False
    totals = _totals((each["known"].currency, each["known"].amount * each["count"]) for each in there)
    return ([] if totals == facts["totals"] else totals), len(there) < len(counted)
