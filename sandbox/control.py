"""JSON for automated tests: write as a customer, look at what was sent, change the weather."""

import base64
import inspect
import json
import time
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from . import control_catalogs as catalogs
from . import control_connection as connection
from . import control_templates as templates
from . import deeds, inbound, statuses
from .control_values import customer_of, number_of, whole
from .errors import BadRequest, webhook_error
from .state import WINDOW_SECONDS, ChatMessage, Customer
from .weather import changed

FIRST_EXTRA_CUSTOMER, MOST_CUSTOMERS = 15550200000, 50_000


def _json(handler):
    """Wrap a function of (meta, data). What makes no sense is answered with 400 and the reason."""

    async def endpoint(request: Request) -> JSONResponse:
        try:
            data = dict(request.query_params) | await _read(request) | request.path_params
            result = handler(request.app.state.meta, data)
            return JSONResponse(await result if inspect.isawaitable(result) else result)
        except BadRequest as exc:
            return JSONResponse({"error": str(exc)}, status_code=400)

    return endpoint


async def _read(request: Request) -> dict:
    body = await request.body()
    try:
        data = json.loads(body) if body else {}
    except ValueError:
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(data, dict):
        raise BadRequest("The body must be a JSON object.")
    return data


def _receive(meta, data: dict) -> dict:
    if not isinstance(data.get("message"), dict):
        raise BadRequest("message must be an object with a type.")
    customer, number, content = customer_of(meta, data), number_of(meta, data), data["message"]
    if "file" not in data:
        return {"wamid": inbound.receive(meta, customer, number, content).wamid}
    try:
        file = base64.b64decode(data["file"], validate=True)
    except (TypeError, ValueError):
        raise BadRequest("file must be base64.") from None
    more = {name: str(data.get(name, "")) for name in ("mime_type", "filename")}
    return {"wamid": inbound.receive_file(meta, customer, number, content, file, **more).wamid}


def _do(meta, data: dict) -> dict:
    """What the customer does on the phone."""
    customer, number = customer_of(meta, data), number_of(meta, data)
    message = deeds.do(meta, customer, number, str(data.get("do", "")), data)
    return {
        "wamid": message.wamid if message else None,
        "customer": {"wa_id": customer.wa_id, "user_id": customer.user_id},
    }


def _sent(meta, data: dict) -> list[dict]:
    wanted = data.get("phone_number_id")
    return [
        _as_sent(message)
        for message in meta.world.messages.values()
        if not message.is_from_customer and wanted in (None, message.phone_number_id)
    ]


def _as_sent(message: ChatMessage) -> dict:
    return {
        "wamid": message.wamid,
        "phone_number_id": message.phone_number_id,
        "to": message.to,
        "type": message.type,
        "body": message.body,
        "biz_opaque_callback_data": message.biz_opaque_callback_data,
        "accepted_at": message.at,
        "status": message.status,
    }


def _open(meta, data: dict) -> dict:
    """`keep_open` true or false keeps the chat open, or closes it; without it the customer has one look."""
    chat = meta.world.chat(customer_of(meta, data).wa_id, number_of(meta, data).phone_number_id)
    chat.is_kept_open = bool(data.get("keep_open", chat.is_kept_open))
    if data.get("keep_open") is False:
        chat.seen_open_at = 0
        return {"read": 0}
    return {"read": statuses.open_chat(meta, chat)}


def _window(meta, data: dict) -> dict:
    """Open or close the 24 hours in which the shop may write freely, without a message."""
    chat = meta.world.chat(customer_of(meta, data).wa_id, number_of(meta, data).phone_number_id)
    chat.last_inbound_at = time.time() if data.get("open", True) else time.time() - WINDOW_SECONDS - 1
    meta.note_change()
    return {"is_open": meta.world.is_window_open(chat)}


def _weather(meta, data: dict) -> dict:
    meta.set_weather(changed(meta.weather, data))
    return meta.weather.as_json()


def _reset(meta, data: dict) -> dict:
    meta.reset()
    return {"success": True}


def _customer(meta, data: dict) -> dict:
    """How a customer is called from now on."""
    customer = customer_of(meta, data)
    customer.name, customer.username = (
        str(data.get("name", customer.name)),
        str(data.get("username", customer.username)),
    )
    customer.hides_number = bool(data.get("hides_number", customer.hides_number))
    meta.note_change()
    return asdict(customer)


def _customers(meta, data: dict) -> dict:
    """More customers than the example world has, for runs with many. Their window is open, if so wished."""
    count, number = whole(data, "count", 1), number_of(meta, data) if "phone_number_id" in data else None
    if count > MOST_CUSTOMERS:
        raise BadRequest(f"count must be at most {MOST_CUSTOMERS}.")
    wa_ids = [str(FIRST_EXTRA_CUSTOMER + index) for index in range(count)]
    for wa_id in wa_ids:
        meta.world.customers.setdefault(wa_id, Customer(wa_id, f"US.2{wa_id:0>19}", f"Customer {wa_id[-6:]}"))
        if number:
            meta.world.chat(wa_id, number.phone_number_id).last_inbound_at = time.time()
    meta.note_change()
    return {"customers": wa_ids}


def _accepted(meta, data: dict) -> dict:
    """How often each reference was accepted, also of messages long forgotten."""
    prefix = f"{data['phone_number_id']}/" if "phone_number_id" in data else ""
    counts: dict[str, int] = {}
    for key, count in meta.world.accepted.items():
        if key.startswith(prefix):
            reference = key.partition("/")[2]
            counts[reference] = counts.get(reference, 0) + count
    return counts


def _webhooks(meta, data: dict) -> dict:
    latest = [asdict(webhook) for webhook in meta.postman.latest(50)]
    return {"pending": meta.postman.pending, **meta.postman.counters, "latest": latest}


def _retry(meta, data: dict) -> dict:
    """Try every pending webhook at once instead of at its time."""
    return {"pending": meta.postman.retry_all()}


def _status(meta, data: dict) -> dict:
    """Emit any status of any message. A failed one takes `error_code` or `error`; `extra` keys are added."""
    message = meta.world.messages.get(str(data.get("wamid", "")))
    if message is None or message.is_from_customer:
        raise BadRequest("wamid is not a message the shop has sent.")
    if not isinstance(data.get("status"), str):
        raise BadRequest("status is required.")
    error = data.get("error")
    if error is None and data.get("error_code"):
        error = webhook_error(int(data["error_code"]), str(data.get("details", "Emitted by hand.")))
    queued = statuses.emit(meta, message, data["status"], error=error, extra=data.get("extra"))
    return {"success": True, "is_queued": queued}


routes = [
    Route("/control/inbound", _json(_receive), methods=["POST"]),
    Route("/control/do", _json(_do), methods=["POST"]),
    Route("/control/sent", _json(_sent), methods=["GET"]),
    Route("/control/open", _json(_open), methods=["POST"]),
    Route("/control/window", _json(_window), methods=["POST"]),
    Route("/control/weather", _json(_weather), methods=["GET", "POST"]),
    Route("/control/reset", _json(_reset), methods=["POST"]),
    Route("/control/revoke", _json(connection.revoke), methods=["POST"]),
    Route("/control/token", _json(connection.new_token), methods=["POST"]),
    Route("/control/number", _json(connection.change_number), methods=["POST"]),
    Route("/control/code", _json(connection.code), methods=["GET"]),
    Route("/control/account_event", _json(connection.account_event), methods=["POST"]),
    Route("/control/token_settings", _json(connection.change_tokens), methods=["POST"]),
    Route("/control/unsubscribe", _json(connection.unsubscribe), methods=["POST"]),
    Route("/control/deauthorize", _json(connection.deauthorize), methods=["POST"]),
    Route("/control/data_deletion", _json(connection.delete_data), methods=["POST"]),
    Route("/control/customer", _json(_customer), methods=["POST"]),
    Route("/control/customers", _json(_customers), methods=["POST"]),
    Route("/control/templates", _json(templates.listed), methods=["GET"]),
    Route("/control/templates", _json(templates.add), methods=["POST"]),
    Route("/control/template", _json(templates.do), methods=["POST"]),
    Route("/control/review", _json(templates.review), methods=["GET", "POST"]),
    Route("/control/catalogs", _json(catalogs.listed), methods=["GET"]),
    Route("/control/catalogs/{catalog_id}", _json(catalogs.shown), methods=["GET"]),
    Route("/control/catalogs/{catalog_id}", _json(catalogs.add), methods=["POST"]),
    Route("/control/product", _json(catalogs.do), methods=["POST"]),
    Route("/control/commerce", _json(catalogs.commerce), methods=["GET", "POST"]),
    Route("/control/upload", _json(templates.upload), methods=["GET", "POST"]),
    Route("/control/accepted", _json(_accepted), methods=["GET"]),
    Route("/control/webhooks", _json(_webhooks), methods=["GET"]),
    Route("/control/webhooks/retry", _json(_retry), methods=["POST"]),
    Route("/control/status", _json(_status), methods=["POST"]),
]
