"""A template is mended while messages wait with it: they go out as it is by then, or not at all."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import Message
from inbox.outbox import claims
from inbox.services import sending
from inbox.tests.factories import ThreadFactory
from templates_app.models import MessageTemplate
from templates_app.services.render import Currency
from templates_app.tests.factories import MessageTemplateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    return MessageTemplateFactory(account=ThreadFactory().number.account)


@pytest.fixture
def message(template):
    thread = ThreadFactory(number=template.account.numbers.get(), window_expires_at=None)
    return sending.queue_template(thread, template, {"body.1": "Ann"})


def becomes(text: str, count: int = 1) -> None:
    example = {"body_text": [["example"] * count]}
    MessageTemplate.objects.update(components=[{"type": "BODY", "text": text, "example": example}])


def claimed(message) -> list:
    rows = claims.claim(message.number, uuid.uuid4(), 10)
    message.refresh_from_db()
    return rows


def test_one_whose_template_is_as_it_was_stays_as_it_is(message):
    before = message.content
    (row,) = claimed(message)
    assert (row.content, message.content, message.status) == (before, before, "claimed")


def test_another_example_changes_nothing(message):
    MessageTemplate.objects.update(
        components=[{"type": "BODY", "text": "Hello {{1}}, it is ready.", "example": {"body_text": [["Other"]]}}]
    )
    before = Message.objects.values().get()
    claimed(message)
    after = Message.objects.values().get()
    assert {name for name in after if after[name] != before[name]} == {"status", "claimed_by", "lease_until"}


def test_another_text_with_the_same_gaps_is_what_goes_out_and_what_is_shown(message):
    becomes("Dear {{1}}, your order is ready.")
    (row,) = claimed(message)
    assert row.content["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Ann"}]
    assert (message.body, message.parts) == (
        "Dear Ann, your order is ready.",
        {"body": "Dear Ann, your order is ready."},
    )


def test_a_gap_that_is_gone_is_not_filled_any_more(message):
    becomes("Your order is ready.", 0)
    (row,) = claimed(message)
    assert "components" not in row.content["template"]
    assert message.body == "Your order is ready."


def test_a_gap_that_is_new_cannot_be_filled_so_it_fails_in_words(message):
    becomes("Dear {{1}}, your order {{2}} is ready.", 2)
    assert claimed(message) == []
    assert (message.status, message.attempts) == ("failed", 0)
    assert "changed while this message waited" in message.error


def test_values_that_cannot_be_kept_are_not_guessed(template):
    thread = ThreadFactory(number=template.account.numbers.get(), window_expires_at=None)
    message = sending.queue_template(thread, template, {"body.1": Currency("9.99 €", "EUR", 9990)})
    assert len(claimed(message)) == 1
    Message.objects.update(status="queued")
    becomes("Dear {{1}}, your order is ready.")
    assert claimed(message) == []


def test_moments_are_kept_as_they_were_given(template):
    thread = ThreadFactory(number=template.account.numbers.get(), window_expires_at=None)
    ends = datetime(2100, 1, 1, tzinfo=UTC)
    message = sending.queue_template(thread, template, {"body.1": "Ann", "offer.expires_at": ends})
    assert message.filling["values"]["offer.expires_at"] == "2100-01-01T00:00:00Z"


def test_one_look_at_the_templates_serves_all_messages_of_a_claim(template, django_assert_num_queries):
    def queue(count: int):
        for _ in range(count):
            thread = ThreadFactory(number=template.account.numbers.get(), window_expires_at=None)
            sending.queue_template(thread, template, {"body.1": "Ann"})

    number = template.account.numbers.get()
    queue(1)
    with CaptureQueriesContext(connection) as few:
        claims.claim(number, uuid.uuid4(), 10)
    queue(8)
    with django_assert_num_queries(len(few)):
        claims.claim(number, uuid.uuid4(), 10)
