"""Example pictures: good ones of any name, and those that are trouble."""

import struct
import zlib

import pytest

from sandbox.commerce import pictures


def get(sandbox, name, **kwargs):
    return sandbox.session.get(f"{sandbox.base}/pictures/{name}", timeout=10, **kwargs)


def test_any_name_is_a_picture_in_its_colour(sandbox):
    answer = get(sandbox, "mug-blue.png")
    assert answer.headers["content-type"] == "image/png"
    data = answer.content
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (800, 800)
    start = data.index(b"IDAT")
    length = struct.unpack(">I", data[start - 4 : start])[0]
    assert len(zlib.decompress(data[start + 4 : start + 4 + length])) == 800 * 801
    assert get(sandbox, "mug-red.png").content != data == get(sandbox, "mug-blue.png").content


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("missing.png", 404, "text/plain; charset=utf-8"),
        ("no-image.png", 200, "text/html; charset=utf-8"),
        ("text-as.png", 200, "image/png"),
        ("cut.png", 200, "image/png"),
        ("small.png", 200, "image/png"),
        ("animation.gif", 200, "image/gif"),
    ],
)
def test_trouble(sandbox, name, status, kind):
    answer = get(sandbox, name)
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)


def test_huge_ones_are_larger_than_eight_megabytes(sandbox):
    assert len(get(sandbox, "huge.png").content) == int(get(sandbox, "huge.png", stream=True).headers["content-length"])
    endless = get(sandbox, "endless.png")
    assert len(endless.content) > 8 * 1024 * 1024 and "content-length" not in endless.headers


def test_redirects_go_anywhere_or_in_circles(sandbox):
    answer = get(sandbox, "redirect.png?to=http://10.0.0.1/a.png", allow_redirects=False)
    assert answer.headers["location"] == "http://10.0.0.1/a.png"
    assert get(sandbox, "redirect.png").headers["content-type"] == "image/png"
    assert get(sandbox, "redirect-loop.png", allow_redirects=False).headers["location"].endswith("redirect-loop.png")


def test_slow_ones_wait(sandbox):
    assert get(sandbox, "slow.png?seconds=0.2").elapsed.total_seconds() >= 0.2


def test_only_own_pictures_are_drawn_on_the_phone():
    assert pictures.own_path("http://127.0.0.1:8100/pictures/a.png", 8100) == "/pictures/a.png"
    for address in ("https://shop.example/pictures/a.png", "http://127.0.0.1:8100/a.png", "http://[", "x:y"):
        assert pictures.own_path(address, 8100) == ""
