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

    Nobody waits for company: while one thread writes, others queue up, and the first of them writes next, for all.
    """

    def __init__(self, write: Callable[[list[tuple[bytes, bytes]]], None], most: int = 100):
        self._write, self._most = write, most
        self._queue, self._gate, self._is_writing = [], threading.Lock(), False

    def store(self, body: bytes) -> None:
        mine = _Waiting(body)
        with self._gate:
            self._queue.append(mine)
            is_first, self._is_writing = not self._is_writing, True
        if not is_first:
            mine.woken.acquire()
        if not mine.is_done:
            self._store_those_that_wait()
        if mine.error:
            raise mine.error

    def _store_those_that_wait(self) -> None:
        with self._gate:
            batch, self._queue = self._queue[: self._most], self._queue[self._most :]
        error = None
        try:
            # In one order everywhere, so that two processes with the same bodies do not wait for each other.
            self._write(sorted((each.sha256, each.body) for each in batch))
        except BaseException as exc:  # noqa: BLE001 - it is told to each of those who wait
            error = exc
        with self._gate:
            following = self._queue[0] if self._queue else None
            self._is_writing = following is not None
        if following:
            following.woken.release()
        for each in batch:
            each.error, each.is_done = error, True
            each.woken.release()
