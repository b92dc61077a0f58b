import hashlib
import re
import socket

import pytest
import requests

from sandbox.examples import picture, video
from sandbox.filetypes import MB

from .conftest import wait_for

PICTURE = picture()
SIZE = len(PICTURE)


@pytest.fixture
def upload(sandbox, token):
    return Uploading(sandbox, token)


class Uploading:
    """The calls of a resumable upload, as a program makes them."""

    def __init__(self, sandbox, token):
        self.sandbox, self.token = sandbox, token

    def start(self, length=SIZE, file_type="image/png", **changes):
        query = {"file_name": "a.png", "file_length": length, "file_type": file_type} | changes
        app_id = self.sandbox.settings.app_id
        return self.sandbox.post(f"{app_id}/uploads", self.token, params={k: v for k, v in query.items() if v})

    def headers(self, offset=None, scheme="OAuth", token=""):
        headers = {"Authorization": f"{scheme} {token or self.token}"}
        return headers if offset is None else headers | {"file_offset": str(offset)}

    def send(self, upload_id, data, offset=0, **kwargs):
        url = f"{self.sandbox.base}/v23.0/{upload_id}"
        return requests.post(url, data=data, headers=self.headers(offset, **kwargs), timeout=10)

    def offset(self, upload_id):
        url = f"{self.sandbox.base}/v23.0/{upload_id}"
        answer = requests.get(url, headers=self.headers(), timeout=5).json()
        assert answer["id"] == upload_id
        return answer["file_offset"]


def test_bytes_become_a_handle(upload):
    upload_id = upload.start().json()["id"]
    assert re.fullmatch(r"upload:[\w+/=]+\?sig=AR[\w-]+", upload_id)
    assert upload.send(upload_id, PICTURE).json()["h"].startswith("4::aW1hZ2UvcG5n:AR")


@pytest.mark.parametrize(
    "changes",
    [
        {"file_length": None},
        {"file_type": None},
        {"file_type": "image/webp"},
        {"file_length": "many"},
        {"file_length": 5 * MB + 1},
        {"file_length": "0"},
    ],
)
def test_session_for_nonsense_is_refused(upload, changes):
    assert upload.start(**changes).json()["error"]["code"] == 100


def test_the_word_is_oauth_and_the_token_is_the_one_it_began_with(upload):
    upload_id = upload.start().json()["id"]
    refused = upload.send(upload_id, PICTURE, scheme="Bearer")
    assert refused.status_code == 400 and "OAuth" in refused.json()["error"]["message"]
    assert upload.send(upload_id, PICTURE, token="EAAdead").json()["error"]["code"] == 190
    other = upload.sandbox.token()
    assert upload.send(upload_id, PICTURE, token=other).json()["error"]["error_subcode"] == 33
    assert requests.get(f"{upload.sandbox.base}/v23.0/upload:x?sig=y", headers=upload.headers()).status_code == 400
    assert upload.offset(upload_id) == 0


def test_parts_with_their_offsets(upload):
    upload_id = upload.start().json()["id"]
    assert upload.send(upload_id, PICTURE[:100]).json() == {"id": upload_id, "file_offset": 100}
    for wrong in (0, 99, 101, "all"):
        assert "100" in upload.send(upload_id, PICTURE[100:], wrong).json()["error"]["message"]
    assert upload.offset(upload_id) == 100
    assert "h" in upload.send(upload_id, PICTURE[100:], 100).json()


def test_more_bytes_than_announced_and_other_content_are_refused(upload):
    upload_id = upload.start().json()["id"]
    assert upload.send(upload_id, PICTURE + b"more").json()["error"]["code"] == 100
    other = upload.start(length=8, file_type="image/jpeg").json()["id"]
    assert "not of type" in upload.send(other, b"notajpeg").json()["error"]["message"]
    assert upload.offset(other) == 0


def test_after_a_dropped_connection_it_goes_on(upload):
    upload_id = upload.start().json()["id"]
    upload.sandbox.control("weather", upload_cut={"bytes": 64, "count": 1})
    with pytest.raises(requests.ConnectionError):
        upload.send(upload_id, PICTURE)
    assert upload.offset(upload_id) == 64
    assert "h" in upload.send(upload_id, PICTURE[64:], 64).json()


def test_video_of_sixteen_megabytes_survives_two_interruptions(upload):
    data = video().ljust(16 * MB, b"\x07")
    upload_id = upload.start(length=len(data), file_type="video/mp4").json()["id"]
    upload.sandbox.control("weather", upload_cut={"bytes": 5_000_001, "count": 2})
    for _ in range(2):
        offset = upload.offset(upload_id)
        with pytest.raises(requests.ConnectionError):
            upload.send(upload_id, data[offset:], offset)
    offset = upload.offset(upload_id)
    handle = upload.send(upload_id, data[offset:], offset).json()["h"]
    assert upload.send(upload_id, b"", len(data)).json()["h"] == handle  # the answer may have been lost
    kept = upload.sandbox.control("upload", handle=handle)
    assert kept["sha256"] == hashlib.sha256(data).hexdigest()
    assert (kept["file_length"], kept["requests"], kept["id"]) == (len(data), 4, upload_id)
    assert "error" in upload.sandbox.control("upload", handle="4::other")


def test_request_that_was_given_up_spoils_nothing(upload):
    upload_id = upload.start().json()["id"]
    lines = [f"POST /v23.0/{upload_id} HTTP/1.1", "Host: x", f"Authorization: OAuth {upload.token}"]
    lines += ["file_offset: 0", f"Content-Length: {len(PICTURE)}"]
    with socket.create_connection(("127.0.0.1", upload.sandbox.settings.port)) as caller:
        caller.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + PICTURE[:50])
        wait_for(lambda: upload.offset(upload_id) == 50)
        handle = upload.send(upload_id, PICTURE[50:], 50).json()["h"]  # while the first one is still open
        caller.sendall(PICTURE[50:])
        assert b"HTTP/1.1 400" in caller.recv(100)
    assert upload.sandbox.control("upload", handle=handle)["sha256"] == hashlib.sha256(PICTURE).hexdigest()


def test_what_came_before_the_caller_vanished_is_kept(upload):
    upload_id = upload.start().json()["id"]
    lines = [f"POST /v23.0/{upload_id} HTTP/1.1", "Host: x", f"Authorization: OAuth {upload.token}"]
    lines += ["file_offset: 0", f"Content-Length: {len(PICTURE)}"]
    with socket.create_connection(("127.0.0.1", upload.sandbox.settings.port)) as caller:
        caller.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + PICTURE[:50])
        wait_for(lambda: upload.offset(upload_id) == 50)
    assert "h" in upload.send(upload_id, PICTURE[50:], 50).json()


def test_handle_of_a_large_file_has_several_lines(upload):
    length = 9 * MB
    upload_id = upload.start(length=length, file_type="application/pdf").json()["id"]
    handle = upload.send(upload_id, b"%PDF-1.4".ljust(length, b" ")).json()["h"]
    assert len(set(handle.split("\n"))) == 3
