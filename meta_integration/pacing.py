"""How fast a number may send: a timetable in Valkey, shared by all workers; a slow local one while Valkey is away.

Meta counts messages in each second. So every message gets a departure of its own, evenly spaced: nothing bunches up,
whatever the database or the machine does in between, and no permit is lost while a worker is busy. What is not urgent
books only a little ahead; an agent's message may book further, so it is never later than the next departure.
"""

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from threading import Lock

import structlog
from django.utils import timezone
from redis.exceptions import RedisError

from meta_integration.models import PhoneNumber
from workspaces.valkey import client

log = structlog.get_logger(__name__)
# Messages a second by Meta's throughput level; numbers that are also on the phone app have their own.
LIMITS = {"HIGH": 1000, "STANDARD": 80}
LIMIT_ON_BIZ_APP = 20
# A little below the limit: on the way to Meta messages move closer together by some milliseconds. Two or three of them
# are more of a low limit than of a high one.
SLACK, LEAST_SLACK, MOST_SLACK = 0.02, 2.5, 0.05
# Seconds. The first departure is far enough away for the messages to be marked before; campaigns book so far ahead.
FIRST, AHEAD, AHEAD_URGENT = 0.05, 0.25, 1.0
# After "too fast" from Meta: half the pace, then back by a twentieth of the limit each second.
SLOWED_BY, RECOVERS_EACH_SECOND, SLOWEST = 0.5, 0.05, 0.05
# Without Valkey no worker knows of the others: each takes a share that a handful of them together can afford.
ALONE_SHARE = 0.2
# Of the pace, for what is not urgent: Meta lowers limits further when many block or report a number.
SHARE_BY_QUALITY = {"GREEN": 1.0, "YELLOW": 0.5, "RED": 0.25}
SHARE_AFTER_A_DROP, DROP_LASTS = 0.5, timedelta(days=3)
FORGET_AFTER_MS = 60_000

PACE_NOW = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1e6
local forget_after, recovers = ARGV[1], tonumber(ARGV[2])
local held = redis.call('HMGET', KEYS[1], 'next', 'pace', 'pace_at')
local pace = math.min(1, (tonumber(held[2]) or 1) + (now - (tonumber(held[3]) or now)) * recovers)
"""
BOOK = f"""{PACE_NOW}
local rate, wanted, first, ahead = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local gap = 1 / (rate * pace)
-- Without a memory, departures booked before it was lost may still be ahead.
local start = math.max(tonumber(held[1]) or now + tonumber(ARGV[7]), now + first)
local granted = math.max(0, math.min(wanted, math.floor((now + ahead - start) / gap) + 1))
if granted > 0 then
  redis.call('HSET', KEYS[1], 'next', string.format('%.6f', start + granted * gap))
  redis.call('PEXPIRE', KEYS[1], forget_after)
end
return {{granted, string.format('%.6f', start - now), string.format('%.6f', gap)}}
"""
SLOW_DOWN = f"""{PACE_NOW}
pace = math.max(tonumber(ARGV[4]), pace * tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'pace', tostring(pace), 'pace_at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], forget_after)
return tostring(pace)
"""


@dataclass(frozen=True)
class Departures:
    """So many may leave: the first `first` seconds from now, each other `gap` seconds after the one before.

    When fewer than wanted: more can be booked `wait` seconds from now.
    """

    count: int
    first: float
    gap: float
    wait: float = 0.0

    def times(self, now: float) -> list[float]:
        return [now + self.first + n * self.gap for n in range(self.count)]


def limit_of(number: PhoneNumber) -> int:
    """Messages a second that Meta takes from this number."""
    return LIMIT_ON_BIZ_APP if number.is_on_biz_app else LIMITS.get(number.throughput_level, LIMITS["STANDARD"])


def pace_of(number: PhoneNumber) -> float:
    """Messages a second that we let go."""
    limit = limit_of(number)
    return limit - max(limit * SLACK, min(LEAST_SLACK, limit * MOST_SLACK))


def campaign_share(number: PhoneNumber) -> float:
    """How much of its pace is for what is not urgent: less while its quality is not high, and after a drop."""
    share = SHARE_BY_QUALITY.get(number.quality_rating, 1.0)
    has_dropped = number.dropped_at is not None and number.dropped_at > timezone.now() - DROP_LASTS
    return min(share, SHARE_AFTER_A_DROP) if has_dropped else share


def book(number: PhoneNumber, wanted: int, *, is_urgent: bool = False) -> Departures:
    """Departures for up to `wanted` messages, nobody else's. What is urgent may book further ahead than all others."""
    share, ahead = (1.0, AHEAD_URGENT) if is_urgent else (campaign_share(number), AHEAD)
    rate = pace_of(number) * share
    try:
        arguments = [FORGET_AFTER_MS, RECOVERS_EACH_SECOND, rate, wanted, FIRST, ahead, AHEAD]
        count, first, gap = _script(BOOK)(keys=[_key(number)], args=arguments)
    except RedisError as exc:
        log.warning("pacing alone: Valkey does not answer", reason=type(exc).__name__)
        return _alone(number.pk).book(limit_of(number) * ALONE_SHARE * share, wanted, ahead)
    return _departures(int(count), float(first), float(gap), ahead, wanted)


def slow_down(number: PhoneNumber) -> None:
    """Meta said "too fast" (130429): half the pace for all workers, recovering by itself."""
    try:
        _script(SLOW_DOWN)(keys=[_key(number)], args=[FORGET_AFTER_MS, RECOVERS_EACH_SECOND, SLOWED_BY, SLOWEST])
    except RedisError:
        log.warning("not slowed down: Valkey does not answer", number=number.pk)


def _departures(count: int, first: float, gap: float, ahead: float, wanted: int) -> Departures:
    return Departures(count, first, gap, 0.0 if count == wanted else max(first + count * gap - ahead, 0.001))


def wait_for_room(number: PhoneNumber) -> None:
    """Called right before a departure: a process that stood still for a moment does not catch up within a second."""
    seconds = _window(number.pk, int(pace_of(number))).enter()
    if seconds > 0:
        time.sleep(seconds)


class _Window:
    """The last departures of this process: no second sees more than `most`."""

    def __init__(self, most: int):
        self._left, self._lock = deque(maxlen=most), Lock()

    def enter(self) -> float:
        """Seconds until this one may leave. Whoever comes next leaves no earlier."""
        with self._lock:
            now = time.monotonic()
            is_full = len(self._left) == self._left.maxlen
            at = max(now, self._left[0] + 1.0) if is_full else now
            self._left.append(at)
            return at - now


@dataclass
class _Alone:
    """One process's own timetable. Begins a moment from now, so that losing Valkey never lets a burst out."""

    next: float = field(default_factory=lambda: time.monotonic() + 0.1)
    lock: Lock = field(default_factory=Lock)

    def book(self, rate: float, wanted: int, ahead: float) -> Departures:
        with self.lock:
            now = time.monotonic()
            start = max(self.next, now + FIRST)
            count = max(0, min(wanted, int((now + ahead - start) * rate) + 1)) if start <= now + ahead else 0
            self.next = start + count / rate if count else self.next
            return _departures(count, start - now, 1 / rate, ahead, wanted)


@lru_cache(maxsize=1024)
def _window(number_pk: int, most: int) -> _Window:
    return _Window(most)


@lru_cache(maxsize=1024)
def _alone(number_pk: int) -> _Alone:
    return _Alone()


@lru_cache(maxsize=4)
def _script(source: str):
    # The client is asked for at each call, so that a changed address (in tests) is followed.
    script = client().register_script(source)
    return lambda keys, args: script(keys=keys, args=args, client=client())


def _key(number: PhoneNumber) -> str:
    return f"pace:{number.pk}"
