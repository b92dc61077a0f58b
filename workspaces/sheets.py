"""Rows as a file that a spreadsheet opens, and runs nothing of."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse

# A cell that begins with one of these is a formula to Excel and its like.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def download(name: str, head: Iterable, rows: Iterable[Iterable]) -> HttpResponse:
    """A CSV file, with the mark by which Excel knows UTF-8."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(answer)
    writer.writerow(head)
    writer.writerows([cell(each) for each in row] for row in rows)
    return answer


def cell(value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) and not isinstance(value, int | float) else text
