"""The sandbox over real HTTP, with an app that listens to its webhooks."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import uvicorn

from sandbox.app import create_app
from sandbox.examples import example_files
from sandbox.settings import Settings

SHOP, OUTLET = "100000000000001", "100000000000002"
SHOP_NUMBER, OUTLET_NUMBER = "200000000000001", "200000000000003"
CUSTOMER, HIDDEN_CUSTOMER, HIDDEN_USER_ID = "15550100101", "15550100103", "US.10000000000000000103"
CALLBACK = "http://127.0.0.1:9/callback?next=1"
DELAY = 0.01


class App:
    """What Galantis is to Meta: answers the challenge, keeps every webhook. `answers` are given first, then 200.

    Signed requests of a person are kept apart, and answered with `deletion`.
    """

    def __init__(self):
        self.received: list[tuple[bytes, dict]] = []
        self.answers: list[int] = []
        self.asked: list[tuple[str, str, str]] = []  # path, type and body
        self.deletion = b""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.handle_error = lambda *where: None  # a reset sandbox hangs up in the middle
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/meta/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def _handler(app):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                is_known = query["hub.verify_token"] == ["sandbox-verify-token"]
                self.answer(200 if is_known else 403, query["hub.challenge"][0].encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.startswith("/meta/"):
                    app.asked.append((self.path, self.headers["Content-Type"], body.decode()))
                    self.answer(200, app.deletion)
                    return
                app.received.append((body, dict(self.headers)))
                self.answer(app.answers.pop(0) if app.answers else 200, b"")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        return Handler

    def values(self) -> list[dict]:
        bodies = [json.loads(body) for body, _ in list(self.received)]
        return [change["value"] for body in bodies for entry in body["entry"] for change in entry["changes"]]

    def statuses(self) -> list[dict]:
        return [status for value in self.values() for status in value.get("statuses", [])]


class Sandbox:
    """A running sandbox and the calls tests make to it."""

    def __init__(self, **settings):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        delays = {"status_delay": DELAY, "review_delay": DELAY, "batch_delay": DELAY, "product_review_delay": DELAY}
        self.settings = Settings(port=port, retry_delay=0.02, **delays, **settings)
        self.base = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.start()

    def start(self):
        config = uvicorn.Config(create_app(self.settings), port=self.settings.port, log_level="critical")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        wait_for(lambda: self.server.started)

    def stop(self):
        self.session.close()
        self.server.should_exit = True
        self.thread.join(5)

    def get(self, path, token="", **kwargs):
        return self.session.get(f"{self.base}/v23.0/{path}", headers=_bearer(token), timeout=5, **kwargs)

    def post(self, path, token="", json=None, **kwargs):
        return self.session.post(f"{self.base}/v23.0/{path}", headers=_bearer(token), timeout=5, json=json, **kwargs)

    def control(self, path, **data):
        answer = self.session.post(f"{self.base}/control/{path}", json=data, timeout=5)
        return answer.json()

    def sent(self):
        return self.session.get(f"{self.base}/control/sent", timeout=5).json()

    def grant(self, wabas=(SHOP, OUTLET), scopes=None, **fields) -> str:
        """Through the dialog; the code."""
        form = {"client_id": self.settings.app_id, "redirect_uri": CALLBACK, "state": "abc", "waba": list(wabas)}
        form["permission"] = scopes or ["whatsapp_business_management", "whatsapp_business_messaging"]
        answer = self.session.post(f"{self.base}/v23.0/dialog/oauth", data=form | fields, allow_redirects=False)
        return parse_qs(urlsplit(answer.headers["Location"]).query).get("code", [""])[0]

    def exchange(self, code, **params):
        app = {"client_id": self.settings.app_id, "client_secret": self.settings.app_secret}
        return self.get("oauth/access_token", params=app | {"code": code, "redirect_uri": CALLBACK} | params)

    def token(self, **kwargs) -> str:
        return self.exchange(self.grant(**kwargs)).json()["access_token"]

    def connect(self) -> str:
        """A token for the shop; its number registered, its webhooks subscribed."""
        token = self.token()
        assert self.post(f"{SHOP}/subscribed_apps", token).ok
        assert self.post(f"{SHOP_NUMBER}/register", token, json={"messaging_product": "whatsapp", "pin": "123456"}).ok
        return token

    def send(self, token, **message):
        body = {"messaging_product": "whatsapp", "to": CUSTOMER, "type": "text", "text": {"body": "Hello"}} | message
        return self.post(f"{SHOP_NUMBER}/messages", token, json=body)

    def upload(self, token, kind="image", number=SHOP_NUMBER, **changes):
        data, mime_type, filename = example_files()[kind]
        parts = {"messaging_product": "whatsapp", "type": mime_type} | changes
        file = (filename or f"example.{kind}", parts.pop("data", data), parts.pop("part_type", parts.get("type")))
        form = {name: value for name, value in parts.items() if value is not None}
        return self.post(f"{number}/media", token, data=form, files={"file": file})

    def handle(self, token, data, file_type) -> str:
        """Of a resumable upload."""
        query = {"file_name": "a", "file_length": len(data), "file_type": file_type}
        upload_id = self.post(f"{self.settings.app_id}/uploads", token, params=query).json()["id"]
        headers = {"Authorization": f"OAuth {token}", "file_offset": "0"}
        return self.session.post(f"{self.base}/v23.0/{upload_id}", data=data, headers=headers, timeout=10).json()["h"]

    def write(self, text="Hi", customer=CUSTOMER):
        message = {"type": "text", "text": {"body": text}}
        return self.control("inbound", customer=customer, phone_number_id=SHOP_NUMBER, message=message)["wamid"]


def _bearer(token):
    return {"Authorization": f"Bearer {token}"} if token else {}


def wait_for(condition, seconds=3.0):
    """The first true value; fails when none comes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.005)
    raise AssertionError("It did not happen in time")


@pytest.fixture(scope="session")
def one_app():
    app = App()
    yield app
    app.server.shutdown()


@pytest.fixture(scope="session")
def one_sandbox(one_app):
    sandbox = Sandbox(webhook_url=one_app.url)
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(one_sandbox):
    is_busy = one_sandbox.session.get(f"{one_sandbox.base}/control/webhooks", timeout=5).json()["pending"]
    one_sandbox.control("reset")
    if is_busy:  # what the last test left is on the wire, and lands before the app's list is emptied
        time.sleep(0.05)
    return one_sandbox


@pytest.fixture
def app(one_app, sandbox):
    one_app.received.clear()
    one_app.answers.clear()
    one_app.asked.clear()
    return one_app


@pytest.fixture
def token(sandbox, app):
    return sandbox.connect()


@pytest.fixture
def chatting(sandbox, token, app):
    """A connected shop a customer has just written to; the token."""
    sandbox.write()
    wait_for(lambda: app.received)
    app.received.clear()
    return token
