"""Embedded Signup: the SDK on a page of another origin, its pop-up, and the two results."""

import html
import json
import os
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from playwright.sync_api import sync_playwright

from .conftest import OUTLET, SHOP, SHOP_NUMBER

EMPTY = "100000000000003"
ORIGIN = "http://shop.example:8000"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGE = """<!DOCTYPE html><title>Shop</title><button id="connect">Connect</button>
<script>
window.told = []; window.answers = []; window.order = [];
window.addEventListener("message", event => {
  if (typeof event.data !== "string") return;
  told.push([event.origin, JSON.parse(event.data)]);
  order.push("ids");
});
window.fbAsyncInit = () => { FB.init({appId: "%(app_id)s", version: "v23.0"}); document.title = "Ready"; };
document.getElementById("connect").onclick = () => FB.login(answer => { answers.push(answer); order.push("code"); }, {
  config_id: "1", response_type: "code", override_default_response_type: true,
  extras: {setup: {}, sessionInfoVersion: "3"},
});
</script><script async defer crossorigin="anonymous" src="%(base)s/en_US/sdk.js"></script>"""


def ask(sandbox, **changes):
    params = {"client_id": sandbox.settings.app_id, "display": "popup", "origin": ORIGIN, "channel": "7"} | changes
    return requests.get(f"{sandbox.base}/v23.0/dialog/oauth", params=params, timeout=5)


def decide(sandbox, **changes):
    form = {"client_id": sandbox.settings.app_id, "display": "popup", "origin": ORIGIN, "channel": "7"}
    form |= {"config_id": "1", "permission": ["whatsapp_business_management", "whatsapp_business_messaging"]}
    return requests.post(f"{sandbox.base}/v23.0/dialog/oauth", data=form | changes, timeout=5)


def results(answer) -> dict:
    """What the closing page hands over."""
    found = dict(re.findall(r'data-([a-z-]+)="([^"]*)"', answer.text))
    return {name: html.unescape(value) for name, value in found.items()}


def finish(sandbox, number):
    told = results(decide(sandbox, number=number))
    return json.loads(told["message"]), json.loads(told["response"])


def test_popup_offers_each_number_and_accounts_without_one(sandbox):
    page = ask(sandbox).text
    assert page.count('name="number"') == 4
    assert f'value="{SHOP_NUMBER}" id="number-{SHOP_NUMBER}" checked' in page
    assert f'id="number-{EMPTY}"' in page


def test_configuration_asks_for_catalogs_too(sandbox):
    assert ask(sandbox).text.count('name="permission"') == 2
    assert 'value="catalog_management"' in ask(sandbox, config_id="1").text


@pytest.mark.parametrize("origin", ["", "javascript:alert(1)", "shop.example", "http://shop.example/path", "null"])
def test_popup_answers_to_web_origins_only(sandbox, origin):
    assert ask(sandbox, origin=origin).status_code == 400
    assert decide(sandbox, origin=origin, cancel="1").status_code == 400


def test_finish_names_the_number_its_account_and_the_business(sandbox):
    message, response = finish(sandbox, SHOP_NUMBER)
    data = {"phone_number_id": SHOP_NUMBER, "waba_id": SHOP, "business_id": "800000000000001"}
    assert message == {"type": "WA_EMBEDDED_SIGNUP", "event": "FINISH", "version": "3", "data": data}
    assert response["status"] == "connected"


def test_account_without_number_finishes_alone(sandbox):
    message, _ = finish(sandbox, EMPTY)
    assert message["event"] == "FINISH_ONLY_WABA"
    assert message["data"] == {"waba_id": EMPTY, "business_id": "800000000000001"}


def test_number_of_the_phone_app_finishes_connected(sandbox):
    told = results(decide(sandbox, number=SHOP_NUMBER, extras='{"featureType": "whatsapp_business_app_onboarding"}'))
    message, response = json.loads(told["message"]), json.loads(told["response"])
    assert (message["event"], message["data"]) == ("FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING", {"waba_id": SHOP})
    token = sandbox.exchange(response["authResponse"]["code"], redirect_uri="").json()["access_token"]
    number = sandbox.get(SHOP_NUMBER, token, params={"fields": "status,is_on_biz_app"}).json()
    assert (number["status"], number["is_on_biz_app"]) == ("CONNECTED", True)


@pytest.mark.parametrize("button, key", [("cancel", "current_step"), ("break_off", "error_message")])
def test_nothing_is_granted_when_it_ends_early(sandbox, button, key):
    told = results(decide(sandbox, **{button: "1", "number": SHOP_NUMBER}))
    assert json.loads(told["response"]) == {"authResponse": None, "status": "unknown"}
    assert json.loads(told["message"])["event"] == "CANCEL" and key in json.loads(told["message"])["data"]


@pytest.mark.parametrize("number", ["", "1", SHOP])
def test_popup_wants_a_number_that_exists(sandbox, number):
    assert decide(sandbox, number=number).status_code == 422


def test_code_of_the_popup_is_exchanged_without_redirect_uri(sandbox):
    _, response = finish(sandbox, "200000000000003")
    code = response["authResponse"]["code"]
    assert sandbox.exchange(code, redirect_uri="http://shop.example/").json()["error"]["error_subcode"] == 36008
    token = sandbox.exchange(code, redirect_uri="").json()["access_token"]
    assert sandbox.get(OUTLET, token).ok and not sandbox.get(SHOP, token).ok


def test_codes_can_be_as_short_as_metas(sandbox):
    sandbox.control("weather", short_codes=0.001)
    _, response = finish(sandbox, SHOP_NUMBER)
    answer = sandbox.exchange(response["authResponse"]["code"], redirect_uri="").json()
    assert answer["error"]["error_subcode"] == 36007


# --- in a browser


@pytest.fixture
def shop(sandbox):
    """A page at another port, with the SDK of this sandbox."""
    if CHROMIUM is None:
        pytest.skip("no browser found: install the package chromium to run the browser tests")
    content = (PAGE % {"app_id": sandbox.settings.app_id, "base": sandbox.base}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--no-sandbox"] if os.geteuid() == 0 else ["--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_function("document.title === 'Ready'")
        yield page
        browser.close()
    server.shutdown()


def log_in(shop, action=lambda popup: popup.click("#dialog-continue")):
    with shop.expect_popup() as opened:
        shop.click("#connect")
    action(opened.value)
    shop.wait_for_function("answers.length === 1")
    return shop.evaluate("[told, answers[0]]")


def test_page_of_another_origin_gets_both_results(sandbox, shop):
    told, answer = log_in(shop)
    assert [(origin, message["event"]) for origin, message in told] == [(sandbox.base, "FINISH")]
    assert answer["status"] == "connected"
    assert sandbox.exchange(answer["authResponse"]["code"], redirect_uri="").ok


def test_results_come_in_either_order(sandbox, shop):
    log_in(shop)
    assert shop.evaluate("order") == ["ids", "code"]
    sandbox.control("weather", code_before_ids=True)
    shop.evaluate("answers = []; told = []; order = []")
    log_in(shop)
    shop.wait_for_function("told.length === 1")
    assert shop.evaluate("order") == ["code", "ids"]


def test_ids_may_never_come(sandbox, shop):
    sandbox.control("weather", ids_lost=True)
    with shop.expect_popup() as opened:
        shop.click("#connect")
    with opened.value.expect_event("close"):
        opened.value.click("#dialog-continue")
    assert shop.evaluate("order") == ["code"]


def test_cancelled_and_closed_are_an_unknown_login(sandbox, shop):
    told, answer = log_in(shop, lambda popup: popup.click("#dialog-cancel"))
    assert told[0][1]["event"] == "CANCEL"
    assert answer == {"authResponse": None, "status": "unknown"}
    shop.evaluate("answers = []; told = []")
    assert log_in(shop, lambda popup: popup.close()) == [[], {"authResponse": None, "status": "unknown"}]


def test_sdk_believes_its_own_popup_only(sandbox, shop):
    with shop.expect_popup() as opened:
        shop.click("#connect")
    forged = {"authResponse": {"code": "forged"}, "status": "connected"}
    channel = re.search(r"channel=([\d-]+)", opened.value.url)[1]
    shop.evaluate("([channel, response]) => postMessage({channel, response}, '*')", [channel, forged])
    shop.evaluate("new Promise(done => setTimeout(done, 100))")
    assert shop.evaluate("answers") == []
    opened.value.click("#dialog-cancel")
    shop.wait_for_function("answers.length === 1")
    assert shop.evaluate("answers[0].authResponse") is None
