"""What happens to an account at Meta's: told to the app as Meta tells it, and true in the world from then on."""

from . import rules, webhooks
from .errors import BadRequest
from .state import Number, Token, Waba, digits

OF_THE_OWNER = {  # these name the account in waba_info
    "PARTNER_ADDED", "PARTNER_APP_INSTALLED", "PARTNER_APP_UNINSTALLED", "PARTNER_REMOVED", "AD_ACCOUNT_LINKED",
    "MM_LITE_TERMS_SIGNED",
}  # fmt: skip
APP_REMOVED = 458
BAN_STATES = ("SCHEDULE_FOR_DISABLE", "DISABLE", "REINSTATE")


def happen(meta, waba: Waba, field: str, value: dict, *, number: Number | None = None, only_tell: bool = False) -> dict:
    """Returns the value as it is told, and whether anybody listens. Raises BadRequest for what cannot be done."""
    value = _in_full(meta, waba, field, value, number)
    if not only_tell and field in MEANING:
        MEANING[field](meta, waba, value)
        meta.note_change()
    return {"value": value, "is_told": tell(meta, waba, field, value)}


def tell(meta, waba: Waba, field: str, value: dict) -> bool:
    # News about a customer of the app comes from the app's own business.
    is_of_partner = "waba_info" in value or "partner_client_certification_info" in value
    entry_id = meta.world.partner_business_id if is_of_partner else ""
    return bool(webhooks.queue(meta, waba, field, value, entry_id=entry_id))


def _in_full(meta, waba: Waba, field: str, value: dict, number: Number | None) -> dict:
    """With what the caller left out and Meta always has."""
    event = value.get("event")
    if field == "account_update" and event in OF_THE_OWNER and not {"waba_info", "phone_number"} & set(value):
        info = {"waba_id": waba.waba_id, "owner_business_id": meta.world.business_id}
        if str(event).startswith("PARTNER_APP_"):
            info["partner_app_id"] = meta.settings.app_id
        return {**value, "waba_info": info}
    if field in OF_A_NUMBER and "display_phone_number" not in value:
        numbers = [number] if number else meta.world.numbers_of(waba)
        return {**({"display_phone_number": numbers[0].digits} if numbers else {}), **value}
    return value


# --- account_update


def _account_update(meta, waba: Waba, value: dict) -> None:
    meaning = ACCOUNT_MEANING.get(value.get("event"))
    if meaning:
        meaning(meta, waba, value)


def _partner_removed(meta, waba: Waba, value: dict) -> None:
    """Of one number, or of the whole account. A token that reaches no other account is dead."""
    if "waba_info" not in value:
        _number(meta, waba, value.get("phone_number")).status = "DISCONNECTED"
        return
    for token in living_tokens(meta, waba):
        lose_waba(token, waba)
        if not token.waba_ids:
            token.is_revoked, token.death_subcode = True, APP_REMOVED
    waba.unsubscribe()


def _app_uninstalled(meta, waba: Waba, value: dict) -> None:
    for token in living_tokens(meta, waba):
        token.is_revoked, token.death_subcode = True, APP_REMOVED
    waba.unsubscribe()


def _deleted(meta, waba: Waba, value: dict) -> None:
    waba.is_deleted = True
    waba.unsubscribe()


def _disabled_update(meta, waba: Waba, value: dict) -> None:
    state = (value.get("ban_info") or {}).get("waba_ban_state")
    state = state[0] if isinstance(state, list) and len(state) == 1 else state  # a list in an old sample
    if state not in BAN_STATES:
        raise BadRequest(f"value.ban_info.waba_ban_state must be one of {', '.join(BAN_STATES)}.")
    if state == "DISABLE":
        waba.is_disabled = True
    elif state == "REINSTATE":
        waba.is_disabled, waba.restrictions = False, {}


def _restricted(meta, waba: Waba, value: dict) -> None:
    """Until `expiration`, in seconds since 1970; without it until a REINSTATE."""
    for each in value.get("restriction_info") or []:
        expiration = each.get("expiration") or 0
        if not isinstance(expiration, int):
            raise BadRequest("value.restriction_info[].expiration must be a whole number.")
        waba.restrictions[str(each.get("restriction_type"))] = expiration


def _offboarded(meta, waba: Waba, value: dict) -> None:
    _set_status_on_biz_app(meta, waba, "DISCONNECTED")


def _reconnected(meta, waba: Waba, value: dict) -> None:
    _set_status_on_biz_app(meta, waba, "CONNECTED")


def _set_status_on_biz_app(meta, waba: Waba, status: str) -> None:
    for number in meta.world.numbers_of(waba):
        if number.is_on_biz_app:
            number.status = status


ACCOUNT_MEANING = {
    "PARTNER_REMOVED": _partner_removed,
    "PARTNER_APP_UNINSTALLED": _app_uninstalled,
    "ACCOUNT_DELETED": _deleted,
    "DISABLED_UPDATE": _disabled_update,
    "ACCOUNT_RESTRICTION": _restricted,
    "ACCOUNT_OFFBOARDED": _offboarded,
    "ACCOUNT_RECONNECTED": _reconnected,
}


# --- other fields


def _review(meta, waba: Waba, value: dict) -> None:
    waba.account_review_status = str(value.get("decision"))


def _capability(meta, waba: Waba, value: dict) -> None:
    most = value.get("max_phone_numbers_per_business")
    if isinstance(most, int):
        meta.world.max_phone_numbers = most
    meta.world.messaging_limit = _tier(value.get("max_daily_conversations_per_business")) or meta.world.messaging_limit


def _tier(limit) -> str | None:
    """Meta writes a number, -1 for none, or the name of the tier."""
    if limit == -1:
        return "TIER_UNLIMITED"
    return limit if limit in rules.TIERS else next((tier for tier, most in rules.TIERS.items() if most == limit), None)


def _quality(meta, waba: Waba, value: dict) -> None:
    number, event = _number(meta, waba, value.get("display_phone_number")), value.get("event")
    if event == "FLAGGED":
        number.quality_rating, number.status = "RED", "FLAGGED" if number.is_registered else number.status
    elif event == "UNFLAGGED":
        number.quality_rating, number.status = "GREEN", "CONNECTED" if number.is_registered else number.status
    elif event == "THROUGHPUT_UPGRADE":
        number.throughput_level = "HIGH"
    limit = value.get("max_daily_conversations_per_business") or value.get("current_limit")
    meta.world.messaging_limit = _tier(limit) or meta.world.messaging_limit


def _name(meta, waba: Waba, value: dict) -> None:
    number, decision = _number(meta, waba, value.get("display_phone_number")), value.get("decision")
    number.name_status = {"APPROVED": "APPROVED", "REJECTED": "DECLINED"}.get(decision, "PENDING_REVIEW")
    if decision == "APPROVED":
        number.verified_name = value.get("requested_verified_name") or number.verified_name


def _security(meta, waba: Waba, value: dict) -> None:
    number = _number(meta, waba, value.get("display_phone_number"))
    if value.get("event") == "PIN_REQUEST_SUCCESS":  # two-step verification was switched off
        number.pin = ""


MEANING = {
    "account_update": _account_update,
    "account_review_update": _review,
    "business_capability_update": _capability,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "security": _security,
}
OF_A_NUMBER = ("phone_number_quality_update", "phone_number_name_update", "security")


def _number(meta, waba: Waba, display_phone_number) -> Number:
    for number in meta.world.numbers_of(waba):
        if number.digits == digits(str(display_phone_number)):
            return number
    raise BadRequest("value names a phone number that is not of this account.")


# --- a number changed by hand


def tell_changes(meta, number: Number, before: dict) -> list[str]:
    """Webhooks for what is different from `before`; the fields that were told. For some changes Meta has no words."""
    waba, told = meta.world.wabas[number.waba_id], []
    for event in _quality_events(meta, number, before):
        value = {"display_phone_number": number.digits, "event": event}
        value["max_daily_conversations_per_business"] = meta.world.messaging_limit
        told.append(("phone_number_quality_update", value))
    if (number.verified_name, number.name_status) != (before["verified_name"], before["name_status"]):
        told.append(("phone_number_name_update", _name_told(number)))
    return [field for field, value in told if tell(meta, waba, field, value)]


def _quality_events(meta, number: Number, before: dict) -> list[str]:
    events = []
    if (number.quality_rating == "RED") != (before["quality_rating"] == "RED"):
        events.append("FLAGGED" if number.quality_rating == "RED" else "UNFLAGGED")
    step = rules.TIERS[meta.world.messaging_limit] - rules.TIERS[before["messaging_limit"]]
    if step:
        events.append("UPGRADE" if step > 0 else "DOWNGRADE")
    if number.throughput_level == "HIGH" != before["throughput_level"]:
        events.append("THROUGHPUT_UPGRADE")
    return events


def _name_told(number: Number) -> dict:
    decisions = {"APPROVED": "APPROVED", "AVAILABLE_WITHOUT_REVIEW": "APPROVED", "DECLINED": "REJECTED"}
    decision = decisions.get(number.name_status, "PENDING")
    return {
        "display_phone_number": number.digits,
        "decision": decision,
        "requested_verified_name": number.verified_name,
        "rejection_reason": "Made by hand in the sandbox." if decision == "REJECTED" else None,
    }


# --- tokens


def living_tokens(meta, waba: Waba) -> list[Token]:
    return [token for token in meta.world.tokens.values() if waba.waba_id in token.waba_ids and not token.is_revoked]


def lose_waba(token: Token, waba: Waba) -> None:
    token.waba_ids = [waba_id for waba_id in token.waba_ids if waba_id != waba.waba_id]
