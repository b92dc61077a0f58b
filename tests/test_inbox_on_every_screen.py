"""The inbox in a real browser, as people meet it: on a phone, without JavaScript, with a customer who means harm."""

import pytest
from playwright.sync_api import Page, expect

from meta_integration.tests.samples import picture
from tests import axe
from tests.inbox_people import (
    answer,
    arrives,
    bubble,
    does_not_scroll_sideways,
    log_in,
    open_thread,
    thread_of,
    writes,
)
from tests.stack import NUMBER, Stack

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}
ON_THE_PHONE, WITHOUT_SCRIPT, HOSTILE = "15550100101", "15550100102", "15550100104"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3
BIDI = "\u202e\u2066"
EVIL = (
    f'<script>alert(1)</script><img src="https://evil.example/a.png" onerror="alert(2)"><svg onload=alert(3)>'
    f'<a href="javascript:alert(4)">x</a> javascript:alert(5) {{{{ 7|add:7 }}}} {{% now "Y" %}}{BIDI} "\'><b>bold</b>'
)


def test_a_whole_conversation_on_a_phone(shop: Stack, new_page):
    writes(shop, f"Do you have it in blue? {LONG} https://example.com/{'a' * 300}", ON_THE_PHONE)
    page = log_in(shop, new_page(viewport=PHONE, has_touch=True))
    does_not_scroll_sideways(page)
    page.locator(".threads a", has_text="Do you have it in blue?").click()
    expect(bubble(page, "Do you have it in blue?")).to_be_visible()
    expect(page.locator("#threads")).to_be_hidden()
    does_not_scroll_sideways(page)

    answer(page, f"Yes. {LONG}")
    expect(bubble(page, "Yes.")).to_be_in_viewport()
    expect(page.locator("#reply")).to_be_in_viewport(ratio=1)
    does_not_scroll_sideways(page)

    page.get_by_role("link", name="Customer", exact=True).click()
    expect(page.get_by_role("complementary")).to_contain_text("Example Customer 1")
    does_not_scroll_sideways(page)
    page.go_back()
    expect(bubble(page, "Do you have it in blue?")).to_be_visible()
    page.get_by_role("link", name="Back to all conversations").click()
    expect(page.locator(".threads a", has_text="Yes.")).to_be_visible()
    does_not_scroll_sideways(page)


def test_a_customer_is_answered_without_javascript(shop: Stack, new_page):
    writes(shop, "Is my parcel on its way?", WITHOUT_SCRIPT)
    page = log_in(shop, new_page(java_script_enabled=False))
    page.locator(".threads a", has_text="Is my parcel on its way?").click()
    expect(page.locator(".message.in")).to_contain_text("Is my parcel on its way?")

    answer(page, "It left today.")
    expect(bubble(page, "It left today.")).to_be_visible()
    arrives(shop, "text", body="It left today.")

    page.set_input_files(
        "#file", {"name": "slip.png", "mimeType": "image/png", "buffer": picture("PNG", size=(64, 48))}
    )
    answer(page, "The slip")
    expect(page.locator(".message.out img")).to_have_count(1)
    arrives(shop, "image", caption="The slip")

    page.get_by_role("link", name="Note for the team").click()
    page.fill("#note", "Has asked twice.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator("#messages")).to_contain_text("Has asked twice.")

    page.get_by_label("Assigned to").select_option(label="merchant")
    page.locator("#work").get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_label("Assigned to").locator("option:checked")).to_have_text("merchant")
    page.locator("#work").get_by_role("button", name="Resolved").click()
    expect(page.locator("#work").get_by_role("button", name="Resolved")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{shop.web_url}/inbox/")
    expect(page.locator(".threads a", has_text="The slip")).to_have_count(0)


def test_no_page_shuts_anybody_out(shop: Stack, new_page):
    page = log_in(shop, new_page(expected=LEFT_IN_THE_MIDDLE), "merchant")
    gallery = shop.manage("seed_gallery").strip()
    writes(shop, "Hello", WITHOUT_SCRIPT)
    thread = f"/inbox/{thread_of(shop, WITHOUT_SCRIPT)}/"
    opened = {
        gallery: UNFOLD,
        "/inbox/?status=any": UNFOLD,
        f"{thread}?emoji": TAP % "emoji",
        f"{thread}?canned": TAP % "canned",
    }
    empty = log_in(shop, new_page(), "second-merchant")
    found = [f"the empty inbox {each}" for each in axe.violations(empty)]
    for path in [*pages(shop, thread), *opened]:
        assert page.goto(f"{shop.web_url}{path}").ok, path
        if path in opened:
            page.evaluate(opened[path])
        found += [f"{path} {each}" for each in axe.violations(page)]
    assert not found, "\n".join(found)


TAP = "document.querySelector('[data-tool=%s]').click()"
UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
LEFT_IN_THE_MIDDLE = ("htmx:sendAbort", "htmx:afterRequest")


def pages(shop: Stack, thread: str) -> list[str]:
    """Every page of the inbox, but the longest conversation."""
    ((template,),) = shop.sql("SELECT id FROM templates_app_messagetemplate WHERE name = 'new_collection'")
    ((message,),) = shop.sql("SELECT max(id) FROM inbox_message WHERE direction = 'out'")
    lists = ["", "?status=RESOLVED", "?who=mine", "?search=hello", "?search=nobody-has-this-name", "keyboard/"]
    settings = ["settings/", "me/", "figures/", "replies/", "tags/", "test-message/", f"messages/{message}/timeline/"]
    beside = ["", "?write=note", "templates/", f"templates/{template}/", "send/list/", "customer/", "block/"]
    return [*(f"/inbox/{each}" for each in lists + settings), *(thread + each for each in beside)]


def test_a_hostile_customer_is_harmless_text(shop: Stack, new_page):
    page = new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    shop.control("customer", customer=HOSTILE, name=EVIL[:200])
    for message in hostile_messages():
        shop.control("inbound", customer=HOSTILE, phone_number_id=NUMBER, message=message)
    log_in(shop, page)
    of_type = "SELECT 1 FROM inbox_message WHERE type = 'order'"
    shop.wait_for(lambda: shop.sql(of_type), "the last one")
    page.reload()
    nothing_of_it_is_alive(page)
    open_thread(shop, page, HOSTILE)
    expect(page.locator("#messages")).to_contain_text("<script>alert(1)</script>")
    expect(page.locator("#messages")).to_contain_text("{{ 7|add:7 }}")
    expect(page.locator("#messages")).to_contain_text("😀" * 100)
    nothing_of_it_is_alive(page)
    page.set_viewport_size(PHONE)
    does_not_scroll_sideways(page)
    open_thread(shop, page, HOSTILE, "customer/")
    expect(page.locator("main")).to_contain_text("<script>alert(1)</script>")
    nothing_of_it_is_alive(page)


def hostile_messages() -> list[dict]:
    card = {"name": {"formatted_name": EVIL}, "phones": [{"phone": EVIL}], "urls": [{"url": "javascript:alert(6)"}]}
    place = {"latitude": 1, "longitude": 2, "name": EVIL, "address": EVIL, "url": "javascript:alert(7)"}
    item = {"product_retailer_id": EVIL, "quantity": 1, "item_price": EVIL, "currency": EVIL}
    return [
        {"type": "text", "text": {"body": EVIL}},
        {"type": "text", "text": {"body": "😀" * 4096}},
        {"type": "text", "text": {"body": "nul \u0000 and half a pair \ud83d"}},
        {"type": "text", "text": {"body": "Ad"}, "referral": {"source_url": "javascript:alert(8)", "headline": EVIL}},
        {"type": "location", "location": place},
        {"type": "contacts", "contacts": [card]},
        {"type": "button", "button": {"text": EVIL, "payload": EVIL}},
        {"type": EVIL[:40], EVIL[:40]: {"body": EVIL}},
        {"type": "order", "order": {"catalog_id": EVIL, "text": EVIL, "product_items": [item]}},
    ]


def nothing_of_it_is_alive(page: Page) -> None:
    """No element of theirs, and no address that runs."""
    alive = "img[onerror], svg[onload], a[href^='javascript' i], main b, main script"
    assert page.locator(alive).count() == 0
