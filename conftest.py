"""Fixtures for every app's tests."""

import hashlib
import hmac
import io
import json
import os
from pathlib import Path

import psycopg
import pytest
import responses
from celery import current_app
from django.conf import settings
from django.db import connection

from meta_integration import intake
from meta_integration.door import Door
from workspaces import live
from workspaces.valkey import client as valkey

PAYLOADS = Path(__file__).parent / "meta_integration" / "tests" / "payloads"
# Pages are rendered without `collectstatic` having run before.
settings.STORAGES["default"] = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def pytest_configure():
    """The real hasher is slow on purpose, and no test's promise is about it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """A run that was killed leaves its database behind, perhaps with somebody still connected: it goes first."""
    name = connection.creation._get_test_db_name()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def _empty_valkey(request):
    """What one test left in Valkey is not there for the next."""
    if request.node.get_closest_marker("django_db"):
        valkey().flushdb()
        live.board.forget()


@pytest.fixture
def no_valkey(settings):
    """Valkey does not answer: nobody listens there."""
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"


@pytest.fixture
def tasks_at_once():
    """A published task runs where it is published."""
    current_app.conf.update(task_always_eager=True)
    yield
    current_app.conf.update(task_always_eager=False)


@pytest.fixture
def graph():
    """Meta, faked at the transport. A call that was not expected fails the test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


class Answer:
    """What Meta's door answered."""

    def __init__(self, environ: dict):
        self.content = b"".join(Door(None)(environ, self._start))

    def _start(self, status: str, headers: list) -> None:
        self.status_code, self.headers = int(status[:3]), dict(headers)


@pytest.fixture
def deliver(settings):
    """deliver("messages__text") or deliver(a_dict) or deliver(raw_bytes): POST it signed, and process it."""

    def post(body, *, secret: str | None = None, process: bool = True, **headers) -> Answer:
        if isinstance(body, str):
            body = (PAYLOADS / f"{body}.json").read_bytes()
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        key = settings.META_APP_SECRET if secret is None else secret
        signature = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        sent = {"HTTP_X_HUB_SIGNATURE_256": signature, "CONTENT_LENGTH": str(len(body)), **headers}
        environ = {"PATH_INFO": "/webhooks/meta/", "REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body), **sent}
        answer = Answer({name: value for name, value in environ.items() if value is not None})
        if process:
            intake.process_waiting()
        return answer

    return post
