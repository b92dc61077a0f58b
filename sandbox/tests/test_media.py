import base64
import hashlib
import time
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from sandbox import media
from sandbox.examples import example_files, picture, sticker
from sandbox.state import Media

from .conftest import CUSTOMER, SHOP, SHOP_NUMBER, Sandbox, wait_for

OTHER_NUMBER = "200000000000002"
PHONE = f"/phone/{CUSTOMER}/{SHOP_NUMBER}"
KINDS = ["image", "audio", "video", "document", "sticker"]


def download(sandbox, token, url):
    assert url.startswith(sandbox.base)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.get(url, headers=headers, timeout=5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_goes_up_and_comes_back(sandbox, token, kind):
    data, mime_type, _ = example_files()[kind]
    media_id = sandbox.upload(token, kind).json()["id"]
    about = sandbox.get(media_id, token, params={"phone_number_id": SHOP_NUMBER}).json()
    assert about.pop("url") and about == {
        "messaging_product": "whatsapp",
        "mime_type": mime_type,
        "sha256": hashlib.sha256(data).hexdigest(),
        "file_size": len(data),
        "id": media_id,
    }
    answer = download(sandbox, token, sandbox.get(media_id, token).json()["url"])
    assert (answer.content, answer.headers["Content-Type"]) == (data, mime_type)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"messaging_product": None}, 100, "messaging_product"),
        ({"messaging_product": "telegram"}, 100, "messaging_product"),
        ({"type": "image/gif"}, 100, "image/gif"),
        ({"type": None, "part_type": "application/x-thing"}, 100, "application/x-thing"),
        ({"data": b""}, 100, "empty"),
        ({"data": b"GIF89a not a png"}, 131053, "not of type image/png"),
        ({"type": "image/jpeg"}, 131053, "not of type image/jpeg"),
        ({"data": picture()[:24] + b"\x10" + picture()[25:]}, 131053, "8 bit"),
        ({"data": picture() + bytes(5 * 1024 * 1024)}, 131053, "5242880"),
        ({"data": sticker(256), "type": "image/webp"}, 131053, "256 x 256"),
        ({"data": sticker() + bytes(100 * 1024), "type": "image/webp"}, 131053, "still sticker"),
        ({"data": b"OggS vorbis", "type": "audio/ogg"}, 131053, "OPUS"),
        ({"data": b"\0\1", "type": "text/plain"}, 131053, "text/plain"),
    ],
)
def test_what_whatsapp_does_not_take_is_refused(sandbox, token, changes, code, words):
    error = sandbox.upload(token, **changes).json()["error"]
    assert error["code"] == code and words in error["message"] + error.get("error_data", {}).get("details", "")


def test_upload_without_a_file_or_with_half_a_body(sandbox, token):
    assert "file" in sandbox.post(f"{SHOP_NUMBER}/media", token, json={"messaging_product": "whatsapp"}).text
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"--x\r\nContent-Disposition: form-data", b"nothing", b"--x\r\nabc\r\n--x--"):
        answer = requests.post(f"{sandbox.base}/{SHOP_NUMBER}/media", data=body, headers=headers, timeout=5)
        assert answer.json()["error"]["code"] == 100


def test_media_belongs_to_one_number(sandbox, chatting):
    media_id = sandbox.upload(chatting, number=OTHER_NUMBER).json()["id"]
    assert sandbox.get(media_id, chatting).ok
    assert sandbox.get(media_id, chatting, params={"phone_number_id": SHOP_NUMBER}).json()["error"]["code"] == 100
    error = sandbox.send(chatting, type="image", image={"id": media_id}).json()["error"]
    assert error["code"] == 100 and "image['id']" in error["message"]
    header = {"type": "image", "image": {"id": media_id}}
    action = {"name": "cta_url", "parameters": {"display_text": "Go", "url": "https://example.com/"}}
    interactive = {"type": "cta_url", "header": header, "body": {"text": "?"}, "action": action}
    assert sandbox.send(chatting, type="interactive", interactive=interactive).json()["error"]["code"] == 100


def test_strangers_see_no_media(sandbox, token):
    media_id = sandbox.upload(token).json()["id"]
    stranger = sandbox.token(wabas=("100000000000002",))
    assert sandbox.get(media_id, stranger).json()["error"]["error_subcode"] == 33
    url = sandbox.get(media_id, token).json()["url"]
    assert download(sandbox, stranger, url).status_code == 404
    assert download(sandbox, "", url).status_code == 400
    assert download(sandbox, "EAAdead", url).status_code == 401


def test_address_is_good_for_five_minutes_and_cannot_be_made_up(sandbox, token, monkeypatch):
    url = sandbox.get(sandbox.upload(token).json()["id"], token).json()["url"]
    query = dict(parse_qsl(urlsplit(url).query))
    assert 290 < int(query["ext"]) - time.time() <= 300
    assert download(sandbox, token, url.replace(query["ext"], str(int(query["ext"]) + 60))).status_code == 404
    assert download(sandbox, token, url.split("?")[0] + "?" + urlencode({"mid": "1"})).status_code == 404
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert download(sandbox, token, url).status_code == 404
    monkeypatch.undo()
    sandbox.control("weather", download_gone={"count": 1})
    assert [download(sandbox, token, url).status_code for _ in range(2)] == [404, 200]


def test_deleted_media_is_gone(sandbox, chatting):
    media_id = sandbox.upload(chatting).json()["id"]
    url = sandbox.get(media_id, chatting).json()["url"]
    path, headers = f"{sandbox.base}/v23.0/{media_id}", {"Authorization": f"Bearer {chatting}"}
    assert requests.delete(path, headers=headers, timeout=5).json() == {"success": True}
    assert sandbox.get(media_id, chatting).status_code == 400
    assert download(sandbox, chatting, url).status_code == 404
    assert sandbox.send(chatting, type="image", image={"id": media_id}).status_code == 400


@pytest.mark.parametrize(("is_inbound", "days"), [(False, 30), (True, 7)])
def test_media_is_kept_so_many_days(monkeypatch, is_inbound, days):
    kept = Media("1", SHOP_NUMBER, "image/png", "", 1, time.time(), is_inbound=is_inbound)
    meta, now = SimpleNamespace(world=SimpleNamespace(media={"1": kept})), time.time()
    monkeypatch.setattr(time, "time", lambda: now + (days * 24 - 1) * 3600)
    assert media.find(meta, "1") is kept
    monkeypatch.setattr(time, "time", lambda: now + (days * 24 + 1) * 3600)
    assert media.find(meta, "1") is None


def test_wrong_kind_of_file_fails_later(sandbox, chatting, app):
    document = sandbox.upload(chatting, "document").json()["id"]
    assert sandbox.send(chatting, type="image", image={"id": document}).ok
    assert wait_for(app.statuses)[0]["errors"][0]["code"] == 131053


def test_weather_of_files(sandbox, chatting, app):
    sandbox.control("weather", upload_refused=131053)
    assert sandbox.upload(chatting).json()["error"]["code"] == 131053
    sandbox.control("weather", upload_refused=0, media_fails_later=True, inbound_media_broken=True)
    sandbox.send(chatting, type="image", image={"id": sandbox.upload(chatting).json()["id"]})
    assert wait_for(app.statuses)[0]["errors"][0]["code"] == 131053
    app.received.clear()
    file = base64.b64encode(picture()).decode()
    message = {"type": "image", "image": {"caption": "Look"}}
    sandbox.control("inbound", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, message=message, file=file)
    (told,) = wait_for(lambda: [m for value in app.values() for m in value.get("messages", [])])
    assert told["errors"][0]["code"] == 131052 and "image" not in told


@pytest.mark.parametrize("kind", KINDS)
def test_customer_sends_a_file(sandbox, token, app, kind):
    data, mime_type, filename = example_files()[kind]
    form = {"kind": "file", "file": kind}
    assert requests.post(f"{sandbox.base}{PHONE}/send", data=form, timeout=5, allow_redirects=False).ok
    (message,) = wait_for(lambda: [m for value in app.values() for m in value.get("messages", [])])
    content = message[kind]
    assert base64.b64decode(content["sha256"]) == hashlib.sha256(data).digest()
    assert content["mime_type"].startswith(mime_type) and content.get("filename", "") == filename
    assert download(sandbox, token, content["url"]).content == data
    assert download(sandbox, token, sandbox.get(content["id"], token).json()["url"]).content == data
    page = requests.get(sandbox.base + PHONE, timeout=5).text
    assert f"/phone/file/{content['id']}" in page
    assert requests.get(f"{sandbox.base}/phone/file/{content['id']}", timeout=5).content == data


def test_customer_sends_a_file_of_a_test(sandbox, token, app):
    more = {"file": base64.b64encode(b"Two lines\nof text").decode(), "filename": "note.txt"}
    message = {"type": "document", "document": {"caption": "A note"}}
    where = {"customer": CUSTOMER, "phone_number_id": SHOP_NUMBER}
    assert sandbox.control("inbound", **where, message=message, **more)["wamid"]
    content = wait_for(app.values)[0]["messages"][0]["document"]
    assert (content["filename"], content["caption"], content["mime_type"]) == ("note.txt", "A note", "text/plain")
    assert "base64" in sandbox.control("inbound", **where, message=message, file="%")["error"]
    assert "none that" in sandbox.control("inbound", **where, message={"type": "image"}, file=more["file"])["error"]
    assert (
        "must be of type" in sandbox.control("inbound", **where, message={"type": "text"}, file=more["file"])["error"]
    )


def test_phone_shows_what_the_shop_sent(sandbox, chatting, app):
    image, document = (sandbox.upload(chatting, kind).json()["id"] for kind in ("image", "document"))
    sandbox.send(chatting, type="image", image={"id": image, "caption": "Our new lamp"})
    sandbox.send(chatting, type="document", document={"id": document, "filename": "invoice.pdf"})
    sandbox.send(chatting, type="image", image={"link": "https://example.com/a.png"})
    wait_for(lambda: len(app.statuses()) == 6)
    page = requests.get(sandbox.base + PHONE, timeout=5).text
    assert f'<img src="/phone/file/{image}"' in page and "Our new lamp" in page
    assert f'href="/phone/file/{document}"' in page and "invoice.pdf" in page
    assert 'href="https://example.com/a.png"' in page and 'src="https' not in page


def test_files_live_as_long_as_the_snapshot(tmp_path, app):
    first = Sandbox(webhook_url=app.url, snapshot=str(tmp_path / "snapshot.json"))
    token = first.connect()
    media_id = first.upload(token).json()["id"]
    first.stop()
    second = Sandbox(webhook_url=app.url, snapshot=str(tmp_path / "snapshot.json"))
    try:
        assert download(second, token, second.get(media_id, token).json()["url"]).content == picture()
        assert SHOP in second.get(SHOP, token).text
        second.control("reset")
        assert not list((tmp_path / "snapshot.json.files").glob("*"))
    finally:
        second.stop()
