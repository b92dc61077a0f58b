"""The short way to Graph, over a real socket: what travels is what `requests` would send."""

import http.server
import json
import socket
import threading
import time

import pytest
import requests
from requests.adapters import HTTPAdapter

from meta_integration.graph.adapter import GraphAdapter, _OneWrite


class Meta(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list = []
    sockets: list = []

    def setup(self):
        super().setup()
        self.sockets.append(self.connection)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, dict(self.headers), body, self.client_address))
        self.answer()

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers), b"", self.client_address))
        self.answer()

    def answer(self):
        body = json.dumps({"ok": True}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def address():
    Meta.seen.clear()
    Meta.sockets.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Meta)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def session_with(adapter: HTTPAdapter, address: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount(f"{address}/", adapter)
    return session


@pytest.mark.parametrize("size", [0, 10, _OneWrite.MOST + 5, 3 * _OneWrite.MOST])
def test_the_same_bytes_arrive_as_by_requests_own_way(address, size):
    for adapter in (GraphAdapter(), HTTPAdapter()):
        answer = session_with(adapter, address).post(f"{address}/v23.0/1/messages?a=b", data=b"x" * size)
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
    (path, headers, body, _), (path_too, headers_too, body_too, _) = Meta.seen
    assert (path, body) == (path_too, body_too) == ("/v23.0/1/messages?a=b", b"x" * size)
    assert headers == headers_too


def test_one_connection_serves_one_call_after_the_other(address):
    session = session_with(GraphAdapter(), address)
    for _ in range(3):
        assert session.get(f"{address}/v23.0/me").ok
    assert len({client for *_, client in Meta.seen}) == 1


def test_a_server_that_hung_up_meanwhile_costs_nothing(address):
    session = session_with(GraphAdapter(), address)
    assert session.get(f"{address}/v23.0/me").ok
    Meta.sockets[0].shutdown(socket.SHUT_RDWR)
    assert session.get(f"{address}/v23.0/me").ok
    assert len({client for *_, client in Meta.seen}) == len(Meta.sockets) == 2


def test_a_connection_that_has_rested_is_not_used_again(address, monkeypatch):
    """The server could hang up in the same moment, and nobody would know whether a message arrived."""
    monkeypatch.setattr(_OneWrite, "LONGEST_REST", 0.2)
    session = session_with(GraphAdapter(), address)
    for pause in (0, 0, 0.3):
        time.sleep(pause)
        assert session.get(f"{address}/v23.0/me").ok
    clients = [client for *_, client in Meta.seen]
    assert clients[0] == clients[1] != clients[2]
