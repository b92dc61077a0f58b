"""What a file is, read from its content, and what WhatsApp takes. A name or a declared type decides nothing."""

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import filetype
from django.utils.translation import gettext as _
from PIL import Image

KB, MB = 1024, 1024 * 1024
OOXML = "application/vnd.openxmlformats-officedocument"
# What is found in a ZIP or in an OLE file makes it a document of this kind.
IN_ZIP = {
    "word/": f"{OOXML}.wordprocessingml.document",
    "xl/": f"{OOXML}.spreadsheetml.sheet",
    "ppt/": f"{OOXML}.presentationml.presentation",
}
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
IN_OLE = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
UNKNOWN = "application/octet-stream"

KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "sticker",
    "video/mp4": "video",
    "video/3gpp": "video",
    **{f"audio/{name}": "audio" for name in ("aac", "amr", "mpeg", "mp4", "ogg")},
    **dict.fromkeys(["text/plain", "application/pdf", *IN_ZIP.values(), *IN_OLE.values()], "document"),
}
LARGEST = {"image": 5 * MB, "video": 16 * MB, "audio": 16 * MB, "document": 100 * MB, "sticker": 500 * KB}
LARGEST_STILL_STICKER = 100 * KB
LARGEST_INBOUND = 100 * MB
# How a file's name ends where nobody gave it one.
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "text/plain": "txt",
    "application/pdf": "pdf",
    IN_ZIP["word/"]: "docx",
    IN_ZIP["xl/"]: "xlsx",
    IN_ZIP["ppt/"]: "pptx",
    IN_OLE["WordDocument"]: "doc",
    IN_OLE["Workbook"]: "xls",
    IN_OLE["PowerPoint Document"]: "ppt",
}


class NotAFileForWhatsApp(ValueError):
    """The file cannot be sent by WhatsApp. The text says why and what goes, in plain words."""


@dataclass(frozen=True)
class Facts:
    mime_type: str
    size: int
    width: int | None = None
    height: int | None = None

    @property
    def kind(self) -> str:
        return kind_of(self.mime_type)


def kind_of(mime_type: str) -> str:
    """The type of message that carries such a file; a document where nothing else fits."""
    return KINDS.get(mime_type, "document")


def read(file: BinaryIO) -> Facts:
    """What this is. Never fails on content: what nobody knows is `application/octet-stream`."""
    file.seek(0)
    head = file.read(8192)
    mime_type = _mime_type(file, head)
    size = file.seek(0, 2)
    if mime_type.startswith("image/"):
        picture = _picture(file)
        return Facts(mime_type, size, *picture.size) if picture else Facts(UNKNOWN, size)
    return Facts(mime_type, size)


def check(file: BinaryIO, facts: Facts) -> None:
    """Raises NotAFileForWhatsApp for what Meta would refuse."""
    if not facts.size:
        raise NotAFileForWhatsApp(_("The file is empty."))
    if facts.mime_type not in KINDS:
        raise NotAFileForWhatsApp(
            _(
                "WhatsApp does not take files of this kind. It takes pictures (JPEG, PNG), videos (MP4, 3GP), sound "
                "(AAC, AMR, MP3, M4A, OGG), stickers (WebP) and documents (PDF, text, Word, Excel, PowerPoint)."
            )
        )
    _check_size(facts.size, LARGEST[facts.kind])
    if facts.kind in CHECKS:
        CHECKS[facts.kind](file, facts)


def _check_size(size: int, most: int) -> None:
    if size > most:
        words = _("The file has %(size)s, and WhatsApp takes %(most)s at most of its kind.")
        raise NotAFileForWhatsApp(words % {"size": in_words(size), "most": in_words(most)})


def _check_image(file: BinaryIO, facts: Facts) -> None:
    if _picture(file).mode not in ("RGB", "RGBA", "L") or (facts.mime_type == "image/png" and _is_odd_png(file)):
        raise NotAFileForWhatsApp(
            _("WhatsApp does not take the way this picture stores its colours. Save it as a JPEG and send that.")
        )


def _check_sticker(file: BinaryIO, facts: Facts) -> None:
    if (facts.width, facts.height) != (512, 512):
        words = _(
            "A sticker must be 512 × 512 points; this one is %(width)s × %(height)s. Send a picture as JPEG or PNG."
        )
        raise NotAFileForWhatsApp(words % {"width": facts.width, "height": facts.height})
    if not getattr(_picture(file), "is_animated", False):
        _check_size(facts.size, LARGEST_STILL_STICKER)


def _check_audio(file: BinaryIO, facts: Facts) -> None:
    if facts.mime_type == "audio/ogg":
        file.seek(0)
        head = file.read(512)
        place = head.find(b"OpusHead")
        # The byte after the version is the number of channels.
        if place < 0 or head[place + 9 : place + 10] != b"\x01":
            raise NotAFileForWhatsApp(
                _("WhatsApp takes OGG sound only with the OPUS codec and one channel (mono). Send it as MP3.")
            )


CHECKS = {"image": _check_image, "sticker": _check_sticker, "audio": _check_audio}


def in_words(size: int) -> str:
    if size < MB:
        return _("%(count)s KB") % {"count": max(1, round(size / KB))}
    return _("%(count)s MB") % {"count": f"{size / MB:.1f}".removesuffix(".0")}


def _mime_type(file: BinaryIO, head: bytes) -> str:
    if head[4:8] == b"ftyp" and head[8:11] in (b"3gp", b"3g2"):
        return "video/3gpp"
    if head.startswith(OLE):
        return _in_ole(file)
    if head.startswith(b"PK\x03\x04"):
        return _in_zip(file)
    return filetype.guess_mime(head) or (_text(file) if head else None) or UNKNOWN


def _in_zip(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return UNKNOWN
    if "[Content_Types].xml" in names:
        for folder, mime_type in IN_ZIP.items():
            if any(name.startswith(folder) for name in names):
                return mime_type
    return "application/zip"


def _in_ole(file: BinaryIO) -> str:
    """Its directory names the streams, in UTF-16."""
    wanted = {name.encode("utf-16-le"): mime_type for name, mime_type in IN_OLE.items()}
    file.seek(0)
    before = b""
    while block := file.read(MB):
        for name, mime_type in wanted.items():
            if name in before + block:
                return mime_type
        before = block[-64:]
    return UNKNOWN


def _text(file: BinaryIO) -> str | None:
    """Text is what reads as UTF-8 from the first byte to the last and has no zero in it."""
    file.seek(0)
    rest = b""
    while block := file.read(MB):
        if b"\0" in block:
            return None
        try:
            (rest + block).decode()
            rest = b""
        except UnicodeDecodeError as exc:
            rest = (rest + block)[exc.start :]
            if len(rest) > 3:
                return None
    return None if rest else "text/plain"


def _picture(file: BinaryIO) -> Image.Image | None:
    """Its header read, not its points: a picture that claims to be gigantic costs nothing."""
    file.seek(0)
    try:
        return Image.open(file)
    except Exception:  # noqa: BLE001 - what breaks the reader is no picture, whatever it was made for
        return None


def _is_odd_png(file: BinaryIO) -> bool:
    """8 bits for each colour, as RGB or RGBA: bytes 24 and 25 of the file say so (PNG, IHDR)."""
    file.seek(24)
    return tuple(file.read(2)) not in ((8, 2), (8, 6))
