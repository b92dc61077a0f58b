"""Meta's door: what is signed is kept, whatever it says; what is not leaves no trace."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.utils import timezone

from conftest import PAYLOADS, Answer
from inbox.models import Message
from meta_integration import door, intake, tasks, walk
from meta_integration.door import Door
from meta_integration.models import WABA, Incident, WebhookDelivery, WebhookItemError
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from meta_integration.together import Together

pytestmark = pytest.mark.django_db
NAMES = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def numbers_in(name: str) -> list[str]:
    """The phone_number_ids that a payload speaks of."""
    return sorted(set(re.findall(r'"phone_number_id": "([^"]+)"', (PAYLOADS / f"{name}.json").read_text())))


def connect(name: str) -> None:
    for phone_number_id in numbers_in(name):
        PhoneNumberFactory(phone_number_id=phone_number_id, is_default=False)


@pytest.fixture
def number():
    return PhoneNumberFactory(phone_number_id=numbers_in("messages__text")[0])


@pytest.mark.parametrize("name", NAMES)
def test_every_body_for_a_known_number_is_processed_without_a_failed_item(deliver, name):
    connect(name)
    assert deliver(name).status_code == 200
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.failed_count, delivery.unknown_numbers) == ("processed", 0, [])
    assert delivery.item_count >= 1
    assert not WebhookItemError.objects.exists()


@pytest.mark.parametrize("name", NAMES)
def test_every_body_for_an_unknown_number_is_kept_and_applied_when_it_is_connected(deliver, name):
    assert deliver(name).status_code == 200
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.failed_count) == ("processed", 0)
    assert bytes(delivery.body) == (PAYLOADS / f"{name}.json").read_bytes()
    if delivery.unknown_numbers:
        assert Incident.objects.get(kind="unknown_number").closed_at is None
        connect(name)
        assert intake.replay_for_numbers(delivery.unknown_numbers) == 1
        intake.process_waiting()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.failed_count, delivery.unknown_numbers) == ("processed", 0, [])
        assert Incident.objects.get(kind="unknown_number").closed_at is not None


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("messages__") and "status" not in name])
def test_every_inbound_message_becomes_a_message(deliver, name):
    connect(name)
    deliver(name)
    body = json.loads((PAYLOADS / f"{name}.json").read_text())
    sent = [m for e in body["entry"] for c in e["changes"] for m in c["value"].get("messages", [])]
    stored = Message.objects.filter(direction="in")
    assert sorted(stored.values_list("wamid", flat=True)) == sorted(message["id"] for message in sent)
    assert [message.content for message in stored.order_by("pk")] == sent


@pytest.mark.parametrize("signature", ["sha256=00", "", None, "é" * 71, "sha1=" + "0" * 40])
def test_missing_or_malformed_signature_leaves_no_trace(deliver, signature):
    assert deliver("messages__text", HTTP_X_HUB_SIGNATURE_256=signature).status_code == 403
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(("length", "status"), [("x", 400), ("-1", 400), ("5242881", 413)])
def test_a_length_that_cannot_be_is_refused(deliver, length, status):
    assert deliver("messages__text", CONTENT_LENGTH=length).status_code == status
    assert not WebhookDelivery.objects.exists()


def test_signature_with_another_secret_leaves_no_trace(deliver):
    assert deliver("messages__text", secret="wrong").status_code == 403
    assert not WebhookDelivery.objects.exists()


def test_empty_app_secret_is_refused_not_skipped(settings):
    settings.META_APP_SECRET = ""
    with pytest.raises(ImproperlyConfigured):
        intake.is_signed_by_meta(b"{}", "sha256=")


@pytest.mark.parametrize("body", [b"{broken", b"", b"\xff\xfe", b"[" * 100_000])
def test_broken_json_with_a_right_signature_is_kept_and_marked(deliver, body):
    assert deliver(body).status_code == 200
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, bytes(delivery.body)) == ("broken", body)
    assert delivery.error


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"entry": None},
        {"entry": [None, {"changes": [None, {"value": None}, {"field": "messages", "value": {"messages": [None]}}]}]},
        {"object": "never_heard_of", "entry": [{"id": 7, "changes": [{"field": "new_field", "value": {"x": 1}}]}]},
    ],
)
def test_strange_shapes_are_kept_and_are_no_errors(deliver, body):
    assert deliver(json.dumps(body).encode()).status_code == 200
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.failed_count) == ("processed", 0)


def test_body_of_three_megabytes_is_accepted(deliver, number):
    body = json.loads((PAYLOADS / "messages__text.json").read_text())
    body["entry"][0]["changes"][0]["value"]["messages"][0]["padding"] = "x" * 3_000_000
    assert deliver(body).status_code == 200
    assert Message.objects.count() == 1


def test_same_bytes_five_times_are_one_delivery_and_one_message(deliver, number):
    assert {deliver("messages__text").status_code for _ in range(5)} == {200}
    assert WebhookDelivery.objects.count() == 1
    assert Message.objects.count() == 1


def test_a_store_that_cannot_take_the_row_answers_503(deliver):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE meta_integration_webhookdelivery RENAME TO away")
    assert deliver("messages__text", process=False).status_code == 503


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_meanwhile_costs_no_delivery(deliver):
    try:
        assert deliver("messages__text", process=False).status_code == 200
        (own,) = door.kept
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [own.connection.info.backend_pid])
        assert deliver("messages__image", process=False).status_code == 200
        assert door.kept == [own]
    finally:
        while door.kept:
            door.kept.pop().close()
    assert WebhookDelivery.objects.count() == 2


def test_a_lost_wakeup_does_not_cost_the_delivery(deliver, no_valkey):
    assert deliver("messages__text", process=False).status_code == 200
    assert WebhookDelivery.objects.get().state == "received"


def test_one_bad_item_does_not_cost_the_others(deliver, number):
    body = json.loads((PAYLOADS / "messages__text.json").read_text())
    messages = body["entry"][0]["changes"][0]["value"]["messages"]
    bad = {**messages[0], "id": "wamid." + "x" * 10_000}  # Too long for PostgreSQL's index.
    bad["id"] += "".join(chr(0x4E00 + n) for n in range(6000))
    messages.append(bad)
    messages.append({**messages[0], "id": "wamid.third"})
    deliver(body)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.item_count, delivery.failed_count) == (3, 1)
    error = WebhookItemError.objects.get()
    assert error.path == "entry[0].changes[0].value.messages[1]"
    assert "olive" not in error.error
    assert Message.objects.count() == 2


def ask(**query) -> Answer:
    environ = {"PATH_INFO": "/webhooks/meta/", "REQUEST_METHOD": "GET"}
    return Answer({**environ, "QUERY_STRING": urlencode({f"hub.{name}": value for name, value in query.items()})})


def test_challenge_is_answered_with_the_right_token_only(settings):
    asked = {"mode": "subscribe", "challenge": "1158201444", "verify_token": settings.META_VERIFY_TOKEN}
    assert ask(**asked).content == b"1158201444"
    for wrong in ({"verify_token": "wrong"}, {"verify_token": "é"}, {"mode": "other"}):
        assert ask(**{**asked, **wrong}).status_code == 403
    assert ask().status_code == 403


def test_other_methods_are_refused():
    assert Answer({"PATH_INFO": "/webhooks/meta/", "REQUEST_METHOD": "DELETE"}).status_code == 405


def test_every_other_path_is_djangos():
    seen = []
    Door(lambda environ, start: seen.append(environ["PATH_INFO"]))({"PATH_INFO": "/inbox/"}, None)
    assert seen == ["/inbox/"]


def test_what_the_replay_at_the_connecting_missed_is_found_by_the_sweep(deliver):
    deliver("messages__text")
    assert WebhookDelivery.objects.get().unknown_numbers
    connect("messages__text")  # As if its replay had come a moment too early, or its process had been killed.
    tasks.sweep_webhooks()
    intake.process_waiting()
    assert Message.objects.count() == 1


def test_old_deliveries_are_deleted_with_their_errors_and_without_reading_their_bodies(django_assert_max_num_queries):
    old = timezone.now() - timedelta(days=31)
    rows = [WebhookDelivery(body=b"x", body_sha256=bytes([n]), received_at=old, state="processed") for n in range(5)]
    for row in WebhookDelivery.objects.bulk_create(rows):
        WebhookItemError.objects.create(delivery=row, path="p", field="f", error="e")
    kept = WebhookDelivery.objects.create(body=b"y", body_sha256=b"new", received_at=timezone.now(), state="processed")
    with django_assert_max_num_queries(8) as queries:
        assert intake.trim() == 5
    assert not any('"body"' in query["sql"] for query in queries.captured_queries)
    assert WebhookDelivery.objects.get() == kept


def account_event(event: str, at: int, **value) -> dict:
    value = {"event": event, "waba_info": {"waba_id": "101"}, **value}
    return {"entry": [{"id": "101", "time": at, "changes": [{"field": "account_update", "value": value}]}]}


def test_access_withdrawn_at_meta_is_a_sign_once_and_not_again_after_it_was_mended(deliver):
    then = timezone.now() - timedelta(hours=1)
    account = WABAFactory(waba_id="101", connected_at=then - timedelta(hours=1))
    deliver(account_event("PARTNER_REMOVED", int(then.timestamp())))
    account.refresh_from_db()
    assert account.suspected_at
    account.suspected_at, account.connected_at = None, timezone.now()
    account.save()
    intake.replay(WebhookDelivery.objects.all())
    intake.process_waiting()
    account.refresh_from_db()
    assert account.suspected_at is None


def test_an_older_limit_does_not_replace_a_newer_one(deliver):
    number = PhoneNumberFactory(account__waba_id="101", display_phone_number="+1 555-000-1000")
    WABA.objects.update(connected_at=datetime.fromtimestamp(1749000000, tz=UTC))
    for at, tier in ((1750000900, "TIER_10K"), (1750000000, "TIER_1K")):
        value = {"display_phone_number": "15550001000", "max_daily_conversations_per_business": tier}
        change = {"field": "phone_number_quality_update", "value": value}
        deliver({"entry": [{"id": "101", "time": at, "changes": [change]}]})
    number.refresh_from_db()
    assert number.messaging_limit_tier == "TIER_10K"


def test_the_task_processes_everything_that_waits(deliver, number):
    for name in ("messages__text", "messages__image", "account_review_update_approved"):
        deliver(name, process=False)
    assert tasks.process_webhooks() == 3
    assert not WebhookDelivery.objects.exclude(state="processed").exists()


def test_replay_changes_nothing_that_was_right(deliver, number):
    deliver("messages__text")
    before = list(Message.objects.values())
    intake.replay(WebhookDelivery.objects.all())
    intake.process_waiting()
    assert list(Message.objects.values()) == before


@pytest.mark.parametrize(
    "odd",
    [
        rb'"a\u0000b"', rb'"\ud83d"', b'"\xed\xa0\x80"', b"NaN", b"-Infinity", b"1e999", b"-12.5E+400",
        b"9" * 400 + b".0", "{}".encode("utf-16"),
    ],
)  # fmt: skip
def test_what_postgresql_cannot_hold_is_found_by_a_look_at_the_bytes(odd):
    """The careful way is slow, so it is taken only where the bytes ask for it: it must be taken in all these cases."""
    body = odd if odd.startswith((b"\xff\xfe", b"\xfe\xff")) else b'{"a": [' + odd + b"]}"
    assert walk.parse(body) == walk.storable(json.loads(body))
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb", [json.dumps(walk.parse(body))])


def test_posts_at_the_same_time_are_written_by_few_statements_and_each_is_told_its_end():
    written, gate = [], threading.Event()

    def write(bodies):
        gate.wait(5)
        written.append(len(bodies))
        if any(body == b"bad" for _, body in bodies):
            raise OperationalError("gone")

    together, ends = Together(write), {}

    def post(body):
        try:
            together.store(body)
            ends[body] = "stored"
        except OperationalError:
            ends[body] = "refused"

    threads = [threading.Thread(target=post, args=[b"%d" % n]) for n in range(20)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(5)
    assert set(ends.values()) == {"stored"}
    assert (sum(written), len(ends)) == (20, 20)
    assert len(written) < 20
    post(b"bad")
    assert ends[b"bad"] == "refused"
    post(b"after")
    assert ends[b"after"] == "stored"
