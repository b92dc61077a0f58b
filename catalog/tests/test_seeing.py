"""A picture is what its bytes are: JPEG or PNG, large enough, whole; and no file harms who reads it."""

import io

import pytest
from PIL import Image

from catalog.services.seeing import THUMBNAIL_SIDE, NotUsable, see
from catalog.tests.drawing import bomb, picture


def refused(content: bytes) -> tuple[str, dict]:
    with pytest.raises(NotUsable) as found:
        see(content)
    return found.value.key, found.value.facts


@pytest.mark.parametrize(
    ("kind", "mode", "mime_type", "small"),
    [
        ("JPEG", "RGB", "image/jpeg", "JPEG"),
        ("JPEG", "L", "image/jpeg", "JPEG"),
        ("JPEG", "CMYK", "image/jpeg", "JPEG"),
        ("MPO", "RGB", "image/jpeg", "JPEG"),
        ("PNG", "RGB", "image/png", "JPEG"),
        ("PNG", "RGBA", "image/png", "PNG"),
        ("PNG", "LA", "image/png", "PNG"),
        ("PNG", "P", "image/png", "JPEG"),
        ("PNG", "1", "image/png", "JPEG"),
        ("PNG", "I;16", "image/png", "JPEG"),
    ],
)
def test_jpeg_and_png_of_all_kinds_are_good_and_get_a_small_copy(kind, mode, mime_type, small):
    seen = see(picture(kind, (1000, 500), mode))
    assert (seen.mime_type, seen.width, seen.height) == (mime_type, 1000, 500)
    copy = Image.open(io.BytesIO(seen.thumbnail))
    assert copy.format == small and copy.size == (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2) and len(seen.thumbnail) < 60_000


def test_the_small_copy_is_upright_and_tells_nothing_of_the_camera():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Example camera"
    seen = see(picture("JPEG", (1000, 500), exif=exif))
    copy = Image.open(io.BytesIO(seen.thumbnail))
    assert copy.size == (THUMBNAIL_SIDE // 2, THUMBNAIL_SIDE) and b"Example camera" not in seen.thumbnail


@pytest.mark.parametrize("size", [(499, 500), (500, 499), (1, 1), (5000, 20)])
def test_what_is_too_small_says_how_small(size):
    assert refused(picture("PNG", size)) == ("image_too_small", {"width": size[0], "height": size[1]})
    see(picture("PNG", (500, 500)))


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "BMP", "TIFF"])
def test_other_pictures_are_named(kind):
    assert refused(picture(kind)) == ("image_wrong_type", {"type": kind})


def test_a_drawing_of_lines_is_named_too():
    assert refused(b'<?xml version="1.0"?><svg xmlns="x"><script/></svg>') == ("image_wrong_type", {"type": "SVG"})


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<html><body>Not found</body></html>", b"%PDF-1.7", b"\0" * 1000, b"%!PS-Adobe-3.0 EPSF-3.0"],
)
def test_what_is_no_picture_is_none(content):
    assert refused(content)[0] == "image_no_image"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_half_a_picture_is_damaged(kind, share):
    content = picture(kind, (900, 900), color=(200, 30, 60))
    assert refused(content[: int(len(content) * share)])[0] == "image_broken"


def test_a_head_without_a_body_is_damaged():
    assert refused(b"\xff\xd8\xff\xe0rest")[0] == "image_broken"
    assert refused(b"\x89PNG\r\n\x1a\nrest")[0] == "image_broken"


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000), (2_000_000_000, 2_000_000_000)])
def test_what_would_fill_the_memory_is_not_unpacked(size):
    content = bomb(*size)
    assert len(content) < 100_000
    assert refused(content)[0] == "image_too_many_pixels"


def test_bytes_that_changed_on_the_way_are_damaged_or_seen_and_nothing_else():
    content = bytearray(picture("PNG", (600, 600), color=(1, 2, 3)) + picture("JPEG", (600, 600)))
    for place in range(0, len(content), 37):
        broken = bytes(content[:place]) + bytes([content[place] ^ 0xFF]) + bytes(content[place + 1 :])
        try:
            see(broken)
        except NotUsable as verdict:
            assert verdict.key.startswith("image_")
