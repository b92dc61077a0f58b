"""A shop's catalog is connected, compared and looked at in a real browser."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.stack import PASSWORD, Stack

pytestmark = pytest.mark.e2e
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1360, "height": 860}
# Of the sandbox: linked, and with products that nobody here knows.
FILLED = "400000000000001"


def test_a_catalog_is_connected_and_compared_before_anything_is_sent(stack: Stack, new_page):
    stack.open_shop()
    page = new_page(viewport=WIDE)
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.goto(f"{stack.web_url}/catalog/")
    expect(page.locator("#connect")).to_have_text("No catalog is connected")
    shown(page, "empty")
    page.locator("a[id^=give-], a[id^=change-]").click()
    page.click("#catalogs-start")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("body")).to_contain_text("Galantis may reach the catalogs now")
    page.click("#to-catalog")
    page.click("#choose")
    shown(page, "choose")
    page.locator(f"button[name=catalog][value='{FILLED}']").click()

    page.click("#to-mend")
    expect(page.locator("#group-theirs + .g-badge")).to_have_text("11")
    shown(page, "compare")
    page.check("input[name=theirs][value=take]")
    page.click("#decide")
    expect(page.locator("#catalog + .g-badge")).to_have_text("Connected")
    page.click("#look")
    expect(page.locator("#readings").locator("xpath=../..").locator("tbody tr")).to_have_count(2)
    expect(page.locator("#live-part")).not_to_contain_text("Being read")
    shown(page, "home")
    page.locator("input[name=is_catalog_visible]").first.check()
    page.locator("button[id^=save-]").first.click()
    expect(page.locator("body")).to_contain_text("Saved at Meta")
    expect(page.locator("input[name=is_catalog_visible]").first).to_be_checked()
    page.click("#unlink")
    expect(page.locator("#link")).to_be_visible()
    page.click("#link")
    expect(page.locator("#unlink")).to_be_visible()


def shown(page: Page, name: str) -> None:
    """No page is wider than a phone. CATALOG_SHOTS=folder keeps pictures of each."""
    folder = os.environ.get("CATALOG_SHOTS")
    for size, viewport in (("390", PHONE), ("1360", WIDE)):
        page.set_viewport_size(viewport)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= viewport["width"], f"{name}: {wide}"
        for colours in ("light", "dark") if folder else ():
            page.emulate_media(color_scheme=colours)
            page.screenshot(path=f"{folder}/{name}-{size}-{colours}.png", full_page=True)
