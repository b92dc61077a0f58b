"""Meta's side of the desk, as a person uses it."""

import json

import pytest
import requests

from .conftest import SHOP, wait_for
from .designs import body, design

COUPON = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": ["SAVE25"]}]}


@pytest.fixture
def waiting(sandbox, token):
    """A template in review; its id."""
    sandbox.control("review", automatic=False)
    made = design(body("Dear {{1}}, *this* is <new> for you.", "Ann"), COUPON, name="brand_new", category="MARKETING")
    return sandbox.post(f"{SHOP}/message_templates", token, json=made).json()["id"]


def page(sandbox, path):
    answer = requests.get(f"{sandbox.base}/moderator/{path}", timeout=5)
    assert "style=" not in answer.text and answer.text.count("<script") == 1
    return answer.text


def post(sandbox, path, **form):
    return requests.post(f"{sandbox.base}/moderator/{path}", data=form, timeout=5, allow_redirects=False)


def test_list_is_searched_filtered_and_paged(sandbox, token, waiting):
    sandbox.control("templates", waba_id=SHOP, count=60)
    first = page(sandbox, "")
    assert first.index("brand_new") < first.index("example_00001") and "page=2" in first
    assert "example_00060" in page(sandbox, "?page=2&q=example") and "brand_new" not in page(sandbox, "?page=2")
    assert "1 of 70 templates" in page(sandbox, "?q=this* is")
    assert "1 of 70 templates" in page(sandbox, "?status=PENDING")
    assert "There is no such template" in page(sandbox, "?waba_id=100000000000003&status=PENDING&page=x")


def test_template_is_shown_with_its_examples(sandbox, waiting):
    text = page(sandbox, waiting)
    assert "Dear Ann, <strong>this</strong> is &lt;new&gt; for you." in text and "Copies SAVE25" in text


def test_moderator_rejects_and_approves(sandbox, waiting, app):
    answer = post(sandbox, waiting, do="reject", reason="PROMOTIONAL", why="Too loud.", recommendation="Be quiet.")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/moderator/{waiting}")
    wait_for(lambda: app.values())
    assert app.values()[0]["rejection_info"] == {"reason": "Too loud.", "recommendation": "Be quiet."}
    assert "Too loud. Be quiet." in page(sandbox, waiting)
    assert post(sandbox, waiting, do="approve", back="list").headers["Location"] == "/moderator/"
    wait_for(lambda: len(app.values()) == 2)


def test_form_as_the_browser_sends_it(sandbox, waiting, app):
    """All of its fields come with every button."""
    form = {"reason": "SCAM", "which": "", "category": "UTILITY", "quality": "YELLOW", "status": "", "why": ""}
    form |= {"components": json.dumps([body("Written at Meta.")]), "error_when_sent": "", "delay": "0", "ago": "0"}
    form |= {"times": "1", "recommendation": ""}
    for deed in ("approve", "rate", "pause", "unpause", "announce_category", "change_category", "flag", "change"):
        assert post(sandbox, waiting, do=deed, **form).status_code == 303
    wait_for(lambda: len(app.values()) == 8)
    assert app.values()[-1]["message_template_element"] == "Written at Meta."
    assert post(sandbox, waiting, do="error", **form | {"error_when_sent": "132068"}).status_code == 303
    assert "Sending: error 132068" in page(sandbox, waiting)
    assert post(sandbox, waiting, do="", **form).status_code == 303
    assert post(sandbox, waiting, do="archive", silent="1", **form).status_code == 303
    assert len(app.values()) == 8


def test_what_makes_no_sense_is_said(sandbox, waiting):
    assert "not JSON" in post(sandbox, waiting, do="change", components="[").text
    assert "must be a list" in post(sandbox, waiting, do="change", components="{}").text
    assert post(sandbox, waiting, do="set_status", status=" ").status_code == 400
    assert requests.get(f"{sandbox.base}/moderator/1", timeout=5).status_code == 404
    assert post(sandbox, waiting, do="change", components='[{"type": "BUTTONS"}]').status_code == 303
    assert "cannot be drawn" in page(sandbox, waiting)


def test_deleted_one_leads_back_to_the_list(sandbox, waiting):
    assert post(sandbox, waiting, do="delete").headers["Location"] == "/moderator/"
    assert "brand_new" not in page(sandbox, "")


def test_review_is_switched(sandbox, waiting, app):
    assert "wait until you approve" in page(sandbox, "")
    assert post(sandbox, "review/", automatic="1").status_code == 303
    wait_for(lambda: app.values())
    assert "approved by itself" in page(sandbox, "")
