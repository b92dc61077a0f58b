"""Agents and customers at once, in real browsers: who answers, and what each sees of the others."""

import pytest
from playwright.sync_api import Page, expect

from meta_integration.tests.samples import picture
from tests.inbox_people import (
    answer,
    arrives,
    bubble,
    closes_the_window,
    does,
    has_title,
    log_in,
    open_thread,
    thread_of,
    writes,
)
from tests.stack import NUMBER, Stack

pytestmark = pytest.mark.e2e
SHARED, SILENT, PICTURES = (f"1555010010{n}" for n in (1, 2, 4))
AT_ONCE = 2000  # milliseconds within which everything is seen everywhere


def test_two_agents_and_one_customer(shop: Stack, new_page):
    agent, merchant = log_in(shop, new_page(), "agent"), log_in(shop, new_page(), "merchant")
    writes(shop, "Do you have it in blue?", SHARED)
    for page in (agent, merchant):
        expect(row(page, "Do you have it in blue?")).to_be_visible(timeout=AT_ONCE)
        expect(row(page, "Do you have it in blue?").locator(".count")).to_contain_text("1")
        has_title(page, r"^\(1\) ")
    both_read_it(agent, merchant)
    one_answers_while_the_other_types(agent, merchant)
    the_answer_has_live_ticks_and_an_owner(shop, agent, merchant)


def both_read_it(agent: Page, merchant: Page) -> None:
    row(agent, "Do you have it in blue?").click()
    expect(bubble(agent, "Do you have it in blue?")).to_be_visible()
    for page in (agent, merchant):
        has_title(page, r"^[^(]")
    row(merchant, "Do you have it in blue?").click()
    expect(agent.locator("#presence")).to_contain_text("merchant is reading this, too.")
    expect(merchant.locator("#presence")).to_contain_text("agent is reading this, too.")


def one_answers_while_the_other_types(agent: Page, merchant: Page) -> None:
    merchant.locator("#reply").press_sequentially("Yes, and")
    expect(agent.locator("#presence")).to_contain_text("merchant is writing an answer…")
    answer(agent, "Yes, it ships today.")
    for page in (agent, merchant):
        expect(bubble(page, "Yes, it ships today.")).to_be_visible(timeout=AT_ONCE)
    expect(merchant.locator("#presence")).to_contain_text("agent has just answered")
    expect(merchant.locator("#reply")).to_have_value("Yes, and")
    expect(merchant.locator("#reply")).to_be_focused()
    merchant.keyboard.type(" in green.")
    expect(merchant.locator("#reply")).to_have_value("Yes, and in green.")
    expect(agent.locator("#reply")).to_have_value("")


def the_answer_has_live_ticks_and_an_owner(shop: Stack, agent: Page, merchant: Page) -> None:
    for page in (agent, merchant):
        expect(bubble(page, "Yes, it ships today.")).to_have_attribute("data-status", "delivered", timeout=10_000)
    shop.control("open", customer=SHARED, phone_number_id=NUMBER)
    for page in (agent, merchant):
        expect(bubble(page, "Yes, it ships today.")).to_have_attribute("data-status", "read")
    # The first who answers has it, and whoever answers later does not take it away.
    assert owner_of(shop, SHARED) == "agent"
    answer(merchant, merchant.locator("#reply").input_value())
    arrives(shop, "text", body="Yes, and in green.")
    assert owner_of(shop, SHARED) == "agent"


def owner_of(shop: Stack, customer: str) -> str:
    query = "SELECT username FROM inbox_thread thread JOIN workspaces_user person ON person.id = assignee_id"
    return shop.sql(f"{query} WHERE thread.id = %s", thread_of(shop, customer))[0][0]


def test_a_closed_window_is_opened_by_the_answer_to_a_template(shop: Stack, new_page):
    writes(shop, "Where is my order?", SILENT)
    closes_the_window(shop, SILENT)
    page = open_thread(shop, log_in(shop, new_page(), "merchant"), SILENT)
    expect(page.get_by_role("heading", name="Send a template")).to_be_visible()
    expect(page.locator("#reply")).to_have_count(0)
    page.get_by_role("link", name="order_ready").click()
    page.locator("input[name='body.1']").fill("Example Customer 2")
    page.locator("input[name='body.2']").fill("B-2002")
    page.locator("input[name='buttons[0].url']").fill("B-2002")
    page.click("#send")
    sent = bubble(page, "your order B-2002 is ready")
    expect(sent).to_have_attribute("data-status", "delivered", timeout=10_000)
    expect(page.locator("#reply")).to_have_count(0)

    ((wamid,),) = shop.sql("SELECT wamid FROM inbox_message WHERE type = 'template'")
    does(shop, "button", SILENT, wamid=wamid, id="Thank you")
    expect(bubble(page, "Thank you").last).to_be_visible(timeout=AT_ONCE)
    expect(page.locator("#reply")).to_be_visible(timeout=AT_ONCE)
    answer(page, "You are welcome.")
    arrives(shop, "text", body="You are welcome.")


def test_a_failed_picture_says_why_and_arrives_when_it_is_sent_again(shop: Stack, new_page):
    writes(shop, "Can you show me?", PICTURES)
    shop.control("weather", media_fails_later={"share": 1, "count": 1})
    page = open_thread(shop, log_in(shop, new_page()), PICTURES)
    page.set_input_files(
        "#file", {"name": "blue.png", "mimeType": "image/png", "buffer": picture("PNG", size=(64, 48))}
    )
    answer(page, "The blue one")
    failed = page.locator(".message.out[data-status=failed]")
    expect(failed).to_be_visible(timeout=15_000)
    expect(failed).to_contain_text("file")
    failed.get_by_role("button", name="Send again").click()
    expect(page.locator(".message.out[data-status=delivered] img")).to_be_visible(timeout=15_000)
    images = [sent["status"] for sent in shop.sent() if sent["type"] == "image"]
    assert images == ["failed", "delivered"]


def test_new_conversations_go_to_those_on_duty_in_turn(shop: Stack, new_page):
    agent, merchant = log_in(shop, new_page(), "agent"), log_in(shop, new_page(), "merchant", "/inbox/settings/")
    merchant.get_by_label("Give new conversations to those on duty, in turn").check()
    merchant.get_by_role("button", name="Save").click()
    merchant.goto(f"{shop.web_url}/inbox/")
    agent.reload()
    for page in (agent, merchant):
        page.get_by_role("switch", name="On duty").click()
        expect(page.get_by_role("switch", name="On duty")).to_be_checked()
    customers = shop.control("customers", count=2)["customers"]
    for number, customer in enumerate(customers):
        writes(shop, f"Question {number}", customer)
    assert sorted(owner_of(shop, customer) for customer in customers) == ["agent", "merchant"]
    for page in (agent, merchant):
        page.get_by_role("link", name="Mine").click()
        expect(page.locator(".threads a", has_text="Question")).to_have_count(1)


def row(page: Page, text: str):
    return page.locator(".threads a", has_text=text)
