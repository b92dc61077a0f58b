"""A picture's address leads to the public web or nowhere, whatever it looks like, and its fetching ends."""

import gzip
import time

import pytest
from django.core.checks import run_checks
from requests import adapters
from urllib3.util import connection

from catalog.apps import GRAPH_OF_META
from catalog.services import fetching
from catalog.services.fetching import MOST_BYTES, NotFetched, fetch
from catalog.tests.public_web import Web, answer, redirect

PICTURE = "https://shop.example/picture.jpg"


@pytest.fixture
def web(tmp_path, monkeypatch):
    web = Web(tmp_path)
    monkeypatch.setattr("socket.getaddrinfo", web.resolve)
    monkeypatch.setattr(connection, "create_connection", web.connect)
    monkeypatch.setattr(adapters, "DEFAULT_CA_BUNDLE_PATH", str(web.certificate))
    yield web
    web.stop()


def refusal(address: str) -> str:
    with pytest.raises(NotFetched) as refused:
        fetch(address)
    assert refused.value.__cause__ is None
    return ":".join(filter(None, [refused.value.key, refused.value.facts.get("reason", "")]))


def test_a_public_picture_is_fetched_from_just_the_address_that_was_looked_at(web):
    web.pages["/picture.jpg"] = answer(b"a picture")
    assert fetch(PICTURE) == b"a picture"
    assert web.connected == ["93.184.216.34"]
    host, _path, headers = web.seen[0]
    assert host == "shop.example" and not {"Cookie", "Authorization"} & set(headers)


NOT_PUBLIC = """
127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.254 0.0.0.0 0.1.2.3
192.0.0.1 192.0.2.1 198.18.0.1 203.0.113.5 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 192.88.99.1
::1 :: fe80::1 fc00::1 fd12::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::a00:1
64:ff9b:1::1 2002:a00:1:: 2001:0:1::1 2001:db8::1 5f00::1 100::1
"""


@pytest.mark.parametrize("ip", NOT_PUBLIC.split())
def test_no_private_address_is_asked_neither_as_it_is_nor_by_a_name(web, ip):
    written = f"[{ip}]" if ":" in ip else ip
    web.names["odd.example"] = [[ip]]
    assert refusal(f"https://{written}/picture.jpg") == "image_private"
    assert refusal(f"https://{written}:8443/picture.jpg") == "image_private"
    assert refusal("https://odd.example/picture.jpg") == "image_private"
    assert not web.connected


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0x7f.1", "127.0.0.1.", "00000177.0.0.1", "010.8.8.8"],
)
def test_no_number_that_is_written_oddly_is_asked(web, host):
    assert refusal(f"https://{host}/picture.jpg") == "image_private" and not web.connected


def test_localhost_by_name_is_private(web):
    assert refusal("https://localhost/picture.jpg") == "image_private"
    assert refusal("https://LOCALHOST:8000/picture.jpg") == "image_private" and not web.connected


def test_a_name_with_a_private_address_first_is_refused_and_one_that_changes_is_asked_once(web):
    web.pages["/picture.jpg"] = answer(b"a picture")
    web.names["mixed.example"] = [["10.0.0.1", "93.184.216.34"]]
    assert refusal("https://mixed.example/picture.jpg") == "image_private"
    web.names["rebinding.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    assert fetch("https://rebinding.example/picture.jpg") == b"a picture"
    assert web.connected == ["93.184.216.34"]
    assert refusal("https://rebinding.example/picture.jpg") == "image_private"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://shop.example/picture.jpg", "image_unreachable:insecure"),
        ("ftp://shop.example/picture.jpg", "image_unreachable:insecure"),
        ("file:///etc/passwd", "image_unreachable:insecure"),
        ("gopher://shop.example/", "image_unreachable:insecure"),
        ("https://somebody:secret@shop.example/picture.jpg", "image_unreachable:odd"),
        ("https://@shop.example/picture.jpg", "image_unreachable:odd"),
        ("https:///picture.jpg", "image_unreachable:odd"),
        ("https://shop.example:99999/picture.jpg", "image_unreachable:odd"),
        ("https://" + "a" * 64 + ".example/", "image_unreachable:odd"),
        ("https://[::1/picture.jpg", "image_unreachable:odd"),
        ("//shop.example/picture.jpg", "image_unreachable:insecure"),
        ("", "image_unreachable:insecure"),
    ],
)
def test_what_is_no_public_https_address_is_not_asked(web, address, says):
    assert refusal(address) == says and not web.connected


# Redirects ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_public_address_is_followed(web, status):
    web.pages["/picture.jpg"] = redirect("https://pictures.example/there.jpg", status)
    web.pages["/there.jpg"] = redirect("/at-last.jpg", status)
    web.pages["/at-last.jpg"] = answer(b"a picture", Set_Cookie="a=b")
    assert fetch(PICTURE) == b"a picture"
    assert [host for host, *_ in web.seen] == ["shop.example", "pictures.example", "pictures.example"]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("https://127.0.0.1/", "image_private"),
        ("https://169.254.169.254/latest/meta-data/", "image_private"),
        ("https://[::ffff:10.0.0.1]/", "image_private"),
        ("https://odd.example/", "image_private"),
        ("//odd.example/", "image_private"),
        ("https://2130706433/", "image_private"),
        ("http://pictures.example/there.jpg", "image_unreachable:insecure"),
        ("http://127.0.0.1/", "image_unreachable:insecure"),
        ("file:///etc/passwd", "image_unreachable:insecure"),
        ("https://a:b@pictures.example/there.jpg", "image_unreachable:odd"),
        ("http://127.0.0.1:9900/pictures/1.jpg", "image_unreachable:insecure"),
    ],
)
def test_each_redirect_is_looked_at_like_the_first_address(web, settings, target, says):
    settings.SANDBOX_URL = "http://127.0.0.1:9900"
    web.names["odd.example"] = [["192.168.0.1"]]
    web.pages["/picture.jpg"] = redirect("/next.jpg")
    web.pages["/next.jpg"] = redirect(target)
    assert refusal(PICTURE) == says
    assert len(web.connected) == 2


def test_three_redirects_are_followed_and_not_a_fourth(web):
    for number in range(1, 5):
        web.pages[f"/{number}"] = redirect(f"/{number + 1}")
    web.pages["/5"] = answer(b"a picture")
    assert fetch("https://shop.example/2") == b"a picture"
    assert refusal("https://shop.example/1") == "image_unreachable:redirects"


def test_cookies_of_one_answer_are_not_given_to_the_next(web):
    web.pages["/picture.jpg"] = answer(b"", 302, Location="/next.jpg", Set_Cookie="a=b; Path=/")
    web.pages["/next.jpg"] = answer(b"a picture")
    fetch(PICTURE)
    assert not any("Cookie" in headers for *_, headers in web.seen)


def test_no_proxy_and_no_password_of_this_machine_is_used(web, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine shop.example login somebody password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    web.pages["/picture.jpg"] = answer(b"a picture")
    assert fetch(PICTURE) == b"a picture" and "Authorization" not in web.seen[0][2]


# How much and how long ------------------------------------------------------------------------------------------------
def test_more_than_eight_megabytes_are_refused_where_they_are_declared_and_where_they_are_not(web):
    sent = []

    def endless(request):
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 65536)
            sent.append(65536)

    web.pages["/declared"] = answer(b"x", Content_Length=str(MOST_BYTES + 1))
    web.pages["/endless"] = endless
    web.pages["/just"] = answer(b"x" * MOST_BYTES)
    web.pages["/packed"] = answer(gzip.compress(b"x" * (MOST_BYTES + 1)), Content_Encoding="gzip")
    assert refusal("https://shop.example/declared") == "image_too_large"
    assert refusal("https://shop.example/endless") == "image_too_large"
    assert sum(sent) < 3 * MOST_BYTES
    assert refusal("https://shop.example/packed") == "image_too_large"
    assert len(fetch("https://shop.example/just")) == MOST_BYTES


def _dripping(begin):
    def page(request):
        begin(request)
        while True:
            request.wfile.write(b"x")
            time.sleep(0.05)

    return page


def _head(request):
    request.send_response(200)
    request.end_headers()


@pytest.mark.parametrize("begin", [_head, lambda request: request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")])
def test_a_server_that_sends_a_little_for_ever_is_left_in_time(web, monkeypatch, begin):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.6)
    web.pages["/picture.jpg"] = _dripping(begin)
    started = time.monotonic()
    assert refusal(PICTURE) == "image_unreachable:slow"
    assert time.monotonic() - started < 3


def test_a_server_that_says_nothing_is_left(web, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", (5, 0.2))
    web.pages["/picture.jpg"] = lambda request: time.sleep(1)
    assert refusal(PICTURE) == "image_unreachable:slow"


def test_half_a_picture_is_none(web):
    web.pages["/picture.jpg"] = answer(b"x" * 10, Content_Length="20")
    assert refusal(PICTURE) == "image_unreachable:connection"


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (404, "image_not_found"),
        (410, "image_not_found"),
        (403, "image_unreachable:status"),
        (500, "image_unreachable:status"),
        (503, "image_unreachable:status"),
        (204, "image_unreachable:status"),
        (304, "image_unreachable:status"),
    ],
)
def test_what_the_server_answers_is_told(web, status, says):
    web.pages["/picture.jpg"] = answer(b"", status)
    assert refusal(PICTURE) == says


def test_a_name_that_nobody_knows_and_a_certificate_of_another_are_told_without_details(web):
    web.names["odd.example"] = [[]]
    assert refusal("https://odd.example/") == "image_unreachable:name"
    web.names["stranger.example"] = [["93.184.216.34"]]
    assert refusal("https://stranger.example/") == "image_unreachable:tls"


# The sandbox ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def local(tmp_path, settings):
    """A server of this machine that is the sandbox."""
    local = Web(tmp_path, is_secure=False)
    settings.SANDBOX_URL = local.local
    local.pages["/picture.jpg"] = answer(b"a picture")
    yield local
    local.stop()


def test_the_sandbox_alone_may_be_local(settings, local):
    assert fetch(f"{local.local}/picture.jpg") == b"a picture"
    settings.SANDBOX_URL = ""
    assert refusal(f"{local.local}/picture.jpg") == "image_unreachable:insecure"


def test_what_only_begins_like_the_sandbox_is_not_it(web, settings):
    settings.SANDBOX_URL = "http://127.0.0.1:99"
    for address in ("http://127.0.0.1:9900/", "http://127.0.0.1:99@shop.example/", "http://127.0.0.1:99"):
        assert refusal(address) == "image_unreachable:insecure"
    assert refusal("http://127.0.0.1:99.odd.example/") == "image_unreachable:odd"
    assert not web.connected


def test_a_redirect_from_the_sandbox_is_filtered_like_any_other(local):
    for target, says in [
        ("/picture.jpg", "image_unreachable:insecure"),
        ("https://127.0.0.1/picture.jpg", "image_private"),
        ("https://169.254.169.254/", "image_private"),
    ]:
        local.pages["/moved.jpg"] = redirect(target)
        assert refusal(f"{local.local}/moved.jpg") == says


def test_no_sandbox_stands_beside_the_real_meta(settings):
    def found():
        return [each.id for each in run_checks(tags=["security"], include_deployment_checks=True)]

    settings.SANDBOX_URL = settings.GRAPH_BASE_URL = "http://127.0.0.1:9900"
    assert "catalog.E001" not in found()
    settings.GRAPH_BASE_URL = GRAPH_OF_META
    assert "catalog.E001" in found()
    settings.SANDBOX_URL = ""
    assert "catalog.E001" not in found()
