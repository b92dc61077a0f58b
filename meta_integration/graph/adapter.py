"""The way to Graph over kept-alive connections: a third less work for each call than `requests` does for any site."""

from time import monotonic

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict


class GraphAdapter(HTTPAdapter):
    """For one host, mounted at its address. Looks up the connections once, and keeps no cookies.

    Certificates, proxies and addresses are `requests`' own; a session's settings must not change meanwhile.
    """

    _pool = None

    def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None):
        if self._pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
            if not issubclass(pool.ConnectionCls, _OneWrite):
                pool.ConnectionCls = type("OneWrite", (_OneWrite, pool.ConnectionCls), {})
            self._pool = pool
        return self._pool

    def request_url(self, request: PreparedRequest, proxies) -> str:
        if proxies:
            return super().request_url(request, proxies)
        return request.url[request.url.index("/", len("https://")) :]

    def build_response(self, req: PreparedRequest, resp) -> Response:
        response = Response()
        response.status_code, response.reason, response.raw = resp.status, resp.reason, resp
        response.headers = CaseInsensitiveDict(resp.headers)
        response.url, response.request, response.connection = req.url, req, self
        return response

    def close(self) -> None:
        self._pool = None
        super().close()


class _OneWrite:
    """A connection that sends a request's head and a small body at once: one packet, and one switch between threads.

    One that has rested is not used again. A server may hang up a resting connection in the very moment in which a
    message leaves on it, and then nobody knows whether it arrived.
    """

    MOST = 64 * 1024
    # Seconds; servers commonly wait for five or more.
    LONGEST_REST = 2.0
    _held: bytes | None = None
    _used_at = 0.0

    @property
    def is_connected(self) -> bool:
        return monotonic() - self._used_at < self.LONGEST_REST and super().is_connected

    def getresponse(self):
        response = super().getresponse()
        self._used_at = monotonic()
        return response

    def request(self, *args, **kwargs) -> None:
        self._held = b""
        try:
            super().request(*args, **kwargs)
            held, self._held = self._held, None
            if held:
                super().send(held)
        finally:
            self._held = None

    def send(self, data) -> None:
        if self._held is None or not isinstance(data, bytes):
            super().send(data)
            return
        self._held += data
        if len(self._held) > self.MOST:
            held, self._held = self._held, None
            super().send(held)
