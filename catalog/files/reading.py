"""A file of products, line by line: never more of it in memory than a part."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from catalog.files import encodings, objects_in, sheets_in
from catalog.files.lines import Line

__all__ = ["Line", "Table", "open_table"]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: [[heading, fact or ""], ...]. `lines` may raise Unreadable while they are read."""

    format: str
    encoding: str
    columns: list[list[str]]
    lines: Iterator[Line] = field(repr=False)
    delimiter: str = ""


def open_table(file: BinaryIO) -> Table:
    """Raises Unreadable for a file that cannot be taken."""
    encoding = encodings.encoding_of(file)
    name = encodings.NAMES[encoding]
    text = encodings.text_of(file, encoding)
    head = text.read(encodings.LOOKED_AT).lstrip("\ufeff \t\r\n")
    text.seek(0)
    if head.startswith(("{", "[")):
        columns, lines = objects_in.read(text)
        return Table("JSON", name, columns, lines)
    delimiter, columns, lines = sheets_in.read(text, head)
    return Table("CSV", name, columns, lines, delimiter)
