"""Wake-ups: one waiting task says "there is work", however many rows came in. Losing one costs seconds, not rows."""

import threading
import time

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from workspaces.valkey import client

log = structlog.get_logger(__name__)
# Should a published task be lost with its worker, the next row may publish again after this.
FORGET_AFTER_SECONDS = 5


def wake(task: Task, *args) -> None:
    """Publish the task unless one already waits to start. Never raises: the sweepers find what goes unannounced."""
    try:
        if client().set(_key(task.name, args), 1, nx=True, ex=FORGET_AFTER_SECONDS):
            task.delay(*args)
    except (RedisError, KombuError, OSError) as exc:
        log.warning("wake-up not published", task=task.name, reason=type(exc).__name__)


class Announcer:
    """Wakes a task from a thread of its own, soon: whoever asks waits for nothing, however slow Valkey is.

    All that asked within `PAUSE_SECONDS` are answered by one wake-up, which comes after the last of them.
    """

    PAUSE_SECONDS = 0.02

    def __init__(self, task: Task):
        self._task, self._asked, self._thread = task, threading.Event(), None

    def wake_soon(self) -> None:
        self._asked.set()
        if self._thread is None or not self._thread.is_alive():  # The first time, and after a fork.
            self._thread = threading.Thread(target=self._run, name=f"announce {self._task.name}", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._asked.wait():
            time.sleep(self.PAUSE_SECONDS)
            self._asked.clear()
            wake(self._task)


def wake_on_commit(task: Task, *args) -> None:
    """Wake after the transaction: a worker must not look before the row is there to be seen."""
    transaction.on_commit(lambda: wake(task, *args))


def awake(task_name: str, *args) -> None:
    """Called by the task before it looks for work: whatever comes from here on publishes anew."""
    try:
        client().delete(_key(task_name, args))
    except RedisError:
        log.warning("wake-up mark not cleared", task=task_name)


def _key(task_name: str, args: tuple) -> str:
    return ":".join(["wake", task_name, *map(str, args)])
