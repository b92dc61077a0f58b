"""Template calls as Meta takes them, and lists that say whether they were read to their end."""

import json

import pytest
import requests

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphUnreachable, RequestRejected

ROOT = "https://graph.facebook.com/v23.0"
EDGE = f"{ROOT}/77/message_templates"
TOKEN = "EAAtoken0123456789"


@pytest.fixture
def client():
    return MetaGraphClient(requests.Session(), base_url="https://graph.facebook.com", version="v23.0", token=TOKEN)


def page(*rows, after=None, more=True):
    paging = {"cursors": {"after": after}, **({"next": "https://graph.facebook.com/x"} if more else {})}
    return {"data": list(rows), **({"paging": paging} if after else {})}


def test_a_template_is_handed_in_as_json(client, graph):
    graph.post(EDGE, json={"id": 9007199254740993, "status": "PENDING", "category": "UTILITY"})
    answer = client.create_template("77", {"name": "x", "language": "en"})
    assert answer == {"id": "9007199254740993", "status": "PENDING", "category": "UTILITY"}
    assert json.loads(graph.calls[0].request.body) == {"name": "x", "language": "en"}


def test_an_answer_without_an_id_is_no_answer(client, graph):
    graph.post(EDGE, json={"status": "PENDING"})
    with pytest.raises(GraphUnreachable):
        client.create_template("77", {})


def test_a_template_is_changed_looked_at_and_let_go_by_its_id(client, graph):
    graph.post(f"{ROOT}/800", json={"success": True})
    graph.post(f"{ROOT}/800/unpause", json={"success": True})
    graph.get(f"{ROOT}/800", json={"id": "800", "status": "PAUSED"})
    client.edit_template("800", {"components": []})
    client.unpause_template("800")
    assert client.template("800")["status"] == "PAUSED"
    assert "quality_score" in graph.calls[2].request.url and "correct_category" in graph.calls[2].request.url


@pytest.mark.parametrize(("template_id", "query"), [("", "name=x"), ("800", "name=x&hsm_id=800")])
def test_one_language_or_all_are_deleted(client, graph, template_id, query):
    graph.delete(EDGE, json={"success": True})
    client.delete_template("77", "x", template_id)
    assert graph.calls[0].request.url == f"{EDGE}?{query}"


@pytest.mark.parametrize(
    ("answers", "rows", "is_whole"),
    [
        ([page({"id": "1"}, after="a", more=False)], 1, True),
        ([page()], 0, True),
        ([page({"id": "1"}, after="a"), page({"id": "2"}, after="b", more=False)], 2, True),
        ([{}], 0, False),
        ([{"data": None}], 0, False),
        ([page({"id": "1"}, after="a"), {"paging": {}}], 1, False),
        ([page({"id": "1"}, after="a"), page({"id": "1"}, after="a")], 2, False),
        ([{"data": [{"id": "1"}], "paging": {"next": "x"}}], 1, False),
        ([{"data": [{"id": "1"}], "paging": {"next": "x", "cursors": {"after": 7}}}], 1, False),
    ],
)
def test_a_list_says_whether_it_was_read_to_its_end(client, graph, answers, rows, is_whole):
    for answer in answers:
        graph.get(EDGE, json=answer)
    pages = list(client.template_pages("77"))
    assert sum(len(each.rows) for each in pages) == rows
    assert pages[-1].is_last is is_whole
    assert not any(each.is_last for each in pages[:-1])


def test_a_cursor_that_is_too_old_ends_the_list_with_an_error(client, graph):
    graph.get(EDGE, json=page({"id": "1"}, after="a"))
    graph.get(EDGE, status=400, json={"error": {"code": 100, "message": "Invalid cursor"}})
    with pytest.raises(RequestRejected):
        list(client.template_pages("77"))


def test_metas_words_for_the_person_are_kept_without_secrets(client, graph):
    error = {"code": 100, "error_subcode": 2388024, "error_user_title": "Schon da", "error_user_msg": f"Mit {TOKEN}."}
    graph.post(EDGE, status=400, json={"error": error})
    with pytest.raises(RequestRejected) as refused:
        client.create_template("77", {})
    assert (refused.value.user_title, refused.value.user_message) == ("Schon da", "Mit [secret].")
    assert "Schon" not in str(refused.value)
