"""What Meta lists is compared as a person would compare it."""

from decimal import Decimal

import pytest

from catalog import comparing
from catalog.models import ProductItem

ITEM = ProductItem(
    title="Example mug",
    description="Red.\nWith a handle.",
    price=Decimal("1234.5000"),
    currency="USD",
    availability="in stock",
    condition="used_like_new",
    link="https://shop.example/p/1",
    image_link="https://shop.example/1.jpg",
    brand="Example",
)
ROW = {
    "id": "1",
    "retailer_id": "sku-1",
    "name": "Example mug",
    "description": "Red. With a handle.",
    "price": "$1,234.50",
    "currency": "USD",
    "availability": "in_stock",
    "condition": "USED_LIKE_NEW",
    "url": "https://shop.example/p/1",
    "image_url": "https://cdn.example/copy.jpg",
    "brand": "Example",
}


def test_the_same_is_the_same_however_meta_writes_it():
    assert comparing.differences(ITEM, ROW) == []
    assert comparing.differences(ITEM, ROW | {"sale_price": ""}) == []
    assert comparing.differences(ITEM, {"retailer_id": "sku-1"}) == []


@pytest.mark.parametrize(
    ("field", "listed"),
    [
        ("title", {"name": "Example cup"}),
        ("description", {"description": ""}),
        ("price", {"price": "$1,234.51"}),
        ("price", {"price": "free"}),
        ("price", {"price": None}),
        ("sale_price", {"sale_price": "$5.00"}),
        ("currency", {"currency": "EUR"}),
        ("availability", {"availability": "out of stock"}),
        ("condition", {"condition": "new"}),
        ("link", {"url": "https://shop.example/p/2"}),
        ("brand", {"brand": "Other"}),
    ],
)
def test_each_difference_is_named(field, listed):
    (found,) = comparing.differences(ITEM, ROW | listed)
    assert found["field"] == field
    assert found["theirs"] == str(next(iter(listed.values())) or "")


def test_a_sale_that_meta_does_not_show_is_a_difference():
    item = ProductItem(price=Decimal(1250), sale_price=Decimal(900), currency="JPY", title="A")
    (found,) = comparing.differences(item, {"name": "A", "price": "¥1,250"})
    assert found == {"field": "sale_price", "ours": "900 JPY", "theirs": ""}
    assert comparing.differences(item, {"name": "A", "price": "¥1,250", "sale_price": "¥900"}) == []


@pytest.mark.parametrize("odd", [[], {}, 7, True, "\u0660", ["x"]])
def test_odd_shapes_are_differences_and_never_errors(odd):
    for name in ROW:
        comparing.differences(ITEM, ROW | {name: odd})


def test_how_meta_writes_signs_and_codes_is_no_difference():
    item = ProductItem(title='Salt & "Pepper"', description="5 < 6", currency="USD", price=Decimal("9.99"))
    row = {"name": "Salt &amp; &quot;Pepper&quot;", "description": "5 &lt; 6", "currency": "usd", "price": "$9.99"}
    assert comparing.differences(item, row) == []
