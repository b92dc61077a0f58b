"""A list of Meta's, page by page, with a sign whether all of it came."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` as Meta gave them, whatever they are. Only after a page with `is_last` the list was read to its end."""

    rows: list = field(default_factory=list)
    is_last: bool = False


def read(ask: Callable[[dict], dict]) -> Iterator[Page]:
    """Pages until the last one, or until Meta gives something else than a list, or leads round in a circle."""
    more, been = {}, set()
    while True:
        answer = ask(more)
        rows, paging = answer.get("data"), answer.get("paging")
        if not isinstance(rows, list):
            yield Page()
            return
        paging = paging if isinstance(paging, dict) else {}
        has_more, cursors = bool(paging.get("next")), paging.get("cursors")
        yield Page(rows, is_last=not has_more)
        after = cursors.get("after") if isinstance(cursors, dict) else None
        if not has_more or not isinstance(after, str) or not after or after in been:
            return
        been.add(after)
        more = {"after": after}
