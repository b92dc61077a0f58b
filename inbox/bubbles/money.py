"""Amounts as Meta writes them in messages. How they are shown is `catalog.money.in_words`."""

import re
from decimal import Decimal, InvalidOperation

from inbox import harmless

LARGEST = Decimal(10) ** 15
# Written out, a number such as 1e-999999 fills pages.
MOST_DECIMALS = 15


def amount_of(value) -> Decimal | None:
    """A number of Meta's, which may be an integer, a fraction or a text; None for whatever is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) > LARGEST or isinstance(value, str) and len(value) > 40:
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) > LARGEST:
        return None
    return amount if amount.as_tuple().exponent >= -MOST_DECIMALS else round(amount, MOST_DECIMALS)


def currency_of(value) -> str:
    code = harmless.line(value, 10).upper()
    return code if re.fullmatch("[A-Z]{3}", code) else ""
