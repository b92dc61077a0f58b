"""The Graph client: errors named for what the caller does next, and no secret anywhere but in the header."""

import json
from importlib import resources

import pytest
import requests

from meta_integration.graph import errors
from meta_integration.graph.client import MetaGraphClient, appsecret_proof
from meta_integration.graph.errors import (
    GraphNotReached,
    GraphUnreachable,
    RateLimited,
    RequestRejected,
    SenderStopped,
    TemporaryFailure,
    TokenRejected,
    error_for,
    known_error,
)

TOKEN = "EAAtoken0123456789"
ROOT = "https://graph.facebook.com/v23.0"
ROWS = json.loads(resources.files(errors.__package__).joinpath("errors.json").read_text("utf-8"))["errors"]


@pytest.fixture
def client():
    return MetaGraphClient(
        requests.Session(), base_url="https://graph.facebook.com", version="v23.0", token=TOKEN, app_secret="s"
    )


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, 190, TokenRejected),
        (400, 190, TokenRejected),
        (403, 10, TokenRejected),
        (403, 250, TokenRejected),
        (500, 3, TokenRejected),
        (400, 130429, RateLimited),
        (429, 130429, RateLimited),
        (400, 131056, RateLimited),
        (400, 4, RateLimited),
        (400, 80007, RateLimited),
        (500, 131000, TemporaryFailure),
        (503, 2, TemporaryFailure),
        (400, 1, TemporaryFailure),
        (400, 100, RequestRejected),
        (400, 131047, RequestRejected),
        (400, 131026, RequestRejected),
        (400, 368, SenderStopped),
        (400, 131031, SenderStopped),
        (400, 131048, SenderStopped),
        (500, 131045, SenderStopped),
        (400, 999_999, RequestRejected),
        (429, 999_999, TemporaryFailure),
        (500, 999_999, TemporaryFailure),
    ],
)
def test_the_code_decides_what_the_caller_does_next_not_the_http_status(status, code, expected):
    assert type(error_for(status, {"code": code})) is expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['code']}-{row['subcode']}")
def test_every_row_of_the_code_table_is_found_and_has_plain_words(row):
    code = row["code"] if row["code"] is not None else row["code_range"][0] + 5
    known = known_error(code, row["subcode"])
    assert known.meaning
    assert type(error_for(row["http_status"] or 400, {"code": code, "error_subcode": row["subcode"]}))


def test_an_unknown_subcode_falls_back_to_the_codes_own_row():
    assert known_error(190, 987654).title == known_error(190).title
    assert known_error(None) is None


@pytest.mark.parametrize(
    ("error_data", "details"),
    [
        ({"details": "too long"}, "too long"),
        ('{"details": "too long"}', "too long"),
        ("plain text", "plain text"),
        (None, "the message"),
        ([1], "the message"),
    ],
)
def test_details_are_read_in_every_shape_meta_gives_them(error_data, details):
    assert error_for(400, {"code": "100", "message": "the message", "error_data": error_data}).details == details


def test_the_token_is_in_the_header_and_the_proof_in_the_query(client, graph):
    graph.get(f"{ROOT}/101", json={"id": "101"})
    client.waba("101")
    request = graph.calls[0].request
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in request.url
    assert f"appsecret_proof={appsecret_proof('s', TOKEN)}" in request.url


def test_secrets_of_the_log_in_travel_in_the_body(client, graph):
    graph.post(f"{ROOT}/oauth/access_token", json={"access_token": "x"})
    client.exchange_code("1", "the-app-secret", "the-code", "https://example.com/back")
    request = graph.calls[0].request
    assert "the-app-secret" not in request.url
    assert "the-code" not in request.url
    assert json.loads(request.body)["client_secret"] == "the-app-secret"


def test_redirects_are_not_followed_with_the_token(client, graph):
    graph.get(f"{ROOT}/101", status=302, headers={"Location": "https://elsewhere.example.com/"})
    with pytest.raises(GraphUnreachable):
        client.waba("101")
    assert len(graph.calls) == 1


@pytest.mark.parametrize(
    "exception",
    [
        requests.ReadTimeout(f"https://graph.facebook.com/?input_token={TOKEN}"),
        requests.ConnectionError("Connection aborted."),
        requests.exceptions.ChunkedEncodingError("cut"),
    ],
)
def test_no_answer_is_unreachable_and_its_text_tells_no_url(client, graph, exception):
    graph.get(f"{ROOT}/debug_token", body=exception)
    with pytest.raises(GraphUnreachable) as caught:
        client.debug_token(TOKEN)
    assert not isinstance(caught.value, GraphNotReached)
    assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:1", "http://no-such-host.invalid"])
def test_a_connection_that_was_never_made_is_told_apart(base_url):
    client = MetaGraphClient(requests.Session(), base_url=base_url, version="v23.0", token=TOKEN, timeout=(2, 2))
    with pytest.raises(GraphNotReached):
        client.waba("101")


def test_paging_follows_cursors_to_the_end_and_not_in_circles(client, graph):
    def page(number: int, after: str | None):
        paging = {"cursors": {"after": after}, **({"next": "more"} if after else {})}
        return {"data": [{"id": str(number)}, None], "paging": paging}

    for number, after in ((1, "a"), (2, "b"), (3, "b")):
        graph.get(f"{ROOT}/101/phone_numbers", json=page(number, after))
    assert [row["id"] for row in client.phone_numbers("101")] == ["1", "2", "3"]


def test_a_client_and_its_parts_print_no_token(client):
    assert TOKEN not in f"{client!r} {client} {client._auth!r}"
