"""What kind of file is it, and would Meta take it? Types and limits of uploads-media.md."""

import struct

from .errors import GraphError

MB = 1024 * 1024
OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {  # kind of message: types, largest size in bytes
    "audio": (("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    "document": (
        (
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            OFFICE + "wordprocessingml.document",
            OFFICE + "spreadsheetml.sheet",
            OFFICE + "presentationml.presentation",
        ),
        100 * MB,
    ),
    "image": (("image/jpeg", "image/png"), 5 * MB),
    "sticker": (("image/webp",), 500 * 1024),
    "video": (("video/mp4", "video/3gpp"), 16 * MB),
}
STILL_STICKER, STICKER_SIDE = 100 * 1024, 512
KIND_OF = {mime_type: kind for kind, (types, _) in KINDS.items() for mime_type in types}
BEGINNINGS = (
    (b"\xff\xd8\xff", ("image/jpeg",)),
    (b"\x89PNG\r\n\x1a\n", ("image/png",)),
    (b"%PDF-", ("application/pdf",)),
    (b"PK\x03\x04", tuple(name for name in KIND_OF if name.startswith(OFFICE))),
    (b"\xd0\xcf\x11\xe0", ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")),
    (b"#!AMR", ("audio/amr",)),
    (b"ID3", ("audio/mpeg",)),
)


def plain(mime_type: str) -> str:
    """Without parameters: `audio/ogg; codecs=opus` is `audio/ogg`."""
    return mime_type.partition(";")[0].strip().lower()


def check(data: bytes, mime_type: str) -> None:
    """Raises GraphError 100 for a type WhatsApp does not know, 131053 for content that is not what it should be."""
    kind = KIND_OF.get(mime_type)
    if kind is None:
        known = ", ".join(KIND_OF)
        message = f"(#100) Param file must be a file with one of the following types: {known}."
        raise GraphError(100, f"{message} Received file of type '{mime_type}'.")
    if not data:
        raise GraphError(100, "(#100) The file is empty.")
    problem = _problem(data, mime_type, kind)
    if problem:
        raise GraphError(131053, details=problem)


def _problem(data: bytes, mime_type: str, kind: str) -> str:
    if len(data) > KINDS[kind][1]:
        return f"The file has {len(data)} bytes. A file of type {mime_type} may have {KINDS[kind][1]}."
    if mime_type not in types_of(data):
        return f"The file is not of type {mime_type}."
    if mime_type == "image/png" and (data[24] != 8 or data[25] not in (2, 6)):
        return "A PNG must be 8 bit RGB or RGBA."
    if mime_type == "audio/ogg" and b"OpusHead" not in data[:200]:
        return "OGG must hold OPUS."
    if mime_type == "image/webp":
        side = _webp_size(data)
        if side != (STICKER_SIDE, STICKER_SIDE):
            return f"A sticker must have 512 x 512 pixels, not {side[0]} x {side[1]}."
        if len(data) > STILL_STICKER and not is_animated(data):
            return f"A still sticker may have {STILL_STICKER} bytes."
    return ""


def types_of(data: bytes) -> tuple[str, ...]:
    """All types these bytes may honestly be called; empty when none is known."""
    for beginning, types in BEGINNINGS:
        if data.startswith(beginning):
            return types
    if data[4:8] == b"ftyp":
        return ("video/3gpp",) if data[8:11] == b"3gp" else ("video/mp4", "audio/mp4")
    if data[:4] == b"OggS":
        return ("audio/ogg",)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ("image/webp",)
    if len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:  # a frame of MPEG audio; layer 0 is AAC
        return ("audio/aac",) if data[1] & 0x06 == 0 else ("audio/mpeg",)
    return ("text/plain",) if _is_text(data) else ()


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L" and len(data) >= 25:
        (bits,) = struct.unpack("<I", data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def is_animated(data: bytes) -> bool:
    return data[12:16] == b"VP8X" and bool(data[20] & 2)
