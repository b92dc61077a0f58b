"""WhatsApp Business Accounts: read, list their numbers, subscribe the app to their webhooks."""

from .. import webhooks
from ..errors import GraphError, no_such_object
from ..state import Waba
from . import access, numbers
from .access import MANAGEMENT
from .calls import Call
from .reading import page, project

DEFAULT_FIELDS = ["id", "name", "currency", "timezone_id", "message_template_namespace"]


def read(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    return project(call, _fields(meta, waba), DEFAULT_FIELDS)


def _fields(meta, waba: Waba) -> dict:
    owner = {"id": meta.world.business_id, "name": meta.world.business_name}
    return {
        "id": waba.waba_id,
        "name": waba.name,
        "currency": waba.currency,
        "timezone_id": waba.timezone_id,
        "message_template_namespace": f"sandbox_{waba.waba_id}",
        "account_review_status": waba.account_review_status,
        "business_verification_status": "verified",
        "country": "US",
        "ownership_type": "CLIENT_OWNED",
        "status": "DISABLED" if waba.is_disabled else "ACTIVE",
        "health_status": {"can_send_message": "BLOCKED" if waba.is_disabled else "AVAILABLE", "entities": []},
        "marketing_messages_lite_api_status": "INELIGIBLE",
        "owner_business_info": owner,
        "on_behalf_of_business_info": owner,
    }


def phone_numbers(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    rows = [project(call, numbers.fields(meta, n), numbers.DEFAULT_FIELDS) for n in meta.world.numbers_of(waba)]
    return page(call, rows)


async def subscribe_app(meta, call: Call) -> dict:
    """Without an override the app's own callback is used, and an earlier override is gone."""
    waba = access.waba_of(meta, call, MANAGEMENT)
    override, verify_token = call.text("override_callback_uri"), ""
    if override:
        verify_token = call.required("verify_token")
        await webhooks.verify_callback(override, verify_token)
    waba.is_subscribed, waba.override_callback_uri, waba.override_verify_token = True, override, verify_token
    meta.note_change()
    return {"success": True}


def subscribed_apps(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    if not waba.is_subscribed:
        return {"data": []}
    app = {"id": meta.settings.app_id, "link": "https://www.facebook.com/games/", "name": "Example app"}
    row = {"whatsapp_business_api_data": app}
    if waba.override_callback_uri:
        row["override_callback_uri"] = waba.override_callback_uri
    return {"data": [row]}


def unsubscribe_app(meta, call: Call) -> dict:
    waba = access.waba_of(meta, call, MANAGEMENT)
    waba.unsubscribe()
    meta.note_change()
    return {"success": True}


async def set_app_callback(meta, call: Call) -> dict:
    access.require_app_token(meta, call)
    if call.object_id != meta.settings.app_id:
        raise no_such_object(call.object_id, call.method)
    if call.required("object") != "whatsapp_business_account":
        raise GraphError(100, "(#100) Param object must be one of {whatsapp_business_account}")
    url, verify_token = call.required("callback_url"), call.required("verify_token")
    await webhooks.verify_callback(url, verify_token)
    meta.world.callback_url, meta.world.verify_token = url, verify_token
    named = call.params.get("fields") or []
    meta.world.callback_fields = [f.strip() for f in named.split(",")] if isinstance(named, str) else list(named)
    meta.note_change()
    return {"success": True}
