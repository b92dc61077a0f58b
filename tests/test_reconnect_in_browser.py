"""Reconnecting, end to end: the wrong account is stopped, the right one mends it, and support's link does the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack, csrf_of

pytestmark = pytest.mark.e2e
RIGHT, WRONG = "#waba-100000000000001", "#waba-100000000000002"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def connected(stack: Stack):
    stack.start("sandbox", "web", "worker", "beat")
    stack.wait_ready()
    stack.connect(stack.logged_in("merchant"))
    message = {"type": "text", "text": {"body": "Do you have it in blue?"}}
    stack.control("inbound", customer=CUSTOMER, phone_number_id=NUMBER, message=message)
    stack.wait_for(lambda: stack.sql("SELECT 1 FROM inbox_thread"), "a conversation")
    return stack


def test_revoked_then_the_wrong_account_then_the_right_one(connected: Stack, page: Page):
    stack = connected
    log_in(stack, page)
    break_it(stack, page, "Yes, and it ships today.")

    connection_page(stack, page)
    page.get_by_role("button", name="Reconnect").click()
    at_meta(page, tick=WRONG)
    expect(page.get_by_role("heading", name="That is another account")).to_be_visible()
    expect(page.locator("#renew")).to_have_count(0)
    assert stack.sql("SELECT state, waba_id FROM meta_integration_waba") == [("broken", "100000000000001")]

    page.click("#again")
    at_meta(page, tick=RIGHT)
    expect(page.get_by_text("The right account")).to_be_visible()
    expect(page.get_by_text("stays")).to_have_count(2)
    fits(page)
    page.click("#renew")
    expect(page.get_by_text("1 message waited and goes out now.")).to_be_visible()
    stack.wait_for(lambda: len(stack.sent()) == 1, "what waited has gone out", 30)
    fits(page)


def test_somebody_without_a_log_in_follows_supports_link(connected: Stack, page: Page):
    stack = connected
    log_in(stack, page)
    break_it(stack, page, "Yes, and it ships today.")
    address = link_of(stack)

    visitor = page.context.browser.new_context(viewport=PHONE).new_page()
    visitor.goto(address)
    expect(visitor.get_by_role("heading", name="Reconnect WhatsApp")).to_be_visible()
    fits(visitor)
    visitor.click("#go")
    at_meta(visitor, tick=WRONG)
    expect(visitor.get_by_role("heading", name="That is another account")).to_be_visible()
    fits(visitor)

    visitor.click("#again")
    at_meta(visitor, tick=RIGHT)
    assert address.rsplit("/", 2)[1] not in visitor.url
    expect(visitor.get_by_role("heading", name="The right account")).to_be_visible()
    fits(visitor)
    visitor.click("#renew")
    expect(visitor.get_by_text("You can close this page.")).to_be_visible()
    stack.wait_for(lambda: len(stack.sent()) == 1, "what waited has gone out", 30)

    again = visitor.goto(address)
    assert again.status == 410
    expect(visitor.get_by_role("heading", name="This link was used")).to_be_visible()


def log_in(stack: Stack, page: Page) -> None:
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.locator(".threads a").wait_for()


def break_it(stack: Stack, page: Page, text: str) -> None:
    """The access is taken away at Meta, and an answer finds it out."""
    stack.control("revoke", waba_id="100000000000001")
    page.locator(".threads a").click()
    page.fill("#reply", text)
    page.click("#send")
    broken = "SELECT 1 FROM meta_integration_waba WHERE state = 'broken'"
    stack.wait_for(lambda: stack.sql(broken), "the connection breaks", 30)


def connection_page(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.web_url}/admin/meta_integration/waba/")


def at_meta(page: Page, *, tick: str) -> None:
    for box in page.locator('input[name="waba"]').all():
        box.uncheck()
    page.check(tick)
    page.click("#dialog-continue")


def link_of(stack: Stack) -> str:
    """As support makes one: a reason, and the link is shown once."""
    session = stack.logged_in("support")
    ((pk,),) = stack.sql("SELECT id FROM meta_integration_waba")
    place = f"{stack.web_url}/connection/accounts/{pk}/reconnect-link/"
    form = {"reason": "they called", "csrfmiddlewaretoken": csrf_of(session.get(place, timeout=10).text)}
    return re.search(r'value="(http[^"]+/reconnect/[^"]+)"', session.post(place, data=form, timeout=10).text)[1]


def fits(page: Page) -> None:
    """Nothing stands out at the side, on a screen and on a phone."""
    for size in (PHONE, {"width": 1280, "height": 860}):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
