"""Reading long lists, and the ways in which they go wrong."""

import time

import pytest

from .conftest import SHOP


@pytest.fixture
def rows(sandbox, token):
    """Reads a page."""
    sandbox.control("templates", waba_id=SHOP, count=57)  # with the examples sixty

    def rows(**params):
        return sandbox.get(f"{SHOP}/message_templates", token, params={"fields": "name", "limit": 20} | params)

    return rows


def after(answer):
    return answer.json()["paging"]["cursors"]["after"]


def test_empty_list_has_no_paging(sandbox, rows):
    sandbox.control("weather", list_empty={"count": 1})
    assert rows().json() == {"data": []}
    assert len(rows().json()["data"]) == 20
    assert rows(name="nobody").json() == {"data": []}


def test_list_breaks_off_at_a_page(sandbox, rows):
    sandbox.control("weather", list_fails={"page": 2, "count": 1})
    first = rows()
    broken = rows(after=after(first))
    assert (broken.status_code, broken.json()["error"]["code"]) == (503, 2)
    assert len(rows(after=after(first)).json()["data"]) == 20


def test_short_list_looks_whole(sandbox, rows):
    sandbox.control("weather", list_short=30)
    first = rows()
    second = rows(after=after(first))
    assert len(second.json()["data"]) == 10 and "next" not in second.json()["paging"]


def test_thin_pages_lead_to_the_end(sandbox, rows):
    sandbox.control("weather", list_thin=7)
    names, cursor = [], ""
    while True:
        answer = rows(**({"after": cursor} if cursor else {}))
        names += [row["name"] for row in answer.json()["data"]]
        if "next" not in answer.json()["paging"]:
            break
        assert len(answer.json()["data"]) == 7
        cursor = after(answer)
    assert len(set(names)) == len(names) == 60


def test_cursors_expire(sandbox, rows):
    cursor = after(rows())
    sandbox.control("weather", cursors_expired={"count": 1})
    assert rows(after=cursor).json()["error"]["code"] == 100
    assert rows(after=cursor).ok


def test_six_thousand_are_made_and_read_quickly(sandbox, token):
    started = time.monotonic()
    assert len(sandbox.control("templates", waba_id=SHOP, count=5997)["names"]) == 5997
    count, params = 0, {"limit": 250}
    while True:
        answer = sandbox.get(f"{SHOP}/message_templates", token, params=params).json()
        count += len(answer["data"])
        if "next" not in answer["paging"]:
            break
        params["after"] = answer["paging"]["cursors"]["after"]
    assert count == 6000
    assert time.monotonic() - started < 5
