"""Files: known by their content, refused in plain words, uploaded once for each number. The token goes nowhere else."""

import io
import re
from datetime import timedelta

import pytest
import requests
import responses
from django.utils import timezone

from meta_integration import filetypes
from meta_integration.filetypes import MB, NotAFileForWhatsApp
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphUnreachable, TokenRejected
from meta_integration.graph.files import FileAddressExpired, FileElsewhere, FileTooLarge, is_metas
from meta_integration.models import MediaAsset, MediaUpload
from meta_integration.services import media
from meta_integration.services.clients import graph_client_for
from meta_integration.tests import samples
from meta_integration.tests.factories import TOKEN, MediaAssetFactory, MediaUploadFactory, PhoneNumberFactory
from workspaces.tests.factories import WorkspaceFactory

ROOT = "https://graph.facebook.com/v23.0"
FILE_URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"


def checked(content: bytes) -> filetypes.Facts:
    file = io.BytesIO(content)
    facts = filetypes.read(file)
    filetypes.check(file, facts)
    return facts


# What a file is ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mime_type", samples.BY_TYPE)
def test_a_file_is_what_its_content_says(mime_type):
    assert filetypes.read(io.BytesIO(samples.BY_TYPE[mime_type])).mime_type == mime_type


@pytest.mark.parametrize("mime_type", samples.BY_TYPE)
def test_what_whatsapp_takes_passes_and_all_else_is_refused_with_what_goes(mime_type):
    if mime_type in filetypes.KINDS:
        assert checked(samples.BY_TYPE[mime_type]).mime_type == mime_type
    else:
        with pytest.raises(NotAFileForWhatsApp, match="JPEG, PNG"):
            checked(samples.BY_TYPE[mime_type])


def test_a_picture_is_measured():
    facts = checked(samples.picture("PNG", size=(30, 20)))
    assert (facts.width, facts.height, facts.kind) == (30, 20, "image")


def padded(content: bytes, size: int) -> bytes:
    return content + b"\0" * (size - len(content))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (padded(samples.JPEG, 5 * MB + 1), "5 MB at most"),
        (padded(samples.BY_TYPE["video/mp4"], 16 * MB + 1), "16 MB at most"),
        (padded(samples.STICKER, 101 * 1024), "100 KB at most"),
        (padded(samples.moving_sticker(), 501 * 1024), "500 KB at most"),
        (samples.picture("WEBP", size=(100, 512)), "100 × 512"),
        (samples.picture("PNG", "P"), "colours"),
        (samples.picture("PNG", "I;16"), "colours"),
        (samples.picture("JPEG", "CMYK"), "colours"),
        (samples.ogg(b"OpusHead\1\2"), "mono"),
        (samples.ogg(b"\1vorbis"), "mono"),
        (samples.JPEG[:10], "does not take files of this kind"),
        (b"PK\x03\x04 broken", "does not take files of this kind"),
        (b"half a letter: \xc3", "does not take files of this kind"),
    ],
)
def test_each_limit_is_refused_in_words_that_name_it(content, words):
    with pytest.raises(NotAFileForWhatsApp, match=words):
        checked(content)


def test_a_moving_sticker_may_be_larger_than_a_still_one():
    assert checked(padded(samples.moving_sticker(), 300 * 1024)).kind == "sticker"


def test_text_is_text_wherever_a_block_ends():
    assert checked(("x" * (MB - 1) + "ü" * 10).encode()).mime_type == "text/plain"


# Storing -------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_stored_file_lies_under_a_name_that_tells_nothing():
    asset = media.store(WorkspaceFactory(), io.BytesIO(samples.PNG), "../../etc/My holiday.png")
    asset.refresh_from_db()
    assert re.fullmatch(rf"{asset.workspace_id}/[\w-]{{32}}", asset.file.name)
    assert asset.file_name == "My holiday.png"
    assert asset.file.read() == samples.PNG
    assert (asset.mime_type, asset.size, asset.kind) == ("image/png", len(samples.PNG), "image")


@pytest.mark.django_db
def test_the_same_file_twice_is_one_row_and_of_another_workspace_another():
    workspace = WorkspaceFactory()
    first = media.store(workspace, io.BytesIO(samples.PNG), "a.png")
    assert media.store(workspace, io.BytesIO(samples.PNG), "a.png") == first
    assert media.store(WorkspaceFactory(), io.BytesIO(samples.PNG), "a.png") != first


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\x\\a.pdf", "a.pdf"),
        ("a\r\nb\0.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("", ""),
    ],
)
def test_a_file_name_is_one_line_and_fits(given, kept):
    assert media.plain_name(given) == kept


# In content ----------------------------------------------------------------------------------------------------------
DEEP = {
    "template": {
        "name": "x",
        "components": [
            {"type": "header", "parameters": [{"type": "document", "document": {"asset": 1, "filename": "a.pdf"}}]},
            {"type": "button", "parameters": [{"type": "action", "action": {"image": {"asset": 99}}}]},
            {
                "type": "carousel",
                "cards": [
                    {"components": [{"type": "header", "parameters": [{"type": "image", "image": {"asset": n}}]}]}
                    for n in (2, 3)
                ],
            },
        ],
    }
}


def test_files_are_found_however_deep_and_a_flows_own_data_is_left_alone():
    assert media.assets_in(DEEP) == {1, 2, 3}
    assert media.assets_in({"image": {"asset": 5, "caption": "x"}}) == {5}
    assert media.assets_in({"interactive": {"header": {"type": "video", "video": {"asset": 6}}}}) == {6}
    assert media.assets_in({"image": {"link": "https://example.com"}, "text": {"body": "asset"}}) == set()


def test_each_file_gets_its_id_and_the_original_stays():
    sent = media.with_ids(DEEP, {1: "a", 2: "b", 3: "c"})
    assert sent["template"]["components"][0]["parameters"][0]["document"] == {"id": "a", "filename": "a.pdf"}
    assert sent["template"]["components"][2]["cards"][1]["components"][0]["parameters"][0]["image"] == {"id": "c"}
    assert sent["template"]["components"][1] == DEEP["template"]["components"][1]
    assert media.assets_in(sent) == set() and media.assets_in(DEEP) == {1, 2, 3}
    with pytest.raises(KeyError):
        media.with_ids(DEEP, {1: "a"})


# Once for each number ------------------------------------------------------------------------------------------------
@pytest.fixture
def number(db):
    return PhoneNumberFactory()


@pytest.fixture
def asset(number):
    return MediaAssetFactory(workspace=number.workspace)


def test_a_file_is_uploaded_as_meta_wants_it_and_once(graph, number, asset):
    graph.post(f"{ROOT}/{number.phone_number_id}/media", json={"id": "4490709327384033"})
    client = graph_client_for(number.account)
    first = media.upload(asset, number, client)
    assert media.upload(asset, number, client).media_id == first.media_id == "4490709327384033"
    (call,) = graph.calls
    body = call.request.body
    assert call.request.headers["Authorization"] == f"Bearer {TOKEN}"
    for part in (
        b'name="messaging_product"\r\n\r\nwhatsapp',
        b'name="type"\r\n\r\napplication/pdf',
        f'filename="{asset.file_name}"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 example\r\n'.encode(),
    ):
        assert part in body
    assert timedelta(days=28) < first.expires_at - timezone.now() < timedelta(days=30)


def test_ids_are_of_this_number_and_still_good_in_one_query(number, django_assert_num_queries):
    good, old, other = MediaUploadFactory(number=number), MediaUploadFactory(number=number), MediaUploadFactory()
    MediaUpload.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    with django_assert_num_queries(1):
        found = media.valid_ids({good.asset_id, old.asset_id, other.asset_id}, number)
    assert found == {good.asset_id: good.media_id}


def test_an_old_upload_is_done_anew_in_the_same_row(graph, number, asset):
    old = MediaUploadFactory(number=number, asset=asset, expires_at=timezone.now())
    graph.post(f"{ROOT}/{number.phone_number_id}/media", json={"id": "new"})
    again = media.upload(asset, number, graph_client_for(number.account))
    assert (again.pk, again.media_id) == (old.pk, "new")
    assert media.valid_ids([asset.pk], number) == {asset.pk: "new"}


def test_two_uploads_at_once_end_with_one_row(graph, number, asset):
    def meanwhile(request):
        MediaUploadFactory(number=number, asset=asset, media_id="theirs")
        return 200, {}, '{"id": "ours"}'

    graph.add_callback("POST", f"{ROOT}/{number.phone_number_id}/media", meanwhile)
    assert media.upload(asset, number, graph_client_for(number.account)).media_id == "ours"
    assert MediaUpload.objects.get().media_id == "ours"


def test_a_forgotten_upload_is_done_again(graph, number, asset):
    MediaUploadFactory(number=number, asset=asset)
    kept = MediaUploadFactory(asset__workspace=number.workspace)
    assert media.forget_uploads([asset.pk, kept.asset_id], number) == 1
    assert media.valid_ids([asset.pk], number) == {}
    assert MediaUpload.objects.get() == kept


@pytest.mark.parametrize(
    "answer", [{"body": requests.ReadTimeout("x")}, {"json": {}}, {"status": 502, "body": "<html>"}]
)
def test_an_upload_without_an_answer_leaves_no_row(graph, number, asset, answer):
    graph.post(f"{ROOT}/{number.phone_number_id}/media", **answer)
    with pytest.raises(GraphUnreachable):
        media.upload(asset, number, graph_client_for(number.account))
    assert not MediaUpload.objects.exists()


@pytest.mark.django_db
def test_a_message_may_name_only_files_of_its_workspace_and_of_the_right_kind(number, asset):
    assert media.assets_for(number.workspace, {"document": {"asset": asset.pk}}) == [asset]
    stranger = MediaAssetFactory()
    waiting = MediaAssetFactory(workspace=number.workspace, state=MediaAsset.State.WAITING)
    archive = MediaAssetFactory(workspace=number.workspace, mime_type="application/zip")
    for content in (
        {"image": {"asset": asset.pk}},
        {"document": {"asset": stranger.pk}},
        {"document": {"asset": waiting.pk}},
        {"document": {"asset": archive.pk}},
    ):
        with pytest.raises(media.WrongFile):
            media.assets_for(number.workspace, content)


# The way to Meta's files ---------------------------------------------------------------------------------------------
@pytest.fixture
def client():
    return MetaGraphClient(requests.Session(), base_url="https://graph.facebook.com", version="v23.0", token=TOKEN)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (FILE_URL, True),
        ("https://scontent.xx.fbcdn.net/a", True),
        ("https://graph.facebook.com/v23.0/1", True),
        ("https://LOOKASIDE.FBSBX.COM/a", True),
        ("http://lookaside.fbsbx.com/a", False),
        ("https://lookaside.fbsbx.com:8443/a", False),
        ("https://evilfbsbx.com/a", False),
        ("https://fbsbx.com.example.com/a", False),
        ("https://lookaside.fbsbx.com@example.com/a", False),
        ("https://user@lookaside.fbsbx.com/a", False),
        ("https://example.com\\@lookaside.fbsbx.com/a", False),
        ("https://example.com/?https://lookaside.fbsbx.com", False),
        ("file:///etc/passwd", False),
        ("//lookaside.fbsbx.com/a", False),
        ("https://[::1", False),
        ("", False),
        (None, False),
    ],
)
def test_only_metas_own_addresses_may_see_the_token(url, allowed):
    assert is_metas(url, "https://graph.facebook.com") is allowed


def test_a_sandbox_serves_its_files_where_it_gets_the_token_anyway():
    assert is_metas("http://127.0.0.1:8100/files/1", "http://127.0.0.1:8100")
    assert not is_metas("http://127.0.0.1:8200/files/1", "http://127.0.0.1:8100")


def test_a_file_elsewhere_is_not_asked(client, graph):
    with pytest.raises(FileElsewhere):
        client.download_media("https://example.com/a", io.BytesIO(), most=100)
    assert not graph.calls


def test_a_file_comes_with_token_and_user_agent(graph, number):
    graph.get(FILE_URL, body=b"bytes")
    target = io.BytesIO()
    graph_client_for(number.account).download_media(FILE_URL, target, most=5)
    assert target.getvalue() == b"bytes"
    headers = graph.calls[0].request.headers
    assert (headers["Authorization"], headers["User-Agent"]) == (f"Bearer {TOKEN}", "Galantis")


def test_a_file_that_is_too_large_stops_at_the_limit(client, graph):
    graph.get(FILE_URL, body=b"x" * 1_000_000)
    target = io.BytesIO()
    with pytest.raises(FileTooLarge):
        client.download_media(FILE_URL, target, most=100_000)
    assert len(target.getvalue()) <= 100_000


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 404, "body": "gone"}, FileAddressExpired),
        ({"status": 302, "headers": {"Location": "https://example.com/"}}, GraphUnreachable),
        ({"status": 401, "json": {"error": {"code": 190}}}, TokenRejected),
        ({"status": 500, "body": "<html>"}, GraphUnreachable),
        ({"body": requests.ReadTimeout(FILE_URL)}, GraphUnreachable),
    ],
)
def test_each_way_a_file_does_not_come_has_its_name(client, graph, answer, error):
    graph.get(FILE_URL, **answer)
    with pytest.raises(error) as caught:
        client.download_media(FILE_URL, io.BytesIO(), most=100)
    assert "fbsbx" not in str(caught.value)
    assert len(graph.calls) == 1


def test_info_and_deletion_name_the_number(client, graph):
    params = [responses.matchers.query_param_matcher({"phone_number_id": "2"})]
    graph.get(f"{ROOT}/1", json={"url": FILE_URL, "file_size": "5"}, match=params)
    graph.delete(f"{ROOT}/1", json={"success": True}, match=params)
    assert client.media_info("1", "2")["url"] == FILE_URL
    client.delete_media("1", "2")
    assert len(graph.calls) == 2


@pytest.mark.parametrize("typing", [False, True])
def test_read_is_said_as_meta_wants_it(client, graph, typing):
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    body |= {"typing_indicator": {"type": "text"}} if typing else {}
    graph.post(f"{ROOT}/2/messages", json={"success": True}, match=[responses.matchers.json_params_matcher(body)])
    client.mark_as_read("2", "wamid.1", typing=typing)
