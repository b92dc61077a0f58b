"""What every Graph read understands: `fields` and pages with cursors."""

import base64
import binascii
import re
from urllib.parse import urlencode

from ..errors import GraphError
from .calls import Call

DEFAULT_LIMIT = 25
HIGHEST_LIMIT = 1000
NOT_IN_LINKS = ("access_token", "appsecret_proof", "appsecret_time", "after", "before")


def project(call: Call, everything: dict, defaults: list[str]) -> dict:
    """Only the fields asked for; `id` always. Raises 100 for a field that does not exist."""
    asked = [name.strip() for name in re.sub(r"\{[^{}]*\}", "", call.text("fields")).split(",") if name.strip()]
    for name in asked:
        if name not in everything:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name})")
    names = [*asked, "id"] if asked else defaults
    return {name: everything[name] for name in dict.fromkeys(names) if everything[name] is not None}


def page(call: Call, rows: list[dict]) -> dict:
    """One page with opaque cursors; `next` and `previous` only while there is more that way."""
    limit = _limit(call)
    start, end = _bounds(call, limit, len(rows))
    shown = rows[start:end]
    if not shown:
        return {"data": []}
    cursors = {"before": _cursor(start), "after": _cursor(end)}
    paging = {"cursors": cursors}
    if end < len(rows):
        paging["next"] = _link(call, limit, "after", cursors["after"])
    if start:
        paging["previous"] = _link(call, limit, "before", cursors["before"])
    return {"data": shown, "paging": paging}


def _bounds(call: Call, limit: int, count: int) -> tuple[int, int]:
    if call.text("before") and not call.text("after"):
        end = min(_position(call.text("before")), count)
        return max(0, end - limit), end
    start = _position(call.text("after")) if call.text("after") else 0
    return start, min(start + limit, count)


def _link(call: Call, limit: int, way: str, cursor: str) -> str:
    """The same question from another place. Without the token, which Meta's own links carry."""
    kept = {name: call.text(name) for name in call.params if name not in NOT_IN_LINKS}
    return f"{call.url}?{urlencode({**kept, 'limit': limit, way: cursor})}"


def _limit(call: Call) -> int:
    text = call.text("limit") or str(DEFAULT_LIMIT)
    if not text.isdigit() or int(text) < 1:
        raise GraphError(100, "(#100) Param limit must be a number greater than 0")
    return min(int(text), HIGHEST_LIMIT)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"position:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("position:"))
    except (binascii.Error, UnicodeError, ValueError):
        raise GraphError(100, "(#100) Invalid cursor") from None
