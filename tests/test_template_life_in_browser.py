"""A template's whole life in a browser: written, submitted, approved, sent out of a closed window, and answered."""

import pytest
from playwright.sync_api import Page, expect

from meta_integration.tests.samples import picture
from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack

pytestmark = pytest.mark.e2e


def test_from_a_blank_page_to_the_customers_tap(stack: Stack, page: Page):
    stack.open_shop()
    stack.control("review", automatic=False)
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    it_is_built_and_the_preview_follows(stack, page)
    it_is_submitted_and_the_open_page_learns_of_the_approval(stack, page)
    it_is_sent_from_a_thread_whose_window_is_closed(stack, page)
    the_phone_shows_it_and_the_tap_arrives(stack, page)


def it_is_built_and_the_preview_follows(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.web_url}/templates/new/")
    page.get_by_text("A blank page").click()
    page.fill("#f-title", "Example order")
    page.click("#begin")
    bubble = page.locator("#shown .t-message")
    page.get_by_role("radio", name="Utility").check()
    page.select_option("select[name='header.format']", "IMAGE")
    file = {"name": "parcel.png", "mimeType": "image/png", "buffer": picture("PNG", size=(64, 48))}
    page.locator("#f-header-upload").set_input_files(file)
    expect(bubble.locator("img.t-media")).to_be_visible()
    page.fill("#f-body", "Hello {{1}}, your order {{2}} is on its way to you now.")
    page.fill("#f-body-example-1", "Customer")
    page.fill("#f-body-example-2", "A-1001")
    expect(bubble).to_contain_text("Hello Customer, your order A-1001 is on its way")
    add_button(page, 0, "URL", "Track it")
    page.fill("#f-buttons-0-url", "https://example.com/orders/{{1}}")
    page.fill("#f-buttons-0-example", "https://example.com/orders/A-1001")
    add_button(page, 1, "QUICK_REPLY", "Thank you")
    expect(page.locator("#shown .t-buttons")).to_contain_text("Track it")
    expect(page.locator("#shown .t-buttons")).to_contain_text("Thank you")


def add_button(page: Page, place: int, kind: str, words: str) -> None:
    page.select_option("#f-add", kind)
    page.get_by_role("button", name="Add button").click()
    page.fill(f"#f-buttons-{place}-text", words)


def it_is_submitted_and_the_open_page_learns_of_the_approval(stack: Stack, page: Page) -> None:
    page.click("#submit")
    expect(page.locator("#stands")).to_have_text("In review", timeout=20_000)
    moderator = page.context.new_page()
    moderator.goto(f"{stack.sandbox_url}/moderator/?q=example_order")
    moderator.get_by_role("button", name="Approve").click()
    # The page was left open, and is not reloaded.
    expect(page.locator("#stands")).to_have_text("Approved", timeout=10_000)


def it_is_sent_from_a_thread_whose_window_is_closed(stack: Stack, page: Page) -> None:
    stack.control("inbound", customer=CUSTOMER, phone_number_id=NUMBER, text="When does it come?")
    stack.wait_for(lambda: stack.sql("SELECT 1 FROM inbox_thread"), "the customer's thread")
    stack.control("window", customer=CUSTOMER, phone_number_id=NUMBER, open=False)
    stack.sql("UPDATE inbox_thread SET window_expires_at = now() - interval '1 hour'")
    page.goto(f"{stack.web_url}/inbox/")
    page.locator(".threads a").click()
    page.get_by_role("link", name="example_order").click()
    page.locator("input[name='body.1']").fill("Example Customer")
    page.locator("input[name='body.2']").fill("B-2002")
    page.locator("input[name='buttons[0].url']").fill("B-2002")
    expect(page.locator("#look")).to_contain_text("Hello Example Customer, your order B-2002")
    page.click("#send")
    sent = page.locator(".message.out")
    expect(sent).to_have_attribute("data-status", "delivered", timeout=15_000)
    expect(sent).to_contain_text("Hello Example Customer, your order B-2002 is on its way")
    expect(sent).to_contain_text("Track it")


def the_phone_shows_it_and_the_tap_arrives(stack: Stack, page: Page) -> None:
    phone = page.context.new_page()
    phone.goto(f"{stack.sandbox_url}/phone/{CUSTOMER}/{NUMBER}")
    bubble = phone.locator(".bubble.shop").last
    expect(bubble.locator("img")).to_be_visible()
    expect(bubble).to_contain_text("Hello Example Customer, your order B-2002 is on its way to you now.")
    expect(bubble).to_contain_text("https://example.com/orders/B-2002")
    bubble.get_by_role("button", name="Thank you").click()
    tapped = page.locator(".message.in").last
    expect(tapped).to_contain_text("Thank you", timeout=10_000)
    ((kind, content),) = stack.sql("SELECT type, content FROM inbox_message WHERE direction = 'in' AND type = 'button'")
    assert (kind, content["button"]["payload"]) == ("button", "Thank you")
