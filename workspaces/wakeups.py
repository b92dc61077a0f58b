"""Wake-ups: one waiting task says "there is work", however many rows came in. Losing one costs seconds, not rows."""

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
