"""A file of 100,000 lines is read a part at a time, with as many statements for each part."""

import pytest
from django.db import connection

from catalog.models import ImportLine, ProductImport
from catalog.services import import_reading, importing
from catalog.tests.files_of_products import chosen
from workspaces.tests.factories import WorkspaceFactory

LINES = 100_000
HEAD = "id;title;description;price;link;image_link;brand\n"


@pytest.mark.django_db
def test_a_hundred_thousand_lines_are_read():
    good = "t;d;1,50;https://a.example;https://a.example/1.png;b"
    body = "".join(f"{number};{good if number % 1000 else good.replace('1,50', 'free')}\n" for number in range(LINES))
    made = chosen(WorkspaceFactory(), (HEAD + body).encode("utf-16"))
    asked = []

    def count(execute, sql, *args):
        asked.append(sql[:9])
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        importing.run(made.pk)
    made.refresh_from_db()
    assert made.state == ProductImport.State.READY and made.encoding == "UTF-16"
    assert (made.line_count, made.new_count, made.bad_count) == (LINES, LINES - 100, 100)
    last = made.lines.order_by("line").last()
    assert last.line == LINES + 1 and last.retailer_id == str(LINES - 1) and last.state == ImportLine.State.NEW
    assert len(asked) < 6 * LINES / import_reading.CHUNK
