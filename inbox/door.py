"""The door for "anything new?": what each open page asks once a second, answered before Django begins.

Neither the session nor PostgreSQL is asked. The answer tells versions and nothing else; what changed is fetched from
pages that ask who wants it. With the question a page says whether its person reads or writes.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs

from django.conf import settings

from inbox.services import presence
from workspaces import live

# A page repeats its question word for word while nothing changes: it is read and its token checked so often.
CHECKED_AGAIN_SECONDS = 300
WORDS = {200: "200 OK", 204: "204 No Content", 403: "403 Forbidden", 405: "405 Method Not Allowed"}
HEADERS = [("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


class LiveDoor:
    """A WSGI application: answers the live question itself and hands every other path to `application`."""

    def __init__(self, application: Callable):
        self._application = application

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != settings.LIVE_PATH:
            return self._application(environ, start_response)
        if environ["REQUEST_METHOD"] in ("GET", "POST"):  # A page that is being left can only post.
            status, body = answer(environ.get("QUERY_STRING", ""))
        else:
            status, body = 405, ""
        length = [] if status == 204 else [("Content-Length", str(len(body)))]
        start_response(WORDS[status], HEADERS + length)
        return [body.encode()]


@dataclass(frozen=True, slots=True)
class Question:
    workspace: int
    person: int
    thread: int
    # Of what the page wants to hear: all that may change it.
    keys: list[str]
    version: str
    doing: str


def answer(query: str) -> tuple[int, str]:
    """204 while nothing changed, else 200 and the new version; 403 where the token is none of ours."""
    asked = _question(query, int(time.time()) // CHECKED_AGAIN_SECONDS)
    if asked is None:
        return 403, ""
    if asked.doing and asked.person and asked.thread:
        presence.note(asked.workspace, asked.thread, asked.person, asked.doing)
    version = live.board.version(asked.workspace, asked.keys, unlike=asked.version)
    return (204, "") if version == asked.version != live.NOBODY_KNOWS else (200, version)


@lru_cache(maxsize=4096)
def _question(query: str, _moment: int) -> Question | None:
    given = {name: values[-1] for name, values in parse_qs(query).items()}
    holder = live.holder_of(given.get("token", ""))
    if holder is None:
        return None
    workspace, person = holder
    thread = _number(given.get("thread", ""))
    return Question(
        workspace=workspace,
        person=person,
        thread=thread,
        keys=keys_of(workspace, thread) if "thread" in given else [live.everything_key(workspace)],
        version=given.get("version", "")[:80],
        doing=given.get("doing", "")[:30],
    )


def keys_of(workspace: int, thread: int = 0) -> list[str]:
    """What an inbox page shows: anything, the list, and of the open thread its messages and who is there."""
    keys = [live.everything_key(workspace), live.list_key(workspace)]
    return [*keys, *keys_of_thread(workspace, thread)] if thread else keys


def keys_of_thread(workspace: int, thread: int) -> list[str]:
    return [live.thread_key(workspace, thread), presence.version_key(workspace, thread)]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
