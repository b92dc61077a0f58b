"""What may become of a connection, by hand: its tokens, its account, its numbers."""

import time

from . import account_events, rules, signed_requests
from .control_values import number_of, one_of, seconds_from_now, waba_of, whole
from .errors import BadRequest
from .graph import access, oauth
from .seed import ALL_SCOPES

QUALITIES = ("GREEN", "YELLOW", "RED", "NA", "UNKNOWN")
NAME_STATUSES = (
    "APPROVED", "AVAILABLE_WITHOUT_REVIEW", "DECLINED", "EXPIRED", "PENDING_REVIEW", "NON_EXISTS", "NONE"
)  # fmt: skip
STATUSES = (
    "CONNECTED", "PENDING", "OFFLINE", "FLAGGED", "RESTRICTED", "RATE_LIMITED", "BANNED", "DISCONNECTED", "DELETED",
    "MIGRATED", "UNVERIFIED",
)  # fmt: skip


def account_event(meta, data: dict) -> dict:
    """Tell the app, and make it true unless `only_tell`."""
    waba, field, value = waba_of(meta, data), data.get("field", "account_update"), data.get("value")
    if not isinstance(value, dict) or not isinstance(field, str):
        raise BadRequest("value must be an object, as it stands in Meta's webhook.")
    if field == "messages":
        raise BadRequest("Messages come by POST /control/inbound.")
    number = number_of(meta, data) if "phone_number_id" in data else None
    return account_events.happen(meta, waba, field, value, number=number, only_tell=bool(data.get("only_tell")))


def unsubscribe(meta, data: dict) -> dict:
    """The app's subscription is gone, and nobody tells it."""
    waba = waba_of(meta, data)
    was_subscribed = waba.is_subscribed
    waba.unsubscribe()
    meta.note_change()
    return {"was_subscribed": was_subscribed}


async def deauthorize(meta, data: dict) -> dict:
    """The person removes the app. Her own log-in ends; a system user's token, as all here are, does not."""
    return await signed_requests.send(meta, "deauthorize", str(data.get("user_id") or ""))


async def delete_data(meta, data: dict) -> dict:
    return await signed_requests.send(meta, "data_deletion", str(data.get("user_id") or ""))


# --- tokens


def revoke(meta, data: dict) -> dict:
    """Kill every token that reaches the WABA: now, or each of them `after` so many more accepted messages."""
    tokens = account_events.living_tokens(meta, waba_of(meta, data))
    subcode, after = whole(data, "subcode", 467), whole(data, "after", 0)
    for token in tokens:
        token.death_subcode, token.is_revoked, token.accepts_left = subcode, not after, after or None
    meta.note_change()
    return {"revoked": len(tokens)}


def new_token(meta, data: dict) -> dict:
    """For the WABA, as a system user's: without the log-in dialog."""
    scopes = data.get("scopes", [access.MANAGEMENT, access.MESSAGING])
    if not isinstance(scopes, list) or set(scopes) - set(ALL_SCOPES):
        raise BadRequest(f"scopes must be a list of some of {', '.join(ALL_SCOPES)}.")
    return oauth.issue(meta, [waba_of(meta, data).waba_id], scopes, is_forever=bool(data.get("never_expires")))


def change_tokens(meta, data: dict) -> dict:
    """Of every token that reaches the WABA and was not revoked."""
    waba, now = waba_of(meta, data), time.time()
    lost = data.get("lose_scope")
    if lost is not None and lost not in ALL_SCOPES:
        raise BadRequest(f"lose_scope must be one of {', '.join(ALL_SCOPES)}.")
    moments = {
        attribute: seconds_from_now(data, name, now)
        for name, attribute in (("expires_in", "expires_at"), ("data_access_expires_in", "data_access_expires_at"))
        if name in data
    }
    tokens = account_events.living_tokens(meta, waba)
    for token in tokens:
        vars(token).update(moments)
        token.scopes = [scope for scope in token.scopes if scope != lost]
        if data.get("lose_waba"):
            account_events.lose_waba(token, waba)
    meta.note_change()
    return {"changed": len(tokens)}


# --- numbers


def change_number(meta, data: dict) -> dict:
    """How it is, and the messaging limit, which all numbers share. Told to the app only with `tell`."""
    number, world = number_of(meta, data), meta.world
    before = {**vars(number), "messaging_limit": world.messaging_limit}
    after = {
        "throughput_level": one_of(data, "throughput_level", rules.BY_LEVEL, number.throughput_level),
        "is_on_biz_app": bool(data.get("is_on_biz_app", number.is_on_biz_app)),
        "quality_rating": one_of(data, "quality_rating", QUALITIES, number.quality_rating),
        "name_status": one_of(data, "name_status", NAME_STATUSES, number.name_status),
        "status": one_of(data, "status", STATUSES, number.status),
        "verified_name": str(data.get("verified_name", number.verified_name)),
    }
    world.messaging_limit = one_of(data, "messaging_limit", rules.TIERS, world.messaging_limit)
    vars(number).update(after)
    meta.note_change()
    told = account_events.tell_changes(meta, number, before) if data.get("tell") else []
    limits = {"messages_per_second": rules.throughput(number), "messaging_limit": world.messaging_limit}
    return {**limits, "told": told}


def code(meta, data: dict) -> dict:
    """What the text message or the voice on the phone would say."""
    number = number_of(meta, data)
    if not number.code:
        raise BadRequest("No code was requested for this number, or it was used.")
    return {"code": number.code, "code_method": number.code_method, "expires_at": int(number.code_expires_at)}
