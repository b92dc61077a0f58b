"""A new number: add it, get a code to the phone, prove with it that the phone is at hand."""

import secrets
import time

from ..errors import GraphError
from ..state import Number, digits
from . import access
from .access import MANAGEMENT
from .calls import Call

CODE_SECONDS = 600
METHODS = ("SMS", "VOICE")


def create(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    country, local, name = (
        digits(call.required("cc")),
        digits(call.required("phone_number")),
        call.required("verified_name"),
    )
    if not 1 <= len(country) <= 3 or not 4 <= len(local) <= 14:
        raise GraphError(100, "(#100) Param cc must be a country code and phone_number a number without it")
    if waba.is_restricted("RESTRICTED_ADD_PHONE_NUMBER_ACTION"):
        raise GraphError(368, details="The account may not add phone numbers at the moment.")
    if any(number.digits == country + local for number in meta.world.numbers.values()):
        raise GraphError(100, "(#100) This phone number is in a WhatsApp Business Account already")
    if len(meta.world.numbers) >= meta.world.max_phone_numbers:
        raise GraphError(
            100, f"(#100) The business has {len(meta.world.numbers)} phone numbers, which is all it may have"
        )
    number = Number(
        phone_number_id=str(max(map(int, meta.world.numbers)) + 1),
        waba_id=waba.waba_id,
        display_phone_number=_displayed(country, local),
        verified_name=name,
        quality_rating="UNKNOWN",
        code_verification_status="NOT_VERIFIED",
        name_status="PENDING_REVIEW",
    )
    meta.world.numbers[number.phone_number_id] = number
    meta.note_change()
    return {"id": number.phone_number_id}


def _displayed(country: str, local: str) -> str:
    if country == "1" and len(local) == 10:
        local = f"{local[:3]}-{local[3:6]}-{local[6:]}"
    return f"+{country} {local}"


def request_code(meta, call: Call) -> dict:
    """The code goes nowhere: the start page and `GET /control/code` show it."""
    number = access.number_of(meta, call, MANAGEMENT)
    if call.required("code_method") not in METHODS:
        raise GraphError(100, f"(#100) Param code_method must be one of {{{', '.join(METHODS)}}}")
    call.required("language")
    if number.is_verified:
        raise GraphError(136024, details="The number is verified already.")
    number.code, number.code_method = f"{secrets.randbelow(10**6):06}", call.text("code_method")
    number.code_expires_at = time.time() + CODE_SECONDS
    meta.note_change()
    return {"success": True}


def verify_code(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MANAGEMENT)
    code = digits(call.required("code"))  # people type it with the dash of the text message
    if number.is_verified or not number.code:
        raise GraphError(136025, details="No code is expected for this number.")
    if number.code_expires_at <= time.time():
        raise GraphError(136025, details="The code has expired. Request another one.")
    if code != number.code:
        raise GraphError(136025, details="The code is wrong.")
    number.verify()
    meta.note_change()
    return {"success": True}
