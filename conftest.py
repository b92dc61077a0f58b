"""Fixtures for every app's tests."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest
import responses
from django.conf import settings

from meta_integration import intake
from workspaces.valkey import client as valkey

PAYLOADS = Path(__file__).parent / "meta_integration" / "tests" / "payloads"
# Pages are rendered without `collectstatic` having run before.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def pytest_configure():
    """The real hasher is slow on purpose, and no test's promise is about it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_valkey(request):
    """What one test left in Valkey is not there for the next."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        valkey().flushdb()


@pytest.fixture
def graph():
    """Meta, faked at the transport. A call that was not expected fails the test."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def deliver(client, settings):
    """deliver("messages__text") or deliver(a_dict) or deliver(raw_bytes): POST it signed, and process it."""

    def post(body, *, secret: str | None = None, process: bool = True, **headers):
        if isinstance(body, str):
            body = (PAYLOADS / f"{body}.json").read_bytes()
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        key = settings.META_APP_SECRET if secret is None else secret
        headers.setdefault("X-Hub-Signature-256", "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest())
        answer = client.post("/webhooks/meta/", data=body, content_type="application/json", headers=headers)
        if process:
            intake.process_waiting()
        return answer

    return post
