"""A shop at Shopify is connected in a real browser, and its products appear while one looks."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.stack import PASSWORD, Stack

pytestmark = pytest.mark.e2e


def test_a_shop_is_connected_and_its_products_appear_by_themselves(stack: Stack, new_page):
    stack.start_all()
    page = new_page(expected=("400",))  # The form that was filled in wrongly.
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.goto(f"{stack.web_url}/catalog/shopify/")
    page.fill("#id_shop_domain", "shop.example")
    page.fill("#id_currency", "usd")
    page.click("#save")
    expect(page.locator("#id_shop_domain-error")).to_contain_text("does not end in .myshopify.com")
    expect(page.locator("#id_secret-error")).to_contain_text("Paste the secret")
    shown(page, "wrong")
    page.fill("#id_shop_domain", "example-shop.myshopify.com")
    page.fill("#id_secret", "0123456789abcdef" * 4)
    page.click("#save")
    expect(page.locator("#waiting")).to_be_visible()
    assert page.input_value("#address") == f"{stack.web_url}/webhooks/shopify/"
    shown(page, "waiting")

    stack.manage("shopify_example")
    rows = page.locator("#live-part tbody tr")
    expect(rows.first).to_contain_text("2 products added")
    expect(page.locator("#the-shop + .g-badge")).to_have_text("Connected")
    assert "answered 401" in stack.manage("shopify_example", "create", "--wrong-secret")
    page.reload()
    expect(page.locator("#refused")).to_be_visible()
    shown(page, "refused")
    stack.manage("shopify_example", "update", "--price", "19.90", "--before", "24.90", "--title", "وشاح تجريبي طويل")
    expect(rows.first).to_contain_text("2 changed")
    stack.manage("shopify_example", "update", "--price", "9" * 20)
    expect(rows.first).to_contain_text("This price is too large")
    shown(page, "came")
    page.get_by_role("button", name="Take over again").click()
    expect(page.locator("body")).to_contain_text("It is being taken over again")
    stack.manage("shopify_example", "delete")
    expect(rows.first).to_contain_text("2 removed")
    page.get_by_role("link", name="Disconnect this shop").click()
    shown(page, "disconnect")
    page.click("#disconnect")
    expect(page.locator("body")).to_contain_text("Its products stay as they are")
    expect(page.locator("#id_shop_domain")).to_be_visible()


def shown(page: Page, name: str) -> None:
    """On a narrow screen nothing sticks out. Where SHOTS names a folder, pictures of it are kept there."""
    folder = os.environ.get("SHOTS")
    for width in (390, 1360):
        page.set_viewport_size({"width": width, "height": 860})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        for colours in ("light", "dark") if folder else ():
            page.emulate_media(color_scheme=colours)
            page.screenshot(path=f"{folder}/{name}-{width}-{colours}.png", full_page=True)
