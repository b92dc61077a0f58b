"""What the doctor asks of this installation itself: settings, stores, processes, clock."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import redis
from django.conf import settings
from django.core import checks
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError

from galantis import health
from galantis.celery import app as celery
from workspaces.doctor import Result, Visit, check, fault, ok, warning
from workspaces.valkey import client

OLDEST_POSTGRESQL = 140000
LONG_QUEUE = 1000
# Free bytes.
LITTLE_SPACE, NO_SPACE = 2 * 1024**3, 200 * 1024**2
# Seconds of difference. Meta takes proofs of up to five minutes.
CLOCK_OFF, CLOCK_WRONG = 2, 30
SHORTEST_SECRET_KEY = 50


@check("settings", "https", "secrets")
def configuration(visit: Visit) -> Iterator[Result]:
    """Django's and our own deploy checks. The demo is what it is: no HTTPS, and a local Meta."""
    if settings.DEMO:
        yield ok("settings", _("This is the demo, with a local Meta. It must not be reached from outside."))
    else:
        yield _deploy_checks()
    if settings.PUBLIC_URL.startswith("https://") or settings.DEMO:
        yield ok("https", settings.PUBLIC_URL)
    else:
        text = _("PUBLIC_URL does not begin with https://. Meta posts webhooks and sends people back to HTTPS only.")
        yield fault("https", text, _("Set PUBLIC_URL to the address that people and Meta use, with https://."))
    yield _secrets()


def _deploy_checks() -> Result:
    found = [each for each in checks.run_checks(include_deployment_checks=True) if not each.is_silenced()]
    worst = [each for each in found if each.level >= checks.ERROR]
    if settings.DEBUG:
        text = _("DEBUG is on: error pages show code to everybody.")
        return fault("settings", text, _("Set DEBUG=0 and restart."))
    if worst:
        texts = " ".join(f"{each.id}: {each.msg}" for each in worst)
        return fault("settings", texts, _("docs/settings.md says what each variable must be."))
    if found:
        texts = ", ".join(str(each.id) for each in found)
        return warning("settings", texts, _("Run manage.py check --deploy: it says what each means."))
    return ok("settings", _("Nothing to say against them."))


def _secrets() -> Result:
    weak = [name for name in ("META_APP_SECRET", "META_VERIFY_TOKEN") if len(getattr(settings, name)) < 16]
    if len(settings.SECRET_KEY) < SHORTEST_SECRET_KEY or settings.SECRET_KEY.startswith("django-insecure"):
        weak.append("SECRET_KEY")
    if any(len(key) < 32 for key in settings.FIELD_ENCRYPTION_KEYS):
        weak.append("FIELD_ENCRYPTION_KEYS")
    if weak:
        text = _("Too short, so they can be guessed: %(names)s.") % {"names": ", ".join(weak)}
        return fault("secrets", text, _("Make new ones as docs/operations.md says, and restart."))
    return ok("secrets", _("Long enough."))


@check("database")
def database(visit: Visit) -> Iterator[Result]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0])
    except (DatabaseError, OSError):
        text = _("PostgreSQL does not answer.")
        yield fault("database", text, _("Is it running, and does DATABASE_URL name it? Nothing works without it."))
        return
    words = f"PostgreSQL {version // 10000}.{version % 10000}"
    if version < OLDEST_POSTGRESQL:
        yield warning("database", words, _("Galantis is tried with PostgreSQL 14 and newer."))
    else:
        yield ok("database", words)


@check("migrations", needs=("database",))
def migrations(visit: Visit) -> Iterator[Result]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        text = _("%(n)s are not applied: the database does not fit this version.") % {"n": len(waiting)}
        yield fault("migrations", text, _("Run manage.py migrate, then restart all processes."))
    else:
        yield ok("migrations", _("All applied."))


@check("valkey")
def valkey(visit: Visit) -> Iterator[Result]:
    try:
        client().ping()
        policy = str(client().config_get("maxmemory-policy").get("maxmemory-policy", b""))
    except redis.ResponseError:  # A service that does not tell.
        policy = "noeviction"
    except redis.RedisError:
        text = _("Valkey does not answer: messages are not sent, and webhooks are stored but not processed.")
        yield fault("valkey", text, _("Is it running, and does REDIS_URL name it? Nothing is lost meanwhile."))
        return
    if "noeviction" not in policy:
        text = _("It may throw away tasks that wait when its memory is full.")
        yield warning("valkey", text, _("Set its maxmemory-policy to noeviction."))
    else:
        yield ok("valkey", _("It answers."))


@check("beat", *(f"worker-{queue}" for queue in health.HEARD), needs=("valkey",))
def processes(visit: Visit) -> Iterator[Result]:
    """Beat sends a heartbeat through each queue, and a worker of it does it. Without beat the workers are asked."""
    if is_beating := health.is_heard(health.BEAT):
        yield ok("beat", _("It beats."))
    else:
        text = _("Nothing was heard of beat lately: nothing is tried again, checked or deleted on time.")
        yield fault("beat", text, _("Start the process “beat”: exactly one of it."))
    silent = {queue for queue in health.HEARD if not health.is_heard(queue)}
    at_work = _queues_at_work() if silent else set()
    for queue, process in health.HEARD.items():
        if queue not in silent or (queue in at_work and not is_beating):
            yield ok(f"worker-{queue}", _("A worker of this queue is alive."))
        elif queue in at_work:
            text = _("A worker of the queue “%(queue)s” is alive, but has not come to its heartbeat for a minute.")
            step = _("It has more to do than it can. If that lasts, start more of the process “%(process)s”.")
            yield warning(f"worker-{queue}", text % {"queue": queue}, step % {"process": process})
        else:
            text = _("No worker of the queue “%(queue)s” was heard of lately.") % {"queue": queue}
            step = _("Start the process “%(process)s” (Procfile), or look into its log.") % {"process": process}
            yield fault(f"worker-{queue}", text, step)


def _queues_at_work() -> set[str]:
    """The queues of all workers that answer within a second."""
    try:
        answers = celery.control.inspect(timeout=1).active_queues() or {}
    except (redis.RedisError, KombuError, OSError):
        return set()
    return {queue["name"] for queues in answers.values() for queue in queues}


@check("queues", needs=("valkey",))
def queues(visit: Visit) -> Iterator[Result]:
    lengths = {queue: client().llen(queue) for queue in health.HEARD}
    long = {queue: n for queue, n in lengths.items() if n > LONG_QUEUE}
    if long:
        text = ", ".join(f"{queue}: {n}" for queue, n in long.items())
        yield warning(
            "queues", _("Many tasks wait. %(which)s") % {"which": text}, _("Start more workers of that queue.")
        )
    else:
        yield ok("queues", _("No task waits long."))


@check("storage")
def storage(visit: Visit) -> Iterator[Result]:
    """Writes a small file, reads it and deletes it."""
    step = _("Mend the rights or the disk of MEDIA_ROOT: customers' files cannot be kept.")
    try:
        name = default_storage.save("doctor/probe", ContentFile(b"probe"))
        with default_storage.open(name) as file:
            is_same = file.read() == b"probe"
        default_storage.delete(name)
    except OSError as exc:
        yield fault("storage", _("No file can be written (%(kind)s).") % {"kind": type(exc).__name__}, step)
        return
    free = _free_space()
    if not is_same or (free is not None and free < NO_SPACE):
        yield fault("storage", _("The disk of the files is full."), step)
    elif free is not None and free < LITTLE_SPACE:
        text = _("Only %(n)s MB are free for files.") % {"n": free // 1024**2}
        yield warning("storage", text, _("Make room: customers' files are kept for good."))
    else:
        yield ok("storage", _("Files can be written."))


@check("clock", needs=("database",))
def clock(visit: Visit) -> Iterator[Result]:
    """Against PostgreSQL's, on the way there and back."""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
    after = time.time()
    yield clock_result("clock", max(before - theirs, theirs - after, 0.0), "PostgreSQL")


def clock_result(name: str, seconds: float, whose: str) -> Result:
    words = {"n": round(seconds, 1), "whose": whose, "now": f"{datetime.now(UTC):%H:%M:%S}"}
    if seconds > CLOCK_OFF:
        text = _("Our clock (%(now)s UTC) and that of %(whose)s differ by %(n)s seconds.") % words
        step = _("Let both machines take the time from NTP: deadlines, pauses and log-ins depend on it.")
        return (fault if seconds > CLOCK_WRONG else warning)(name, text, step)
    return ok(name, _("The same as that of %(whose)s.") % words)


def _free_space() -> int | None:
    if not isinstance(default_storage, FileSystemStorage) and not hasattr(default_storage, "base_location"):
        return None
    place = Path(settings.MEDIA_ROOT)
    return shutil.disk_usage(place).free if place.exists() else None
