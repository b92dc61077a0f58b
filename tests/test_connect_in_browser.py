"""Connecting in a real browser, with the real sandbox: in Meta's window, on the full page, and where a window fails."""

import pytest
from playwright.sync_api import Page, expect

from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack

pytestmark = pytest.mark.e2e


def test_connecting_in_metas_window_and_on_the_full_page(stack: Stack, page: Page):
    stack.start("web", "worker", "sandbox")
    stack.wait_ready()
    log_in(stack, page)
    page.get_by_role("link", name="Connect WhatsApp").click()
    page.click("#connect-new")
    the_window_can_be_closed_cancelled_and_opened_again(page)
    page.context.set_default_timeout(15_000)
    finish_in_window(page)
    everything_is_set_up(stack, page)
    the_full_page_connects_another_account(stack, page)


def test_a_blocked_script_or_window_leaves_the_full_page(stack: Stack, page: Page):
    stack.start("web", "worker", "sandbox")
    stack.wait_ready()
    log_in(stack, page)
    page.add_init_script("window.open = () => null")
    page.goto(f"{stack.web_url}/connection/new/")
    page.click("#signup-button")
    expect(page.get_by_text("Your browser did not let Meta's window open.")).to_be_visible()
    page.click("#connect")
    expect(page.locator("#dialog-continue")).to_be_visible()
    page.route("**/sdk.js", lambda route: route.fulfill(status=200, content_type="text/javascript", body=""))
    page.goto(f"{stack.web_url}/connection/new/")
    expect(page.get_by_text("Meta's log-in window cannot be loaded here")).to_be_visible(timeout=15_000)
    expect(page.locator("#signup-button")).to_be_disabled()
    expect(page.locator("#connect")).to_be_enabled()


def log_in(stack: Stack, page: Page) -> None:
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")


def the_window_can_be_closed_cancelled_and_opened_again(page: Page) -> None:
    with page.expect_popup() as opened:
        page.click("#signup-button")
    opened.value.wait_for_load_state()
    # As a person's browser does when a window takes the focus; headless, every page keeps it.
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    opened.value.close()
    expect(page.get_by_text("Meta's window was closed before the end")).to_be_visible()
    with page.expect_popup() as opened:
        page.click("#signup-button")
    opened.value.click("#dialog-cancel")
    expect(page.get_by_text("You cancelled in Meta's window")).to_be_visible()
    # Anybody may post a message to a page: only Meta's window is believed.
    page.evaluate(
        "postMessage(JSON.stringify({type: 'WA_EMBEDDED_SIGNUP', event: 'FINISH', data: {waba_id: '1'}}), '*')"
    )


def finish_in_window(page: Page) -> None:
    with page.expect_popup() as opened:
        page.click("#signup-button")
    opened.value.click("#dialog-continue")
    expect(page.get_by_role("checkbox", name="+1 555-010-0001")).to_be_checked()
    page.get_by_role("checkbox", name="+1 555-010-0002").check()
    page.fill(f"#id_pin-{NUMBER}", "123456")
    page.fill("#id_pin-200000000000002", "654321")
    page.click("#finish")
    expect(page.get_by_text("is connected. Messages can flow now.")).to_be_visible()


def everything_is_set_up(stack: Stack, page: Page) -> None:
    expect(page.get_by_text("Can send")).to_have_count(2)
    expect(page.get_by_text("3 templates found.")).to_be_visible(timeout=15_000)
    page.click("#test-message")
    page.fill("#id_phone", f"+{CUSTOMER}")
    page.click("#send-test")
    expect(page.get_by_text("It has arrived. Your shop can send.")).to_be_visible(timeout=20_000)
    assert [each["type"] for each in stack.sent()] == ["template"]


def the_full_page_connects_another_account(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.web_url}/connection/new/")
    page.click("#connect")
    page.click("#dialog-continue")
    outlet = page.locator("section", has_text="Example Outlet")
    outlet.get_by_role("button", name="Choose this account").click()
    page.get_by_role("checkbox", name="+1 555-010-0003").check()
    page.fill("#id_pin-200000000000003", "000000")
    page.click("#finish")
    expect(page.get_by_text("Meta has another PIN for this number.")).to_be_visible()
    page.fill("#id_pin-200000000000003", "246810")
    page.click("#finish")
    expect(page.get_by_text("is connected. Messages can flow now.")).to_be_visible()
    assert stack.sql("SELECT count(*) FROM meta_integration_waba WHERE state = 'connected'") == [(2,)]
    default = "SELECT phone_number_id FROM meta_integration_phonenumber WHERE is_default"
    assert stack.sql(default) == [(NUMBER,)]
