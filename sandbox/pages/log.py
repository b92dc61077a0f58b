"""The last calls that came in and the webhooks that went out."""

import json
import time
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ..state import LogEntry, Webhook
from .home import badge
from .render import Html, el, join, page, template

SHOWN_WEBHOOKS = 200
LONGEST_SHOWN = 20_000  # a bundle of a thousand updates is longer


async def show(request: Request) -> Response:
    meta = request.app.state.meta
    latest = meta.postman.latest(SHOWN_WEBHOOKS)
    content = template(
        "log.html",
        calls=join(_call(entry) for entry in reversed(meta.log)) or _nothing("No call yet."),
        webhooks=join(_webhook(webhook) for webhook in reversed(latest)) or _nothing("No webhook yet."),
    )
    return page(request, "Request log", content, wide=True)


def _nothing(text: str) -> Html:
    return el("p", text, class_="quiet")


def _call(entry: LogEntry) -> Html:
    kind = "good" if entry.status < 400 else "bad"
    status = badge(f"{entry.status} · {entry.error_code}" if entry.error_code is not None else entry.status, kind)
    line = [
        el("time", _clock(entry.at)),
        el("span", entry.method, class_="method"),
        el("span", entry.path, class_="path"),
        status,
        el("span", f"{entry.milliseconds:.0f} ms", class_="number"),
    ]
    return _entry(line, ("Asked", _pretty(entry.params)), ("Answered", _pretty(entry.answer)))


def _webhook(webhook: Webhook) -> Html:
    kind = {"delivered": "good", "given_up": "bad"}.get(webhook.state, "")
    tries = "1 try" if webhook.attempts == 1 else f"{webhook.attempts} tries"
    line = [
        el("time", _clock(webhook.created_at)),
        el("span", _what(webhook), class_="method"),
        el("span", webhook.url or "not tried yet", class_="path"),
        badge(f"{webhook.state.replace('_', ' ')} · {webhook.last_status or '-'}", kind),
        el("span", tries + _next_try(webhook), class_="number"),
    ]
    return _entry(line, ("Sent", _pretty(json.loads(webhook.body))[:LONGEST_SHOWN]))


def _what(webhook: Webhook) -> str:
    """`read`, `text`, ...: what a reader looks for."""
    if webhook.count > 1:
        return f"{webhook.count} updates"
    value = json.loads(webhook.body)["entry"][0]["changes"][0]
    for status in value["value"].get("statuses", []):
        return status["status"]
    for message in value["value"].get("messages", []):
        return message["type"]
    return value["field"]


def _next_try(webhook: Webhook) -> str:
    if webhook.state != "pending" or not webhook.attempts:
        return ""
    return f", next in {max(0, webhook.next_try_at - time.time()):.0f} s"


def _entry(line: list[Html], *bodies: tuple[str, str]) -> Html:
    parts = [el("div", el("h4", title), el("pre", body, tabindex="0")) for title, body in bodies]
    return el("details", el("summary", *line), el("div", *parts, class_="bodies"), class_="entry")


def _pretty(value) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).strftime("%H:%M:%S")


async def retry(request: Request) -> Response:
    request.app.state.meta.postman.retry_all()
    return RedirectResponse("/log/", status_code=303)


routes = [Route("/log/", show), Route("/log/retry/", retry, methods=["POST"])]
