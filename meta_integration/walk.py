"""Every item of a delivery. Meta batches at each level, so nothing here takes the first of a list."""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

# Fields whose value holds lists: each member is an item of its own. All other fields are one item.
LISTS = {
    "messages": ("messages", "statuses", "errors"),
    "smb_message_echoes": ("message_echoes",),
    "smb_app_state_sync": ("state_sync",),
    "user_preferences": ("user_preferences",),
    "history": ("history",),
}


# A quick look at the bytes: escapes of NUL and of half characters, halves as such, other encodings, endless numbers.
MAY_BE_UNSTORABLE = re.compile(
    rb"\\u0000|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\x00|NaN|Infinity|[:,[]\s*-?[0-9.]+[eE]\+?[0-9]{3}|[0-9]{300}"
)


@dataclass(frozen=True, slots=True)
class Item:
    """One message, status, error or account event. `value` is the whole value around it (metadata, contacts)."""

    delivery_pk: int
    path: str
    field: str
    content: dict
    value: dict
    waba_id: str
    at: datetime

    @property
    def phone_number_id(self) -> str:
        return text_in(self.value.get("metadata"), "phone_number_id")


def parse(body: bytes):
    """The body's JSON, without what PostgreSQL cannot hold. Raises ValueError, or RecursionError, when it is none."""
    parsed = json.loads(body)
    return storable(parsed) if MAY_BE_UNSTORABLE.search(body) else parsed


def items_of(body, delivery_pk: int, received_at: datetime) -> list[Item]:
    """All items of a parsed body. Whatever is not where it should be is passed over: the raw body is kept."""
    items = []
    for number, entry in _dicts(body.get("entry") if isinstance(body, dict) else None):
        for index, change in _dicts(entry.get("changes")):
            value = change.get("value")
            if isinstance(value, dict):
                # Some of Meta's bodies have `field` beside `changes` instead of inside.
                name = str(change.get("field") or entry.get("field") or value.get("field") or "")
                path = f"entry[{number}].changes[{index}]"
                around = (value, str(entry.get("id") or ""), _time_of(entry, received_at))
                items += [Item(delivery_pk, *each, *around) for each in _parts_of(name, value, path)]
    return items


def storable(value):
    """The same JSON without what PostgreSQL cannot hold: NUL, halves of characters, numbers that are none.

    One odd character must not cost a customer's message.
    """
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {storable(key): storable(each) for key, each in value.items()}
    return [storable(each) for each in value] if isinstance(value, list) else value


def text_in(holder, name: str) -> str:
    """A text or number of Meta's as text; empty for whatever else stands there."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _time_of(entry: dict, received_at: datetime) -> datetime:
    """When it happened at Meta; management fields say so, messages carry their own time."""
    try:
        return min(datetime.fromtimestamp(int(entry["time"]), tz=UTC), received_at)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return received_at


def _parts_of(name: str, value: dict, path: str) -> list[tuple[str, str, dict]]:
    parts = [
        (f"{path}.value.{part}[{index}]", f"{name}.{part}", content)
        for part in LISTS.get(name, ())
        for index, content in _dicts(value.get(part))
    ]
    return parts or [(path, name, value)]


def _dicts(value) -> list[tuple[int, dict]]:
    """The objects of a list with their places; explicit nulls and other strangers are passed over."""
    return (
        [(index, each) for index, each in enumerate(value) if isinstance(each, dict)] if isinstance(value, list) else []
    )
