"""The doctor finds nothing where all is well, and names each fault, and no other, where one is planted."""

import json
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from email.utils import formatdate
from io import StringIO
from pathlib import Path

import pytest
import requests
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from responses import matchers

from galantis import health
from inbox.models import Message
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration import signatures
from meta_integration.models import WABA
from meta_integration.tests.answers import GRAPH, SCOPES
from meta_integration.tests.factories import TOKEN, PhoneNumberFactory, WebhookDeliveryFactory
from workspaces import doctor
from workspaces.doctor import State
from workspaces.tests.factories import MembershipFactory, UserFactory
from workspaces.valkey import client as valkey

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent
META, CALLBACK = "https://graph.facebook.com", "http://127.0.0.1:8000/webhooks/meta/"
REFUSED = {"error": {"code": 190, "message": "Invalid OAuth access token signature."}}


class Meta:
    """Meta, and our own address seen from outside, as they should be; a test says beforehand what is not."""

    def __init__(self, graph):
        self.graph, self.status, self.numbers = graph, {}, True
        self.app = {"json": {"data": {"app_id": "900000000000001", "is_valid": True}}}
        self.token = {"app_id": "900000000000001", "is_valid": True, "scopes": SCOPES}
        self.subscribed = [{"whatsapp_business_api_data": {"id": "900000000000001"}}]
        self.callback, self.home = self.answer_challenge, {"headers": {"Date": formatdate(time.time(), usegmt=True)}}
        self.number_status = "CONNECTED"

    def answer_challenge(self, request):
        return 200, {}, request.params["hub.challenge"]

    def answer(self) -> None:
        account = WABA.objects.get()
        asks_for = {"input_token": TOKEN}
        token = [matchers.query_param_matcher(asks_for, strict_match=False)]
        self.graph.get(f"{GRAPH}/debug_token", match=token, json={"data": self.token})
        self.graph.get(f"{GRAPH}/debug_token", **self.app)
        self.graph.get(META, **self.home)
        self.graph.add_callback("GET", CALLBACK, self.callback)
        self.graph.get(f"{GRAPH}/{account.waba_id}/subscribed_apps", json={"data": self.subscribed})
        ours = account.numbers.values_list("phone_number_id", flat=True) if self.numbers else []
        rows = [{"id": each, "status": self.number_status} for each in ours]
        self.graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", json={"data": rows})


@pytest.fixture
def meta(graph, settings):
    """A healthy installation with one connected account."""
    settings.DEMO, settings.SECRET_KEY = True, "an-example-of-fifty-characters-0123456789-0123456789"
    settings.META_APP_SECRET, settings.META_VERIFY_TOKEN = "example-app-secret-0123", "example-verify-token-0123"
    PhoneNumberFactory(account__templates_read_at=timezone.now())
    for heard in (*health.HEARD, health.BEAT):
        health.note_heartbeat(heard)
    signatures._noted["at"] = 0.0
    return Meta(graph)


def examine(meta) -> list[doctor.Result]:
    meta.answer()
    return doctor.examine()


def faults(meta) -> set[str]:
    return {each.name for each in examine(meta) if each.state == State.FAULT}


def test_a_healthy_installation_has_no_fault_and_nothing_unknown(meta):
    results = examine(meta)
    assert {each.state for each in results} == {State.OK}, results
    assert {each.name for each in results} == set(doctor.names())


# Planted faults -------------------------------------------------------------------------------------------------------
def test_a_wrong_app_secret(meta):
    meta.app = {"status": 400, "json": REFUSED}
    results = {each.name: each for each in examine(meta)}
    assert results["app"].state == State.FAULT
    assert "META_APP_SECRET" in results["app"].next_step
    assert results["token"].meaning == "Not asked: “app” comes first."


def test_a_callback_that_nobody_answers(meta):
    meta.callback = raises(requests.ConnectionError("no route"))
    assert faults(meta) == {"callback"}


@pytest.mark.parametrize(("status", "words"), [(403, "META_VERIFY_TOKEN"), (301, "redirects"), (200, "Something else")])
def test_a_callback_that_does_not_answer_the_challenge(meta, status, words):
    meta.callback = lambda request: (status, {}, "<html>Welcome</html>")
    found = [each for each in examine(meta) if each.state == State.FAULT]
    assert [each.name for each in found] == ["callback"]
    assert words in found[0].next_step


def test_a_dead_token(meta):
    meta.token = {"is_valid": False, "error": {"code": 190, "subcode": 463}}
    assert faults(meta) == {"token"}


def test_a_connection_held_for_broken_that_meta_takes_is_a_warning(meta):
    WABA.objects.update(state="broken")
    assert {(each.name, each.state) for each in examine(meta) if each.state != State.OK} == {("token", State.WARNING)}


def test_a_token_of_another_app(meta):
    meta.token["app_id"] = "1"
    assert faults(meta) == {"token"}


def test_a_missing_permission(meta):
    meta.token["scopes"] = SCOPES[:1]
    assert faults(meta) == {"permissions"}


def test_a_lost_subscription(meta):
    meta.subscribed = [{"whatsapp_business_api_data": {"id": "another app"}}]
    assert faults(meta) == {"subscription"}


def test_a_number_that_is_not_registered_at_meta(meta):
    meta.number_status = "DISCONNECTED"
    assert faults(meta) == {"numbers"}


def test_a_number_that_is_gone_at_meta(meta):
    meta.numbers = False
    assert faults(meta) == {"numbers"}


@pytest.mark.parametrize("queue", health.HEARD)
def test_a_queue_without_a_worker(meta, queue):
    valkey().delete(health._heartbeat_key(queue))
    assert faults(meta) == {f"worker-{queue}"}


def test_no_beat(meta):
    valkey().delete(health._heartbeat_key(health.BEAT))
    assert faults(meta) == {"beat"}


def test_migrations_that_wait(meta):
    MigrationRecorder.Migration.objects.filter(app="inbox").order_by("-pk").first().delete()
    assert faults(meta) == {"migrations"}


def test_no_valkey(meta, no_valkey):
    results = examine(meta)
    assert {each.name for each in results if each.state == State.FAULT} == {"valkey"}
    assert {"beat", "queues", "signature"} <= {each.name for each in results if each.state == State.NOT_KNOWN}


def test_no_database(meta):
    meta.answer()
    with connection.execute_wrapper(_gone):
        results = doctor.examine()
    assert {each.name for each in results if each.state == State.FAULT} == {"database"}
    assert "Not asked: “database” comes first." in {each.meaning for each in results}


def _gone(execute, sql, params, many, context):
    raise DatabaseError("server closed the connection")


def test_a_clock_that_is_wrong(meta):
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        assert faults(meta) >= {"clock", "clock-meta"}


def test_a_clock_that_is_a_little_off_is_a_warning(meta):
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        found = {each.name: each.state for each in examine(meta)}
    assert (found["clock"], found["clock-meta"]) == (State.WARNING, State.WARNING)


def test_a_lost_encryption_key(meta, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["another-key-0123456789-0123456789-0123456789"]
    assert faults(meta) == {"sealed", "token"}


def test_deliveries_that_wait_too_long(meta):
    WebhookDeliveryFactory(retry_at=timezone.now() - timedelta(minutes=20))
    assert faults(meta) == {"deliveries"}


def test_a_signature_that_was_refused(meta, deliver):
    assert deliver({"entry": []}, secret="wrong").status_code == 403
    assert faults(meta) == {"signature"}


def test_a_refused_signature_is_forgotten_once_meta_was_let_in(meta, deliver):
    deliver({"entry": []}, secret="wrong")
    with time_machine.travel(timezone.now() + timedelta(seconds=3)):
        deliver({"entry": []})
        WebhookDeliveryFactory(received_at=timezone.now(), state="processed")
        assert "signature" not in faults(meta)


def test_messages_that_could_go_and_do_not(meta):
    number = WABA.objects.get().numbers.get()
    MessageFactory(thread=ThreadFactory(number=number))
    Message.objects.update(not_before=timezone.now() - timedelta(minutes=30))
    assert faults(meta) == {"outbox"}


def test_meta_out_of_reach(meta):
    meta.home = {"body": requests.ConnectionError("no route")}
    assert faults(meta) == {"meta"}


def test_a_store_for_files_that_cannot_be_written(meta, settings, tmp_path):
    (tmp_path / "a-file").touch()
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "a-file" / "x"},
    }
    settings.STORAGES = {**settings.STORAGES, "default": place}
    assert faults(meta) == {"storage"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("META_APP_SECRET", "short"),
        ("META_VERIFY_TOKEN", "short"),
        ("FIELD_ENCRYPTION_KEYS", ["test-only-key-0123456789-0123456789-0123456789", "short"]),
    ],
)
def test_a_secret_that_can_be_guessed(meta, settings, name, value):
    setattr(settings, name, value)
    found = [each for each in examine(meta) if each.state == State.FAULT]
    assert [each.name for each in found] == ["secrets"]
    assert name in found[0].meaning


def test_outside_of_the_demo_plain_http_and_debug_are_faults(meta, settings):
    settings.DEMO, settings.DEBUG = False, True
    assert faults(meta) == {"https", "settings"}


def raises(exc: Exception):
    def answer(request):
        raise exc

    return answer


# The command and the page ---------------------------------------------------------------------------------------------
def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_ends_with_0_only_without_a_fault(meta):
    meta.answer()
    code, text = run()
    assert (code, "✓ database: PostgreSQL" in text, "0 faults" in text) == (0, True, True)
    valkey().delete(health._heartbeat_key("sync"))
    code, text = run("--local")
    assert code == 1
    assert (
        "✗ worker-sync: No worker of the queue “sync” was heard of lately.\n    → Start the process “fetcher”" in text
    )
    assert "? app: Not asked: Meta was left alone." in text


def test_the_command_speaks_json(meta):
    meta.answer()
    code, text = run("--json")
    said = json.loads(text)
    assert (code, said["counts"]["fault"]) == (0, 0)
    assert {each["name"] for each in said["results"]} == set(doctor.names())


@pytest.mark.parametrize(
    ("away", "name"),
    [("DATABASE_URL", "database"), ("REDIS_URL", "valkey")],
)
def test_the_command_runs_where_a_store_is_away(away, name):
    """As a process of its own, with nobody listening there."""
    address = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}[away]
    command = [sys.executable, "manage.py", "doctor", "--local", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, away: address}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1, done.stderr
    assert name in {each["name"] for each in json.loads(done.stdout)["results"] if each["state"] == "fault"}


def test_accounts_that_were_not_asked_about_are_counted(meta):
    meta.answer()
    PhoneNumberFactory(account__checked_at=timezone.now())
    about = [each for each in doctor.examine(accounts=1) if each.name == "token"]
    assert [each.meaning.split(".")[0] for each in about] == [
        "Meta accepts the access",
        "1 of 2 accounts were asked about",
    ]


def test_support_reads_the_page_and_asks_meta_by_a_button(meta):
    meta.answer()
    client = Client()
    client.force_login(UserFactory(is_support=True))
    assert "as far as it can tell without asking Meta" in client.get("/admin/doctor/").content.decode()
    assert not meta.graph.calls
    assert "Galantis is well." in client.post("/admin/doctor/").content.decode()
    assert meta.graph.calls


def test_no_member_finds_the_page(meta):
    client = Client()
    client.force_login(MembershipFactory().user)
    assert client.get("/admin/doctor/").status_code == client.post("/admin/doctor/").status_code == 404


def test_a_check_that_breaks_has_found_out_nothing(meta, settings):
    settings.DOCTOR_CHECKS = ["tests.test_doctor.breaks", *settings.DOCTOR_CHECKS]
    found = examine(meta)[0]
    assert (found.name, found.state, found.meaning) == (
        "breaks", State.NOT_KNOWN, "This could not be found out (ZeroDivisionError).",
    )  # fmt: skip


@doctor.check("breaks")
def breaks(visit):
    return [1 / 0]


# The runbook ----------------------------------------------------------------------------------------------------------
def test_every_name_has_its_entry_in_the_runbook_and_no_other():
    runbook = (ROOT / "docs" / "operations.md").read_text()
    chapter = runbook.split("## What the doctor says")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", chapter, re.M) == doctor.names()
