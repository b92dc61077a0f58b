"""Pictures as files."""

import io
import struct
import zlib

from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 600), mode: str = "RGB", **options) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, options.pop("color", 0)).save(written, kind, **options)
    return written.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A few kilobytes that say that they are a PNG of this size, and are."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9) if width * height < 10**9 else b""
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")])


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
