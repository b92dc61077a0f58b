"""Queueing: all that can be decided is decided before the row is written, whatever the type of message."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import outgoing
from inbox.models import Message, Priority
from inbox.services import sending
from inbox.services.sending import CannotSend, WindowClosed
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import MediaAsset
from meta_integration.tests.factories import MediaAssetFactory
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BUTTONS = outgoing.buttons("Which?", [outgoing.Button("y", "Yes")])


@pytest.fixture
def thread():
    return ThreadFactory()


@pytest.fixture
def theirs(thread):
    return MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.theirs")


def test_any_built_message_is_queued_as_it_was_built(thread):
    message = sending.queue(thread, BUTTONS, priority=Priority.AUTOMATIC)
    message.refresh_from_db()
    assert (message.type, message.content, message.body) == ("interactive", BUTTONS.content, "Which?")
    assert (message.status, message.priority, message.author, message.number) == ("queued", 1, None, thread.number)
    thread.refresh_from_db()
    assert (thread.preview, thread.last_type) == ("Which?", "interactive")


def test_the_same_key_is_one_message_for_every_type(thread):
    first = sending.queue(thread, BUTTONS, key="k")
    assert sending.queue(thread, BUTTONS, key="k") == first
    with pytest.raises(CannotSend, match="Which?"):
        sending.queue(thread, outgoing.location(1, 2), key="k")
    assert Message.objects.count() == 1


def test_after_the_window_nothing_of_this_may_go(thread):
    thread.window_expires_at = timezone.now() - timedelta(seconds=1)
    with pytest.raises(WindowClosed):
        sending.queue(thread, BUTTONS)


def test_an_answer_quotes_a_message_of_this_thread(thread, theirs):
    message = sending.queue(thread, outgoing.text("Yes"), in_reply_to=theirs)
    assert message.content == {"text": {"body": "Yes"}, "context": {"message_id": "wamid.theirs"}}


def test_what_meta_does_not_know_yet_or_stands_elsewhere_cannot_be_answered(thread):
    for quoted in (MessageFactory(thread=thread, wamid=None), MessageFactory(wamid="wamid.elsewhere")):
        with pytest.raises(CannotSend):
            sending.queue(thread, outgoing.text("Yes"), in_reply_to=quoted)
    with pytest.raises(CannotSend):
        sending.queue(thread, outgoing.text("Yes").quoting("wamid.elsewhere"))


def test_a_reaction_and_its_removal_go_to_a_message_of_this_thread(thread, theirs):
    assert sending.queue(thread, outgoing.reaction(theirs.wamid, "👍")).body == "👍"
    assert sending.queue(thread, outgoing.reaction_removed(theirs.wamid)).body == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "reaction"}, "no reaction to a reaction"),
        ({"occurred_at": timezone.now() - timedelta(days=31)}, "30 days"),
        ({"wamid": "wamid.other"}, "not part of this conversation"),
    ],
)
def test_what_cannot_be_reacted_to_is_said(thread, theirs, fields, words):
    Message.objects.filter(pk=theirs.pk).update(**fields)
    with pytest.raises(CannotSend, match=words):
        sending.queue(thread, outgoing.reaction("wamid.theirs", "👍"))
    assert Message.objects.count() == 1


def test_nobody_reacts_to_a_message_of_another_workspace(thread):
    stranger = MessageFactory(wamid="wamid.stranger")
    with pytest.raises(CannotSend):
        sending.queue(thread, outgoing.reaction(stranger.wamid, "👍"))


def test_a_file_of_another_workspace_is_not_there(thread):
    with pytest.raises(CannotSend, match="not there"):
        sending.queue(thread, outgoing.document(MediaAssetFactory()))
    assert not Message.objects.exists()


def test_a_file_goes_only_as_what_it_is(thread):
    pdf = MediaAssetFactory(workspace=thread.workspace, file_name="a.pdf")
    with pytest.raises(CannotSend, match="a.pdf"):
        sending.queue(thread, outgoing.image(pdf))
    assert sending.queue(thread, outgoing.document(pdf)).asset == pdf


def test_a_header_shows_its_file(thread):
    picture = MediaAssetFactory(workspace=thread.workspace, mime_type="image/png")
    with_header = outgoing.buttons("b", [outgoing.Button("y", "Yes")], header=outgoing.MediaHeader("image", picture))
    assert sending.queue(thread, with_header).asset == picture


@pytest.mark.parametrize(
    ("mime_type", "content"),
    [
        ("image/png", {"image": {"caption": "Look"}}),
        ("video/mp4", {"video": {"caption": "Look"}}),
        ("application/pdf", {"document": {"caption": "Look", "filename": "a.pdf"}}),
    ],
)
def test_a_reply_with_a_file_has_the_text_under_it(thread, mime_type, content):
    asset = MediaAssetFactory(workspace=thread.workspace, mime_type=mime_type, file_name="a.pdf")
    message = sending.reply(thread, " Look ", author=UserFactory(), file=asset)
    ((kind, expected),) = content.items()
    assert (message.type, message.content, message.body) == (kind, {kind: {"asset": asset.pk, **expected}}, "Look")


@pytest.mark.parametrize(
    ("mime_type", "content"),
    [
        ("audio/ogg", {"audio": {"voice": True}}),
        ("audio/mpeg", {"audio": {}}),
        ("image/webp", {"sticker": {}}),
    ],
)
def test_a_sound_or_sticker_goes_alone(thread, mime_type, content):
    asset = MediaAssetFactory(workspace=thread.workspace, mime_type=mime_type)
    with pytest.raises(CannotSend, match="by itself"):
        sending.reply(thread, "Look", author=UserFactory(), file=asset)
    ((kind, expected),) = content.items()
    message = sending.reply(thread, "", author=UserFactory(), file=asset)
    assert message.content == {kind: {"asset": asset.pk, **expected}}


def test_a_customers_file_can_be_sent_on(thread):
    theirs = MediaAssetFactory(workspace=thread.workspace, origin=MediaAsset.Origin.INBOUND, mime_type="image/png")
    assert sending.queue(thread, outgoing.image(theirs)).asset == theirs
