"""Meta's door: the one address that Meta posts to, answered before Django's own request handling begins.

At thousands of posts a second the request objects, signals and middleware of a page cost more than the work itself:
a signature check and one INSERT.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.crypto import constant_time_compare

from meta_integration import intake, signatures, tasks
from meta_integration.together import Together
from workspaces import wakeups

log = structlog.get_logger(__name__)
announcer = wakeups.Announcer(tasks.process_webhooks)
SIZE = re.compile(r"[0-9]{1,9}")


class Door:
    """A WSGI application: answers Meta's path itself and hands every other one to `application`."""

    def __init__(self, application: Callable):
        self._application = application

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != settings.META_WEBHOOK_PATH:
            return self._application(environ, start_response)
        if environ["REQUEST_METHOD"] == "POST":
            status, body = _take(environ), b""
        elif environ["REQUEST_METHOD"] == "GET":
            status, body = _answer_challenge(environ.get("QUERY_STRING", ""))
        else:
            status, body = "405 Method Not Allowed", b""
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]


def _take(environ: dict) -> str:
    """200 once the row is stored, whatever it says; 403 unsigned; 503 not stored: Meta posts it again for days."""
    size = environ.get("CONTENT_LENGTH") or "0"
    if not SIZE.fullmatch(size):
        return "400 Bad Request"
    if int(size) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return "413 Content Too Large"
    body = environ["wsgi.input"].read(int(size))
    if not intake.is_signed_by_meta(body, environ.get("HTTP_X_HUB_SIGNATURE_256", "")):
        signatures.note_refused()
        return "403 Forbidden"
    try:
        together.store(body)
    except DatabaseError as exc:
        log.error("webhook not stored; Meta will post it again", reason=type(exc).__name__)
        return "503 Service Unavailable"
    announcer.wake_soon()
    return "200 OK"


def _record(bodies: list[tuple[bytes, bytes]]) -> None:
    """With one of few connections that all threads share: a thread that kept one of its own would starve the others."""
    if connection.in_atomic_block:
        intake.record(bodies, connection)
        return
    try:
        own = kept.pop()
    except IndexError:
        own = _connection_for_all_threads()
    try:
        _record_with(own, bodies)
    finally:
        kept.append(own)


def _record_with(own: BaseDatabaseWrapper, bodies: list[tuple[bytes, bytes]]) -> None:
    """Twice where the first try finds that the connection has died meanwhile: outside requests nobody else looks."""
    try:
        intake.record(bodies, own)
    except DatabaseError:
        if own.connection and own.is_usable():
            raise
        own.close()
        try:
            intake.record(bodies, own)
        except DatabaseError:
            own.close_if_unusable_or_obsolete()
            raise


def _connection_for_all_threads() -> BaseDatabaseWrapper:
    own = connection.copy()
    own.inc_thread_sharing()
    return own


# As many connections as batches that are written at the same time.
WRITERS = 2
kept: list[BaseDatabaseWrapper] = []
together = Together(_record, writers=WRITERS)


def _answer_challenge(query: str) -> tuple[str, bytes]:
    """Meta asks this whenever the address is set: the right token is answered with the challenge."""
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    token = asked.get("hub.verify_token", "")
    if asked.get("hub.mode") == "subscribe" and constant_time_compare(token, settings.META_VERIFY_TOKEN):
        return "200 OK", asked.get("hub.challenge", "").encode()
    return "403 Forbidden", b""
