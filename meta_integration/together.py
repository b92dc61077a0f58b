"""Posts that arrive at the same time are stored by one statement and one commit: the disk is asked once for all."""

import hashlib
import threading
from collections.abc import Callable


class _Waiting:
    """A body on its way into the database."""

    __slots__ = ("body", "error", "is_done", "sha256", "woken")

    def __init__(self, body: bytes):
        self.body, self.sha256 = body, hashlib.sha256(body).digest()
        self.is_done, self.error = False, None
        self.woken = threading.Lock()
        self.woken.acquire()


class Together:
    """`store(body)` returns once the body is stored, by whichever thread, or raises what storing it raised.

    Nobody waits for company: while `writers` threads write, others queue up, and the first of them writes next, for
    all. More than one, so that PostgreSQL works on one batch while the disk takes another.
    """

    def __init__(self, write: Callable[[list[tuple[bytes, bytes]]], None], *, writers: int = 2, most: int = 100):
        self._write, self._writers, self._most = write, writers, most
        self._queue, self._gate, self._writing = [], threading.Lock(), 0

    def store(self, body: bytes) -> None:
        mine = _Waiting(body)
        with self._gate:
            may_write = self._writing < self._writers
            self._writing += may_write
            if not may_write:
                self._queue.append(mine)
        if not may_write:
            mine.woken.acquire()
        if not mine.is_done:
            self._store_with_those_that_wait(mine)
        if mine.error:
            raise mine.error

    def _store_with_those_that_wait(self, mine: _Waiting) -> None:
        with self._gate:
            batch, self._queue = [mine, *self._queue[: self._most]], self._queue[self._most :]
        error = None
        try:
            # In one order everywhere, so that two processes with the same bodies do not wait for each other.
            self._write(sorted((each.sha256, each.body) for each in batch))
        except BaseException as exc:  # noqa: BLE001 - it is told to each of those who wait
            error = exc
        with self._gate:
            following = self._queue.pop(0) if self._queue else None
            self._writing -= following is None
        if following:
            following.woken.release()
        for each in batch:
            each.error, each.is_done = error, True
            each.woken.release()
