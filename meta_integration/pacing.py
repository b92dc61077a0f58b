"""How fast a number may send: a token bucket in Valkey, shared by all workers; a slow local one while Valkey is away.

Meta counts messages in each second. A bucket of size `b` that fills at `r` lets at most `b + r` pass in any second, so
both together stay at the limit. Agents may empty the bucket; everybody else leaves them a part of it.
"""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

import structlog
from redis.exceptions import RedisError

from meta_integration.models import PhoneNumber
from workspaces.valkey import client

log = structlog.get_logger(__name__)
# Messages a second by Meta's throughput level; numbers that are also on the phone app have their own.
LIMITS = {"HIGH": 1000, "STANDARD": 80}
LIMIT_ON_BIZ_APP = 20
# The bucket's share of the limit. The rest of the limit is how fast it fills.
BURST_SHARE = 0.025
AGENTS_SHARE = 0.2
# After "too fast" from Meta: half the pace, then back by a twentieth of the limit each second.
SLOWED_BY, RECOVERS_EACH_SECOND, SLOWEST = 0.5, 0.05, 0.05
# Without Valkey no worker knows of the others: each takes a share that a handful of them together can afford.
ALONE_SHARE = 0.2
FORGET_AFTER_MS = 60_000

TAKE = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1e6
local limit, wanted, reserve_share = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local size = math.max(2, limit * tonumber(ARGV[4]))
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'pace', 'pace_at')
local pace = math.min(1, (tonumber(held[3]) or 1) + (now - (tonumber(held[4]) or now)) * tonumber(ARGV[5]))
local rate = (limit - size) * pace
local tokens = math.min(size, (tonumber(held[1]) or size) + math.max(0, now - (tonumber(held[2]) or now)) * rate)
local reserve = math.floor(size * reserve_share + 0.5)
local granted = math.max(0, math.min(wanted, math.floor(tokens - reserve)))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local wait = 0
if granted == 0 then wait = (1 + reserve - tokens) / rate end
return {granted, tostring(wait)}
"""
SLOW_DOWN = """
local now = redis.call('TIME'); now = now[1] + now[2] / 1e6
local held = redis.call('HMGET', KEYS[1], 'pace', 'pace_at')
local pace = math.min(1, (tonumber(held[1]) or 1) + (now - (tonumber(held[2]) or now)) * tonumber(ARGV[2]))
pace = math.max(tonumber(ARGV[3]), pace * tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'pace', tostring(pace), 'pace_at', tostring(now))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return tostring(pace)
"""


@dataclass(frozen=True)
class Grant:
    """So many may go now; when none, ask again after `wait` seconds."""

    count: int
    wait: float = 0.0


def limit_of(number: PhoneNumber) -> int:
    """Messages a second that Meta takes from this number."""
    return LIMIT_ON_BIZ_APP if number.is_on_biz_app else LIMITS.get(number.throughput_level, LIMITS["STANDARD"])


def take(number: PhoneNumber, wanted: int, *, is_urgent: bool = False) -> Grant:
    """Permits for up to `wanted` messages. What is not urgent leaves the agents' part in the bucket."""
    limit, reserve = limit_of(number), 0 if is_urgent else AGENTS_SHARE
    try:
        arguments = [limit, wanted, reserve, BURST_SHARE, RECOVERS_EACH_SECOND, FORGET_AFTER_MS]
        granted, wait = _script(TAKE)(keys=[_key(number)], args=arguments)
    except RedisError as exc:
        log.warning("pacing alone: Valkey does not answer", reason=type(exc).__name__)
        return _alone(number.pk).take(limit * ALONE_SHARE, wanted)
    return Grant(int(granted), float(wait))


def slow_down(number: PhoneNumber) -> None:
    """Meta said "too fast" (130429): half the pace for all workers, recovering by itself."""
    try:
        _script(SLOW_DOWN)(keys=[_key(number)], args=[SLOWED_BY, RECOVERS_EACH_SECOND, SLOWEST, FORGET_AFTER_MS])
    except RedisError:
        log.warning("not slowed down: Valkey does not answer", number=number.pk)


@dataclass
class _LocalBucket:
    """One process's own pace. Starts empty, so that losing Valkey never lets a burst out."""

    tokens: float = 0.0
    at: float = field(default_factory=time.monotonic)
    lock: Lock = field(default_factory=Lock)

    def take(self, rate: float, wanted: int) -> Grant:
        with self.lock:
            now = time.monotonic()
            self.tokens, self.at = min(2.0, self.tokens + (now - self.at) * rate), now
            granted = min(wanted, int(self.tokens))
            self.tokens -= granted
            return Grant(granted, 0.0 if granted else (1 - self.tokens) / rate)


@lru_cache(maxsize=1024)
def _alone(number_pk: int) -> _LocalBucket:
    return _LocalBucket()


@lru_cache(maxsize=4)
def _script(source: str):
    # The client is asked for at each call, so that a changed address (in tests) is followed.
    script = client().register_script(source)
    return lambda keys, args: script(keys=keys, args=args, client=client())


def _key(number: PhoneNumber) -> str:
    return f"pace:{number.pk}"
