"""Where tokens are opened and settings are read: the only makers of a `MetaGraphClient`."""

from functools import lru_cache

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

from meta_integration.graph.client import MetaGraphClient
from meta_integration.models import WABA


def graph_client_for(account: WABA) -> MetaGraphClient:
    """The account's client, for background work. Raises ValueError for an account without a token."""
    if account.access_token is None:
        raise ValueError(f"account {account.pk} has no token")
    return graph_client_with(account.access_token.open(account.workspace_id))


def graph_client_with(token: str, *, read_timeout: float | None = None) -> MetaGraphClient:
    """A client for a token that is not stored yet: a log-in under way, or the app itself."""
    return MetaGraphClient(
        _session(),
        base_url=settings.GRAPH_BASE_URL,
        version=settings.GRAPH_VERSION,
        token=token,
        app_secret="" if "|" in token else settings.META_APP_SECRET,
        timeout=(settings.GRAPH_CONNECT_TIMEOUT, read_timeout or settings.GRAPH_READ_TIMEOUT),
    )


def app_client() -> MetaGraphClient:
    """Our own app's client, with a page's short timeout: a person waits for its answer."""
    return graph_client_with(
        f"{settings.META_APP_ID}|{settings.META_APP_SECRET}", read_timeout=settings.GRAPH_PAGE_TIMEOUT
    )


@lru_cache(maxsize=1)
def _session() -> requests.Session:
    """One for the process: connections are kept alive, one for each sending thread. It never repeats a request."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=settings.SENDING_THREADS, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = "Galantis"
    return session
