"""Fetching what stands at a web address that a stranger wrote: from the public web alone, and never more than asked.

The filter of requests-hardened resolves a name once, refuses private addresses and connects to just the address it
looked at, so a name cannot lead elsewhere a moment later. Added here: kinds of addresses that it lets through, each
redirect by hand, and an end in bytes and in seconds. Only the look-up of a name has an end of its own, the resolver's.
"""

import ipaddress
import re
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as SlowError

from catalog import checks

MOST_MB = 8
MOST_BYTES = MOST_MB * 1024 * 1024
MOST_REDIRECTS = 3
MOST_SECONDS = 20
# To connect, and between two pieces.
TIMEOUT = (5, 10)
BLOCK = 64 * 1024
HEADERS = {"User-Agent": "Galantis", "Accept": "image/jpeg, image/png, image/*;q=0.5", "Accept-Encoding": "identity"}
REDIRECTS = (301, 302, 303, 307, 308)
NOT_FOUND = (404, 410)


class NotFetched(Exception):
    """`key` is one of `catalog.problems`, `facts` what its words need. Nothing of what the library said is in it."""

    def __init__(self, key: str, **facts):
        super().__init__(key)
        self.key, self.facts = key, facts


def fetch(address: str) -> bytes:
    """What stands at a public https address, after at most three redirects to others. Raises NotFetched.

    The address may be the local sandbox's, where there is one; where that redirects to may not.
    """
    is_public = not checks.is_of_the_sandbox(address)
    with _Watch(MOST_SECONDS) as watch:
        for _ in range(1 + MOST_REDIRECTS):
            with _Session(is_public=is_public) as session, _failures_named(watch):
                content, address = _hop(session, address, watch)
            if content is not None:
                return content
            is_public = True
    raise NotFetched("image_unreachable", reason="redirects")


def _hop(session: requests.Session, address: str, watch: "_Watch") -> tuple[bytes | None, str]:
    """The content there, or None and the address it redirects to."""
    if session.is_public:
        _only_public_names(address)
    with closing(session.get(address, stream=True, allow_redirects=False, timeout=TIMEOUT)) as response:
        target = session.get_redirect_target(response) if response.status_code in REDIRECTS else None
        if target:
            return None, urljoin(address, target)
        if response.status_code in NOT_FOUND:
            raise NotFetched("image_not_found", status=response.status_code)
        if response.status_code != 200:
            raise NotFetched("image_unreachable", reason="status", status=response.status_code)
        return _body(response, watch), address


def _body(response: requests.Response, watch: "_Watch") -> bytes:
    """Counted as it comes, unpacked: what a header says of its length is believed only where it says too much."""
    declared = response.headers.get("Content-Length", "")
    if re.fullmatch(r"\d{1,20}", declared) and int(declared) > MOST_BYTES:
        raise NotFetched("image_too_large", most=MOST_MB)
    content = bytearray()
    # A piece is what is there already: waiting for a full block would let a slow server hold its time for each byte.
    while piece := response.raw.read1(BLOCK, decode_content=True):
        content += piece
        if len(content) > MOST_BYTES:
            raise NotFetched("image_too_large", most=MOST_MB)
    watch.still_runs()
    return bytes(content)


# Where it may lead ----------------------------------------------------------------------------------------------------
def _only_public_names(address: str) -> None:
    """What the filter does not look at: the scheme, a log-in in the address, and numbers that are written oddly."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise NotFetched("image_unreachable", reason="odd") from None
    if parts.scheme != "https":
        raise NotFetched("image_unreachable", reason="insecure")
    if parts.username is not None or not host:
        raise NotFetched("image_unreachable", reason="odd")
    last = host.rstrip(".").rpartition(".")[2]
    if re.fullmatch(r"\d+|0x[0-9a-f]*", last) and not re.fullmatch(r"(?:(?:0|[1-9]\d{0,2})\.){3}\d{1,3}", host):
        raise NotFetched("image_private")


def is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Besides what the filter refuses: what may stand for a private address in another dress."""
    if ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local:
        return False
    if ip.version == 6 and (ip.is_site_local or ip.ipv4_mapped or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global


class _Public(IPFilterAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def build_connection_pool_key_attributes(self, *args, **kwargs):
        """`host` is the address that will be connected to, whatever else the name resolves to."""
        host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
        if not is_public(ipaddress.ip_address(host["host"].strip("[]"))):
            raise InvalidIPAddress
        return host, pool


class _Anywhere(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS


class _Session(requests.Session):
    """Knows no proxy, no certificate and no password of this machine, and keeps nothing that a server gives it."""

    def __init__(self, *, is_public: bool):
        super().__init__()
        self.is_public, self.trust_env = is_public, False
        self.headers = requests.structures.CaseInsensitiveDict(HEADERS)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.adapters.clear()
        self.mount("https://", _Public(is_https_proto=True) if is_public else _Anywhere())
        if not is_public:
            self.mount("http://", _Anywhere())


# When it ends ---------------------------------------------------------------------------------------------------------
class _Watch:
    """Cuts the connections that this thread opens when the time is over, wherever they are: a server that sends a byte
    now and then is never too late for the timeouts of a socket.
    """

    def __init__(self, seconds: float):
        self._ends, self._sockets, self._lock = time.monotonic() + seconds, [], threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._is_over = False

    def __enter__(self):
        _here.watch = self
        self._timer.start()
        return self

    def __exit__(self, *exc_info):
        self._timer.cancel()
        _here.watch = None
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()

    def over(self) -> bool:
        return self._is_over or time.monotonic() >= self._ends

    def still_runs(self) -> None:
        """A connection that was cut looks like one that came to its end."""
        if self.over():
            raise NotFetched("image_unreachable", reason="slow")

    def add(self, connection: socket.socket) -> None:
        """Another name of the same connection: TLS takes the first one for itself."""
        with self._lock:
            self._sockets.append(connection.dup())
        if self.over():
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self._is_over = True
            for each in self._sockets:
                with suppress(OSError):  # The other side has closed it already.
                    each.shutdown(socket.SHUT_RDWR)


_here = threading.local()


class _Watched:
    def _new_conn(self):
        connection = super()._new_conn()
        _here.watch.add(connection)
        return connection


class _Plain(_Watched, HTTPConnection):
    pass


class _Secure(_Watched, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


POOLS = {"http": _PlainPool, "https": _SecurePool}


@contextmanager
def _failures_named(watch: _Watch):
    """In words of ours: a library's own would tell what is in our network."""
    try:
        watch.still_runs()
        yield
    except NotFetched:
        raise
    except InvalidIPAddress:
        raise NotFetched("image_private") from None
    except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
        raise NotFetched("image_unreachable", reason="slow" if watch.over() else _reason(exc)) from None


def _reason(exc: Exception) -> str:
    if isinstance(exc, requests.exceptions.SSLError):
        return "tls"
    if isinstance(exc, requests.Timeout | TimeoutError | SlowError):
        return "slow"
    if isinstance(exc.__cause__, socket.gaierror):
        return "name"
    if isinstance(exc, requests.ConnectionError | HTTPError | OSError) and not isinstance(exc, ValueError):
        return "connection"
    return "odd"
