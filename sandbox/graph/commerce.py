"""Whether a number shows its catalog, and whether customers may fill a cart."""

from ..errors import GraphError
from . import access
from .access import MANAGEMENT
from .calls import Call

NAMES = {"is_cart_enabled": True, "is_catalog_visible": False}  # and what each is before anybody sets it


def read(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MANAGEMENT)
    row = meta.world.commerce.get(number.phone_number_id)
    return {"data": [row] if row else []}


def change(meta, call: Call) -> dict:
    number = access.number_of(meta, call, MANAGEMENT)
    named = {name: _flag(name, call.text(name)) for name in NAMES if name in call.params}
    if not named:
        raise GraphError(100, f"(#100) One of {', '.join(NAMES)} is required.")
    before = meta.world.commerce.get(number.phone_number_id, {"id": number.phone_number_id, **NAMES})
    meta.world.commerce[number.phone_number_id] = before | named
    meta.note_change()
    return {"success": True}


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise GraphError(100, f"(#100) Param {name} must be a boolean")
    return text.lower() in ("true", "1")
