"""The Graph client: errors named for what the caller does next, and no secret anywhere but in the header."""

import json
import socketserver
import threading
from importlib import resources

import pytest
import requests

from meta_integration.graph import errors
from meta_integration.graph.client import MetaGraphClient, appsecret_proof
from meta_integration.graph.errors import (
    ErrorClass,
    GraphError,
    GraphNotReached,
    GraphUnreachable,
    RateLimited,
    RequestRejected,
    SenderStopped,
    TemporaryFailure,
    TokenRejected,
    class_of,
    classify,
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
        (403, 200, TokenRejected),
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
def test_every_row_of_the_code_table_is_found_and_has_a_class(row):
    code = row["code"] if row["code"] is not None else row["code_range"][0] + 5
    verdict = classify(code, row["subcode"])
    assert (verdict.known.code, verdict.known.subcode) == (row["code"], row["subcode"])
    assert verdict.error_class in ErrorClass
    assert type(error_for(row["http_status"] or 400, {"code": code, "error_subcode": row["subcode"]}))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (131000, ErrorClass.TRY_AGAIN),
        (131016, ErrorClass.TRY_AGAIN),
        (130429, ErrorClass.SLOW_NUMBER),
        (131057, ErrorClass.SLOW_NUMBER),
        (131056, ErrorClass.SLOW_PAIR),
        (80007, ErrorClass.SLOW_ACCOUNT),
        (80014, ErrorClass.SLOW_ACCOUNT),
        (4, ErrorClass.SLOW_ACCOUNT),
        (190, ErrorClass.TOKEN_DEAD),
        (200, ErrorClass.TOKEN_DEAD),
        (131005, ErrorClass.TOKEN_DEAD),
        (368, ErrorClass.ACCOUNT_STOPPED),
        (131042, ErrorClass.ACCOUNT_STOPPED),
        (131048, ErrorClass.NUMBER_STOPPED),
        (131045, ErrorClass.NUMBER_STOPPED),
        (133010, ErrorClass.NUMBER_STOPPED),
        (132001, ErrorClass.TEMPLATE_STOPPED),
        (132016, ErrorClass.TEMPLATE_STOPPED),
        (131026, ErrorClass.RECIPIENT_FINAL),
        (131030, ErrorClass.RECIPIENT_FINAL),
        (131050, ErrorClass.RECIPIENT_FINAL),
        (131047, ErrorClass.WINDOW_CLOSED),
        (100, ErrorClass.REQUEST_WRONG),
        (131052, ErrorClass.REQUEST_WRONG),
        (131053, ErrorClass.REQUEST_WRONG),
        (999_999, ErrorClass.REQUEST_WRONG),
    ],
)
def test_a_webhook_and_a_batch_are_judged_without_a_status_as_an_answer_is(code, expected):
    assert classify(code).error_class == expected
    assert error_for(400, {"code": code}).error_class == expected


def test_every_class_of_an_answer_has_its_exception():
    assert set(errors.EXCEPTIONS) == set(ErrorClass) - {ErrorClass.UNKNOWN_OUTCOME}
    assert class_of(190) is TokenRejected


def test_without_an_error_object_the_class_says_whether_it_may_have_happened():
    assert GraphUnreachable("").error_class == ErrorClass.UNKNOWN_OUTCOME
    assert GraphNotReached("").error_class == ErrorClass.TRY_AGAIN


USAGE = json.dumps(
    {
        "101": [
            {"type": "whatsapp_business_management", "call_count": 100, "estimated_time_to_regain_access": 19},
            {"type": "catalog_management", "call_count": 100, "estimated_time_to_regain_access": 60},
        ],
        "102": [{"type": "whatsapp_business_messaging", "call_count": 3, "estimated_time_to_regain_access": 0}],
    }
)


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (130429, {"Retry-After": "7"}, 7),
        (130429, {"Retry-After": "0.5"}, 0.5),
        (131000, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        (131000, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}, errors.LONGEST_WAIT),
        (80007, {"Retry-After": "7", "X-Business-Use-Case-Usage": USAGE}, 7),
        (80007, {"Retry-After": "soon", "X-Business-Use-Case-Usage": USAGE}, 19 * 60),
        (80009, {"X-Business-Use-Case-Usage": USAGE}, 60 * 60),
        (4, {"X-Business-Use-Case-Usage": USAGE}, 60 * 60),
        # Calls are counted there, and these two are about messages.
        (130429, {"X-Business-Use-Case-Usage": USAGE}, None),
        (131056, {"X-Business-Use-Case-Usage": USAGE}, None),
        (80007, {"X-Business-Use-Case-Usage": '{"101": {"type": 1}}'}, None),
        (80007, {"X-Business-Use-Case-Usage": "<html>"}, None),
        (80007, {"Retry-After": "-3"}, 0),
        (80007, {"Retry-After": "nan"}, None),
        (80007, {}, None),
    ],
)
def test_how_long_meta_asks_to_wait(client, graph, code, headers, seconds):
    graph.get(f"{ROOT}/101", status=400, json={"error": {"code": code}}, headers=headers)
    with pytest.raises(GraphError) as caught:
        client.waba("101")
    assert caught.value.retry_after == seconds


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


# Over a real socket: what a fake at the transport cannot tell ----------------------------------------------------
@pytest.fixture
def server():
    """server(answer): a server that gives one raw answer to each request; its `requests` are what came, as text."""

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            lines = list(iter(lambda: self.rfile.readline().strip().decode(), ""))
            length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length")), 0)
            self.server.requests.append("\n".join(lines) + "\n\n" + self.rfile.read(length).decode())
            self.wfile.write(self.server.answer)

    with Server(("127.0.0.1", 0), Handler) as running:
        running.requests, running.answer = [], b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n" + b'{"id": "101"}'
        running.url = f"http://127.0.0.1:{running.server_address[1]}"
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield running
        running.shutdown()


def client_of(base_url: str) -> MetaGraphClient:
    return MetaGraphClient(requests.Session(), base_url=base_url, version="v23.0", token=TOKEN, timeout=(2, 2))


def test_a_request_is_on_the_wire_as_meta_wants_it(server):
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n" + b'{"messages": [{"id": "wamid.1"}]}'
    assert client_of(server.url).send_message("201", {"to": "+15550100001", "text": {"body": "Ça va? ✓"}}) == "wamid.1"
    head, body = server.requests[0].split("\n\n")
    assert head.startswith("POST /v23.0/201/messages HTTP/1.1\n")
    assert {f"Authorization: Bearer {TOKEN}", "Content-Type: application/json"} <= set(head.split("\n"))
    assert json.loads(body)["text"] == {"body": "Ça va? ✓"}


def test_odd_letters_in_a_path_stay_in_it(server):
    client_of(server.url).waba("101?x=1 &\r\nHost: elsewhere")
    assert server.requests[0].startswith("GET /v23.0/101%3Fx%3D1%20%26%0D%0AHost%3A%20elsewhere?fields=")


def test_an_answer_cut_in_the_middle_may_have_happened(server):
    server.answer = b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id"'
    with pytest.raises(GraphUnreachable) as caught:
        client_of(server.url).waba("101")
    assert not isinstance(caught.value, GraphNotReached)


def test_the_proxy_of_the_environment_is_used(server, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "")
    assert client_of("http://graph.example.com").waba("101") == {"id": "101"}
    assert server.requests[0].startswith("GET http://graph.example.com/v23.0/101?")


def test_a_netrc_of_the_machine_does_not_take_the_tokens_place(server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    client_of(server.url).waba("101")
    assert f"Authorization: Bearer {TOKEN}" in server.requests[0]
