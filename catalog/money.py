"""Prices, in the three forms in which Meta's catalog knows them, and as people read them.

`POST /{catalog_id}/products` takes whole minor units (599), `items_batch` takes "5.99 USD", and a reading gives a text
for people ("$5.99").
"""

import re
from decimal import Decimal, InvalidOperation
from functools import cache

from django.utils.formats import number_format
from iso4217 import Currency

DEFAULT_DECIMALS = 2


@cache
def decimals_of(currency: str) -> int:
    """How many decimals the currency has (ISO 4217); two for a code that nobody knows."""
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        return DEFAULT_DECIMALS
    return DEFAULT_DECIMALS if exponent is None else exponent


@cache
def is_currency(code: str) -> bool:
    """Whether it is the code of money that things are sold for; precious metals and test codes are none."""
    try:
        return Currency(code).exponent is not None
    except ValueError:
        return False


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether the currency has the decimals that the amount needs: 9.99 JPY is no price."""
    return amount == round(amount, decimals_of(currency))


def batch_text(amount: Decimal, currency: str) -> str:
    """As `items_batch` takes it: "9.99 USD", "1250 JPY", "3.500 KWD"."""
    return f"{amount:.{decimals_of(currency)}f} {currency}"


def minor_units(amount: Decimal, currency: str) -> int:
    """As `/products` takes it: 999 for 9.99 USD, 1250 for 1250 JPY, 3500 for 3.500 KWD."""
    return int(amount.scaleb(decimals_of(currency)).to_integral_value())


def read_formatted(text: str, currency: str) -> Decimal | None:
    """The amount in a price as Meta writes it for people ("$1,234.50", "1.234,50 €", "¥1,250"); None for no amount.

    The separator before the currency's last decimals, or before one or two digits, is the decimal one, whatever it
    looks like; others are grouping.
    """
    digits = re.sub(r"[^\d.,٫٬]", "", str(text)).strip(".,٫٬")
    decimals = decimals_of(currency)
    whole, fraction = digits, ""
    if found := re.search(rf"[.,٫](\d{{1,2}}|\d{{{decimals}}})$", digits):
        whole, fraction = digits[: found.start()], found[1]
    whole = re.sub(r"\D", "", whole)
    try:
        return Decimal(f"{whole or 0}.{fraction or 0}") if whole or fraction else None
    except InvalidOperation:
        return None


def in_words(amount: Decimal, currency: str) -> str:
    """Such as 1,250 JPY, 3.500 KWD, 99.99 USD: the code says it without a doubt, which a sign like $ does not."""
    shown = number_format(amount, decimals_of(currency), use_l10n=True, force_grouping=True)
    return f"{shown}\u00a0{currency}" if currency else shown
