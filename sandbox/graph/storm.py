"""Bad weather around a Graph call: what happens instead of the work, and what becomes of the answer after it."""

import asyncio
import json
import random
import socket
import struct

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ..errors import GraphError

SORRY = (
    "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"
)
LONGEST_SILENCE = 3600


class Unanswered(Exception):
    """The call ends with this response, and not with one of Graph's."""

    def __init__(self, response: Response):
        self.response = response


class DroppedConnection(Response):
    """Promises a body and sends none, so that the server closes the connection: the caller never learns the outcome."""

    async def __call__(self, scope, receive, send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"512")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


class CutAnswer(Response):
    """HTTP 200 and half of the JSON, of which the length says that it is whole."""

    def __init__(self, answer):
        text = json.dumps(answer)
        super().__init__(text[: len(text) // 2], media_type="application/json")


class ResetConnection(Response):
    """Ends the connection as a crash does: with a TCP reset, not one byte of an answer."""

    async def __call__(self, scope, receive, send) -> None:
        reset(scope)
        await asyncio.sleep(0.02)  # the server notices that nobody is there


def reset(scope) -> None:
    transport = scope["sandbox.transport"]
    # Linger for no time at all: the system sends RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def before(meta, account_id: str) -> None:
    """Raises Unanswered or GraphError when the work is not to be done at all."""
    weather = meta.weather
    if not weather.settings:
        return
    if weather.strikes("reset"):
        raise Unanswered(ResetConnection())
    if weather.strikes("down"):
        raise Unanswered(HTMLResponse(SORRY, status_code=503))
    if weather.strikes("html"):
        raise Unanswered(HTMLResponse(SORRY))
    if weather.strikes("empty"):
        raise Unanswered(Response(status_code=500))
    if weather.strikes("app_limited"):
        raise _limited(4, {"X-App-Usage": {"call_count": 100, "total_time": 25, "total_cputime": 25}})
    minutes = int(weather.number("account_limited"))
    if minutes:
        raise _limited(80007, {"X-Business-Use-Case-Usage": {account_id: [_usage(minutes)]}})
    code = int(weather.number("error"))
    if code:
        raise GraphError(code, details="Made by the weather of the sandbox.")


def _usage(minutes: int) -> dict:
    return {
        "type": "whatsapp_business_management",
        "call_count": 100,
        "total_cputime": 25,
        "total_time": 25,
        "estimated_time_to_regain_access": minutes,
    }


def _limited(code: int, headers: dict[str, dict]) -> GraphError:
    error = GraphError(code)
    error.headers = {name: json.dumps(value) for name, value in headers.items()}
    return error


async def delay(meta) -> None:
    seconds = meta.weather.number("slow") + random.random() * meta.weather.number("slow_by_chance")
    if seconds:
        await asyncio.sleep(seconds)


async def after(meta, request: Request, answer) -> Response | None:
    """What the caller gets instead of the answer, the work being done. None: the answer."""
    weather = meta.weather
    if not weather.settings:
        return None
    if weather.strikes("silent"):
        await _until_gone(request)
        return ResetConnection()
    if weather.strikes("reset_after"):
        return ResetConnection()
    if weather.strikes("drop"):
        return DroppedConnection()
    if weather.strikes("html_after"):
        return HTMLResponse(SORRY, status_code=502)
    return CutAnswer(answer) if isinstance(answer, dict) and weather.strikes("cut") else None


async def _until_gone(request: Request) -> None:
    async def watch():
        while not await request.is_disconnected():
            await asyncio.sleep(0.2)

    try:
        await asyncio.wait_for(watch(), LONGEST_SILENCE)
    except TimeoutError:
        return
