"""How the characters of a file are written. Nothing is guessed that could be known; what was taken is said."""

import codecs
import io
from typing import BinaryIO

from django.utils.translation import gettext as _

from catalog.files import Unreadable

LOOKED_AT = 64 * 1024
CHUNK = 1024 * 1024
# What Windows-1252 leaves open, and broken parts of other encodings.
UNREADABLE = "\ufffd"
BOMS = (
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"RIFF", b"BZh")
CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})
# Text has hardly any of them.
MOST_CONTROLS = 0.02


def encoding_of(file: BinaryIO) -> str:
    """The name of the codec. Raises Unreadable for what is no text. Leaves the file at its beginning."""
    file.seek(0)
    head = file.read(LOOKED_AT)
    refuse_what_is_no_text(head)
    return _by_mark(head) or _by_zeros(head) or ("utf-8" if _is_utf8(file) else "cp1252")


def text_of(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """The characters, with the ends of lines as they are. What cannot be read is UNREADABLE."""
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")


def refuse_what_is_no_text(head: bytes) -> None:
    """Raises Unreadable. Told by the first bytes, whatever the file's name says."""
    if not head.strip():
        raise Unreadable(_("The file is empty. Choose the one with your products."))
    if head.startswith(WORKBOOKS):
        raise Unreadable(
            _(
                "This is a workbook of Excel or another spreadsheet. Open it there, choose “Save as”, take CSV (UTF-8) "
                "as the type, and upload that file."
            )
        )
    if head.startswith(OTHERS) or (not _by_mark(head) and not _by_zeros(head) and _is_binary(head)):
        raise Unreadable(_("This is no text file. Galantis reads CSV and JSON: save your products as one of these."))


def _by_mark(head: bytes) -> str:
    for mark, encoding in BOMS:
        if head.startswith(mark):
            if not encoding:
                raise Unreadable(_("The file is written in UTF-32, which is read nowhere. Save it as CSV (UTF-8)."))
            return encoding
    return ""


def _by_zeros(head: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain letters is zero."""
    first, second = head[::2].count(0), head[1::2].count(0)
    most, least = max(first, second), min(first, second)
    if most * 10 < len(head) / 2 or least * 10 > most:
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def _is_binary(head: bytes) -> bool:
    return len(head) - len(head.translate(None, CONTROLS)) > len(head) * MOST_CONTROLS


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
