"""Is the process alive, and can it do its work? Asked by people, load balancers and `bin/demo`."""

import time

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from workspaces.valkey import client

HEARTBEAT_KEY = "galantis:worker-heartbeat"
# Three missed beats.
HEARTBEAT_IS_OLD_AFTER = 35


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
    checks = {"database": _database(), "valkey": _valkey(), "worker": _worker()}
    checks["migrations"] = _migrations() if checks["database"] == "ok" else "not asked: no database"
    ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def note_worker_heartbeat() -> None:
    """A worker says it is alive. The key expires by itself when it stops saying so."""
    client().set(HEARTBEAT_KEY, int(time.time()), ex=HEARTBEAT_IS_OLD_AFTER)


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


def _worker() -> str:
    try:
        return "ok" if client().exists(HEARTBEAT_KEY) else "no worker has been heard of lately"
    except redis.RedisError:
        return "not known: no answer from Valkey"
