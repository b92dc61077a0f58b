"""How far a file has been read or taken over, as pages see it while the work is not yet committed."""

import contextlib

from redis.exceptions import RedisError

from workspaces.valkey import client

FORGET_AFTER_SECONDS = 600


def set_percent(import_pk: int, percent: int) -> None:
    with contextlib.suppress(RedisError):
        client().set(_key(import_pk), max(0, min(99, percent)), ex=FORGET_AFTER_SECONDS)


def percent_of(import_pk: int) -> int | None:
    """None where nobody knows."""
    try:
        return int(client().get(_key(import_pk)))
    except (RedisError, TypeError, ValueError):
        return None


def forget(import_pk: int) -> None:
    with contextlib.suppress(RedisError):
        client().delete(_key(import_pk))


def _key(import_pk: int) -> str:
    return f"import:{import_pk}:percent"
