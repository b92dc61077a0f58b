"""The first conversation, end to end: a browser, real processes, and the sandbox in Meta's place."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack

pytestmark = pytest.mark.e2e


def test_from_log_in_to_a_read_answer(stack: Stack, page: Page):
    stack.start_all()
    connect_in_browser(stack, page)

    page.goto(f"{stack.web_url}/inbox/")
    expect(page.get_by_text("No messages yet")).to_be_visible()

    phone = page.context.new_page()
    phone.goto(f"{stack.sandbox_url}/phone/{CUSTOMER}/{NUMBER}")
    phone.fill("#phone-text", "Do you have it in blue?")
    phone.click("#phone-send")
    # The customer leaves the chat, so that nothing is read before it is said so.
    phone.goto("about:blank")
    stack.wait_for(lambda: stack.sql("SELECT 1 FROM inbox_message"), "the message is here")

    # Without reloading, within two seconds.
    thread = page.locator(".threads a")
    expect(thread).to_contain_text("Do you have it in blue?", timeout=2000)
    thread.click()
    expect(page.locator(".message.in")).to_contain_text("Do you have it in blue?")
    stack.wait_for(lambda: stack.control("open", customer=CUSTOMER, phone_number_id=NUMBER, keep_open=False), "closed")

    page.fill("#reply", "Yes, and it ships today.")
    page.click("#send")
    answer = page.locator(".message.out")
    expect(answer).to_have_attribute("data-status", "delivered", timeout=10_000)
    expect(page.locator("#reply")).to_have_value("")

    phone.goto(f"{stack.sandbox_url}/phone/{CUSTOMER}/{NUMBER}")
    expect(phone.locator(".bubble.shop")).to_contain_text("Yes, and it ships today.")
    expect(answer).to_have_attribute("data-status", "read", timeout=10_000)
    timeline = stack.sql("SELECT status FROM inbox_messagestatus ORDER BY at, id")
    assert [status for (status,) in timeline] == ["sent", "delivered", "read"]


def connect_in_browser(stack: Stack, page: Page) -> None:
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.get_by_role("link", name="Connect WhatsApp").click()
    page.click("#connect-new")
    page.click("#connect")
    page.click("#dialog-continue")
    page.get_by_role("button", name="Choose this account").first.click()
    page.get_by_label("+1 555-010-0001").check()
    page.fill(f"#id_pin-{NUMBER}", "123456")
    page.click("#finish")
    expect(page.get_by_text("is connected. Messages can flow now.")).to_be_visible()
    expect(page.locator(".g-badge.good").first).to_have_text("Connected")
    assert os.environ["META_APP_SECRET"] not in page.content()
