"""The process's one client of Valkey. What is kept there may be lost at any time."""

import time
from functools import lru_cache

import redis
from django.conf import settings

# After Valkey failed to answer nobody asks it again for so long: each would wait for the same silence.
LEAVE_ALONE_SECONDS = 3


def client() -> redis.Redis:
    """Kept-alive connections with short timeouts: nothing that people or Meta wait for may hang on Valkey."""
    return _client(settings.REDIS_URL)


class PatientClient(redis.Redis):
    """Fails at once, for a few seconds, after a call that failed for want of an answer."""

    _alone_until = 0.0

    def execute_command(self, *args, **options):
        if time.monotonic() < self._alone_until:
            raise redis.ConnectionError("Valkey did not answer a moment ago")
        try:
            return super().execute_command(*args, **options)
        except (redis.ConnectionError, redis.TimeoutError):
            self._alone_until = time.monotonic() + LEAVE_ALONE_SECONDS
            raise


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return PatientClient.from_url(url, socket_connect_timeout=0.5, socket_timeout=1.0)
