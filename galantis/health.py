"""Is the process alive, and can it do its work? Asked by people, load balancers and `bin/demo`."""

import time

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from workspaces.valkey import client

# The queues whose workers must be there: one that processes, one that sends.
QUEUES = {"default": "worker", "sending": "sender"}
# All queues, and the process of the Procfile whose workers take them: each is heard of, and the doctor looks at all.
HEARD = {"webhooks": "worker", "default": "worker", "sending": "sender", "sync": "fetcher", "long": "reader"}
BEAT = "beat"
# Three missed beats, and time for a sender that has its hands full.
HEARTBEAT_IS_OLD_AFTER = 60


class HealthMiddleware:
    """Answers /healthz and /readyz before hosts, sessions and redirects are looked at: a probe has none of them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path_info == "/readyz":
            return readyz()
        return self.get_response(request)


def readyz() -> JsonResponse:
    """200 when database, migrations, Valkey and a worker are all there; else 503, naming what is missing."""
    checks = {"database": _database(), "valkey": _valkey()}
    checks |= {name: _worker_of(queue) for queue, name in QUEUES.items()}
    checks["migrations"] = _migrations() if checks["database"] == "ok" else "not asked: no database"
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def note_heartbeat(queue: str) -> None:
    """A worker of this queue, or beat, says it is alive. The key expires by itself when none says so any more."""
    client().set(_heartbeat_key(queue), int(time.time()), ex=HEARTBEAT_IS_OLD_AFTER)


def is_heard(queue: str) -> bool:
    """Raises RedisError without Valkey."""
    return bool(client().exists(_heartbeat_key(queue)))


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError):
        return "no answer from PostgreSQL"
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied: run manage.py migrate" if waiting else "ok"


def _valkey() -> str:
    try:
        client().ping()
    except redis.RedisError:
        return "no answer from Valkey"
    return "ok"


def _heartbeat_key(queue: str) -> str:
    return f"galantis:heartbeat:{queue}"


def _worker_of(queue: str) -> str:
    try:
        return "ok" if is_heard(queue) else f"no worker of queue “{queue}” heard of lately"
    except redis.RedisError:
        return "not known: no answer from Valkey"
