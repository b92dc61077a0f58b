"""Every item of a delivery. Meta batches at each level, so nothing here takes the first of a list."""

from dataclasses import dataclass

# Fields whose value holds lists: each member is an item of its own. All other fields are one item.
LISTS = {
    "messages": ("messages", "statuses", "errors"),
    "smb_message_echoes": ("message_echoes",),
    "smb_app_state_sync": ("state_sync",),
    "user_preferences": ("user_preferences",),
    "history": ("history",),
}


@dataclass(frozen=True)
class Item:
    """One message, status, error or account event. `value` is the whole value around it (metadata, contacts)."""

    delivery_pk: int
    path: str
    field: str
    content: dict
    value: dict
    waba_id: str

    @property
    def phone_number_id(self) -> str:
        metadata = self.value.get("metadata")
        return str(metadata.get("phone_number_id") or "") if isinstance(metadata, dict) else ""


def items_of(body, delivery_pk: int) -> list[Item]:
    """All items of a parsed body. Whatever is not where it should be is passed over: the raw body is kept."""
    items = []
    for number, entry in _dicts(body.get("entry") if isinstance(body, dict) else None):
        for index, change in _dicts(entry.get("changes")):
            value = change.get("value")
            if isinstance(value, dict):
                # Some of Meta's bodies have `field` beside `changes` instead of inside.
                name = str(change.get("field") or entry.get("field") or value.get("field") or "")
                path = f"entry[{number}].changes[{index}]"
                items += _of_change(name, value, path, str(entry.get("id") or ""), delivery_pk)
    return items


def _of_change(name: str, value: dict, path: str, waba_id: str, delivery_pk: int) -> list[Item]:
    items = [
        Item(delivery_pk, f"{path}.value.{part}[{index}]", f"{name}.{part}", content, value, waba_id)
        for part in LISTS.get(name, ())
        for index, content in _dicts(value.get(part))
    ]
    if not items:
        items = [Item(delivery_pk, path, name, value, value, waba_id)]
    return items


def _dicts(value) -> list[tuple[int, dict]]:
    """The objects of a list with their places; explicit nulls and other strangers are passed over."""
    return (
        [(index, each) for index, each in enumerate(value) if isinstance(each, dict)] if isinstance(value, list) else []
    )
