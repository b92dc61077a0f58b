"""How many calls a catalog takes: eight batches a minute, 20,000 other calls an hour."""

import json
import math
import time
from collections import deque

from ..errors import GraphError
from ..state import Catalog

BATCHES = (80014, 8, 60.0, "catalog_batch")
CALLS = (80009, 20_000, 3600.0, "catalog_management")


class CatalogCalls:
    """When the last calls came, by catalog. Not kept over a restart."""

    def __init__(self):
        self._times: dict[tuple[int, str], deque[float]] = {}

    def take(self, limit: tuple, catalog_id: str) -> float:
        """Seconds until there is room; 0 when this one is let in."""
        code, most, seconds, _ = limit
        times, now = self._times.setdefault((code, catalog_id), deque()), time.time()
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= most:
            return times[0] + seconds - now
        times.append(now)
        return 0


def check(meta, catalog: Catalog, *, is_batch: bool = False) -> None:
    """Raises 80014 or 80009."""
    limit, switch = (BATCHES, "batch_limited") if is_batch else (CALLS, "catalog_limited")
    minutes = int(meta.weather.number(switch))
    if not minutes and not meta.weather.strikes("no_catalog_limits"):
        minutes = math.ceil(meta.catalog_calls.take(limit, catalog.catalog_id) / 60)
    if is_batch:
        catalog.refused_calls += bool(minutes)
        catalog.batch_calls += not minutes
    if minutes:
        raise _limited(meta, limit, minutes)


def _limited(meta, limit: tuple, minutes: int) -> GraphError:
    code, _, _, kind = limit
    usage = {"type": kind, "call_count": 100, "total_cputime": 25, "total_time": 25}
    error = GraphError(code)
    told = {meta.world.business_id: [{**usage, "estimated_time_to_regain_access": minutes}]}
    error.headers = {"X-Business-Use-Case-Usage": json.dumps(told)}
    return error
