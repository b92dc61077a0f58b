"""Messages with files: uploaded once for the number, named by Meta's id, and never in doubt for an upload."""

import json
import time
from datetime import timedelta
from io import BytesIO

import pytest
import requests
from django.utils import timezone
from PIL import Image

from inbox import outgoing
from inbox.models import Message
from inbox.outbox import pump as pumps
from inbox.outbox import settle
from inbox.outbox.pump import pump
from inbox.services import sending, statuses
from inbox.tests.factories import ThreadFactory
from meta_integration.models import MediaUpload
from meta_integration.services import media
from workspaces.tests.factories import UserFactory
from workspaces.valkey import client as valkey

# The file is uploaded by a thread with a connection of its own: it must find rows that are committed.
pytestmark = pytest.mark.django_db(transaction=True)
S = Message.Status
SLOW = requests.ReadTimeout("slow")
GRAPH = "https://graph.facebook.com/v23.0"


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def thread():
    return ThreadFactory()


@pytest.fixture
def picture(thread):
    file = BytesIO()
    Image.new("RGB", (20, 20), "green").save(file, "PNG")
    return media.store(thread.workspace, file, "example.png")


def queue(thread, picture, caption="") -> Message:
    return sending.queue(thread, outgoing.image(picture, caption=caption), author=UserFactory())


def takes_uploads(graph, thread, *ids: str) -> None:
    for media_id in ids:
        graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", json={"id": media_id})


def takes_messages(graph, thread, *refusals: int) -> list[dict]:
    """Refuses the first ones with these codes. Returns what was sent."""
    sent, codes = [], list(refusals)

    def answer(request):
        body = json.loads(request.body)
        sent.append(body)
        if codes:
            return 400, {}, json.dumps({"error": {"code": codes.pop(0), "message": "no"}})
        return 200, {}, json.dumps({"messages": [{"id": f"wamid.{body['biz_opaque_callback_data']}"}]})

    graph.add_callback("POST", f"{GRAPH}/{thread.number.phone_number_id}/messages", answer)
    return sent


def uploads(graph) -> int:
    return sum(call.request.url.partition("?")[0].endswith("/media") for call in graph.calls)


def test_many_messages_with_one_file_upload_it_once(graph, thread, picture):
    takes_uploads(graph, thread, "media-1")
    sent = takes_messages(graph, thread)
    others = [ThreadFactory(number=thread.number) for _ in range(4)]
    for each in [thread, *others]:
        queue(each, picture, caption="Look")
    pump(thread.number_id)
    assert [body["image"] for body in sent] == [{"id": "media-1", "caption": "Look"}] * 5
    assert uploads(graph) == 1
    assert set(Message.objects.values_list("status", flat=True)) == {S.SENT}
    queue(thread, picture)
    pump(thread.number_id)
    assert uploads(graph) == 1


def test_an_upload_that_expired_is_made_anew(graph, thread, picture):
    MediaUpload.objects.create(
        workspace=thread.workspace, asset=picture, number=thread.number, media_id="old", expires_at=timezone.now()
    )
    takes_uploads(graph, thread, "new")
    sent = takes_messages(graph, thread)
    queue(thread, picture)
    pump(thread.number_id)
    assert sent[0]["image"]["id"] == "new"


def test_a_file_that_meta_does_not_find_any_more_is_uploaded_once_more(graph, thread, picture):
    takes_uploads(graph, thread, "media-1", "media-2")
    sent = takes_messages(graph, thread, 131053)
    message = queue(thread, picture)
    pump(thread.number_id)
    Message.objects.update(not_before=timezone.now())
    pump(thread.number_id)
    message.refresh_from_db()
    assert [body["image"]["id"] for body in sent] == ["media-1", "media-2"]
    assert message.status == S.SENT


def test_a_file_that_is_wrong_for_meta_fails_after_the_second_time(graph, thread, picture):
    takes_uploads(graph, thread, "media-1", "media-2")
    sent = takes_messages(graph, thread, 131053, 131053)
    message = queue(thread, picture)
    for _ in range(3):
        Message.objects.update(not_before=timezone.now())
        pump(thread.number_id)
    message.refresh_from_db()
    assert (message.status, message.error_code, len(sent)) == (S.FAILED, 131053, 2)


def test_an_upload_without_an_answer_leaves_nothing_in_doubt(graph, thread, picture):
    graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", status=502, body="<html>Bad gateway</html>")
    message = queue(thread, picture)
    pump(thread.number_id)
    message.refresh_from_db()
    assert (message.status, message.attempts) == (S.QUEUED, 1)
    assert message.not_before > timezone.now()


def test_an_upload_that_meta_refuses_fails_its_messages_with_that_reason(graph, thread, picture):
    refused = {"error": {"code": 100, "message": "no"}}
    graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", status=400, json=refused)
    message = queue(thread, picture)
    pump(thread.number_id)
    message.refresh_from_db()
    assert (message.status, message.error_code) == (S.FAILED, 100)
    assert message.error


def test_a_dead_token_at_the_upload_lets_all_wait(graph, thread, picture):
    dead = {"error": {"code": 190, "message": "no"}}
    graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", status=401, json=dead)
    message = queue(thread, picture)
    pump(thread.number_id)
    message.refresh_from_db()
    thread.number.account.refresh_from_db()
    assert (message.status, message.attempts) == (S.QUEUED, 0)
    assert thread.number.account.suspected_at


def test_a_file_that_is_gone_is_said(graph, thread, picture):
    message = queue(thread, picture)
    Message.objects.update(asset=None)
    picture.delete()
    pump(thread.number_id)
    message.refresh_from_db()
    assert (message.status, message.error) == (S.FAILED, "The file is not there any more.")


def test_others_do_not_wait_for_a_file(graph, thread, picture):
    graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", status=502, body="")
    sent = takes_messages(graph, thread)
    queue(thread, picture)
    sending.reply(ThreadFactory(number=thread.number), "Hello", author=UserFactory())
    pump(thread.number_id)
    assert [body["type"] for body in sent] == ["text"]


def test_a_refusal_that_comes_after_the_slice_is_heard(graph, thread, picture, settings):
    def answer(request):
        time.sleep(pumps.SLICE_SECONDS + 0.6)
        return 400, {}, json.dumps({"error": {"code": 100, "message": "no"}})

    graph.add_callback("POST", f"{GRAPH}/{thread.number.phone_number_id}/media", answer)
    message = queue(thread, picture)
    valkey().lpush(settings.SENDING_QUEUE, "another number's pump")
    try:
        pump(thread.number_id)
    finally:
        valkey().delete(settings.SENDING_QUEUE)
    message.refresh_from_db()
    assert message.status == S.FAILED


def test_one_id_that_is_refused_leaves_no_other_message_in_doubt(graph, thread, picture):
    later = timezone.now() + timedelta(days=3)
    MediaUpload.objects.create(
        workspace=thread.workspace, asset=picture, number=thread.number, media_id="gone", expires_at=later
    )
    takes_uploads(graph, thread, "new")
    takes_messages(graph, thread, 131053)
    for each in [thread, *(ThreadFactory(number=thread.number) for _ in range(14))]:
        queue(each, picture)
    pump(thread.number_id)
    assert set(Message.objects.values_list("status", flat=True)) <= {S.SENT, S.QUEUED}


def test_while_meta_is_not_reached_a_file_waits_as_a_text_does(graph, thread, picture):
    graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", body=requests.ConnectTimeout())
    message = queue(thread, picture)
    for _ in range(settle.MOST_ATTEMPTS + 1):
        Message.objects.update(not_before=timezone.now())
        pump(thread.number_id)
    message.refresh_from_db()
    assert message.status == S.QUEUED


def test_a_failed_status_about_a_file_lets_it_be_uploaded_anew(graph, thread, picture):
    takes_uploads(graph, thread, "media-1")
    takes_messages(graph, thread)
    message = queue(thread, picture)
    pump(thread.number_id)
    message.refresh_from_db()
    failed = {"errors": [{"code": statuses.MEDIA_REFUSED}]}
    report = statuses.Report(
        message.workspace_id, message.number_id, message.wamid, "failed", timezone.now(), None, failed
    )
    statuses.apply([report])
    assert not MediaUpload.objects.exists()


@pytest.mark.parametrize("how", [{"status": 500, "json": {"error": {"code": 1, "message": "no"}}}, {"body": SLOW}])
def test_one_file_that_does_not_get_to_meta_rests_no_number(graph, thread, picture, how):
    graph.post(f"{GRAPH}/{thread.number.phone_number_id}/media", **how)
    takes_messages(graph, thread)
    for _ in range(settle.UNANSWERED + 2):
        queue(ThreadFactory(number=thread.number), picture)
    pump(thread.number_id)
    text = sending.queue(thread, outgoing.text("hello"), author=UserFactory())
    pump(thread.number_id)
    text.refresh_from_db()
    thread.number.refresh_from_db()
    assert (text.status, thread.number.rest_count, thread.number.rests_until) == (S.SENT, 0, None)
