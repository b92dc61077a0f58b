"""The door of Graph: finds the handler, keeps the weather, turns failures into Meta's error object, writes the log."""

import asyncio
import inspect
import re
import time

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from .. import log
from ..errors import GraphError, error_body, new_trace_id, no_such_object
from . import access, messages, numbers, oauth, wabas
from .calls import Call, read_bearer, read_params

VERSION = re.compile(r"^v\d+\.\d+$")
DEFAULT_VERSION = "v23.0"
SORRY = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"
)

PLAIN_EDGES = {
    ("GET", "oauth/access_token"): oauth.access_token,
    ("POST", "oauth/access_token"): oauth.access_token,
    ("GET", "oauth/revoke"): oauth.revoke,
    ("GET", "debug_token"): oauth.debug_token,
}
OBJECT_EDGES = {
    ("app", "POST", "subscriptions"): wabas.set_app_callback,
    ("waba", "GET", ""): wabas.read,
    ("waba", "GET", "phone_numbers"): wabas.phone_numbers,
    ("waba", "GET", "message_templates"): wabas.message_templates,
    ("waba", "GET", "subscribed_apps"): wabas.subscribed_apps,
    ("waba", "POST", "subscribed_apps"): wabas.subscribe_app,
    ("waba", "DELETE", "subscribed_apps"): wabas.unsubscribe_app,
    ("number", "GET", ""): numbers.read,
    ("number", "POST", ""): numbers.update,
    ("number", "POST", "register"): numbers.register,
    ("number", "POST", "deregister"): numbers.deregister,
    ("number", "POST", "messages"): messages.post,
}


class DroppedConnection(Response):
    """Promises a body and sends none, so that the server closes the connection: the caller never learns the outcome."""

    async def __call__(self, scope, receive, send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"512")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def graph(request: Request) -> Response:
    meta = request.app.state.meta
    started = time.monotonic()
    version, path = split_version(request.url.path)
    trace_id = new_trace_id()
    params: dict = {}
    try:
        params = await read_params(request)
        answer, status = await _answer(meta, request, path, params)
    except GraphError as error:
        answer, status = error_body(error, trace_id), error.http_status
    await asyncio.sleep(meta.weather.slow)
    response = DroppedConnection() if meta.weather.drop else _response(answer, status)
    log.note(meta, request.method, "/" + path, params, status, answer, started)
    response.headers["x-fb-trace-id"] = trace_id
    response.headers["x-fb-request-id"] = trace_id
    response.headers["x-fb-rev"] = "1000000001"
    response.headers["facebook-api-version"] = version
    return response


def split_version(path: str) -> tuple[str, str]:
    first, _, rest = path.strip("/").partition("/")
    return (first, rest) if VERSION.match(first) else (DEFAULT_VERSION, path.strip("/"))


async def _answer(meta, request: Request, path: str, params: dict) -> tuple[dict | str, int]:
    if meta.weather.down:
        return SORRY, 503
    if meta.weather.html:
        return SORRY, 200
    handler, object_id = _find(meta, request.method, path)
    call = Call(request.method, object_id, params, read_bearer(request), url=str(request.url.replace(query="")))
    if handler is None:
        access.token_of(meta, call)
        raise no_such_object(object_id, request.method)
    result = handler(meta, call)
    return (await result if inspect.isawaitable(result) else result), 200


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
    if object_id in meta.world.wabas:
        return "waba"
    return "number" if object_id in meta.world.numbers else ""


def _response(answer: dict | str, status: int) -> Response:
    if isinstance(answer, str):
        return HTMLResponse(answer, status_code=status)
    return JSONResponse(answer, status_code=status)
