"""From a file with mistakes to an order: products are imported, mended, pushed, reviewed, sent and ordered."""

import pytest
from playwright.sync_api import Page, expect

from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack

pytestmark = pytest.mark.e2e
HEADINGS = "id;title;description;price;link;image_link;brand"
EMPTY_CATALOG = "400000000000002"
REASON = "replica"


def file_of_products(stack: Stack) -> bytes:
    """Five products. Three lines are broken: no title, no price, an address that is none. One is a replica."""
    picture = f"{stack.sandbox_url}/pictures/{{}}.png"
    link = "https://shop.example/p/{}"
    lines = [
        HEADINGS,
        f"mug;Example mug;A mug.;9.99 USD;{link.format(1)};{picture.format('mug')};Example",
        f"lamp;;A lamp.;24.50 USD;{link.format(2)};{picture.format('lamp')};Example",
        f"scarf;Example scarf;A scarf.;many;{link.format(3)};{picture.format('scarf')};Example",
        f"bag;Example bag;A bag.;39.00 USD;shop;{picture.format('bag')};Example",
        f"watch;Example watch;A {REASON} of a watch.;5 USD;{link.format(5)};{picture.format('watch')};Example",
    ]
    return "\r\n".join(lines).encode("utf-16")


def test_from_a_file_with_mistakes_to_an_order(stack: Stack, new_page):
    page = new_page(expected=("status of 409",))  # Another catalog was linked, and a page asks.
    stack.open_shop()
    stack.control("commerce", review_delay=0.3, batch_delay=0.3)
    page.goto(stack.web_url)
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    the_file_is_read_and_its_broken_lines_are_mended(stack, page)
    an_empty_catalog_is_connected_and_everything_goes_there(stack, page)
    the_review_refuses_one_and_its_page_says_why(stack, page)
    several_products_are_sent(stack, page)
    the_phone_puts_two_in_the_cart_and_orders(stack, page)
    the_order_is_in_the_inbox_with_its_total(stack, page)


def the_file_is_read_and_its_broken_lines_are_mended(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.web_url}/catalog/imports/new/")
    file = {"name": "products.csv", "mimeType": "text/csv", "buffer": file_of_products(stack)}
    page.locator("#file").set_input_files(file)
    page.click("#upload")
    broken = page.locator(".g-problem[id^=line-]")
    expect(broken).to_have_count(3, timeout=20_000)
    expect(page.locator("#take-over")).to_contain_text("2 good lines")
    for number, name, value in (
        (3, "title", "Example lamp"),
        (4, "price", "12,00 USD"),
        (5, "link", "https://shop.example/p/4"),
    ):
        line = page.locator("section.g-card", has_text=f"Line {number}")
        line.locator(f"[name={name}]").fill(value)
        line.get_by_role("button", name="Save and check again").click()
        expect(line.get_by_role("status")).to_contain_text("This line is good now")
    expect(page.locator("#take-over")).to_contain_text("5 good lines")
    page.click("#take-over")
    expect(page.locator("#stands")).to_contain_text("Taken over", timeout=20_000)


def an_empty_catalog_is_connected_and_everything_goes_there(stack: Stack, page: Page) -> None:
    account = stack.sql("SELECT id FROM meta_integration_waba")[0][0]
    page.goto(f"{stack.web_url}/connection/catalogs/{account}/")
    page.click("#catalogs-start")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#catalogs-remove")).to_be_visible()
    page.goto(f"{stack.web_url}/catalog/")
    page.click("#choose")
    page.locator(f"button[name=catalog][value='{EMPTY_CATALOG}']").click()
    stack.wait_for(lambda: counted(stack, "accepted_hash <> ''") == 5, "five products that Meta took", 30)
    assert calls_of(stack) == 1
    page.goto(f"{stack.web_url}/catalog/")
    if page.locator("#link").count():
        page.click("#link")
        if page.locator("#switch").count():
            page.click("#switch")
    expect(page.locator("#unlink")).to_be_visible()


def the_review_refuses_one_and_its_page_says_why(stack: Stack, page: Page) -> None:
    approved = "review_status = 'approved'"
    page.click("#look")  # Nobody has to: it is read by itself, in a minute.
    stack.wait_for(lambda: counted(stack, approved) == 4, "four products that the review took", 60)
    page.goto(f"{stack.web_url}/admin/catalog/productitem/?needs=review")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Example watch").first.click()
    said = page.locator(".g-card", has_text="Refused by the review").first
    expect(said).to_contain_text(f'does not allow to sell this: "{REASON}"')
    expect(said).to_contain_text("Change what the review names")


def several_products_are_sent(stack: Stack, page: Page) -> None:
    message = {"type": "text", "text": {"body": "What do you have?"}}
    stack.control("inbound", customer=CUSTOMER, phone_number_id=NUMBER, message=message)
    stack.wait_for(lambda: stack.sql("SELECT 1 FROM inbox_thread"), "the customer's thread")
    page.goto(f"{stack.web_url}/inbox/")
    page.locator(".threads a").click()
    thread = stack.sql("SELECT id FROM inbox_thread")[0][0]
    page.goto(f"{stack.web_url}/inbox/{thread}/send/products/")
    for number in ("mug", "lamp", "scarf"):
        page.locator(f".pickable input[value='{number}']").check()
    expect(page.locator(".pickable input[value='watch']")).to_have_count(0)
    page.fill("[name=header]", "Our best")
    page.fill("[name=body]", "Have a look.")
    page.click("#send")
    sent = page.locator(".message.out").last
    expect(sent).to_have_attribute("data-status", "delivered", timeout=15_000)
    expect(sent).to_contain_text("Example lamp")


def the_phone_puts_two_in_the_cart_and_orders(stack: Stack, page: Page) -> None:
    phone = page.context.new_page()
    phone.goto(f"{stack.sandbox_url}/phone/{CUSTOMER}/{NUMBER}")
    phone.locator(".open-shop").last.click()
    for number in ("mug", "scarf"):
        phone.locator(f"li[data-product='{number}']").get_by_role("button", name="Add to cart").click()
    phone.locator("li[data-product='mug']").get_by_role("button", name="One more").click()
    phone.click("#shop-cart")
    expect(phone.locator("#shop-total")).to_contain_text("31.98")
    phone.click("#shop-order")
    phone.close()


def the_order_is_in_the_inbox_with_its_total(stack: Stack, page: Page) -> None:
    order = page.locator("table.order")
    expect(order).to_be_visible(timeout=15_000)
    expect(order.locator("tbody")).to_contain_text("Example mug")
    expect(order.locator("tbody")).to_contain_text("Example scarf")
    expect(order.locator("tfoot .figure").first).to_contain_text("31.98")
    expect(order).not_to_contain_text("no longer in the catalog")


def counted(stack: Stack, condition: str) -> int:
    return stack.sql(f"SELECT count(*) FROM catalog_productitem WHERE {condition}")[0][0]  # noqa: S608


def calls_of(stack: Stack) -> int:
    return stack.sql("SELECT count(*) FROM catalog_catalogbatch WHERE posted_at IS NOT NULL")[0][0]
