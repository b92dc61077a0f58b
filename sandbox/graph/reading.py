"""What every Graph read understands: `fields` and pages with cursors."""

import base64
import binascii
import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Limits:
    """Of bad weather: only the first `rows` of all exist, and a page has `page` of them at most."""

    rows: int | None = None
    page: int | None = None


NO_LIMITS = Limits()


def page(call: Call, rows: list, limits: Limits = NO_LIMITS, shape=lambda row: row) -> dict:
    """One page with opaque cursors; `next` and `previous` only while there is more that way.

    `shape` makes of a row what is told of it: of those on the page only.
    """
    rows, limit = rows[: limits.rows], _limit(call)
    start, end = _bounds(call, min(limit, limits.page or limit), len(rows))
    shown = [shape(row) for row in rows[start:end]]
    if not shown:
        return {"data": []}
    cursors = {"before": _cursor(start), "after": _cursor(end)}
    paging = {"cursors": cursors}
    if end < len(rows):
        paging["next"] = _link(call, limit, "after", cursors["after"])
    if start:
        paging["previous"] = _link(call, limit, "before", cursors["before"])
    return {"data": shown, "paging": paging}


def page_number(call: Call) -> int:
    """The first is 1."""
    return 1 + (_position(call.text("after")) // _limit(call) if call.text("after") else 0)


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
