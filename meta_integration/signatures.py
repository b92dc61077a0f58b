"""When somebody was last turned away at Meta's door. When Meta was last let in, `WebhookDelivery` knows."""

import time
from datetime import UTC, datetime

from redis.exceptions import RedisError

from workspaces.valkey import client

KEY = "door:refused"
REMEMBER_SECONDS = 3 * 24 * 3600
# Whoever knocks without end is noted once in so many seconds.
PAUSE_SECONDS = 1.0

_noted = {"at": 0.0}


def note_refused() -> None:
    """One write at most in each second, and none that anybody waits for when Valkey is away. Never raises."""
    now = time.monotonic()
    if now - _noted["at"] < PAUSE_SECONDS:
        return
    _noted["at"] = now
    try:
        client().set(KEY, int(time.time()), ex=REMEMBER_SECONDS)
    except RedisError:
        return


def last_refused() -> datetime | None:
    """Raises RedisError without Valkey."""
    at = client().get(KEY)
    return datetime.fromtimestamp(int(at), tz=UTC) if at else None
