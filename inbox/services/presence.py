"""Who has a conversation open, so that two people do not both answer. In Valkey only, and for seconds.

Only those who may answer are seen, and only by their team: support and analysts look without a trace.
"""

import time
from dataclasses import dataclass
from threading import Lock

import structlog
from redis.exceptions import RedisError

from inbox.models import Thread
from workspaces import live
from workspaces.models import REPLIERS, Membership, User
from workspaces.valkey import client

log = structlog.get_logger(__name__)
READING, WRITING, GONE = "reading", "writing", "gone"
# A page says it again so often; one that said nothing for so long was closed without a word.
SAID_AGAIN_SECONDS = 12
GONE_AFTER_SECONDS = 30
MOST_REMEMBERED = 10_000
SAY = "redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) redis.call('EXPIRE', KEYS[1], 60)"


@dataclass(frozen=True, slots=True)
class Present:
    name: str
    is_writing: bool


def note(workspace_pk: int, thread_pk: int, person_pk: int, doing: str) -> None:
    """What a page says of its person: "reading", "writing" or "gone", and a word of its own for each time it changed.

    Valkey is told of changes, and now and then that it is still so: most questions cost nothing here.
    """
    place, now = (workspace_pk, thread_pk, person_pk), time.monotonic()
    before, said_at = _said.get(place, ("", 0.0))
    if before == doing and now - said_at < SAID_AGAIN_SECONDS:
        return
    with _lock:
        if len(_said) > MOST_REMEMBERED:
            _said.clear()
        _said[place] = doing, now
    what = doing.partition(".")[0]
    if what in (READING, WRITING, GONE):
        _tell(workspace_pk, thread_pk, person_pk, what, is_new=before != doing)


def others(thread: Thread, person: User) -> list[Present]:
    """The other people of the team who have this thread open now, those who write first."""
    try:
        said = client().hgetall(_key(thread.workspace_id, thread.pk))
    except RedisError:
        return []
    there = {int(pk): _doing(value) for pk, value in said.items()}
    doing = {pk: what for pk, what in there.items() if what and pk != person.pk}
    if not doing:
        return []
    team = Membership.objects.for_workspace(thread.workspace_id).filter(user__in=doing, role__in=REPLIERS)
    found = [Present(each.user.label, doing[each.user_id] == WRITING) for each in team.select_related("user")]
    return sorted(found, key=lambda each: (not each.is_writing, each.name))


def version_key(workspace_pk: int, thread_pk: int) -> str:
    return f"here:version:{workspace_pk}:{thread_pk}"


def _tell(workspace_pk: int, thread_pk: int, person_pk: int, what: str, *, is_new: bool) -> None:
    key = _key(workspace_pk, thread_pk)
    try:
        if what == GONE:
            is_new = bool(client().hdel(key, person_pk))
        else:
            # Another process may have said so already.
            is_new = is_new and _doing(client().hget(key, person_pk) or b"") != what
            client().eval(SAY, 1, key, person_pk, f"{what}:{time.time():.0f}")
    except RedisError as exc:
        log.info("presence not told", reason=type(exc).__name__)
        return
    if is_new:
        live.renew(workspace_pk, [version_key(workspace_pk, thread_pk)])


def _doing(said: bytes) -> str:
    """What was said, as long as it counts."""
    what, _, at = said.decode().partition(":")
    return what if at and float(at) > time.time() - GONE_AFTER_SECONDS else ""


def _key(workspace_pk: int, thread_pk: int) -> str:
    return f"here:{workspace_pk}:{thread_pk}"


# What this process said last: (workspace, thread, person) -> what and when.
_said: dict[tuple[int, int, int], tuple[str, float]] = {}
_lock = Lock()
