"""The door of Graph: asks the weather, finds the handler, turns failures into Meta's error object, writes the log."""

import inspect
import re
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .. import log
from ..errors import GraphError, error_body, new_trace_id, no_such_object
from ..media import PATH
from . import (
    access,
    blocking,
    catalogs,
    commerce,
    items,
    media,
    messages,
    numbers,
    oauth,
    products,
    storm,
    templates,
    uploads,
    verification,
    wabas,
)
from .calls import Call, read_params, read_token

VERSION = re.compile(r"^v\d+\.\d+$")
DEFAULT_VERSION = "v23.0"

PLAIN_EDGES = {
    ("GET", "oauth/access_token"): oauth.access_token,
    ("POST", "oauth/access_token"): oauth.access_token,
    ("GET", "oauth/revoke"): oauth.revoke,
    ("GET", "debug_token"): oauth.debug_token,
    ("GET", PATH): media.download,
}
OBJECT_EDGES = {
    ("app", "POST", "subscriptions"): wabas.set_app_callback,
    ("app", "POST", "uploads"): uploads.start,
    ("waba", "GET", ""): wabas.read,
    ("waba", "GET", "phone_numbers"): wabas.phone_numbers,
    ("waba", "POST", "phone_numbers"): verification.create,
    ("waba", "GET", "message_templates"): templates.list_of_waba,
    ("waba", "POST", "message_templates"): templates.create,
    ("waba", "DELETE", "message_templates"): templates.delete,
    ("waba", "GET", "product_catalogs"): catalogs.list_of_waba,
    ("waba", "POST", "product_catalogs"): catalogs.link,
    ("waba", "DELETE", "product_catalogs"): catalogs.unlink,
    ("business", "GET", "product_catalogs"): catalogs.list_of_business,
    ("business", "GET", "owned_product_catalogs"): catalogs.list_of_business,
    ("business", "POST", "owned_product_catalogs"): catalogs.create,
    ("catalog", "GET", ""): catalogs.read,
    ("catalog", "GET", "products"): products.listed,
    ("catalog", "POST", "products"): products.create,
    ("catalog", "POST", "items_batch"): items.send,
    ("catalog", "GET", "check_batch_request_status"): items.status,
    ("product", "GET", ""): products.read,
    ("product", "POST", ""): products.update,
    ("product", "DELETE", ""): products.delete,
    ("number", "GET", "whatsapp_commerce_settings"): commerce.read,
    ("number", "POST", "whatsapp_commerce_settings"): commerce.change,
    ("waba", "GET", "subscribed_apps"): wabas.subscribed_apps,
    ("waba", "POST", "subscribed_apps"): wabas.subscribe_app,
    ("waba", "DELETE", "subscribed_apps"): wabas.unsubscribe_app,
    ("template", "GET", ""): templates.read,
    ("template", "POST", ""): templates.edit,
    ("template", "POST", "unpause"): templates.unpause,
    ("number", "GET", ""): numbers.read,
    ("number", "POST", ""): numbers.update,
    ("number", "POST", "request_code"): verification.request_code,
    ("number", "POST", "verify_code"): verification.verify_code,
    ("number", "POST", "register"): numbers.register,
    ("number", "POST", "deregister"): numbers.deregister,
    ("number", "POST", "messages"): messages.post,
    ("number", "GET", "block_users"): blocking.listed,
    ("number", "POST", "block_users"): blocking.block,
    ("number", "DELETE", "block_users"): blocking.unblock,
    ("number", "POST", "media"): media.upload,
    ("media", "GET", ""): media.read,
    ("media", "DELETE", ""): media.delete,
}


async def graph(request: Request) -> Response:
    meta = request.app.state.meta
    started = time.monotonic()
    version, path = split_version(request.url.path)
    trace_id = new_trace_id()
    params: dict = {}
    try:
        storm.before(meta, _account_of(meta, path))
        if path.startswith(uploads.PREFIX):
            answer = await _answer_upload(meta, request, path)
        else:
            params, files = await read_params(request)
            answer = await _answer(meta, request, path, params, files)
        response = answer if isinstance(answer, Response) else JSONResponse(answer)
    except GraphError as error:
        answer = error_body(error, trace_id)
        response = JSONResponse(answer, status_code=error.http_status, headers=error.headers)
    except storm.Unanswered as unanswered:
        answer, response = "", unanswered.response
    await storm.delay(meta)
    response = await storm.after(meta, request, answer) or response
    log.note(meta, request.method, "/" + path, params, response.status_code, answer or response, started)
    response.headers["x-fb-trace-id"] = trace_id
    response.headers["x-fb-request-id"] = trace_id
    response.headers["x-fb-rev"] = "1000000001"
    response.headers["facebook-api-version"] = version
    return response


def split_version(path: str) -> tuple[str, str]:
    first, _, rest = path.strip("/").partition("/")
    return (first, rest) if VERSION.match(first) else (DEFAULT_VERSION, path.strip("/"))


async def _answer(meta, request: Request, path: str, params: dict, files: dict) -> dict | Response:
    handler, object_id = _find(meta, request.method, path)
    url, base = str(request.url.replace(query="")), str(request.base_url)
    call = Call(request.method, object_id, params, read_token(request, "bearer"), "", url, base, files)
    if handler is None:
        access.token_of(meta, call)
        raise no_such_object(object_id, request.method)
    result = handler(meta, call)
    return await result if inspect.isawaitable(result) else result


async def _answer_upload(meta, request: Request, path: str) -> dict:
    """The id of a session is its path with the query, and the body is bytes."""
    object_id = f"{path}?{request.url.query}" if request.url.query else path
    oauth = read_token(request, "oauth")
    call = Call(request.method, object_id, dict(request.query_params), read_token(request, "bearer"), oauth)
    return await uploads.send(meta, call, request) if request.method == "POST" else uploads.read(meta, call)


def _account_of(meta, path: str) -> str:
    """The account a call is about, as far as its address says so."""
    object_id = path.partition("/")[0]
    number = meta.world.numbers.get(object_id)
    return number.waba_id if number else object_id if object_id in meta.world.wabas else meta.world.business_id


def _find(meta, method: str, path: str):
    """The handler (None: no such object or edge) and the object's id. Raises 2500 for what is no Graph path at all."""
    handler = PLAIN_EDGES.get((method, path))
    if handler:
        return handler, ""
    object_id, _, edge = path.partition("/")
    if not object_id.isdigit():
        raise GraphError(2500, f"Unknown path components: /{path}")
    return OBJECT_EDGES.get((_kind(meta, object_id), method, edge)), object_id


def _kind(meta, object_id: str) -> str:
    if object_id == meta.settings.app_id:
        return "app"
    if object_id == meta.world.business_id:
        return "business"
    kinds = {
        "waba": meta.world.wabas,
        "number": meta.world.numbers,
        "template": meta.world.templates,
        "catalog": meta.world.catalogs,
        "product": meta.world.products,
        "media": meta.world.media,
    }
    return next((kind for kind, known in kinds.items() if object_id in known), "")
