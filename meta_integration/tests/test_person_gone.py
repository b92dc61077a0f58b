"""What Meta posts of a person: believed only when signed and fresh, and then acted on."""

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.utils import timezone

from meta_integration import tasks
from meta_integration.models import WABA, ConnectAttempt, DataDeletion
from meta_integration.services import signed_request
from meta_integration.tests.factories import ConnectAttemptFactory, PhoneNumberFactory, WABAFactory
from workspaces.models import AuditEntry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tasks_at_once")]
GRAPH = "https://graph.facebook.com/v23.0"
DEAUTHORIZE, DELETION = "/meta/deauthorize/", "/meta/data-deletion/"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(settings, *, secret: str | None = None, **facts) -> str:
    said = {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), "user_id": "701", **facts}
    payload = encoded(json.dumps(said).encode())
    key = (secret or settings.META_APP_SECRET).encode()
    return f"{encoded(hmac.new(key, payload.encode(), hashlib.sha256).digest())}.{payload}"


@pytest.fixture
def account():
    an_hour_ago = timezone.now() - timedelta(hours=1)
    account = WABAFactory(meta_user_id="701", connected_at=an_hour_ago)
    PhoneNumberFactory(account=account)
    return account


def post(client, path: str, text: str):
    return client.post(path, {"signed_request": text})


def assert_untouched(account: WABA) -> None:
    account.refresh_from_db()
    assert (account.state, account.suspected_at) == ("connected", None)
    assert account.access_token
    assert not DataDeletion.objects.exists()


# What is believed ----------------------------------------------------------------------------------------------------
REFUSED = {
    "another secret": (lambda settings: signed(settings, secret="another"), 403),
    "too old": (lambda settings: signed(settings, issued_at=int(time.time()) - 3700), 403),
    "of the future": (lambda settings: signed(settings, issued_at=int(time.time()) + 400), 403),
    "another algorithm": (lambda settings: signed(settings, algorithm="none"), 400),
    "no time": (lambda settings: signed(settings, issued_at=None), 400),
    "nobody": (lambda settings: signed(settings, user_id=""), 400),
    "an odd person": (lambda settings: signed(settings, user_id={"a": 1}), 400),
    "a nul": (lambda settings: signed(settings, user_id="7\x00"), 400),
    "nothing": (lambda settings: "", 400),
    "no dot": (lambda settings: signed(settings).replace(".", ""), 400),
    "no signature": (lambda settings: "." + signed(settings).partition(".")[2], 400),
    "no payload": (lambda settings: signed(settings).partition(".")[0] + ".", 400),
    "not base64": (lambda settings: "é!*." + signed(settings).partition(".")[2], 400),
    "another payload": (lambda settings: f"{signed(settings)}A", 403),
    "a cut signature": (lambda settings: signed(settings)[4:], 403),
}


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
@pytest.mark.parametrize("case", REFUSED)
def test_what_meta_did_not_sign_lately_changes_nothing(client, settings, account, path, case):
    make, status = REFUSED[case]
    assert post(client, path, make(settings)).status_code == status
    assert_untouched(account)


def test_signed_and_yet_no_object_is_not_readable(settings):
    payload = encoded(b"[1]")
    signature = encoded(hmac.new(settings.META_APP_SECRET.encode(), payload.encode(), hashlib.sha256).digest())
    with pytest.raises(signed_request.NotReadable):
        signed_request.read(f"{signature}.{payload}")


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
def test_only_posts_are_for_meta(client, path):
    assert client.get(path).status_code == 405


# Deauthorize ---------------------------------------------------------------------------------------------------------
def test_a_person_who_removed_us_is_a_sign_and_no_proof(client, settings, account):
    other = WABAFactory(meta_user_id="702")
    assert post(client, DEAUTHORIZE, signed(settings)).status_code == 200
    account.refresh_from_db()
    assert (account.state, "removed Galantis" in account.suspicion) == ("connected", True)
    other.refresh_from_db()
    assert other.suspected_at is None


def test_a_number_as_id_is_the_same_person(client, settings, account):
    post(client, DEAUTHORIZE, signed(settings, user_id=701))
    account.refresh_from_db()
    assert account.suspected_at


def test_an_unknown_person_is_answered_the_same(client, settings, account):
    assert post(client, DEAUTHORIZE, signed(settings, user_id="999")).status_code == 200
    assert_untouched(account)


def test_a_request_in_the_second_of_the_connection_is_about_it(client, settings, account):
    """Meta's time has whole seconds, and its own clock."""
    WABA.objects.update(connected_at=timezone.now())
    post(client, DEAUTHORIZE, signed(settings, issued_at=int(time.time()) - 1))
    account.refresh_from_db()
    assert account.suspected_at


@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
def test_a_request_from_before_the_account_was_connected_again_is_not_about_it(client, settings, account, path):
    WABA.objects.update(connected_at=timezone.now())
    assert post(client, path, signed(settings, issued_at=int(time.time()) - 600)).status_code == 200
    account.refresh_from_db()
    assert (account.state, account.suspected_at) == ("connected", None)


# Data deletion -------------------------------------------------------------------------------------------------------
def test_the_access_of_a_person_is_forgotten_and_they_can_read_it(client, settings, account, graph):
    graph.delete(f"{GRAPH}/{account.waba_id}/subscribed_apps", json={"success": True})
    ConnectAttemptFactory(meta_user_id="701")
    answer = post(client, DELETION, signed(settings))
    body = answer.json()
    account.refresh_from_db()
    assert (account.state, account.access_token, account.meta_user_id) == ("disconnected", None, "")
    assert not ConnectAttempt.objects.exists()
    row = DataDeletion.objects.get()
    assert body == {
        "url": f"{settings.PUBLIC_URL}/meta/data-deletion/{row.confirmation_code}/",
        "confirmation_code": row.confirmation_code,
    }
    assert (row.account_count, bool(row.done_at)) == (1, True)
    assert AuditEntry.objects.get().detail["because"].startswith("the person who connected it")
    page = " ".join(client.get(urlsplit(body["url"]).path).content.decode().split())
    assert "It is done" in page
    assert "1 WhatsApp Business Account," in page
    assert not re.search(f"701|{account.waba_id}|{account.name}", page)


def test_the_same_request_again_is_the_same_answer_and_does_nothing_more(client, settings, account, graph):
    graph.delete(f"{GRAPH}/{account.waba_id}/subscribed_apps", json={"success": True})
    text = signed(settings)
    first = post(client, DELETION, text).json()
    WABA.objects.update(state="connected", meta_user_id="701")
    assert post(client, DELETION, text).json() == first
    assert WABA.objects.get().state == "connected"
    assert DataDeletion.objects.count() == 1


def test_what_was_cut_short_is_finished_by_the_next_sweep(client, settings, account, graph):
    graph.delete(f"{GRAPH}/{account.waba_id}/subscribed_apps", status=503, body="down")
    current_app.conf.task_always_eager = False
    url = post(client, DELETION, signed(settings)).json()["url"]
    assert "under way" in client.get(urlsplit(url).path).content.decode()
    assert tasks.delete_data() == 1
    assert "It is done" in client.get(urlsplit(url).path).content.decode()
    assert DataDeletion.objects.values_list("meta_user_id", "issued_at", "account_count").get() == ("", None, 1)
    assert tasks.delete_data() == 0


def test_a_person_of_whom_nothing_is_here_is_told_so(client, settings):
    url = post(client, DELETION, signed(settings)).json()["url"]
    assert "had nothing of yours" in client.get(urlsplit(url).path).content.decode()


def test_one_that_is_not_done_yet_says_so(client):
    DataDeletion.objects.create(confirmation_code="abc")
    assert "under way" in client.get("/meta/data-deletion/abc/").content.decode()


@pytest.mark.parametrize("code", ["unknown", "%00", "a%20b"])
def test_an_unknown_code_is_not_found(client, code):
    assert client.get(f"/meta/data-deletion/{code}/").status_code == 404
