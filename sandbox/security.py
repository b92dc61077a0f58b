"""Headers on every answer, and no posting to this server from a foreign web page."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class SafeAnswers:
    """Plain ASGI, because an answer cut short on purpose must pass through untouched."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["method"] not in ("GET", "HEAD") and is_foreign(Headers(scope=scope)):
            refusal = PlainTextResponse("This request came from another web site.", status_code=403)
            return await refusal(scope, receive, send)

        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def is_foreign(headers: Headers) -> bool:
    """Programs send neither Origin nor Referer; browsers send one of them with every form."""
    source = headers.get("origin") or headers.get("referer")
    return source is not None and urlsplit(source).netloc != headers.get("host")
