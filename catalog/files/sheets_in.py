"""CSV, as spreadsheets and shops' programs write it."""

import csv
import io
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from catalog.files import Unreadable, headings
from catalog.files.lines import Line
from catalog.problems import problem
from workspaces.sheets import BEGINS_A_FORMULA

DELIMITERS = (",", ";", "\t", "|")
# Longer than any product; a quotation mark that is never closed would swallow the whole file.
LONGEST_CELL = 131_072
LONGEST_LINE = 1_000_000
# Excel says in a first line of its own what separates.
SAYS_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)


def read(text: io.TextIOBase, head: str) -> tuple[str, list[list[str]], Iterator[Line]]:
    """The delimiter, the columns and the lines. `head` is the beginning. Raises Unreadable, also while it is read."""
    delimiter = _delimiter_of(head)
    records = _records(text, delimiter)
    named = next((cells for _number, cells in records if cells and not _separator_in(cells, delimiter)), None)
    if named is None:
        raise Unreadable(_("The file is empty. Choose the one with your products."))
    columns = headings.columns_of([_unguarded(each) for each in named])
    return delimiter, columns, _lines(records, columns)


def _delimiter_of(head: str) -> str:
    """The one with which the heading line names the most facts that we know."""
    lines = [line for line in io.StringIO(head, newline=None) if line.strip()]
    says = SAYS_SEPARATOR.match(lines[0]) if lines else None
    if says and says[1] in DELIMITERS:
        return says[1]
    return max(DELIMITERS, key=lambda each: headings.count_known(_first_record(head, each)))


def _first_record(head: str, delimiter: str) -> list[str]:
    try:
        records = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        return next((each for each in records if any(cell.strip() for cell in each)), [])
    except csv.Error:
        return []


def _separator_in(cells: list[str], delimiter: str) -> bool:
    return bool(SAYS_SEPARATOR.match(delimiter.join(cells)))


def _lines(records: Iterator[tuple[int, list[str] | None]], columns: list[list[str]]) -> Iterator[Line]:
    facts = [(place, name) for place, (_heading, name) in enumerate(columns) if name]
    for number, cells in records:
        if cells is None:
            yield Line(number, {}, [problem("", "quotes")])
            continue
        texts = {name: _unguarded(cells[place]) for place, name in facts if place < len(cells)}
        is_ragged = len(cells) < len(columns) or any(cell.strip() for cell in cells[len(columns) :])
        found = [problem("", "cell_count", count=len(cells), most=len(columns))] if is_ragged else []
        yield Line(number, texts, found)


def _records(text: io.TextIOBase, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """(line, cells) of what is not empty; no cells where one line alone cannot be taken apart. Raises Unreadable."""
    reader = csv.reader(_pieces(text), delimiter=delimiter, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            if reader.line_num != begins:
                _refuse_quotes(begins)
            yield begins, None
            continue
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells


def _pieces(text: io.TextIOBase) -> Iterator[str]:
    """Lines, none of them endless."""
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            message = _("Line %(line)s is far too long for a product. Is this a file of products?")
            raise Unreadable(message % {"line": number})
        yield line if number > 1 else line.lstrip("\ufeff")


def _refuse_quotes(line: int) -> None:
    message = _(
        "In line %(line)s a quotation mark is opened and not closed as it should be, so the lines after it "
        "cannot be told apart. Mend that line in the file and upload it again."
    )
    raise Unreadable(message % {"line": line})


def _unguarded(cell: str) -> str:
    """Without the mark that our own files put before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(BEGINS_A_FORMULA) else cell
