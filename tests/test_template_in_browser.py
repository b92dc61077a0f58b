"""Writing a template in a real browser: the phone follows the typing, nothing is lost, and a file shows its way."""

import pytest
from playwright.sync_api import Page, expect

from meta_integration.tests.samples import picture
from tests.stack import PASSWORD, Stack

pytestmark = pytest.mark.e2e
DRAFT = "SELECT draft::text, name FROM templates_app_messagetemplate WHERE draft IS NOT NULL"


def test_a_template_is_written_beside_a_phone(stack: Stack, page: Page):
    stack.open_shop()
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.goto(f"{stack.web_url}/templates/new/")
    a_name_is_made_of_the_title(page)
    the_phone_follows_the_typing(page)
    it_is_saved_by_itself(stack, page)
    a_button_comes_and_has_the_cursor(page)
    a_file_is_uploaded_at_once(page)
    what_was_not_saved_is_not_left_silently(stack, page)


def test_a_template_is_written_and_handed_in_without_javascript(stack: Stack, page: Page):
    stack.open_shop()
    page = page.context.browser.new_context(java_script_enabled=False).new_page()
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.goto(f"{stack.web_url}/admin/templates_app/messagetemplate/")
    page.get_by_role("link", name="New template").click()
    page.fill("#f-name", "no_script")
    page.click("#begin")
    page.fill("#f-body", "Hello {{1}}, welcome to our new shop in town.")
    page.get_by_role("button", name="Show the fields of this header, and the examples").click()
    page.fill("#f-body-example-1", "Ann")
    page.click("#submit")
    expect(page.locator("#stands")).to_be_visible()
    at_meta = "SELECT 1 FROM templates_app_messagetemplate WHERE template_id > ''"
    stack.wait_for(lambda: stack.sql(at_meta), "Meta has it")


def a_name_is_made_of_the_title(page: Page) -> None:
    page.get_by_text("A blank page").click()
    page.fill("#f-title", "Straße & more!")
    expect(page.locator("#f-name")).to_have_value("strasse_more")
    page.fill("#f-language", "Arabic – ar")
    page.click("#begin")
    expect(page.locator("#f-name")).to_have_value("strasse_more")


def the_phone_follows_the_typing(page: Page) -> None:
    page.fill("#f-body", "Hello , it is *new*. <b>")
    page.locator("#f-body").evaluate("area => area.setSelectionRange(6, 6)")
    page.get_by_role("button", name="Add a variable").click()
    expect(page.locator("#f-body")).to_have_value("Hello {{1}}, it is *new*. <b>")
    bubble = page.locator("#shown .t-message")
    expect(bubble).to_have_attribute("dir", "rtl")
    expect(bubble.locator("strong")).to_have_text("new")
    expect(bubble).to_contain_text("<b>")
    expect(page.locator("[data-counts=f-body]")).to_have_text("29 / 1024")
    # The example's field came by itself, and stays as it is while somebody types in it.
    expect(page.locator("#f-body-example-1")).to_have_attribute("aria-invalid", "true")
    page.locator("#f-body-example-1").press_sequentially("Layla", delay=150)
    expect(bubble.locator(".t-gap")).to_have_text("Layla")
    expect(page.locator("#f-body-example-1")).to_have_value("Layla")
    expect(page.locator("#f-body-example-1")).to_be_focused()
    expect(page.locator("#f-body-example-1")).not_to_have_attribute("aria-invalid", "true")


def it_is_saved_by_itself(stack: Stack, page: Page) -> None:
    expect(page.locator(".t-is-saved")).to_be_visible(timeout=10_000)
    ((draft, name),) = stack.sql(DRAFT)
    assert "Layla" in draft and name == "strasse_more"


def a_button_comes_and_has_the_cursor(page: Page) -> None:
    page.select_option("#f-add", "URL")
    page.get_by_role("button", name="Add button").click()
    expect(page.locator("#f-buttons-0")).to_be_focused()
    page.fill("#f-buttons-0-text", "Go")
    page.fill("#f-buttons-0-url", "https://example.com/{{1}}")
    expect(page.locator("#f-buttons-0-example")).to_be_visible()
    expect(page.locator("#shown .t-buttons")).to_contain_text("Go")
    page.keyboard.press("Tab")


def a_file_is_uploaded_at_once(page: Page) -> None:
    page.select_option("select[name='header.format']", "IMAGE")
    file = page.locator("#f-header-upload")
    file.set_input_files({"name": "notes.txt", "mimeType": "image/png", "buffer": b"no picture"})
    refused = page.get_by_text("Meta does not take this file as an example here.")
    expect(refused).to_be_visible()
    page.fill("#f-footer", "New today")
    expect(page.locator("#shown .t-message")).to_contain_text("New today")
    expect(refused).to_be_visible()
    file.set_input_files({"name": "sale.png", "mimeType": "image/png", "buffer": picture("PNG", size=(64, 48))})
    expect(page.get_by_role("link", name="sale.png")).to_be_visible()
    expect(page.locator("#shown img.t-media")).to_be_visible()
    expect(refused).to_have_count(0)


def what_was_not_saved_is_not_left_silently(stack: Stack, page: Page) -> None:
    expect(page.locator(".t-is-saved")).to_be_visible(timeout=10_000)
    page.fill("#f-footer", "Bye")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Back to the template").click()
    page.wait_for_url("**/templates/*/")
    assert asked == ["beforeunload"]
    ((draft, _name),) = stack.sql(DRAFT)
    assert "example.com" in draft
