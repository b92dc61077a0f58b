"""The three forms of a price, there and back."""

from decimal import Decimal

import pytest

from catalog import money

PRICES = [
    ("9.99", "USD", "9.99 USD", 999, "$9.99"),
    ("1234.5", "USD", "1234.50 USD", 123450, "$1,234.50"),
    ("1250", "JPY", "1250 JPY", 1250, "¥1,250"),
    ("3.5", "KWD", "3.500 KWD", 3500, "KWD 3.500"),
    ("1234.567", "KWD", "1234.567 KWD", 1234567, "KWD 1,234.567"),
    ("1234.56", "EUR", "1234.56 EUR", 123456, "1.234,56 €"),
    ("12000", "EUR", "12000.00 EUR", 1200000, "12.000,00 €"),
]


@pytest.mark.parametrize(("amount", "currency", "batch", "minor", "formatted"), PRICES)
def test_a_price_in_each_of_its_forms(amount, currency, batch, minor, formatted):
    assert money.batch_text(Decimal(amount), currency) == batch
    assert money.minor_units(Decimal(amount), currency) == minor
    assert money.read_formatted(formatted, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("¥1,250.00", "JPY", "1250"),
        ("12.000,00 Ft", "HUF", "12000"),
        ("KWD 3.50", "KWD", "3.5"),
        ("$5.5", "USD", "5.5"),
        ("Rs.1,25,000.00", "INR", "125000"),
        ("₩12,000", "KRW", "12000"),
        ("S/.1,234", "PEN", "1234"),
    ],
)
def test_a_price_with_other_decimals_than_its_currencys_is_not_a_hundred_times_as_high(text, currency, amount):
    assert money.read_formatted(text, currency) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "free", "$", "...", "٣"])
def test_what_is_no_amount_is_none(text):
    assert money.read_formatted(text, "USD") in (None, Decimal(3))


def test_a_currency_has_the_decimals_it_has():
    assert money.is_exact(Decimal("9.990"), "USD") and not money.is_exact(Decimal("9.999"), "USD")
    assert not money.is_exact(Decimal("9.5"), "JPY") and money.is_exact(Decimal("9.555"), "KWD")
    assert money.is_currency("EUR") and not money.is_currency("EURO") and not money.is_currency("XXX")
