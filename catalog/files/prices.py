"""A price as people write it. What could be two prices is none: a wrong price costs a shop more than a line to mend."""

import re
from dataclasses import dataclass
from decimal import Decimal

from catalog import money

DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.'")
# Blanks and apostrophes that group digits.
GROUPING = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
DOLLARS = (
    "USD",
    "CAD",
    "AUD",
    "NZD",
    "SGD",
    "HKD",
    "TWD",
    "MXN",
    "ARS",
    "CLP",
    "COP",
    "UYU",
    "BBD",
    "BSD",
    "BZD",
    "JMD",
    "TTD",
)
SIGNS = {
    "€": ("EUR",),
    "£": ("GBP",),
    "₹": ("INR",),
    "₪": ("ILS",),
    "₺": ("TRY",),
    "₩": ("KRW",),
    "₫": ("VND",),
    "₴": ("UAH",),
    "₽": ("RUB",),
    "฿": ("THB",),
    "₱": ("PHP",),
    "₦": ("NGN",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "r$": ("BRL",),
    "us$": ("USD",),
    "د.ك": ("KWD",),
    "د.إ": ("AED",),
    "ر.س": ("SAR",),
    "﷼": ("SAR", "IRR", "OMR", "QAR", "YER"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "$": DOLLARS,
}
MOST_CHARACTERS = 40


class NoPrice(ValueError):
    """`key` is one of `catalog.problems`, `facts` what its words need."""

    def __init__(self, key: str, **facts):
        super().__init__(key)
        self.key, self.facts = key, facts


@dataclass(frozen=True, slots=True)
class Price:
    """`currency` is empty where the text names none."""

    amount: Decimal
    currency: str


def read(text: str, usual: str) -> Price:
    """The price in a text such as 9.99, 9,99, 1.234,50 EUR, USD 9.99 or $9.99. Raises NoPrice.

    `usual` is the currency where none is named; it also says which one a sign of several currencies is.
    """
    shown = text[:MOST_CHARACTERS]
    if len(text) > MOST_CHARACTERS:
        raise NoPrice("not_a_price", value=shown)
    found = re.fullmatch(r"([^\d.,\-+]*)([\d.,\-+ '’\u00a0\u2009\u202f]*?)([^\d,\-+]*)", _plain(text))
    if not found or not re.search(r"\d", found[2]):
        raise NoPrice("not_a_price", value=shown)
    named = {_currency_of(each, usual, shown) for each in (_bare(found[1]), _bare(found[3])) if each}
    if len(named) > 1:
        raise NoPrice("not_a_price", value=shown)
    currency = next(iter(named), "")
    return Price(_amount(found[2].strip(), money.decimals_of(currency or usual), shown), currency)


def _plain(text: str) -> str:
    text = text.translate(DIGITS).strip()
    for sign in (each for each in SIGNS if "." in each):
        text = text.replace(sign, f" {SIGNS[sign][0]} ").strip()
    return re.sub(r"[.,](?:-{1,2}|–|—)(?=\D|$)", "", text)  # 9.- and 9,-- are nine.


def _bare(text: str) -> str:
    return text.strip(" .\u00a0\u2009\u202f\u200e\u200f")


def _currency_of(named: str, usual: str, shown: str) -> str:
    code = named.upper()
    if re.fullmatch(r"[A-Z]{3}", code) and money.is_currency(code):
        return code
    codes = SIGNS.get(named.casefold())
    if codes is None:
        raise NoPrice("not_a_price", value=shown)
    if usual in codes:
        return usual
    if len(codes) > 1:
        raise NoPrice("currency_sign", sign=named)
    return codes[0]


def _amount(text: str, decimals: int, shown: str) -> Decimal:
    """Raises NoPrice."""
    sign, digits = (text[0], text[1:]) if text[:1] in ("-", "+") else ("", text)
    digits = GROUPING.sub("", digits)
    marks = re.findall(r"[.,]", digits)
    if not re.fullmatch(r"\d*(?:[.,]\d+)*", digits) or not digits:
        raise NoPrice("not_a_price", value=shown)
    if not marks:
        whole, fraction = digits, ""
    elif len(set(marks)) == 1 and len(marks) == 1:
        whole, fraction = _one_mark(digits, marks.pop(), decimals, shown)
    elif len(set(marks)) == 1:
        whole, fraction = digits, ""
    else:
        whole, fraction = digits.rsplit(marks[-1], 1)
    if re.search(r"[.,]", whole) and not _is_grouped(whole):
        raise NoPrice("not_a_price", value=shown)
    amount = Decimal(f"{re.sub('[.,]', '', whole) or 0}.{fraction or 0}")
    return -amount if sign == "-" else amount


def _one_mark(digits: str, mark: str, decimals: int, shown: str) -> tuple[str, str]:
    """1,234 may be one and a bit or more than a thousand; 0,999 and 12345,678 may not."""
    whole, fraction = digits.split(mark)
    if len(fraction) != 3 or len(whole) > 3 or not whole.strip("0"):
        return whole, fraction
    if mark == "." and decimals == 3:
        return whole, fraction
    if mark == "," and decimals == 0:
        return whole + fraction, ""
    raise NoPrice("price_ambiguous", value=shown, one=f"{whole}{fraction}", other=f"{whole}.{fraction}")


def _is_grouped(whole: str) -> bool:
    parts = re.split(r"[.,]", whole)
    is_one_kind = len(set(re.findall(r"[.,]", whole))) == 1
    inner = {len(each) for each in parts[1:-1]}
    return is_one_kind and 1 <= len(parts[0]) <= 3 and len(parts[-1]) == 3 and (inner <= {3} or inner == {2})
