"""Queueing a template: every gap is filled before the row is written, and what was shown stays as it was."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message, Priority
from inbox.services import sending
from inbox.services.sending import CannotFill, CannotSend
from inbox.tests.factories import ThreadFactory
from meta_integration.tests.factories import MediaAssetFactory
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateSample
from templates_app.tests.factories import MessageTemplateFactory

pytestmark = pytest.mark.django_db
VALUES = {"body.1": "Ann"}
IMAGE = {"type": "HEADER", "format": "IMAGE"}


@pytest.fixture
def thread():
    return ThreadFactory(window_expires_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def template(thread):
    return MessageTemplateFactory(account=thread.number.account, name="ready")


def test_after_the_window_a_template_goes_as_it_reads(thread, template):
    message = sending.queue_template(thread, template, VALUES, priority=Priority.AUTOMATIC)
    message.refresh_from_db()
    assert (message.type, message.template, message.body) == ("template", template, "Hello Ann, it is ready.")
    assert (message.status, message.priority, message.parts) == ("queued", 1, {"body": "Hello Ann, it is ready."})
    assert message.content["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Ann"}]
    thread.refresh_from_db()
    assert thread.preview == "Hello Ann, it is ready."


def test_what_was_shown_stays_when_the_template_changes(thread, template):
    message = sending.queue_template(thread, template, VALUES)
    MessageTemplate.objects.update(components=[{"type": "BODY", "text": "Other words"}])
    message.refresh_from_db()
    assert message.parts == {"body": "Hello Ann, it is ready."}


@pytest.mark.parametrize(
    ("values", "words"), [({}, "is missing"), ({"body.1": " "}, "is missing"), ({"body.1": "a\nb"}, "line breaks")]
)
def test_a_gap_without_a_good_value_is_named_and_nothing_is_queued(thread, template, values, words):
    with pytest.raises(CannotFill) as caught:
        sending.queue_template(thread, template, values)
    assert list(caught.value.problems) == ["body.1"]
    assert words in caught.value.problems["body.1"] and words in str(caught.value)
    assert not Message.objects.exists()


@pytest.mark.parametrize("status", [statuses.PAUSED, statuses.PENDING, statuses.DRAFT, "NEW_AT_META"])
def test_one_that_may_not_be_sent_is_refused_with_the_reason(thread, template, status):
    template.status = status
    with pytest.raises(CannotSend, match="ready"):
        sending.queue_template(thread, template, VALUES)
    assert not Message.objects.exists()


def test_one_that_meta_does_not_list_is_refused(thread, template):
    template.missing_since = timezone.now()
    with pytest.raises(CannotSend, match="does not know"):
        sending.queue_template(thread, template, VALUES)


def test_one_of_another_account_is_refused(thread):
    for other in (MessageTemplateFactory(), MessageTemplateFactory(workspace=thread.workspace)):
        with pytest.raises(CannotSend, match="another account"):
            sending.queue_template(thread, other, VALUES)


def test_the_same_key_is_one_message_even_if_the_template_was_stopped_meanwhile(thread, template):
    first = sending.queue_template(thread, template, VALUES, key="k")
    template.status = statuses.PAUSED
    assert sending.queue_template(thread, template, VALUES, key="k") == first
    with pytest.raises(CannotSend, match="Hello Ann"):
        sending.queue_template(thread, template, {"body.1": "Bob"}, key="k")
    assert Message.objects.count() == 1


def test_the_headers_example_file_goes_unless_another_is_given(thread):
    template = MessageTemplateFactory(
        account=thread.number.account, components=[IMAGE, {"type": "BODY", "text": "Look"}]
    )
    with pytest.raises(CannotFill) as caught:
        sending.queue_template(thread, template, {})
    assert list(caught.value.problems) == ["header"]
    mine, other = (MediaAssetFactory(workspace=thread.workspace, mime_type="image/png") for _ in range(2))
    TemplateSample.objects.create(workspace=thread.workspace, template=template, place="header", asset=mine)
    assert sending.queue_template(thread, template, {}).asset == mine
    assert sending.queue_template(thread, template, {"header": {"asset": other.pk}}).asset == other
    with pytest.raises(CannotSend, match="not there"):
        sending.queue_template(thread, template, {"header": {"asset": MediaAssetFactory(mime_type="image/png").pk}})
