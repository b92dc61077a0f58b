"""A person removes the app, or wants her data deleted: Meta posts one signed field."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import parse_qs

import pytest
import requests

from sandbox.settings import Settings
from sandbox.signed_requests import addresses

from .conftest import SHOP, Sandbox


def opened(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    "what, path", [("deauthorize", "/meta/deauthorize/"), ("data_deletion", "/meta/data-deletion/")]
)
def test_signature_is_over_the_encoded_payload(sandbox, app, what, path):
    sandbox.control(what, user_id="218471")
    ((asked, content_type, body),) = app.asked
    assert (asked, content_type) == (path, "application/x-www-form-urlencoded")
    (signed_request,) = parse_qs(body)["signed_request"]
    signature, payload = signed_request.split(".")
    expected = hmac.new(sandbox.settings.app_secret.encode(), payload.encode(), hashlib.sha256).digest()
    assert opened(signature) == expected and "=" not in signed_request
    content = json.loads(opened(payload))
    assert (content["algorithm"], content["user_id"]) == ("HMAC-SHA256", "218471")
    assert abs(content["issued_at"] - time.time()) < 5 < content["expires"] - time.time()


def test_app_s_answer_is_handed_back(sandbox, app):
    app.deletion = b'{"url": "https://shop.example/deletion/abc", "confirmation_code": "abc"}'
    answer = sandbox.control("data_deletion")
    assert (answer["status"], answer["answer"]["confirmation_code"]) == (200, "abc")
    page = requests.post(f"{sandbox.base}/person/", data={"what": "data_deletion"}, timeout=5)
    assert page.ok and "shop.example/deletion/abc" in page.text
    app.deletion = b"<b>no JSON</b>"
    assert sandbox.control("deauthorize")["answer"] == "<b>no JSON</b>"
    page = requests.post(f"{sandbox.base}/person/", data={"what": "deauthorize"}, timeout=5)
    assert "<b>no" not in page.text


def test_tokens_of_system_users_outlive_the_person(sandbox, token):
    sandbox.control("deauthorize")
    assert sandbox.get(SHOP, token).ok


def test_app_that_is_away_is_named():
    sandbox = Sandbox(webhook_url="http://127.0.0.1:9/webhooks/meta/")
    try:
        assert "did not answer at http://127.0.0.1:9/meta/deauthorize/" in sandbox.control("deauthorize")["error"]
        assert requests.post(f"{sandbox.base}/person/", data={"what": "deauthorize"}, timeout=5).status_code == 400
    finally:
        sandbox.stop()


def test_addresses_lie_beside_the_webhooks_or_where_they_are_set():
    assert addresses(Settings()) == {"deauthorize": "", "data_deletion": ""}
    settings = Settings(webhook_url="https://app.example:1/a/b", data_deletion_url="https://other.example/forget")
    assert addresses(settings) == {
        "deauthorize": "https://app.example:1/meta/deauthorize/",
        "data_deletion": "https://other.example/forget",
    }
