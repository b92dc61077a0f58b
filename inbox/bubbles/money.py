"""Amounts as people write them, with as many decimals as their currency has."""

import re
from decimal import Decimal, InvalidOperation

from django.utils.formats import number_format

from inbox import harmless

# ISO 4217. All others have two.
NONE = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"]
NONE += ["XAF", "XOF", "XPF"]
THREE = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]
DECIMALS = {**dict.fromkeys(NONE, 0), **dict.fromkeys(THREE, 3), "CLF": 4, "UYW": 4}
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


def in_words(amount: Decimal, currency: str) -> str:
    """Such as 1,250 JPY, 3.500 KWD, 99.99 USD: the code says it without a doubt, which a sign like $ does not."""
    shown = number_format(amount, DECIMALS.get(currency, 2), use_l10n=True, force_grouping=True)
    return f"{shown}\u00a0{currency}" if currency else shown
