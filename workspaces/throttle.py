"""Pages that anybody may open: how often, counted in Valkey. Without Valkey nobody is kept out."""

from functools import wraps

from django.shortcuts import render
from redis.exceptions import RedisError

from workspaces.valkey import client
from workspaces.views import client_address


def throttled(name: str, *, most: int, seconds: int):
    """For a view: from one address at most so many requests in so many seconds, all views of this name together."""

    def decorator(view):
        @wraps(view)
        def inner(request, *args, **kwargs):
            if is_too_often(f"{name}:{client_address(request)}", most, seconds):
                return render(request, "workspaces/too_often.html", {"minutes": -(-seconds // 60)}, status=429)
            return view(request, *args, **kwargs)

        return inner

    return decorator


def is_too_often(what: str, most: int, seconds: int) -> bool:
    try:
        with client().pipeline() as pipe:
            pipe.set(key := f"throttle:{what}", 0, ex=seconds, nx=True)
            pipe.incr(key)
            return pipe.execute()[1] > most
    except RedisError:
        return False
