"""Small example files that a customer may send from the phone simulator, made here: nobody's pictures or voices."""

import functools
import struct
import zlib

OPUS_SILENCE = b"\xf8\xff\xfe"  # 20 milliseconds
SECONDS = 3


@functools.cache
def example_files() -> dict[str, tuple[bytes, str, str]]:
    """By kind of message: bytes, type, name."""
    return {
        "image": (picture(), "image/png", ""),
        "audio": (voice_message(), "audio/ogg", ""),
        "video": (video(), "video/mp4", ""),
        "document": (document("An example document"), "application/pdf", "example.pdf"),
        "sticker": (sticker(), "image/webp", ""),
    }


def picture(width: int = 320, height: int = 200) -> bytes:
    """An 8 bit RGB picture of an evening sky."""
    rows = (b"\0" + bytes((230 - 120 * y // height, 140, 90 + 120 * y // height)) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_png_chunk(name, data) for name, data in chunks)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def voice_message() -> bytes:
    """Three seconds of silence: OGG with OPUS, one channel."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, 48000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 7) + b"sandbox" + struct.pack("<I", 0)
    pages = [_ogg_page(0, 2, 0, [head]), _ogg_page(1, 0, 0, [tags])]
    for second in range(SECONDS):
        is_last = second == SECONDS - 1
        pages.append(_ogg_page(second + 2, 4 * is_last, 48000 * (second + 1), [OPUS_SILENCE] * 50))
    return b"".join(pages)


def _ogg_page(number: int, flags: int, position: int, packets: list[bytes]) -> bytes:
    head = b"OggS" + struct.pack("<BBqIII", 0, flags, position, 1, number, 0)
    page = head + bytes([len(packets)]) + bytes(map(len, packets)) + b"".join(packets)
    return page[:22] + struct.pack("<I", _ogg_checksum(page)) + page[26:]


def _ogg_checksum(data: bytes) -> int:
    checksum = 0
    for byte in data:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1) ^ (0x04C11DB7 if checksum & 0x80000000 else 0)
        checksum &= 0xFFFFFFFF
    return checksum


def video() -> bytes:
    """A well-formed MP4 without a picture in it: enough for whoever stores and forwards it."""
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    movie = struct.pack(">IIIIIIH10x", 0, 0, 0, 1000, 0, 0x10000, 0x0100) + matrix + bytes(24) + struct.pack(">I", 1)
    boxes = (_box(b"ftyp", b"isom\0\0\2\0isommp42"), _box(b"moov", _box(b"mvhd", movie)), _box(b"mdat", b""))
    return b"".join(boxes)


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def document(text: str) -> bytes:
    """One page of PDF with a line of text."""
    drawing = f"BT /F1 24 Tf 72 720 Td ({text}) Tj ET"
    page = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< {page} /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return f"{out}{end}startxref\n{len(out)}\n%%EOF\n".encode()


def sticker(side: int = 512) -> bytes:
    """A green square as lossless WebP: each of its prefix codes has one symbol, so the pixels need no bits at all."""
    fields = [(side - 1, 14), (side - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1)]
    for symbol in (170, 60, 90, 255, 0):  # green, red, blue, alpha, distance
        fields += [(1, 1), (0, 1), (1, 1), (symbol, 8)]
    bits, length = 0, 0
    for value, width in fields:
        bits |= value << length
        length += width
    stream = b"\x2f" + bits.to_bytes((length + 7) // 8, "little")
    chunk = b"VP8L" + struct.pack("<I", len(stream)) + stream + b"\0" * (len(stream) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk
