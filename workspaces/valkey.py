"""The process's one client of Valkey. What is kept there may be lost at any time."""

from functools import lru_cache

import redis
from django.conf import settings


@lru_cache(maxsize=1)
def client() -> redis.Redis:
    """Kept-alive connections with short timeouts: nothing that people or Meta wait for may hang on Valkey."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=1.0)
