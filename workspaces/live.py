"""How open pages learn that something changed: a version counter in Valkey for each workspace."""

import structlog
from django.core import signing
from django.db import transaction
from redis.exceptions import RedisError

from workspaces.valkey import client

log = structlog.get_logger(__name__)
# A page left open longer asks with a token that no longer counts, and is reloaded.
TOKEN_LIVES = 12 * 3600
SALT = "workspaces.live"


def touch(workspace_pk: int) -> None:
    """Something of this workspace changed: open pages look again, once the change is committed."""
    transaction.on_commit(lambda: _raise_version(workspace_pk))


def version(workspace_pk: int) -> str:
    """The present version; "?" when Valkey cannot say, and then pages must look for themselves."""
    try:
        return (client().get(_key(workspace_pk)) or b"0").decode()
    except RedisError:
        return "?"


def token_for(workspace_pk: int) -> str:
    """Lets a page ask for the version without a session: it tells a number and nothing else."""
    return signing.dumps(workspace_pk, salt=SALT)


def workspace_of(token: str) -> int | None:
    try:
        return signing.loads(token, salt=SALT, max_age=TOKEN_LIVES)
    except signing.BadSignature:
        return None


def _raise_version(workspace_pk: int) -> None:
    try:
        client().incr(_key(workspace_pk))
    except RedisError as exc:
        log.warning("open pages not told of a change", reason=type(exc).__name__)


def _key(workspace_pk: int) -> str:
    return f"inbox:version:{workspace_pk}"
