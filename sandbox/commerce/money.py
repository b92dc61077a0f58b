"""Prices in the three forms of Meta's catalogs: minor units (599), "5.99 USD", and a text for people ("$5.99")."""

import re

CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP "
    "CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF "
    "IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD "
    "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB "
    "RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD "
    "UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
CURRENCIES, WITHOUT_DECIMALS, WITH_THREE = (set(codes.split()) for codes in (CODES, NO_DECIMALS, THREE_DECIMALS))
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "BRL": "R$", "KRW": "₩", "MXN": "MX$"}
BATCH_PRICE = re.compile(r"(\d{1,12})(?:\.(\d+))? ([A-Za-z]{3})")


def decimals_of(currency: str) -> int:
    return 0 if currency in WITHOUT_DECIMALS else 3 if currency in WITH_THREE else 2


def formatted(minor: int, currency: str) -> str:
    """As a reading tells it: "$5.99", "¥1,250", "KWD 3.500"."""
    decimals = decimals_of(currency)
    amount = f"{minor // 10**decimals:,}" + (f".{minor % 10**decimals:0{decimals}}" if decimals else "")
    return f"{SIGNS[currency]}{amount}" if currency in SIGNS else f"{currency} {amount}"


def major(minor: int, currency: str) -> int | float:
    """As an order tells it: a number, whole where it is."""
    decimals = decimals_of(currency)
    return minor // 10**decimals if not minor % 10**decimals else minor / 10**decimals


def read_batch(text) -> tuple[int, str] | str:
    """Minor units and currency of "5.99 USD"; or what is wrong with it, in words."""
    found = BATCH_PRICE.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        return f'must be an amount with a dot, a space and a currency, as "9.99 USD", not {str(text)[:40]!r}'
    whole, fraction, currency = found[1], found[2] or "", found[3].upper()
    if currency not in CURRENCIES:
        return f"has an unknown currency: {currency}"
    decimals = decimals_of(currency)
    if len(fraction.rstrip("0")) > decimals:
        return f"has more decimals than {currency} has: {fraction}"
    return int(whole + fraction[:decimals].ljust(decimals, "0")), currency
