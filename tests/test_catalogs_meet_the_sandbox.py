"""What our code makes of a product is taken by the sandbox, and what the sandbox lists is read back as the same."""

from decimal import Decimal

import pytest

from catalog import checks, content, money, seeding
from catalog.fields import complete
from catalog.models import ProductItem
from sandbox.commerce import fields, requests
from sandbox.commerce import money as theirs


def item(row: dict) -> ProductItem:
    return ProductItem(retailer_id=row["retailer_id"], **complete(row))


ROWS = [row for row in seeding.rows(300) if not checks.problems_of(complete(row))]
RICH = ROWS[0] | {
    "sale_price": Decimal("1.50"),
    "inventory": 3,
    "category": "Home > Kitchen",
    "item_group_id": "group",
    "additional_image_links": ["https://shop.example/2.jpg"] * 20,
    "attributes": {"color": "red", "size": "M", "gtin": "4006381333931", "age_group": "adult", "gender": "unisex"},
}


def test_there_are_good_rows_and_bad_ones():
    """Or the tests below would prove nothing."""
    assert 250 < len(ROWS) < 300 and not checks.problems_of(complete(RICH))


@pytest.mark.parametrize("method", ["CREATE", "UPDATE"])
def test_every_good_product_is_taken_by_a_batch(method):
    for row in (*ROWS, RICH):
        product = item(row)
        checked = requests.Checked(
            {"method": method, "data": {"id": product.retailer_id, **content.batch_data(product)}}
        )
        assert (checked.errors, checked.warnings) == ([], []), row
        single = content.single_data(product)
        assert {name: checked.data[name] for name in single} == single, "both ways say the same"


def test_every_good_product_is_taken_alone():
    for row in (*ROWS, RICH):
        single = content.single_data(item(row))
        assert {name: fields.problem_of(name, value) for name, value in single.items() if value} == dict.fromkeys(
            [name for name, value in single.items() if value], ""
        )


@pytest.mark.parametrize("currency", sorted(theirs.CURRENCIES))
def test_a_price_comes_back_as_the_same(currency):
    assert money.is_currency(currency)
    for minor in (1, 99, 100, 1234, 123456, 1234567890):
        amount = Decimal(minor).scaleb(-money.decimals_of(currency))
        assert money.minor_units(amount, currency) == minor
        assert theirs.read_batch(money.batch_text(amount, currency)) == (minor, currency)
        assert money.read_formatted(theirs.formatted(minor, currency), currency) == amount
