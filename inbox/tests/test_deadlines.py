"""What is held by its template, or by anything else, ends: it never goes out long after it was worth sending."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from inbox import tasks
from inbox.models import Message
from inbox.outbox.pump import pump
from inbox.services import sending
from inbox.tests.factories import MessageFactory, ThreadFactory
from templates_app import statuses
from templates_app.models import MessageTemplate
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
S = Message.Status
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def message():
    thread = ThreadFactory(window_expires_at=None)
    template = MessageTemplateFactory(account=thread.number.account, status=statuses.PAUSED)
    return MessageFactory(thread=thread, type="template", template=template, content={"template": {}})


def later(message, time: timedelta) -> str:
    with time_machine.travel(timezone.now() + time):
        tasks.fail_what_is_too_late()
    message.refresh_from_db()
    return message.status


@pytest.mark.parametrize(
    ("values", "lives"),
    [
        ({}, 30 * DAY),
        ({"category": "AUTHENTICATION"}, 10 * MINUTE),
        ({"category": "AUTHENTICATION", "ttl_seconds": -1}, 30 * DAY),
        ({"ttl_seconds": 43_200}, DAY / 2),
    ],
)
def test_it_waits_as_long_as_meta_would_try(message, values, lives):
    MessageTemplate.objects.update(**values)
    assert later(message, lives - MINUTE) == S.QUEUED
    assert later(message, lives + MINUTE) == S.FAILED
    assert "time to live" in message.error


@pytest.mark.parametrize("status", [statuses.DISABLED, statuses.DELETED, statuses.PENDING_DELETION])
def test_of_a_template_that_is_gone_it_ends_after_a_day(message, status):
    MessageTemplate.objects.update(status=status, status_at=timezone.now() - 9 * DAY)
    assert later(message, DAY - MINUTE) == S.QUEUED
    MessageTemplate.objects.update(status_at=timezone.now() + MINUTE * 5)
    assert later(message, DAY + MINUTE) == S.QUEUED
    assert later(message, DAY + MINUTE * 6) == S.FAILED
    assert "for good" in message.error


def test_let_go_again_too_late_it_is_not_sent(message, graph):
    MessageTemplate.objects.update(status=statuses.APPROVED, category="AUTHENTICATION")
    Message.objects.update(not_before=timezone.now() - 11 * MINUTE)
    pump(message.number_id)
    message.refresh_from_db()
    assert message.status == S.FAILED and not graph.calls


def test_what_a_person_sends_again_waits_anew(message):
    Message.objects.update(status=S.UNKNOWN, not_before=timezone.now() - 60 * DAY)
    message.refresh_from_db()
    sending.settle_unknown(message, UserFactory(), went_out=False)
    assert later(message, 29 * DAY) == S.QUEUED


def test_answers_are_not_its_business(message):
    Message.objects.update(type="text", template=None)
    assert later(message, 90 * DAY) == S.QUEUED
