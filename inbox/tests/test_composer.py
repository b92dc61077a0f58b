"""What an agent writes and attaches becomes messages in order: all of them or none, and each once."""

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from inbox import tasks
from inbox.models import Message
from inbox.services import composing, sending
from inbox.tests.factories import CannedReplyFactory, InboxSettingsFactory, MessageFactory, ThreadFactory
from meta_integration.models import WABA, MediaAsset
from meta_integration.tests import samples
from meta_integration.tests.factories import MediaAssetFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
ROOT = "https://graph.facebook.com/v23.0"
HTMX = {"HX-Request": "true", "HX-Target": "answer"}


@pytest.fixture
def thread():
    return ThreadFactory(contact__name="Amira Example")


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership.user


def asset(thread, mime_type: str = "image/png", **fields) -> MediaAsset:
    return MediaAssetFactory(workspace=thread.workspace, origin="uploaded", mime_type=mime_type, **fields)


def sent() -> list[tuple[str, str]]:
    return list(Message.objects.filter(direction="out").order_by("id").values_list("type", "body"))


def upload(name: str, kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.BY_TYPE[kind], "application/octet-stream")


# As messages ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kinds", "text", "expected"),
    [
        ([], "Hello", [("text", "Hello")]),
        (["image/png", "image/png"], " Look ", [("image", "Look"), ("image", "")]),
        (["application/pdf"], "Look", [("document", "Look")]),
        (["audio/ogg", "image/png"], "Look", [("text", "Look"), ("audio", ""), ("image", "")]),
        (["image/webp"], "Look", [("text", "Look"), ("sticker", "")]),
        (["image/png"], "x" * 1025, [("text", "x" * 1025), ("image", "")]),
        (["video/mp4", "audio/mpeg"], "", [("video", ""), ("audio", "")]),
    ],
)
def test_each_file_is_a_message_and_the_text_goes_under_the_first_that_takes_it(thread, kinds, text, expected):
    composing.send(thread, text, [asset(thread, each) for each in kinds], author=UserFactory(), key="k")
    assert sent() == expected


def test_the_same_key_twice_is_the_same_messages(thread):
    author, files = UserFactory(), [asset(thread), asset(thread)]
    first, again = (composing.send(thread, "Look", files, author=author, key="k") for _ in range(2))
    assert [each.pk for each in first] == [each.pk for each in again]
    assert len(sent()) == 2


def test_all_of_it_is_queued_or_nothing(thread):
    files = [asset(thread), asset(ThreadFactory())]  # The second belongs to another shop.
    with pytest.raises(sending.CannotSend, match="not there"):
        composing.send(thread, "Look", files, author=UserFactory(), key="k")
    assert not sent()


def test_more_than_ten_files_are_refused_in_words(thread):
    with pytest.raises(sending.CannotSend, match="11 files"):
        composing.send(thread, "", [asset(thread) for _ in range(11)], author=UserFactory())


def test_only_the_first_message_quotes(thread):
    asked = MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.1")
    composing.send(thread, "Yes", [asset(thread), asset(thread)], author=UserFactory(), in_reply_to=asked)
    first, second = Message.objects.filter(direction="out").order_by("id")
    assert first.content["context"] == {"message_id": "wamid.1"}
    assert "context" not in second.content


# The form -------------------------------------------------------------------------------------------------------------
def test_several_files_without_javascript(client, agent, thread):
    files = [upload("a.png"), upload("b.pdf", "application/pdf")]
    client.post(f"/inbox/{thread.pk}/", {"text": "Look", "file": files, "key": "k"})
    assert sent() == [("image", "Look"), ("document", "")]


def test_one_bad_file_is_named_and_the_others_stay_attached(client, agent, thread):
    files = [upload("good.png"), upload("bad.gif", "image/gif")]
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "Look", "file": files, "key": "k"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409 and not sent()
    assert "“bad.gif” cannot be sent." in page and "Look</textarea>" in page
    kept = re.search(r'name="asset" value="(\d+)" checked', page)[1]
    client.post(f"/inbox/{thread.pk}/", {"text": "Look", "asset": [kept], "key": "k"})
    assert sent() == [("image", "Look")]


def test_files_that_were_uploaded_before_go_out_in_their_order(client, agent, thread):
    first, second = asset(thread, "application/pdf"), asset(thread)
    client.post(f"/inbox/{thread.pk}/", {"asset": [second.pk, first.pk], "key": "k"}, headers=HTMX)
    assert [kind for kind, _ in sent()] == ["image", "document"]


@pytest.mark.parametrize("whose", ["another shop's", "a customer's"])
def test_a_file_that_is_not_the_shops_own_upload_is_not_sent(client, agent, thread, whose):
    file = asset(ThreadFactory()) if whose == "another shop's" else asset(thread)
    if whose == "a customer's":
        MediaAsset.objects.update(origin="inbound")
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "Look", "asset": [file.pk], "key": "k"}, headers=HTMX)
    assert answer.status_code == 409 and not sent()


def test_a_reply_without_javascript_quotes_what_its_link_named(client, agent, thread):
    asked = MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.1", body="In blue?")
    page = client.get(f"/inbox/{thread.pk}/", {"reply_to": asked.pk}).content.decode()
    assert f'name="reply_to" value="{asked.pk}"' in page
    assert 'id="quoting-words">In blue?' in page
    client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "reply_to": asked.pk, "key": "k"})
    assert Message.objects.get(direction="out").content["context"] == {"message_id": "wamid.1"}


def test_what_another_thread_holds_cannot_be_quoted(client, agent, thread):
    other = MessageFactory(direction="in", status="received", wamid="wamid.9", body="A secret of others")
    page = client.get(f"/inbox/{thread.pk}/", {"reply_to": other.pk})
    assert b"A secret of others" not in page.content
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "reply_to": other.pk, "key": "k"})
    assert answer.status_code == 409 and not sent()


def test_a_canned_reply_comes_into_the_text_without_javascript(client, agent, thread):
    reply = CannedReplyFactory(workspace=thread.workspace, text="Hello {{customer.first_name}}")
    page = client.post(f"/inbox/{thread.pk}/", {"text": "First", "reply": reply.pk, "insert": "1"}).content.decode()
    assert "First\nHello Amira</textarea>" in page
    assert not sent()


def test_what_one_person_wrote_is_not_sent_by_the_next_who_logs_in(client, agent, thread):
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "key": "k", "person": agent.pk + 1}, headers=HTMX)
    assert answer.status_code == 401 and not sent()


def test_the_page_knows_the_limits_before_anything_is_uploaded(client, agent, thread):
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    limits = json.loads(html.unescape(re.search(r'data-limits="([^"]+)"', page)[1]))
    assert (limits["kinds"]["image/png"], limits["largest"]["image"], limits["most"]) == ("image", 5 * 1024 * 1024, 10)


def test_the_note_has_its_place_beside_the_answer(client, agent, thread):
    page = client.get(f"/inbox/{thread.pk}/", {"write": "note"}).content.decode()
    assert 'id="reply"' not in page
    assert re.search(r'write=note"[^>]* aria-current="true"', page)


# Uploading ------------------------------------------------------------------------------------------------------------
def test_a_file_is_kept_before_its_message_and_the_same_one_once(client, agent, thread):
    first, again = (client.post("/inbox/attach/", {"file": upload("a.png")}).json() for _ in range(2))
    assert first["id"] == again["id"] == MediaAsset.objects.get().pk
    assert (first["name"], first["kind"]) == ("a.png", "image")


def test_a_file_is_judged_by_its_content_and_refused_in_words(client, agent, thread):
    answer = client.post("/inbox/attach/", {"file": upload("holiday.jpg", "image/gif")})
    assert "does not take files of this kind" in answer.json()["problem"]
    assert not MediaAsset.objects.exists()


def test_nobody_uploads_who_may_not_answer(client, thread):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert client.post("/inbox/attach/", {"file": upload("a.png")}).status_code == 403
    assert not MediaAsset.objects.exists()


# Not wanted any more --------------------------------------------------------------------------------------------------
def test_what_is_not_wanted_any_more_is_taken_back_with_all_its_files(client, agent, thread):
    composing.send(thread, "Look", [asset(thread), asset(thread)], author=agent, key="k")
    composing.send(thread, "Another", author=agent, key="k2")
    assert client.post(f"/inbox/{thread.pk}/withdraw/", {"key": "k"}).json() == {"left": 0}
    assert list(Message.objects.order_by("id").values_list("status", flat=True)) == ["cancelled", "cancelled", "queued"]


def test_what_arrives_after_it_was_taken_back_is_not_sent(client, agent, thread):
    client.post(f"/inbox/{thread.pk}/withdraw/", {"key": "k"})
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "Look", "key": "k"})
    assert answer.status_code == 409
    assert "you took it back before it arrived" in answer.content.decode()
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_arrives_while_it_is_taken_back_is_taken_back(agent, thread):
    def withdraw() -> int:
        try:
            return composing.withdraw(thread, "k", actor=agent)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            composing.send(thread, "Look", author=agent, key="k")
            taken_back = other.submit(withdraw)
            with pytest.raises(TimeoutError):
                taken_back.result(timeout=0.3)
        assert taken_back.result() == 0
    assert Message.objects.get().status == "cancelled"


def test_a_key_or_a_word_that_postgresql_cannot_hold_breaks_nothing(client, agent, thread):
    client.post(f"/inbox/{thread.pk}/", {"text": "Look", "key": "k\0"})
    assert client.post(f"/inbox/{thread.pk}/withdraw/", {"key": "k\0"}).json() == {"left": 0}
    assert Message.objects.get().status == "cancelled"
    assert client.get(f"/inbox/{thread.pk}/templates/?q=a%00b").status_code == 200


def test_what_has_left_already_is_said_so(client, agent, thread):
    (message,) = composing.send(thread, "Look", author=agent, key="k")
    Message.objects.filter(pk=message.pk).update(status="sent")
    assert client.post(f"/inbox/{thread.pk}/withdraw/", {"key": "k"}).json() == {"left": 1}


def test_nobody_takes_back_what_another_wrote(client, agent, thread):
    composing.send(thread, "Look", author=UserFactory(), key="k")
    client.post(f"/inbox/{thread.pk}/withdraw/", {"key": "k"})
    assert Message.objects.get().status == "queued"


# That somebody writes -------------------------------------------------------------------------------------------------
@pytest.fixture
def at_meta(graph, thread):
    graph.post(f"{ROOT}/{thread.number.phone_number_id}/messages", json={"success": True})
    return graph


def type_(client, thread, capture):
    with capture(execute=True):
        assert client.post(f"/inbox/{thread.pk}/typing/").status_code == 204


def test_typing_is_told_once_in_twenty_seconds(
    client, agent, thread, at_meta, tasks_at_once, django_capture_on_commit_callbacks
):
    for n in (1, 2):
        MessageFactory(thread=thread, direction="in", status="received", wamid=f"wamid.{n}")
    for _ in range(3):
        type_(client, thread, django_capture_on_commit_callbacks)
    (call,) = at_meta.calls
    assert json.loads(call.request.body)["typing_indicator"] == {"type": "text"}
    assert json.loads(call.request.body)["message_id"] == "wamid.2"


@pytest.mark.parametrize("why", ["the shop does not want it", "the window is closed", "too long ago", "no message"])
def test_typing_is_not_told_where_it_would_be_wrong(
    client, agent, thread, graph, tasks_at_once, django_capture_on_commit_callbacks, why
):
    if why != "no message":
        MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.1")
    if why == "the shop does not want it":
        InboxSettingsFactory(workspace=thread.workspace, tells_typing=False)
    elif why == "the window is closed":
        thread.window_expires_at = timezone.now() - timedelta(minutes=1)
        thread.save()
    elif why == "too long ago":
        Message.objects.update(occurred_at=timezone.now() - timedelta(days=31))
    type_(client, thread, django_capture_on_commit_callbacks)
    assert not graph.calls


def test_typing_is_not_told_for_a_broken_account(thread, graph):
    message = MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.1")
    WABA.objects.update(state=WABA.State.BROKEN)
    assert tasks.tell_typing(message.pk) is False
    assert not graph.calls


def test_somebody_who_only_looks_tells_nothing(client, thread, graph):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert client.post(f"/inbox/{thread.pk}/typing/").status_code == 403
