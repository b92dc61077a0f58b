"""Where tokens are opened and settings are read: the only makers of a `MetaGraphClient`."""

from functools import lru_cache, partial

import requests
from cryptography.fernet import InvalidToken
from django.conf import settings

from meta_integration.graph.adapter import GraphAdapter
from meta_integration.graph.client import MetaGraphClient
from meta_integration.models import WABA
from meta_integration.services import calls
from workspaces.models import Workspace


class NoToken(Exception):
    """The account has no stored token, or one that cannot be opened with the keys we have."""


def graph_client_for(
    account: WABA, *, recorder: calls.CallBuffer | None = None, read_timeout: float | None = None
) -> MetaGraphClient:
    """The account's client, for background work. Raises NoToken.

    Calls worth keeping are written at once. A `recorder` gathers them instead, for whoever calls from many threads.
    """
    keep = recorder.add if recorder else calls.write
    return _client(
        _opened(account),
        read_timeout or settings.GRAPH_READ_TIMEOUT,
        partial(keep, workspace_id=account.workspace_id, account_id=account.pk),
    )


def catalog_client_for(account: WABA, *, read_timeout: float | None = None) -> MetaGraphClient:
    """For the account's catalogs: with the token given for them, else with the account's own. Raises NoToken."""
    if account.catalog_token is None:
        return graph_client_for(account, read_timeout=read_timeout)
    return _client(
        _open(account, account.catalog_token),
        read_timeout or settings.GRAPH_READ_TIMEOUT,
        partial(calls.write, workspace_id=account.workspace_id, account_id=account.pk),
    )


def token_facts(account: WABA) -> dict:
    """What Meta knows of the account's token. Raises NoToken, GraphError."""
    return app_client(account.workspace).debug_token(_opened(account))


def catalog_token_facts(account: WABA) -> dict:
    """The same of the token that is used for its catalogs. Raises NoToken, GraphError."""
    if account.catalog_token is None:
        return token_facts(account)
    return app_client(account.workspace).debug_token(_open(account, account.catalog_token))


def extended_token(account: WABA) -> tuple[str, dict]:
    """A token for the same access that lasts longer, and what Meta knows of it. Raises NoToken, GraphError."""
    app = app_client(account.workspace)
    token = app.extend_token(settings.META_APP_ID, settings.META_APP_SECRET, _opened(account))
    return token, app.debug_token(token)


def _opened(account: WABA) -> str:
    return _open(account, account.access_token)


def _open(account: WABA, sealed) -> str:
    try:
        return sealed.open(account.workspace_id)
    except (AttributeError, InvalidToken):
        raise NoToken(f"account {account.pk}") from None


def graph_client_with(
    token: str, *, workspace: Workspace | None = None, read_timeout: float | None = None
) -> MetaGraphClient:
    """A client for a token that is not stored yet: a log-in of the workspace's under way, or the app itself."""
    keep = partial(calls.write, workspace_id=workspace.pk if workspace else None, account_id=None)
    return _client(token, read_timeout or settings.GRAPH_READ_TIMEOUT, keep)


def app_client(workspace: Workspace | None = None) -> MetaGraphClient:
    """Our own app's client, with a page's short timeout: a person of the workspace waits for its answer."""
    token = f"{settings.META_APP_ID}|{settings.META_APP_SECRET}"
    return graph_client_with(token, workspace=workspace, read_timeout=settings.GRAPH_PAGE_TIMEOUT)


def _client(token: str, read_timeout: float, keep: partial) -> MetaGraphClient:
    return MetaGraphClient(
        _session(),
        base_url=settings.GRAPH_BASE_URL,
        version=settings.GRAPH_VERSION,
        token=token,
        app_secret="" if "|" in token else settings.META_APP_SECRET,
        timeout=(settings.GRAPH_CONNECT_TIMEOUT, read_timeout),
        on_call=keep,
        slow_after=settings.GRAPH_SLOW_MS / 1000,
        sample=settings.GRAPH_CALL_SAMPLE,
    )


def _session() -> requests.Session:
    return _session_for(settings.GRAPH_BASE_URL)


@lru_cache(maxsize=1)
def _session_for(base_url: str) -> requests.Session:
    """One for the process: connections are kept alive, one for each sending thread. It never repeats a request."""
    session = requests.Session()
    session.mount(f"{base_url}/", GraphAdapter(pool_maxsize=settings.SENDING_THREADS, max_retries=0))
    session.headers = {"User-Agent": "Galantis"}
    return session
