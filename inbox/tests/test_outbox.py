"""A message going out: whatever Meta answers, it ends in exactly one status, and is never sent twice because of us."""

import contextlib
import json
import time
import uuid
from datetime import timedelta

import psycopg
import pytest
import requests
from django.db import OperationalError, connection, connections
from django.utils import timezone

from inbox import tasks
from inbox.models import Message, Priority
from inbox.outbox import claims, settle
from inbox.outbox import pump as pumps
from inbox.outbox.pump import pump
from inbox.services import sending, statuses
from inbox.services.moves import move_messages
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import WABA, Incident
from meta_integration.services import watch
from meta_integration.tests import answers
from meta_integration.tests.factories import TOKEN, PhoneNumberFactory
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
S = Message.Status


@pytest.fixture
def message():
    return MessageFactory()


def url_of(message: Message) -> str:
    return f"https://graph.facebook.com/v23.0/{message.number.phone_number_id}/messages"


def accept(graph, message: Message) -> None:
    """Meta takes everything, and gives each its own wamid."""

    def answer(request):
        reference = json.loads(request.body)["biz_opaque_callback_data"]
        return 200, {}, json.dumps({"messages": [{"id": f"wamid.{reference}"}]})

    graph.add_callback("POST", url_of(message), answer)


def refuse(graph, message: Message, status: int, code: int, **error) -> None:
    graph.post(url_of(message), status=status, json={"error": {"code": code, "message": "no", **error}})


def meanwhile(graph, message: Message, callback) -> None:
    """While Meta thinks about the message, `callback` does something with the database, from the sending thread."""

    def answer(request):
        try:
            return callback(request)
        finally:
            connections.close_all()

    graph.add_callback("POST", url_of(message), answer)


def run(message: Message) -> Message:
    pump(message.number_id)
    message.refresh_from_db()
    return message


def test_a_reply_goes_out_as_meta_wants_it(graph, message):
    accept(graph, message)
    assert run(message).status == S.SENT
    request = graph.calls[0].request
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.body) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"+{message.thread.contact.wa_id}",
        "type": "text",
        "text": {"body": "Hello"},
        "biz_opaque_callback_data": str(message.reference),
    }
    assert message.wamid == f"wamid.{message.reference}"


def test_a_customer_without_a_phone_is_reached_by_user_id(graph, message):
    contact = message.thread.contact
    contact.wa_id, contact.user_id = None, "US.13491208655302741918"
    contact.save()
    accept(graph, message)
    run(message)
    body = json.loads(graph.calls[0].request.body)
    assert body["recipient"] == "US.13491208655302741918"
    assert "to" not in body


def test_all_go_out_once_the_urgent_first(graph, message, settings):
    settings.SENDING_THREADS = 1
    for priority in (Priority.CAMPAIGN, Priority.AGENT, Priority.CAMPAIGN):
        MessageFactory(thread=message.thread, priority=priority)
    accept(graph, message)
    pump(message.number_id)
    sent = [json.loads(call.request.body)["biz_opaque_callback_data"] for call in graph.calls]
    expected = Message.objects.order_by("priority", "id").values_list("reference", flat=True)
    assert sent == [str(reference) for reference in expected]
    assert set(Message.objects.values_list("status", flat=True)) == {S.SENT}


def test_a_dead_token_opens_one_incident_and_everything_waits(graph, message):
    others = [MessageFactory(thread=message.thread) for _ in range(20)]
    refuse(graph, message, 401, 190, error_subcode=463)
    run(message)
    assert set(Message.objects.values_list("status", "attempts")) == {(S.QUEUED, 0)}
    assert claims.sweep() == []
    answers.refuses(graph, message.number.account, 190, 463)
    watch.check_due(message.number.account_id)
    account = WABA.objects.get()
    assert account.state == WABA.State.BROKEN
    incident = Incident.objects.get()
    assert (incident.kind, incident.account, incident.closed_at) == ("connection_broken", account, None)
    assert claims.claim(others[0].number, uuid.uuid4(), 10) == []
    assert claims.sweep() == []


def test_after_reconnecting_what_waited_goes_out(graph, message):
    WABA.objects.update(state=WABA.State.BROKEN)
    run(message)
    assert message.status == S.QUEUED
    WABA.objects.update(state=WABA.State.CONNECTED)
    accept(graph, message)
    assert claims.sweep() == [message.number_id]
    assert run(message).status == S.SENT


def test_a_number_stopped_by_meta_waits_for_a_person(graph, message):
    refuse(graph, message, 400, 131048)
    assert run(message).status == S.QUEUED
    message.number.refresh_from_db()
    assert message.number.paused_reason
    assert Incident.objects.get().kind == "number_stopped"


@pytest.mark.parametrize(("status", "code"), [(400, 130429), (500, 131000), (503, 2)])
def test_not_now_waits_and_is_tried_again(graph, message, status, code):
    refuse(graph, message, status, code)
    run(message)
    assert (message.status, message.attempts) == (S.QUEUED, 1)
    assert message.not_before > timezone.now()


def test_trouble_of_metas_that_does_not_end_fails_with_that_reason(graph, message):
    refuse(graph, message, 500, 131000)
    for _ in range(settle.MOST_ATTEMPTS):
        Message.objects.update(not_before=timezone.now())
        run(message)
    assert (message.status, message.error_code, len(graph.calls)) == (S.FAILED, 131000, settle.MOST_ATTEMPTS)


def test_limits_never_fail_a_message(graph, message):
    Message.objects.update(attempts=50)
    refuse(graph, message, 400, 130429)
    assert run(message).status == S.QUEUED


@pytest.mark.parametrize("code", [100, 131009, 131026, 131047, 999_999])
def test_a_refusal_is_final_and_says_why(graph, message, code):
    refuse(graph, message, 400, code)
    run(message)
    assert (message.status, message.error_code) == (S.FAILED, code)
    assert message.error


@pytest.mark.parametrize(
    "answer",
    [
        {"body": requests.ReadTimeout("url with input_token=EAAsecret")},
        {"body": requests.ConnectionError("Connection aborted.")},
        {"status": 502, "body": "<html>Bad gateway</html>"},
        {"status": 200, "body": "<html>ok</html>"},
        {"status": 200, "json": {"messages": []}},
    ],
)
def test_without_a_readable_answer_it_is_unknown_and_never_sent_again_by_itself(graph, message, answer):
    graph.post(url_of(message), **answer)
    run(message)
    assert message.status == S.UNKNOWN
    assert "EAA" not in message.error
    Message.objects.update(not_before=timezone.now() - timedelta(days=1))
    assert claims.sweep() == []
    run(message)
    assert len(graph.calls) == 1


def test_a_connection_that_was_never_made_is_safe_to_try_again(message, settings):
    settings.GRAPH_BASE_URL = "http://127.0.0.1:1"  # Nobody listens there.
    run(message)
    assert (message.status, message.attempts) == (S.QUEUED, 1)


def test_a_window_that_closed_while_waiting_fails_instead_of_going_out(graph, message):
    message.thread.window_expires_at = timezone.now() - timedelta(minutes=1)
    message.thread.save()
    run(message)
    assert message.status == S.FAILED
    assert "24 hours" in message.error
    assert len(graph.calls) == 0


def test_a_dead_workers_claim_is_given_back_and_its_sending_is_unknown(message):
    past = timezone.now() - timedelta(seconds=1)
    claimed = MessageFactory(thread=message.thread, status=S.CLAIMED, lease_until=past)
    sending_one = MessageFactory(thread=message.thread, status=S.SENDING, lease_until=past)
    alive = MessageFactory(thread=message.thread, status=S.SENDING, lease_until=timezone.now() + timedelta(minutes=1))
    claims.sweep()
    states = dict(Message.objects.values_list("pk", "status"))
    assert (states[claimed.pk], states[sending_one.pk], states[alive.pk]) == (S.QUEUED, S.UNKNOWN, S.SENDING)


@pytest.mark.django_db(transaction=True)
def test_a_pump_that_lost_its_claim_neither_starts_nor_gives_back_what_another_is_sending(
    graph, message, settings, monkeypatch
):
    settings.SENDING_THREADS = 1
    # It must not look for work, and claim the message anew, before the other pump does.
    monkeypatch.setattr(pumps, "LOOK_SECONDS", 5)
    second = MessageFactory(thread__number=message.number)
    at_meta = []

    def slow_then_stopped(request):
        at_meta.append(json.loads(request.body)["biz_opaque_callback_data"])
        # While this call hangs the lease of the other message runs out, and another pump takes and begins it.
        Message.objects.filter(pk=second.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        claims.sweep()
        other = uuid.uuid4()
        assert [each.pk for each in claims.claim(message.number, other, 10)] == [second.pk]
        move_messages([second.pk], S.SENDING, where={"claimed_by": other}, lease_until=claims.lease())
        return 400, {}, json.dumps({"error": {"code": 131048, "message": "stopped"}})

    meanwhile(graph, message, slow_then_stopped)
    run(message)
    second.refresh_from_db()
    assert (message.status, second.status) == (S.QUEUED, S.SENDING)
    assert at_meta == [str(message.reference)]


def test_a_lease_that_was_renewed_in_time_is_not_over():
    message = MessageFactory(status=S.CLAIMED, lease_until=timezone.now() + timedelta(minutes=1))
    is_over = {"lease_until__lt": timezone.now()}
    assert move_messages([message.pk], S.QUEUED, where=is_over) == []


def test_what_meta_reported_meanwhile_is_not_sent_again(graph, message):
    refuse(graph, message, 500, 131000)
    run(message)
    report = statuses.Report(
        message.workspace_id, message.number_id, "wamid.1", "delivered", timezone.now(), message.reference, {}
    )
    statuses.apply([report])
    Message.objects.update(not_before=timezone.now())
    run(message)
    assert (message.status, len(graph.calls)) == (S.DELIVERED, 1)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_that_comes_after_the_lease_makes_the_unknown_known(graph, message):
    def late(request):
        Message.objects.update(status=S.UNKNOWN)
        return 400, {}, json.dumps({"error": {"code": 130429, "message": "slow down"}})

    meanwhile(graph, message, late)
    assert run(message).status == S.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_dead_token_that_was_replaced_meanwhile_breaks_nothing(graph, message):
    def late(request):
        WABA.objects.update(connected_at=timezone.now())
        return 401, {}, json.dumps({"error": {"code": 190}})

    meanwhile(graph, message, late)
    run(message)
    assert WABA.objects.get().state == WABA.State.CONNECTED
    assert not Incident.objects.exists()


def test_an_account_without_a_token_that_opens_is_broken_and_says_so(message):
    WABA.objects.update(access_token=None)
    assert run(message).status == S.QUEUED
    assert WABA.objects.get().state == WABA.State.BROKEN


@pytest.mark.parametrize(
    ("code", "kind"), [(131042, "account_stopped"), (131048, "number_stopped"), (190, "connection_broken")]
)
def test_a_failed_status_stops_what_the_same_answer_would_have_stopped(graph, message, code, kind):
    Message.objects.update(status=S.SENT, wamid="wamid.1")
    other = PhoneNumberFactory(account=message.number.account, is_default=False)
    failed = {"errors": [{"code": code}]}
    report = statuses.Report(message.workspace_id, message.number_id, "wamid.1", "failed", timezone.now(), None, failed)
    for _ in range(2):
        statuses.apply([report])
    if code == 190:
        assert not Incident.objects.exists()
        answers.refuses(graph, message.number.account, 190)
        watch.check_due(message.number.account_id)
    incident = Incident.objects.get()
    assert (incident.kind, incident.count) == (kind, 1)
    other.refresh_from_db()
    assert bool(other.paused_reason) == (kind == "account_stopped")


STOPPED = {368: "restricted or disabled your account", 131031: "has locked your account", 131042: "payment method"}


@pytest.mark.parametrize("code", STOPPED)
def test_an_account_that_meta_stops_waits_as_a_whole_and_the_page_says_why(graph, message, code):
    other = PhoneNumberFactory(account=message.number.account, is_default=False)
    refuse(graph, message, 403, code)
    assert run(message).status == S.QUEUED
    incident = Incident.objects.get()
    assert (incident.kind, incident.error_code) == ("account_stopped", code)
    for number in (message.number, other):
        number.refresh_from_db()
        assert STOPPED[code] in incident.evidence and STOPPED[code] in number.why_it_waits()
    assert WABA.objects.get().state == WABA.State.CONNECTED


def test_a_number_at_work_is_not_woken_again(message):
    assert claims.sweep() == [message.number_id]
    MessageFactory(thread=message.thread, status=S.SENDING, lease_until=timezone.now() + timedelta(minutes=1))
    assert claims.sweep() == []


def test_the_sweep_wakes_the_numbers_with_work(graph, message):
    accept(graph, message)
    MessageFactory(not_before=timezone.now() + timedelta(hours=1))
    assert tasks.sweep_outbox() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_for_a_moment_loses_no_answer(graph, message):
    def while_meta_thinks(request):
        info = connection.settings_dict
        server = {name: info[name.upper()] for name in ("host", "port", "user", "password")}
        with psycopg.connect(**server, dbname=info["NAME"], autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        time.sleep(0.6)  # Long enough for the pump to have looked for more work in between.
        return 400, {}, json.dumps({"error": {"code": 131047, "message": "no"}})

    graph.add_callback("POST", url_of(message), while_meta_thinks)
    with contextlib.suppress(OperationalError):
        pump(message.number_id)
    connection.close()
    message.refresh_from_db()
    assert (message.status, message.error_code) == (S.FAILED, 131047)


def test_two_runs_do_not_send_to_one_customer_at_once(message):
    MessageFactory(thread=message.thread)
    other_customers = MessageFactory(thread__number=message.number)
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    assert [each.pk for each in claims.claim(message.number, mine, 1)] == [message.pk]
    assert [each.pk for each in claims.claim(message.number, theirs, 10)] == [other_customers.pk]
    assert len(claims.claim(message.number, mine, 10)) == 1


def test_what_was_reported_before_the_last_connecting_stops_nothing(message):
    Message.objects.update(status=S.SENT, wamid="wamid.1")
    WABA.objects.update(connected_at=timezone.now())
    before = timezone.now() - timedelta(days=1)
    for code in (131042, 131048, 190):
        Message.objects.update(status=S.SENT)
        failed = {"errors": [{"code": code}]}
        statuses.apply(
            [statuses.Report(message.workspace_id, message.number_id, "wamid.1", "failed", before, None, failed)]
        )
    assert not Incident.objects.exists()
    assert WABA.objects.get().state == WABA.State.CONNECTED


# Queueing ------------------------------------------------------------------------------------------------------------
def test_the_same_key_twice_is_one_message():
    thread, author = ThreadFactory(), UserFactory()
    first = sending.reply(thread, "Hello", author=author, key="k")
    assert sending.reply(thread, "Hello", author=author, key="k").pk == first.pk
    assert Message.objects.count() == 1


def test_the_same_key_with_other_words_is_said_not_swallowed():
    thread, author = ThreadFactory(), UserFactory()
    sending.reply(thread, "We close at 5", author=author, key="k")
    with pytest.raises(sending.CannotSend, match="We close at 5"):
        sending.reply(thread, "We close at 6", author=author, key="k")


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 4097])
def test_what_whatsapp_would_refuse_is_refused_before_it_is_queued(text):
    with pytest.raises(sending.CannotSend):
        sending.reply(ThreadFactory(), text, author=UserFactory())
    assert not Message.objects.exists()


def test_free_text_after_the_window_is_refused():
    thread = ThreadFactory(window_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(sending.WindowClosed):
        sending.reply(thread, "Hello", author=UserFactory())
