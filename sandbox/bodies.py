"""The bytes of a webhook: updates bundled as Meta bundles them, and the signature over what travels."""

import hashlib
import hmac
import json

from .state import Update

ITEMS_IN_A_CHANGE = 100
CHANGES_IN_AN_ENTRY = 3
LISTS = ("messages", "statuses")
_as_json = json.JSONEncoder(separators=(",", ":")).encode


def callback_of(meta, waba_id: str, is_for_app: bool = False) -> str:
    override = "" if is_for_app else meta.world.wabas[waba_id].override_callback_uri
    return override or meta.world.callback_url


def body_of(meta, updates: list[Update]) -> str:
    """One POST. Neighbours of one number share a change; a full change or entry is followed by another one."""
    entries: list[dict] = []
    for update in updates:
        entry = entries[-1] if entries else {}
        if entry.get("id") == update.waba_id and "time" not in entry and update.field == "messages":
            if _joins(entry["changes"][-1]["value"], update.value):
                continue
            if len(entry["changes"]) < CHANGES_IN_AN_ENTRY:
                entry["changes"].append(_change(update))
                continue
        entries.append(_entry(update))
    return _as_json({"object": "whatsapp_business_account", "entry": entries})


def _entry(update: Update) -> dict:
    if update.field == "messages":
        return {"id": update.waba_id, "changes": [_change(update)]}
    # Meta's management fields carry a time, messages do not.
    return {"id": update.entry_id or update.waba_id, "time": int(update.created_at), "changes": [_change(update)]}


def _change(update: Update) -> dict:
    value = {name: list(part) if isinstance(part, list) else part for name, part in update.value.items()}
    return {"value": value, "field": update.field}


def _joins(value: dict, other: dict) -> bool:
    """Put the items of `other` into `value`, if they are of the same kind and number and there is room."""
    kind = next((name for name in LISTS if name in value), "")
    if not kind or kind not in other or value.get("metadata") != other.get("metadata"):
        return False
    if len(value[kind]) >= ITEMS_IN_A_CHANGE:
        return False
    value[kind].extend(other[kind])
    known = {contact["user_id"] for contact in value.get("contacts", [])}
    for contact in other.get("contacts", []):
        if contact["user_id"] not in known:
            value.setdefault("contacts", []).append(contact)
    return True


def headers_of(body: bytes, app_secret: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": signature(app_secret, body),
    }


def signature(app_secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
