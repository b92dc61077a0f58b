"""Phone numbers: read, register, deregister, set the two-step PIN."""

import time
from datetime import UTC, datetime

from ..errors import GraphError
from ..state import Number
from . import access
from .access import MANAGEMENT
from .calls import Call
from .reading import project

DEFAULT_FIELDS = [
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "last_onboarded_time",
    "webhook_configuration",
    "id",
]
REGISTER_CALLS = 10
REGISTER_PERIOD = 72 * 3600


def read(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MANAGEMENT)
    return project(call, fields(meta, number), DEFAULT_FIELDS)


def fields(meta, number: Number) -> dict:
    """Every field Graph knows of a number; None where Graph leaves it out."""
    waba = meta.world.wabas[number.waba_id]
    can_send = number.is_registered and not waba.is_disabled
    configuration = {"application": meta.world.callback_url} if meta.world.callback_url else {}
    if waba.override_callback_uri:
        configuration["whatsapp_business_account"] = waba.override_callback_uri
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "code_verification_status": number.code_verification_status,
        "name_status": number.name_status,
        "new_name_status": "NONE",
        "status": number.status,
        "platform_type": "CLOUD_API" if number.is_registered else "NOT_APPLICABLE",
        "throughput": {"level": number.throughput_level if number.is_registered else "NOT_APPLICABLE"},
        "whatsapp_business_manager_messaging_limit": meta.world.messaging_limit,
        "messaging_limit_tier": meta.world.messaging_limit,
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "is_pin_enabled": bool(number.pin),
        "is_on_biz_app": number.is_on_biz_app,
        "last_onboarded_time": _as_meta_writes(number.last_onboarded_at),
        "webhook_configuration": configuration or None,
        "health_status": {"can_send_message": "AVAILABLE" if can_send else "BLOCKED", "entities": []},
    }


def _as_meta_writes(moment: float | None) -> str | None:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000") if moment else None


def register(meta, call: Call) -> dict:
    """Every try counts, also one with a wrong PIN. Without two-step verification the PIN sent becomes the number's."""
    number = access.number_of(meta, call, MANAGEMENT)
    _require_product(call)
    pin = _pin(call)
    _refuse_on_biz_app(number)
    if not number.is_verified:
        raise GraphError(133006, details="Request a code for this number and verify it first.")
    _count(number)
    meta.note_change()
    if number.pin and pin != number.pin:
        raise GraphError(133005, details="The two-step verification PIN is not the one set for this number.")
    number.pin, number.status, number.last_onboarded_at = pin, "CONNECTED", time.time()
    return {"success": True}


def deregister(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MANAGEMENT)
    _refuse_on_biz_app(number)
    if not number.is_registered:
        raise GraphError(133010, details="The number is not registered.")
    _count(number)
    number.status = "DISCONNECTED"
    meta.note_change()
    return {"success": True}


async def update(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MANAGEMENT)
    if "pin" in call.params:
        number.pin = _pin(call)
        meta.note_change()
        return {"success": True}
    raise GraphError(100, "(#100) Nothing to change: pin is the only setting this sandbox keeps for a number")


def _refuse_on_biz_app(number: Number) -> None:
    """Embedded Signup has connected it, and only the phone app disconnects it. Meta's words for it are not known."""
    if number.is_on_biz_app:
        raise GraphError(
            100, "(#100) The number is used in the WhatsApp Business app: it can be neither registered nor deregistered"
        )


def _require_product(call: Call) -> None:
    if call.required("messaging_product") != "whatsapp":
        raise GraphError(100, "(#100) Param messaging_product must be one of {WHATSAPP}")


def _pin(call: Call) -> str:
    pin = call.required("pin")
    if not (len(pin) == 6 and pin.isascii() and pin.isdigit()):
        raise GraphError(100, "(#100) Param pin must be 6 characters long and hold digits only.")
    return pin


def _count(number: Number) -> None:
    number.register_calls = [moment for moment in number.register_calls if time.time() - moment < REGISTER_PERIOD]
    if len(number.register_calls) >= REGISTER_CALLS:
        raise GraphError(133016, details="At most 10 tries in 72 hours for one number.")
    number.register_calls.append(time.time())
