"""What every Graph read understands: `fields` and pages with cursors."""

import base64
import binascii
import re
from urllib.parse import urlencode

from ..errors import GraphError
from .calls import Call

DEFAULT_LIMIT = 25
HIGHEST_LIMIT = 100


def project(call: Call, everything: dict, defaults: list[str]) -> dict:
    """Only the fields asked for; `id` always. Raises 100 for a field that does not exist."""
    asked = [name.strip() for name in re.sub(r"\{[^{}]*\}", "", call.text("fields")).split(",") if name.strip()]
    for name in asked:
        if name not in everything:
            raise GraphError(100, f"(#100) Tried accessing nonexisting field ({name})")
    names = [*asked, "id"] if asked else defaults
    return {name: everything[name] for name in dict.fromkeys(names) if everything[name] is not None}


def page(call: Call, rows: list[dict]) -> dict:
    """One page with opaque cursors; `next` only while there is more."""
    limit = _limit(call)
    start = _position(call.text("after")) if call.text("after") else 0
    shown = rows[start : start + limit]
    if not shown:
        return {"data": []}
    cursors = {"before": _cursor(start), "after": _cursor(start + len(shown))}
    paging = {"cursors": cursors}
    if start + len(shown) < len(rows):
        query = {"limit": limit, "after": cursors["after"]} | (
            {"fields": call.text("fields")} if call.text("fields") else {}
        )
        paging["next"] = f"{call.url}?{urlencode(query)}"
    return {"data": shown, "paging": paging}


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
    except (binascii.Error, ValueError):
        raise GraphError(100, "(#100) Invalid cursor") from None
