"""Meta refuses a message because of its template: it is held or fails by the code, told once, and never in a loop."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Contact, Message
from inbox.outbox import claims
from inbox.outbox.pump import pump
from inbox.outbox.settle import MOST_ATTEMPTS
from inbox.services import sending
from inbox.services.template_uses import uses
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import Incident
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.tests.factories import MessageTemplateFactory

pytestmark = pytest.mark.django_db
S = Message.Status
HELD = [132007, 132015, 132016, 132068]
FINAL = [132000, 132005, 132012]


@pytest.fixture
def template():
    return MessageTemplateFactory(name="ready", status_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def thread(template):
    number = ThreadFactory(number__account=template.account, window_expires_at=None).number
    return ThreadFactory(number=number, window_expires_at=None)


@pytest.fixture
def meta(graph, thread):
    """meta(code, details): every send is refused like that. meta(): every send is taken. Gives the calls so far."""
    calls = []

    def begin(code=None, details="no"):
        def answer(request):
            calls.append(json.loads(request.body))
            if code:
                error = {"code": code, "message": "no", "error_data": {"details": details}}
                return 400, {}, json.dumps({"error": error})
            return 200, {}, json.dumps({"messages": [{"id": f"wamid.{len(calls)}"}]})

        graph.reset()
        graph.add_callback("POST", f"https://graph.facebook.com/v23.0/{thread.number.phone_number_id}/messages", answer)
        return calls

    return begin


def queued(thread, template, **values) -> Message:
    return sending.queue_template(thread, template, {"body.1": "Ann", **values})


@pytest.mark.parametrize("code", HELD)
def test_a_stopped_template_holds_what_waits_and_nothing_fails(meta, thread, template, code):
    for _ in range(30):
        queued(ThreadFactory(number=thread.number), template)
    calls = meta(code)
    pump(thread.number_id)
    assert set(Message.objects.values_list("status", "attempts")) == {(S.QUEUED, 0)}
    assert not MessageTemplate.objects.get().is_sendable
    before = len(calls)
    assert (pump(thread.number_id), claims.sweep(), len(calls)) == (0, [], before)


@pytest.mark.parametrize("code", HELD)
def test_one_incident_tells_of_it_however_many_messages_wait(meta, thread, template, code):
    for _ in range(5):
        queued(ThreadFactory(number=thread.number), template)
    meta(code)
    pump(thread.number_id)
    incident = Incident.objects.get()
    assert incident.kind == Incident.Kind.TEMPLATE_STOPPED
    assert "ready" in incident.evidence
    assert TemplateEvent.objects.filter(kind=TemplateEvent.Kind.STOPPED).count() == 1


def test_sendable_again_it_flows_as_if_nothing_had_been(meta, thread, template):
    message = queued(thread, template)
    meta(132015)
    pump(thread.number_id)
    MessageTemplate.objects.update(status=statuses.APPROVED)
    meta()
    assert claims.sweep() == [thread.number_id]
    pump(thread.number_id)
    message.refresh_from_db()
    assert (message.status, message.attempts, message.error) == (S.SENT, 1, "")


def test_other_templates_of_the_same_claim_go_on(graph, thread, template):
    other = MessageTemplateFactory(account=template.account)
    for n in range(10):
        queued(ThreadFactory(number=thread.number), (template, other)[n % 2])

    def answer(request):
        body = json.loads(request.body)
        if body["template"]["name"] == "ready":
            return 400, {}, json.dumps({"error": {"code": 132015, "message": "no"}})
        return 200, {}, json.dumps({"messages": [{"id": f"wamid.{body['biz_opaque_callback_data']}"}]})

    graph.add_callback("POST", f"https://graph.facebook.com/v23.0/{thread.number.phone_number_id}/messages", answer)
    pump(thread.number_id)
    assert set(Message.objects.filter(template=template).values_list("status", flat=True)) == {S.QUEUED}
    assert set(Message.objects.filter(template=other).values_list("status", flat=True)) == {S.SENT}


# Unknown to Meta ------------------------------------------------------------------------------------------------------
def test_one_that_meta_does_not_know_is_held_and_asked_about(meta, thread, template):
    message = queued(thread, template)
    meta(132001)
    pump(thread.number_id)
    message.refresh_from_db()
    template.refresh_from_db()
    assert (message.status, message.attempts, message.error) == (S.QUEUED, 1, "")
    assert message.not_before > timezone.now()
    assert template.missing_since and template.ask_after
    assert not claims.has_due(thread.number_id)


def test_approved_a_moment_ago_it_goes_out_once_meta_knows_it_everywhere(meta, thread, template):
    message = queued(thread, template)
    meta(132001)
    pump(thread.number_id)
    MessageTemplate.objects.update(missing_since=None)
    Message.objects.update(not_before=timezone.now())
    meta()
    pump(thread.number_id)
    message.refresh_from_db()
    assert message.status == S.SENT


def test_meta_saying_both_ends_after_some_tries(meta, thread, template):
    """It lists the template, and does not know it when it is sent."""
    message = queued(thread, template)
    calls = meta(132001)
    for _ in range(MOST_ATTEMPTS + 3):
        pump(thread.number_id)
        MessageTemplate.objects.update(missing_since=None)
        Message.objects.update(not_before=timezone.now())
    message.refresh_from_db()
    assert (message.status, message.error_code, len(calls)) == (S.FAILED, 132001, MOST_ATTEMPTS)
    assert "no approved template" in message.error


# Values that do not fit -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", FINAL)
@pytest.mark.parametrize(
    ("details", "part"),
    [
        ("body: number of localizable_params (1) does not match the expected number of params (2)", "the text"),
        ("header: Format mismatch, expected IMAGE, received UNKNOWN", "the header"),
        ("button 0: Format mismatch, expected TEXT, received nothing", "button 1"),
        ("buttons: something", "the buttons"),
        ("", "a part"),
    ],
)
def test_values_that_do_not_fit_fail_this_message_with_template_and_part(meta, thread, template, code, details, part):
    message = queued(thread, template)
    meta(code, details)
    pump(thread.number_id)
    message.refresh_from_db()
    template.refresh_from_db()
    assert (message.status, message.error_code) == (S.FAILED, code)
    assert "“ready” (en_US)" in message.error and part in message.error
    assert template.is_sendable and template.ask_after
    assert not Incident.objects.exists()


def test_a_message_of_a_template_that_is_not_known_here_is_final(meta, thread):
    message = MessageFactory(thread=thread, type="template", content={"template": {"name": "old", "language": {}}})
    meta(132015)
    pump(thread.number_id)
    message.refresh_from_db()
    assert (message.status, message.error_code) == (S.FAILED, 132015)


# The same by webhook --------------------------------------------------------------------------------------------------
def failed_status(message: Message, code: int) -> dict:
    number = message.number
    status = {
        "id": message.wamid,
        "status": "failed",
        "timestamp": str(int(timezone.now().timestamp())),
        "recipient_id": "15550100101",
        "errors": [{"code": code, "title": "no", "message": "no", "error_data": {"details": "no"}}],
    }
    metadata = {"phone_number_id": number.phone_number_id, "display_phone_number": number.display_phone_number}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [status]}
    changes = [{"field": "messages", "value": value}]
    return {"object": "whatsapp_business_account", "entry": [{"id": number.account.waba_id, "changes": changes}]}


@pytest.mark.parametrize("code", [*HELD, 132001])
def test_a_failed_status_loses_its_message_and_holds_the_others(meta, deliver, thread, template, code):
    message = queued(thread, template)
    meta()
    pump(thread.number_id)
    message.refresh_from_db()
    other = queued(ThreadFactory(number=thread.number), template)
    deliver(failed_status(message, code))
    message.refresh_from_db()
    assert (message.status, message.error_code) == (S.FAILED, code)
    assert claims.sweep() == []
    other.refresh_from_db()
    assert other.status == S.QUEUED
    assert Incident.objects.get().kind == Incident.Kind.TEMPLATE_STOPPED


def test_a_replayed_failed_status_says_nothing_of_a_template_that_goes_again(meta, deliver, thread, template):
    message = queued(thread, template)
    meta()
    pump(thread.number_id)
    message.refresh_from_db()
    body = failed_status(message, 132015)
    deliver(body)
    now = timezone.now() + timedelta(seconds=1)
    MessageTemplate.objects.update(status=statuses.APPROVED, status_at=now)
    deliver({**body, "again": 1})
    assert MessageTemplate.objects.get().is_sendable


# What uses it ---------------------------------------------------------------------------------------------------------
def test_what_waits_with_a_template_uses_it(thread, template, django_assert_num_queries, client):
    assert uses(template) == []
    for _ in range(3):
        queued(ThreadFactory(number=thread.number), template)
    MessageFactory(thread=thread, type="template", template=template, status=S.SENT)
    with django_assert_num_queries(1):
        (use,) = uses(template)
    assert (use.name, use.count) == (thread.number.display_phone_number, 3)
    assert f"template__id__exact={template.pk}" in use.url


def test_a_customer_who_wants_no_offers_at_whatsapp_is_unsubscribed_at_once(meta, thread, template):
    template.category = "MARKETING"
    template.save()
    Contact.objects.update(marketing_state="SUBSCRIBED")
    thread.contact.refresh_from_db()
    first = queued(thread, template)
    meta(131050)
    pump(thread.number_id)
    first.refresh_from_db()
    assert (first.status, first.error_code) == (S.FAILED, 131050)
    contact = Contact.objects.get(pk=thread.contact_id)
    assert (contact.marketing_state, contact.consent.get().message) == ("UNSUBSCRIBED", first)
    assert Contact.objects.filter(marketing_state="SUBSCRIBED").exists()
