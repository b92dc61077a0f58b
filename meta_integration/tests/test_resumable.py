"""Uploads that can be resumed: whatever breaks, the bytes arrive once each, and the handle is kept whole."""

import contextlib
import json
import re
import tempfile
import threading
import tracemalloc
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import requests
from django.core.files.base import ContentFile

from meta_integration.filetypes import NotAFileForWhatsApp
from meta_integration.graph.errors import GraphUnreachable, RequestRejected, TokenRejected
from meta_integration.services.clients import graph_client_for
from meta_integration.services.resumable import MOST_BREAKS, handle_for
from meta_integration.tests.factories import TOKEN, MediaAssetFactory, WABAFactory

pytestmark = pytest.mark.django_db
ROOT = "https://graph.facebook.com/v23.0"
SESSION = "upload:MTphdHRhY2htZW50OjE2MA==?sig=ARaCk_x-1"
CONTENT = bytes(range(256)) * 40
HANDLE = "4::aW1hZ2UvanBlZw==:ARb\n4::aW1hZ2UvanBlZw==:ARc"


@pytest.fixture
def asset():
    file = ContentFile(CONTENT, name="x")
    return MediaAssetFactory(mime_type="image/jpeg", file_name="blue shoe.jpg", file=file, size=len(CONTENT))


@pytest.fixture
def client():
    return graph_client_for(WABAFactory())


class Uploads:
    """Meta's side of one upload. Each entry of `breaks` is how many bytes it takes before the connection breaks."""

    def __init__(self, graph, breaks=(), offsets=None):
        self.has, self.breaks, self.offsets, self.asked = b"", list(breaks), offsets, []
        graph.post(re.compile(rf"{ROOT}/\d+/uploads"), json={"id": SESSION})
        graph.add_callback("POST", f"{ROOT}/{SESSION}", self.take)
        graph.add_callback("GET", f"{ROOT}/{SESSION}", self.tell)

    def take(self, request):
        assert request.headers["Authorization"] == f"OAuth {TOKEN}"
        offset = int(request.headers["file_offset"])
        self.asked.append(offset)
        assert offset == len(self.has)
        body = request.body or b""
        assert int(request.headers["Content-Length"]) == len(body)
        if self.breaks:
            self.has += body[: self.breaks.pop(0)]
            raise requests.ConnectionError("Connection aborted.")
        self.has += body
        return 200, {}, json.dumps({"h": HANDLE})

    def tell(self, request):
        assert request.headers["Authorization"] == f"OAuth {TOKEN}"
        offset = self.offsets.pop(0) if self.offsets else len(self.has)
        return 200, {}, f'{{"id": "{SESSION}", "file_offset": {offset}}}'


def test_an_upload_in_one_go_keeps_the_whole_handle(graph, client, asset):
    meta = Uploads(graph)
    assert handle_for(asset, client) == HANDLE
    assert meta.has == CONTENT
    start, send = (call.request for call in graph.calls)
    assert "file_name=blue+shoe.jpg&file_length=10240&file_type=image%2Fjpeg" in start.url
    assert send.url == f"{ROOT}/{SESSION}"
    assert TOKEN not in start.url + send.url


@pytest.mark.parametrize("breaks", [[4096], [0, 100, 0, 5000], [10240], [10240, 0]])
def test_after_a_break_only_the_rest_is_sent(graph, client, asset, breaks):
    meta = Uploads(graph, breaks)
    assert handle_for(asset, client) == HANDLE
    assert meta.has == CONTENT
    assert len(meta.asked) == len(breaks) + 1


def test_an_upload_that_always_breaks_ends(graph, client, asset):
    meta = Uploads(graph, [1] * 100)
    with pytest.raises(GraphUnreachable, match="too often"):
        handle_for(asset, client)
    assert len(meta.asked) == MOST_BREAKS + 1


@pytest.mark.parametrize("offset", ["-1", "10241", '"x"', "null", "[1]", "1e400"])
def test_an_offset_that_makes_no_sense_ends_it(graph, client, asset, offset):
    meta = Uploads(graph, [100], offsets=[offset])
    with pytest.raises(GraphUnreachable):
        handle_for(asset, client)
    assert meta.asked == [0]


def test_an_offset_may_be_a_string(graph, client, asset):
    meta = Uploads(graph, [100], offsets=['"100"'])
    assert handle_for(asset, client) == HANDLE
    assert meta.asked == [0, 100]


@pytest.mark.parametrize(("status", "code", "error"), [(401, 190, TokenRejected), (400, 100, RequestRejected)])
def test_a_refusal_is_not_repeated(graph, client, asset, status, code, error):
    graph.post(re.compile(rf"{ROOT}/\d+/uploads"), json={"id": SESSION})
    graph.post(f"{ROOT}/{SESSION}", status=status, json={"error": {"code": code}})
    with pytest.raises(error):
        handle_for(asset, client)
    assert len(graph.calls) == 2


def test_a_session_without_an_id_is_no_session(graph, client, asset):
    graph.post(re.compile(rf"{ROOT}/\d+/uploads"), json={})
    with pytest.raises(GraphUnreachable):
        handle_for(asset, client)


def test_the_upload_of_an_earlier_try_goes_on_where_meta_says(graph, client, asset):
    meta, told = Uploads(graph), []
    meta.has = CONTENT[:6000]
    assert handle_for(asset, client, session=SESSION, begun=told.append) == HANDLE
    assert meta.has == CONTENT and meta.asked == [6000]
    assert told == []


def test_a_session_that_meta_does_not_know_any_more_is_begun_anew(graph, client, asset):
    meta, told = Uploads(graph), []
    graph.get(f"{ROOT}/upload:old", status=400, json={"error": {"code": 100, "error_subcode": 33}})
    assert handle_for(asset, client, session="upload:old", begun=told.append) == HANDLE
    assert meta.has == CONTENT and told == [SESSION]


def test_how_far_it_has_come_is_told(graph, client, asset):
    Uploads(graph, [4096])
    told = []
    handle_for(asset, client, sent=told.append)
    assert told[-1] == len(CONTENT) and told == sorted(told)


def test_a_large_file_is_never_read_as_a_whole(settings):
    """Over a real connection: a faked one reads the whole body itself."""
    size, got = 32 * 2**20, []

    class Meta(BaseHTTPRequestHandler):
        def do_POST(self):
            left = int(self.headers["Content-Length"])
            got.append(left)
            while left:
                left -= len(self.rfile.read(min(left, 2**16)))
            answer = json.dumps({"id": SESSION} if "/uploads" in self.path else {"h": HANDLE}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Meta)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.GRAPH_BASE_URL = f"http://127.0.0.1:{server.server_port}"
    asset, client = MediaAssetFactory(size=size), graph_client_for(WABAFactory())
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        asset.file = SimpleNamespace(open=lambda mode: contextlib.nullcontext(file))
        tracemalloc.start()
        assert handle_for(asset, client) == HANDLE
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    server.shutdown()
    assert got == [0, size]
    assert peak < 2 * 2**20


def test_what_templates_do_not_take_is_not_uploaded(graph, client):
    with pytest.raises(NotAFileForWhatsApp, match="JPEG, PNG"):
        handle_for(MediaAssetFactory(mime_type="audio/ogg"), client)
    assert not graph.calls
