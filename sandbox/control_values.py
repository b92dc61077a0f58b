"""What a control request names. Raises BadRequest where it makes no sense."""

from .errors import BadRequest
from .state import Customer, Number, Waba


def customer_of(meta, data: dict) -> Customer:
    customer = meta.world.find_customer(str(data.get("customer", "")))
    if customer is None:
        raise BadRequest("customer must be the wa_id or user_id of a customer of this sandbox.")
    return customer


def number_of(meta, data: dict) -> Number:
    number = meta.world.numbers.get(str(data.get("phone_number_id", "")))
    if number is None:
        raise BadRequest("phone_number_id is not one of this sandbox.")
    return number


def waba_of(meta, data: dict) -> Waba:
    waba = meta.world.wabas.get(str(data.get("waba_id", "")))
    if waba is None:
        raise BadRequest("waba_id is not one of this sandbox.")
    return waba


def whole(data: dict, name: str, default: int) -> int:
    """A number of the request, as a browser's form or a program writes it."""
    text = str(data.get(name) or default)
    if not text.isdigit():
        raise BadRequest(f"{name} must be a whole number.")
    return int(text)


def fraction(data: dict, name: str) -> float:
    """A number that need not be whole, 0 without one."""
    try:
        number = float(data.get(name) or 0)
    except (TypeError, ValueError):
        raise BadRequest(f"{name} must be a number.") from None
    if not 0 <= number <= 10**9:
        raise BadRequest(f"{name} must be 0 or more.")
    return number


def seconds_from_now(data: dict, name: str, now: float) -> float:
    """The moment that many seconds from now, before it if negative; 0 for never."""
    try:
        seconds = int(data[name])
    except (TypeError, ValueError):
        raise BadRequest(f"{name} must be a whole number of seconds; 0 means never.") from None
    return now + seconds if seconds else 0.0


def one_of(data: dict, name: str, allowed, default):
    value = data.get(name, default)
    if value != default and value not in allowed:
        raise BadRequest(f"{name} must be one of {', '.join(allowed)}.")
    return value
