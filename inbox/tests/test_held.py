"""A template that Meta has stopped holds what waits with it, and nothing else; sendable again, it flows by itself."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import tasks
from inbox.models import Message, Priority
from inbox.outbox import claims
from inbox.tests.factories import MessageFactory, ThreadFactory
from templates_app import statuses
from templates_app.models import MessageTemplate
from templates_app.tests.factories import MessageTemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread():
    return ThreadFactory(window_expires_at=None)


@pytest.fixture
def template(thread):
    return MessageTemplateFactory(account=thread.number.account)


@pytest.fixture
def message(thread, template):
    return MessageFactory(thread=thread, type="template", template=template, content={"template": {}})


def claimed(message) -> list[int]:
    return [row.pk for row in claims.claim(message.number, uuid.uuid4(), 10)]


@pytest.mark.parametrize("status", [name for name, facts in statuses.STATUSES.items() if not facts.may_send])
def test_only_an_approved_template_is_claimed(message, template, status):
    MessageTemplate.objects.update(status=status)
    assert claimed(message) == []
    assert not claims.has_due(message.number_id)
    assert claims.sweep() == []
    MessageTemplate.objects.update(status=statuses.APPROVED)
    assert claims.has_due(message.number_id)
    assert claims.sweep() == [message.number_id]
    assert claimed(message) == [message.pk]


def test_one_with_a_status_that_is_new_to_us_is_held(message):
    MessageTemplate.objects.update(status="LOCKED")
    assert claimed(message) == []


def test_one_that_meta_lists_no_more_is_held(message):
    MessageTemplate.objects.update(missing_since=timezone.now())
    assert claimed(message) == []


def test_other_templates_and_answers_go_on(message, template):
    other = MessageTemplateFactory(account=template.account)
    MessageTemplate.objects.filter(pk=template.pk).update(status=statuses.PAUSED)
    text = MessageFactory(thread=ThreadFactory(number=message.number))
    sent = MessageFactory(thread=ThreadFactory(number=message.number), type="template", template=other)
    assert claimed(message) == [text.pk, sent.pk]


def test_what_is_held_leaves_room_for_other_campaigns(message, template):
    room = claims.room_for_campaigns(message.number)
    MessageFactory(thread=message.thread, type="template", template=template, priority=Priority.CAMPAIGN)
    assert claims.room_for_campaigns(message.number) == room - 1
    MessageTemplate.objects.update(status=statuses.PAUSED)
    assert claims.room_for_campaigns(message.number) == room + 1


def test_when_it_may_be_sent_again_it_goes_out_at_once(message, template, graph, tasks_at_once):
    url = f"https://graph.facebook.com/v23.0/{message.number.phone_number_id}/messages"
    graph.post(url, json={"messages": [{"id": "wamid.1"}]})
    MessageTemplate.objects.update(status=statuses.PAUSED)
    assert tasks.template_sendable(template.pk) == 0
    assert not graph.calls
    MessageTemplate.objects.update(status=statuses.APPROVED)
    assert tasks.template_sendable(template.pk) == 1
    message.refresh_from_db()
    assert message.status == "sent"


def test_a_claim_asks_as_often_however_much_is_held(message, template, django_assert_num_queries):
    MessageTemplate.objects.update(status=statuses.PAUSED)
    with django_assert_num_queries(4):
        assert claimed(message) == []
    MessageFactory.create_batch(5, thread=message.thread, type="template", template=template)
    with django_assert_num_queries(4):
        assert claimed(message) == []


@pytest.mark.parametrize(("hours", "is_over"), [(71, False), (73, True)])
def test_what_waited_for_days_fails_with_that_reason_wherever_it_waits(message, hours, is_over):
    MessageTemplate.objects.update(status=statuses.DISABLED)
    waited = MessageFactory(thread=message.thread, type="template", template=message.template)
    Message.objects.filter(pk=waited.pk).update(not_before=timezone.now() - timedelta(hours=hours))
    assert tasks.fail_what_is_too_old() == int(is_over)
    waited.refresh_from_db()
    assert (waited.status, "out of date" in waited.error) == (("failed", True) if is_over else ("queued", False))
    message.refresh_from_db()
    assert message.status == "queued"


def test_it_fails_rather_than_going_out_late_when_the_number_sends_again(message, graph):
    Message.objects.update(not_before=timezone.now() - timedelta(hours=73))
    assert tasks.pump(message.number_id) == 0
    message.refresh_from_db()
    assert message.status == "failed"


@pytest.mark.parametrize(
    ("values", "minutes"),
    [
        ({"category": "AUTHENTICATION"}, 10),
        ({"category": "AUTHENTICATION", "ttl_seconds": -1}, 72 * 60),
        ({"ttl_seconds": 3600}, 60),
        ({"ttl_seconds": 2_592_000}, 72 * 60),
    ],
)
def test_it_waits_no_longer_than_meta_would_try_to_deliver_it(message, values, minutes):
    MessageTemplate.objects.update(status=statuses.PAUSED, **values)
    for waited, is_over in ((minutes - 1, 0), (minutes + 1, 1)):
        Message.objects.update(not_before=timezone.now() - timedelta(minutes=waited))
        assert tasks.fail_what_is_too_old() == is_over
