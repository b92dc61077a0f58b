"""Files in the inbox: what customers send is fetched and shown, what agents attach is sent, strangers get 404."""

import base64
import hashlib
import html
import re
from datetime import timedelta

import pytest
import requests
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox import tasks
from inbox.models import Message
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import WABA, Incident, MediaAsset, WebhookDelivery
from meta_integration.services import inbound_media, media, watch
from meta_integration.tests import answers, samples
from meta_integration.tests.factories import MediaAssetFactory, PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
ROOT = "https://graph.facebook.com/v23.0"
FILE_URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
NUMBER_ID, MEDIA_ID = "147745711026871", "147698872399726"  # Those of messages__image.json.


@pytest.fixture
def received(deliver):
    """A customer's picture came in, and is not fetched yet."""
    PhoneNumberFactory(phone_number_id=NUMBER_ID)
    deliver("messages__image")
    return Message.objects.get()


def offer(graph, content: bytes = samples.JPEG, **info) -> None:
    """Meta has the file."""
    sha256 = hashlib.sha256(content).hexdigest()
    graph.get(f"{ROOT}/{MEDIA_ID}", json={"url": FILE_URL, "sha256": sha256, "file_size": str(len(content)), **info})
    graph.get(FILE_URL, body=content)


def fetched(message: Message) -> MediaAsset:
    tasks.fetch_media()
    return MediaAsset.objects.get(pk=message.asset_id)


# Coming in -----------------------------------------------------------------------------------------------------------
def test_a_picture_is_stored_at_once_and_its_file_fetched_afterwards(graph, received):
    asset = received.asset
    assert (asset.state, asset.media_id, asset.origin, asset.file.name) == ("waiting", MEDIA_ID, "inbound", "")
    offer(graph)
    asset = fetched(received)
    assert (asset.state, asset.mime_type, asset.size) == ("ready", "image/jpeg", len(samples.JPEG))
    assert (asset.width, asset.height) == (8, 8)
    assert asset.sha256 == hashlib.sha256(samples.JPEG).hexdigest()
    assert asset.file.read() == samples.JPEG
    assert f"phone_number_id={NUMBER_ID}" in graph.calls[0].request.url


@pytest.mark.parametrize("kind", ["audio", "video", "document", "sticker", "image"])
def test_every_kind_with_a_file_waits_for_it(deliver, kind):
    deliver(f"messages__{kind}")  # Nobody has connected its number yet.
    delivery = WebhookDelivery.objects.get()
    PhoneNumberFactory(phone_number_id=delivery.unknown_numbers[0])
    deliver(bytes(delivery.body) + b" ")
    assert Message.objects.get().asset.state == "waiting"


def test_an_announcement_twice_is_one_file(graph, received):
    again = inbound_media.expect(received.number, received.content)
    assert again == received.asset
    assert inbound_media.expect(received.number, {"type": "text", "text": {"body": "x"}}) is None
    assert inbound_media.expect(received.number, {"type": "image", "image": [1]}) is None


def test_the_checksum_counts_in_both_of_metas_spellings(graph, received):
    offer(graph, sha256=base64.b64encode(hashlib.sha256(samples.JPEG).digest()).decode())
    assert fetched(received).state == "ready"


def test_a_file_is_what_it_is_and_not_what_was_declared(graph, received):
    offer(graph, b"<html><script>alert(1)</script></html>", mime_type="image/jpeg")
    assert fetched(received).mime_type == "text/plain"


def test_an_address_that_expired_is_asked_anew(graph, received):
    sha256 = hashlib.sha256(samples.JPEG).hexdigest()
    graph.get(f"{ROOT}/{MEDIA_ID}", json={"url": FILE_URL + "&old", "sha256": sha256})
    graph.get(f"{ROOT}/{MEDIA_ID}", json={"url": FILE_URL, "sha256": sha256})
    graph.get(FILE_URL + "&old", status=404)
    graph.get(FILE_URL, body=samples.JPEG)
    assert fetched(received).state == "ready"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([{"status": 500, "json": {"error": {"code": 131000}}}], ""),
        ([{"body": requests.ReadTimeout("x")}], "could not be reached"),
        ([{"json": {"url": FILE_URL, "sha256": "0" * 64}}, {"body": b"other"}], "damaged"),
        ([{"json": {"url": FILE_URL}}, {"status": 404}], "could not be reached"),
        ([{"json": {"url": FILE_URL}}, {"status": 503, "body": "<html>"}], "could not be reached"),
    ],
)
def test_trouble_is_tried_again_with_growing_pauses_and_then_said(graph, received, answers, reason):
    for url, answer in zip((f"{ROOT}/{MEDIA_ID}", FILE_URL), answers, strict=False):
        graph.get(url, **answer)
    asset, pauses = fetched(received), []
    while asset.state == "waiting":
        pauses.append(round((asset.retry_at - timezone.now()).total_seconds()))
        MediaAsset.objects.update(retry_at=timezone.now())
        asset = fetched(received)
    assert len(pauses) == inbound_media.MOST_ATTEMPTS - 1
    assert pauses == sorted(pauses) and pauses[0] < 10 and pauses[-1] > 3600
    assert asset.state == "failed" and reason in asset.error and asset.error


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 400, "json": {"error": {"code": 100, "error_subcode": 33}}}, "7 days"),
        ({"json": {"url": FILE_URL, "file_size": 104857601}}, "larger than 100 MB"),
        ({"json": {"url": "https://example.com/a"}}, "does not belong to Meta"),
        ({"json": {}}, "does not belong to Meta"),
    ],
)
def test_what_no_try_can_bring_fails_at_once_with_its_reason(graph, received, answer, reason):
    graph.get(f"{ROOT}/{MEDIA_ID}", **answer)
    asset = fetched(received)
    assert asset.state == "failed"
    assert reason in asset.error
    assert len(graph.calls) == 1


def test_a_dead_token_makes_files_wait_until_the_account_is_connected_again(graph, received):
    graph.get(f"{ROOT}/{MEDIA_ID}", status=401, json={"error": {"code": 190}})
    asset = fetched(received)
    assert (asset.state, asset.attempts) == ("waiting", 0)
    assert tasks.sweep_media() == 0
    account = WABA.objects.get()
    answers.refuses(graph, account, 190)
    watch.check_due(account.pk)
    assert Incident.objects.get().kind == "connection_broken"
    assert tasks.sweep_media() == 0
    WABA.objects.update(state=WABA.State.CONNECTED)
    graph.reset()
    offer(graph)
    assert tasks.sweep_media() == 1
    assert fetched(received).state == "ready"


def test_a_limit_of_metas_costs_no_try(graph, received):
    graph.get(f"{ROOT}/{MEDIA_ID}", status=400, json={"error": {"code": 80007}})
    asset = fetched(received)
    assert (asset.state, asset.attempts) == ("waiting", 0)
    assert asset.retry_at > timezone.now() + timedelta(minutes=4)


def test_a_worker_that_died_while_fetching_leaves_it_to_the_sweep(graph, received):
    assert inbound_media._claim() == received.asset
    assert tasks.sweep_media() == 0  # It may be at work.
    MediaAsset.objects.update(retry_at=timezone.now())
    assert tasks.sweep_media() == 1
    MediaAsset.objects.update(attempts=inbound_media.MOST_ATTEMPTS)
    assert tasks.sweep_media() == 0
    assert MediaAsset.objects.get().state == "failed"


def test_two_workers_fetch_one_file_and_keep_one_copy(graph, received):
    offer(graph)
    slow = inbound_media._claim()
    MediaAsset.objects.update(retry_at=timezone.now())
    kept = fetched(received).file.name
    inbound_media._fetch(slow)
    assert MediaAsset.objects.get().file.name == kept
    folders, files = default_storage.listdir(str(received.workspace_id))
    assert files == [kept.split("/")[1]]


# In the thread -------------------------------------------------------------------------------------------------------
@pytest.fixture
def thread():
    return ThreadFactory(unread_count=0)


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


def with_file(thread, mime_type: str, kind: str, **fields) -> Message:
    asset = MediaAssetFactory(workspace=thread.workspace, mime_type=mime_type, **fields)
    return MessageFactory(thread=thread, direction="in", status="received", type=kind, body="", asset=asset)


@pytest.mark.parametrize(
    ("mime_type", "kind", "tag"),
    [
        ("image/jpeg", "image", r'<img src="{url}" alt="Picture"'),
        ("image/webp", "sticker", r'<img src="{url}" alt="Sticker"'),
        ("audio/ogg", "audio", r'<audio class="file" controls preload="none" src="{url}"'),
        ("video/mp4", "video", r'<video class="file" controls preload="metadata" src="{url}"'),
        ("application/pdf", "document", r'<a class="file document" href="{url}" download>'),
        ("application/octet-stream", "image", r'<a class="file document" href="{url}" download>'),
    ],
)
def test_a_file_is_shown_as_what_it_is(client, agent, thread, mime_type, kind, tag):
    message = with_file(thread, mime_type, kind, file_name="bill.pdf")
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert tag.replace("{url}", f"/media/{message.asset_id}/") in page


def test_a_picture_takes_its_room_before_it_is_there(client, agent, thread):
    with_file(thread, "image/png", "image", width=1600, height=800)
    assert 'width="320" height="160">' in client.get(f"/inbox/{thread.pk}/").content.decode()


def test_a_file_on_its_way_and_one_that_failed_say_so(client, agent, thread):
    with_file(thread, "", "image", state="waiting")
    failed = with_file(thread, "", "document", state="failed", error="It arrived damaged.")
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert "Picture: being fetched from WhatsApp" in page
    assert "Document: it could not be fetched. It arrived damaged." in page
    assert f'action="/inbox/messages/{failed.pk}/fetch/"' in page


def test_try_again_fetches_once_more(client, agent, thread):
    failed = with_file(thread, "", "image", state="failed", error="x", attempts=8)
    answer = client.post(f"/inbox/messages/{failed.pk}/fetch/")
    assert answer.url == f"/inbox/{thread.pk}/"
    asset = MediaAsset.objects.get()
    assert (asset.state, asset.attempts, asset.error) == ("waiting", 0, "")


def test_an_analyst_looks_and_does_not_fetch(client, thread):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    failed = with_file(thread, "", "image", state="failed", error="x")
    assert "/fetch/" not in client.get(f"/inbox/{thread.pk}/").content.decode()
    assert client.post(f"/inbox/messages/{failed.pk}/fetch/").status_code == 403


def test_files_cost_no_query_each(client, agent, thread):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/inbox/{thread.pk}/")
        return len(queries)

    with_file(thread, "image/png", "image")
    count()
    few = count()
    for _ in range(10):
        with_file(thread, "image/png", "image")
    assert count() == few


def post(client, thread, upload, text="", key="k", **more):
    return client.post(f"/inbox/{thread.pk}/", {"text": text, "key": key, "file": upload}, **more)


def png(name="holiday.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, samples.PNG, "text/html")


def test_an_attached_file_is_queued_with_the_text_under_it(client, agent, thread):
    page = post(client, thread, png(), "In blue", follow=True).content.decode()
    message = Message.objects.get()
    assert (message.type, message.body, message.asset.mime_type) == ("image", "In blue", "image/png")
    assert message.content == {"image": {"asset": message.asset_id, "caption": "In blue"}}
    assert f"/media/{message.asset_id}/" in page and "In blue" in page


def test_pressing_send_twice_with_a_file_is_one_message_and_one_file(client, agent, thread):
    for _ in range(2):
        assert post(client, thread, png(), "In blue").status_code == 302
    assert (Message.objects.count(), MediaAsset.objects.count()) == (1, 1)


def test_a_file_that_whatsapp_does_not_take_is_refused_in_words_and_the_text_stays(client, agent, thread):
    answer = post(client, thread, SimpleUploadedFile("a.png", samples.BY_TYPE["image/gif"]), "Look")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Not sent. “a.png” cannot be sent. WhatsApp does not take files of this kind." in page
    assert "Look</textarea>" in page
    assert not MediaAsset.objects.exists() and not Message.objects.exists()


def test_the_composer_takes_a_file_without_javascript_and_says_the_limits(client, agent, thread):
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    form = re.search(r"<form id=\"composer\".*?</form>", page, re.S)[0]
    assert 'enctype="multipart/form-data"' in form
    assert re.search(r'<input id="file" type="file" name="file" accept="image/jpeg,', form)
    assert "up to 5 MB" in form


# Serving -------------------------------------------------------------------------------------------------------------
def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


SHOWN = ["image/png", "audio/ogg", "video/mp4"]
SAVED = ["application/pdf", "text/plain", "application/octet-stream", "text/html", "image/svg+xml"]


@pytest.mark.parametrize(
    ("mime_type", "shown"), [*((each, True) for each in SHOWN), *((each, False) for each in SAVED)]
)
def test_nothing_in_a_file_can_run_and_only_the_harmless_is_shown(client, agent, thread, mime_type, shown):
    asset = with_file(thread, mime_type, "document", file_name='a"b.html').asset
    answer = client.get(f"/media/{asset.pk}/")
    assert body_of(answer) == b"%PDF-1.7 example"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Cache-Control"].startswith("private")
    assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
    is_known = mime_type not in ("text/html", "image/svg+xml")
    assert answer.headers["Content-Type"] == (mime_type if is_known else "application/octet-stream")


@pytest.mark.parametrize(
    "name", ['a"; filename="b.html', "a\r\nSet-Cookie: x=1", "\u202efdp.exe", "a\x00b.pdf", "../../x.pdf", "ü" * 300]
)
def test_a_file_name_is_one_harmless_word_of_its_header(client, agent, thread, name):
    asset = with_file(thread, "application/pdf", "document", file_name=media.plain_name(name)).asset
    said = client.get(f"/media/{asset.pk}/").headers["Content-Disposition"]
    assert said.startswith("attachment; filename")
    assert not re.search("[\r\n\x00\u202e]|%E2%80%AE", said)
    assert "/" not in said
    # A quote inside is marked as one, so that the name does not end there.
    assert re.fullmatch(r"""attachment; filename(="(\\.|[^"\\])*"|\*=utf-8''[\w.%-]+)""", said)


def test_a_file_of_another_workspace_is_not_found(client, agent):
    assert client.get(f"/media/{MediaAssetFactory().pk}/").status_code == 404


def test_a_file_that_is_not_here_is_not_found(client, agent, thread):
    waiting = with_file(thread, "", "image", state="waiting", file="").asset
    gone = with_file(thread, "image/png", "image").asset
    gone.file.storage.delete(gone.file.name)
    for asset in (waiting, gone):
        assert client.get(f"/media/{asset.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "content", "place"),
    [
        ("bytes=0-3", 206, b"%PDF", "bytes 0-3/16"),
        ("bytes=9-", 206, b"example", "bytes 9-15/16"),
        ("bytes=-3", 206, b"ple", "bytes 13-15/16"),
        ("bytes=5-999", 206, b"1.7 example", "bytes 5-15/16"),
        ("bytes=16-", 416, b"", "bytes */16"),
        ("bytes=5-2", 416, b"", "bytes */16"),
        ("bytes=0-1,3-4", 200, b"%PDF-1.7 example", None),
        ("nonsense", 200, b"%PDF-1.7 example", None),
    ],
)
def test_a_player_gets_the_part_it_asks_for(client, agent, thread, asked, status, content, place):
    asset = with_file(thread, "audio/mpeg", "audio").asset
    answer = client.get(f"/media/{asset.pk}/", headers={"Range": asked})
    assert (answer.status_code, body_of(answer), answer.headers.get("Content-Range")) == (status, content, place)


# Read ----------------------------------------------------------------------------------------------------------------
def test_opening_a_thread_tells_whatsapp_once(client, agent, thread, graph, django_capture_on_commit_callbacks):
    old, new = (MessageFactory(thread=thread, direction="in", status="received", wamid=f"wamid.{n}") for n in (1, 2))
    url = f"{ROOT}/{thread.number.phone_number_id}/messages"
    graph.post(url, json={"success": True})
    for _ in range(2):
        thread.unread_count = 1
        thread.save()
        client.get(f"/inbox/{thread.pk}/")
        assert not graph.calls or len(graph.calls) == 1  # Never in the request.
        tasks.mark_as_read(new.pk)
    assert b'"wamid.2"' in graph.calls[0].request.body
    assert len(graph.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": "x"},
        {"status": 400, "json": {"error": {"code": 100}}},
        {"body": requests.ReadTimeout("x")},
    ],
)
def test_read_that_cannot_be_said_harms_nobody(thread, graph, answer):
    message = MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.1")
    graph.post(f"{ROOT}/{thread.number.phone_number_id}/messages", **answer)
    for _ in range(2):
        tasks.mark_as_read(message.pk)
    assert len(graph.calls) == 1
    assert not Incident.objects.exists()


def test_nothing_is_said_for_a_broken_account(thread, graph):
    message = MessageFactory(thread=thread, direction="in", status="received", wamid="wamid.1")
    WABA.objects.update(state=WABA.State.BROKEN)
    assert tasks.mark_as_read(message.pk) is False
    assert not graph.calls
