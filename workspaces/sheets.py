"""Rows as a file that a spreadsheet opens, and runs nothing of."""

import csv
from collections.abc import Iterable

from django.http import StreamingHttpResponse

# A cell that begins with one of these is a formula to Excel and its like.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    def write(self, line: str) -> str:
        return line


def download(name: str, head: Iterable, rows: Iterable[Iterable]) -> StreamingHttpResponse:
    """A CSV file. Row by row, however many there are; with the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow([cell(each) for each in row]) for row in _with_head(head, rows))
    answer = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def cell(value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) and not isinstance(value, int | float) else text


def _with_head(head: Iterable, rows: Iterable[Iterable]):
    yield head
    yield from rows


def _marked(lines: Iterable[str]):
    yield "\ufeff"
    yield from lines
