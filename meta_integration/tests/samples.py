"""Files of every kind, as small as they can be. What a program looks at to know them is real; the rest is filler."""

import io
import struct
import zipfile

from PIL import Image


def picture(format_: str, mode: str = "RGB", size: tuple[int, int] = (8, 8), **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, format_, **options)
    return out.getvalue()


def moving_sticker() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (512, 512), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "<x/>")
    return out.getvalue()


def mpeg4(*brands: bytes) -> bytes:
    body = brands[0] + b"\0\0\2\0" + b"".join(brands)
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + b"\0" * 64


def ogg(head: bytes) -> bytes:
    return b"OggS\0\2" + b"\0" * 20 + b"\1\x13" + head + b"\0" * 50


def office(stream: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + stream.encode("utf-16-le") + b"\0" * 64


JPEG, PNG = picture("JPEG"), picture("PNG")
STICKER = picture("WEBP", size=(512, 512))
MONO = ogg(b"OpusHead\1\1")
BY_TYPE = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    "image/webp": STICKER,
    "image/gif": picture("GIF"),
    "video/mp4": mpeg4(b"isom", b"iso2", b"avc1"),
    "video/3gpp": mpeg4(b"3gp4", b"isom"),
    "video/quicktime": mpeg4(b"qt  "),
    "audio/mp4": mpeg4(b"M4A ", b"mp42"),
    "audio/mpeg": b"ID3\4" + b"\0" * 60,
    "audio/aac": b"\xff\xf1\x50\x80" + b"\0" * 60,
    "audio/amr": b"#!AMR\n" + b"\0" * 60,
    "audio/ogg": MONO,
    "application/pdf": b"%PDF-1.7\n" + b"x" * 60,
    "application/zip": archive("a.txt"),
    "application/msword": office("WordDocument"),
    "application/vnd.ms-excel": office("Workbook"),
    "application/vnd.ms-powerpoint": office("PowerPoint Document"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": archive(
        "[Content_Types].xml", "word/document.xml"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": archive(
        "[Content_Types].xml", "xl/workbook.xml"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": archive(
        "[Content_Types].xml", "ppt/presentation.xml"
    ),
    "text/plain": "Grüße <script>alert(1)</script>\n".encode(),
    "application/octet-stream": b"\x00\x01\x02\xff" * 20,
}
