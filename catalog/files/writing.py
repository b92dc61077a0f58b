"""Products as CSV, under the headings by which they are read again, in cells that no spreadsheet runs."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from catalog import money
from catalog.fields import ATTRIBUTES, FIELDS
from workspaces import sheets

# The product number under the name that Meta's and others' files give it.
HEADINGS = {**{name: name for name in (*FIELDS, *ATTRIBUTES)}, "retailer_id": "id"}
BOM = "\ufeff"
EXAMPLES = (
    {
        "retailer_id": "mug-red",
        "title": "Mug, red",
        "description": "A mug for coffee and tea.",
        "price": "9.99",
        "currency": "USD",
        "availability": "in stock",
        "condition": "new",
        "link": "https://shop.example/p/mug-red",
        "image_link": "https://shop.example/pictures/mug-red.jpg",
        "brand": "Example",
        "item_group_id": "mug",
        "color": "red",
    },
    {
        "retailer_id": "mug-blue",
        "title": "Mug, blue",
        "description": "A mug for coffee and tea.",
        "price": "9.99",
        "sale_price": "7.50",
        "currency": "USD",
        "availability": "in stock",
        "condition": "new",
        "link": "https://shop.example/p/mug-blue",
        "image_link": "https://shop.example/pictures/mug-blue.jpg",
        "brand": "Example",
        "item_group_id": "mug",
        "color": "blue",
    },
)


class _Echo:
    """Gives back what it is to write."""

    def write(self, text: str) -> str:
        return text


def parts_of(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The file, a line after the other, with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow(head)
    for row in rows:
        yield writer.writerow(map(cell, row))


def cell(value: object) -> str:
    """A text that begins like one that is guarded already is guarded once more, so that reading gives it back."""
    text = "" if value is None else str(value)
    is_guarded = text.startswith("'") and text.lstrip("'").startswith(sheets.BEGINS_A_FORMULA)
    return f"'{text}" if is_guarded else sheets.cell(text)


def texts_of(item) -> dict[str, str]:
    """All facts of a product as texts, by their names."""
    attributes = item.attributes if isinstance(item.attributes, Mapping) else {}
    texts = {name: _text_of(getattr(item, name), item.currency) for name in FIELDS}
    return texts | {name: str(attributes.get(name, "")) for name in ATTRIBUTES}


def _text_of(value: object, currency: str) -> str:
    if isinstance(value, Decimal):
        decimals = max(money.decimals_of(currency), -value.normalize().as_tuple().exponent)
        return f"{value:.{decimals}f}"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
