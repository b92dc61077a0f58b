"""How open pages learn that something changed: versions in Valkey, of a workspace, of its list and of each thread.

A version says nothing but "another than before". Pages compare; a version that was lost is another one, too.
"""

import math
import secrets
import threading
import time

import structlog
from django.core import signing
from django.db import transaction
from redis.exceptions import RedisError

from workspaces.valkey import client

log = structlog.get_logger(__name__)
# A page left open longer asks with a token that no longer counts, and is given a new one.
TOKEN_LIVES = 12 * 3600
SALT = "workspaces.live"
# Of a thread that nobody touched for a day nothing is kept.
FORGET_AFTER_SECONDS = 24 * 3600
UNTOUCHED = "0"
NOBODY_KNOWS = "?"
TOUCH = "for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'EX', ARGV[2]) end"


def touch(workspace_pk: int, *threads: int, in_list: bool = True) -> None:
    """Something changed: open pages look again, once the change is committed.

    With threads, only those who have one of them open, and the lists; of what no list shows (a tick) not the lists.
    Without any it may be anything, and every page of the workspace looks at all it shows.
    """
    keys = [thread_key(workspace_pk, each) for each in threads] or [everything_key(workspace_pk)]
    if threads and in_list:
        keys.append(list_key(workspace_pk))
    transaction.on_commit(lambda: renew(workspace_pk, keys))


def renew(workspace_pk: int, keys: list[str]) -> None:
    """These are other versions now."""
    keys = [*keys, _mark_key(workspace_pk)]
    try:
        client().eval(TOUCH, len(keys), *keys, secrets.token_hex(4), FORGET_AFTER_SECONDS)
    except RedisError as exc:
        log.warning("open pages not told of a change", reason=type(exc).__name__)
    board.forget()


def version(workspace_pk: int) -> str:
    """The present version of the workspace as a whole; "?" when Valkey cannot say: then pages look for themselves."""
    return board.version(workspace_pk, [everything_key(workspace_pk)], unlike=None)


def everything_key(workspace_pk: int) -> str:
    return f"live:{workspace_pk}"


def list_key(workspace_pk: int) -> str:
    return f"live:{workspace_pk}:list"


def thread_key(workspace_pk: int, thread_pk: int) -> str:
    return f"live:{workspace_pk}:{thread_pk}"


def _mark_key(workspace_pk: int) -> str:
    """Renewed with any other of the workspace."""
    return f"live:{workspace_pk}:any"


# Who may ask ----------------------------------------------------------------------------------------------------------
def token_for(workspace_pk: int, person_pk: int = 0) -> str:
    """Lets a page ask for versions without a session. The person is there where others may see that they are."""
    return signing.dumps([workspace_pk, person_pk], salt=SALT)


def holder_of(token: str) -> tuple[int, int] | None:
    """The workspace and the person (0: nobody whom others see) of a token of ours that still counts."""
    try:
        workspace_pk, person_pk = signing.loads(token, salt=SALT, max_age=TOKEN_LIVES)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return workspace_pk, person_pk


# What all that ask in one process share -------------------------------------------------------------------------------
class Board:
    """The versions that pages asked for lately, read from Valkey together and a few times a second at most."""

    # So old may be what a page is told; with its own second between two questions this makes "at once".
    FRESH_SECONDS = 0.3
    # A page that would be told of a change has it looked up again: what it shows may be newer than the board.
    SURE_SECONDS = 0.03
    KEPT_SECONDS = 15

    def __init__(self):
        self._lock, self._asked, self._known, self._marks = threading.Lock(), {}, {}, []
        self.forget()

    def version(self, workspace_pk: int, keys: list[str], unlike: str | None) -> str:
        """The versions of these keys as one word; "?" where Valkey cannot say. Surely another one than `unlike`."""
        found = self._look(workspace_pk, keys, self.FRESH_SECONDS)
        if found != unlike and found != NOBODY_KNOWS:
            found = self._look(workspace_pk, keys, self.SURE_SECONDS if unlike is not None else 0)
        return found

    def forget(self) -> None:
        """What this process itself has changed it need not wait for."""
        self._read_at = -math.inf

    def _look(self, workspace_pk: int, keys: list[str], age: float) -> str:
        now = time.monotonic()
        for key in keys:
            self._asked[key] = workspace_pk, now
        if now - self._read_at > age or not self._has(keys):
            with self._lock:
                if self._read_at <= now or not self._has(keys):  # Another may have read while this one waited.
                    self._read(workspace_pk, keys)
        values = [self._known.get(key, NOBODY_KNOWS) for key in keys]
        return NOBODY_KNOWS if NOBODY_KNOWS in values else ".".join(values)

    def _has(self, keys: list[str]) -> bool:
        return all(key in self._known for key in keys)

    def _read(self, workspace_pk: int, keys: list[str]) -> None:
        """One key for each workspace says whether any of its others is new: where nothing changed no other is read."""
        begun = time.monotonic()
        asked = {key: each for key, each in list(self._asked.items()) if begun - each[1] < self.KEPT_SECONDS}
        asked |= dict.fromkeys(keys, (workspace_pk, begun))
        self._asked, wanted = asked, list(asked)  # Others may add to it meanwhile.
        try:
            marks = client().mget(sorted({_mark_key(asked[key][0]) for key in wanted}))
            if marks != self._marks or not self._has(wanted):
                values = [(value or UNTOUCHED.encode()).decode() for value in client().mget(wanted)]
                self._known, self._marks = dict(zip(wanted, values, strict=True)), marks
        except RedisError:
            self._known, self._marks = dict.fromkeys(wanted, NOBODY_KNOWS), []
        self._read_at = begun


board = Board()
