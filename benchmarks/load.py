"""A load generator that costs little beside what it measures: one thread, kept-alive sockets, prepared requests."""

import hashlib
import hmac
import os
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

SECRET = os.environ["META_APP_SECRET"].encode()


@dataclass
class Result:
    """What came back: how many answers of which status, how long each took (seconds), over how long."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def others(self) -> int:
        """Answers other than 200."""
        return sum(count for status, count in self.statuses.items() if status != 200)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass
class _Connection:
    sock: socket.socket
    started: float = 0.0
    received: bytes = b""


def post(port: int, bodies: Iterator[bytes], *, connections: int, seconds: float, rate: float = 0) -> Result:
    """POST bodies to the door, signed as Meta's, for `seconds`: as fast as `connections` allow, or `rate` a second.

    At a rate, an answer's time counts from when its post was due: one that hangs does not hide the others' waiting.
    """
    result, selector, begun = Result(), selectors.DefaultSelector(), time.perf_counter()
    free = deque(_connect(port, selector) for _ in range(connections))
    due, busy = begun, 0
    while free or busy:
        now = time.perf_counter()
        while free and now < begun + seconds and due <= now:
            _send(free.popleft(), next(bodies), due if rate else now)
            due, busy = due + (1 / rate if rate else 0), busy + 1
        if not busy and now >= begun + seconds:
            break
        for key, _ in selector.select(timeout=min(30, max(0.0, due - now)) if free else 30):
            status = _read(key.data)
            if status is not None:
                result.latencies.append(time.perf_counter() - key.data.started)
                result.statuses[status] = result.statuses.get(status, 0) + 1
                free.append(key.data)
                busy -= 1
    result.seconds = time.perf_counter() - begun
    for connection in free:
        connection.sock.close()
    return result


def _connect(port: int, selector: selectors.BaseSelector) -> _Connection:
    connection = _Connection(socket.create_connection(("127.0.0.1", port)))
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(connection.sock, selectors.EVENT_READ, connection)
    return connection


def _send(connection: _Connection, body: bytes, started: float) -> None:
    signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    head = (
        f"POST /webhooks/meta/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.started = started
    connection.sock.sendall(head.encode() + body)


def _read(connection: _Connection) -> int | None:
    """The status, once the whole answer is here. Answers are short: bodies of a few bytes with their length."""
    data = connection.sock.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    connection.received += data
    head, separator, rest = connection.received.partition(b"\r\n\r\n")
    if not separator:
        return None
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if len(rest) < length:
        return None
    connection.received = b""
    return int(head[9:12])
