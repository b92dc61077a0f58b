"""A connection dies in a campaign: seen at once, nothing lost, mended by support's link, and written down."""

from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests import campaign
from tests.stack import PASSWORD, WABA, Stack, prepared

pytestmark = pytest.mark.e2e
MESSAGES, BEFORE_IT_DIES = 500, 150


@pytest.fixture
def sending(tmp_path_factory):
    with prepared(tmp_path_factory.mktemp("lost"), own_valkey=True) as stack:
        campaign.connect(stack, no_pair_limit=True)
        yield stack


def statuses(stack: Stack) -> Counter:
    found = stack.sql("SELECT status FROM inbox_message WHERE direction = 'out'")
    return Counter("accepted" if status in ("sent", "delivered", "read") else status for (status,) in found)


def test_from_the_break_to_the_last_message(sending: Stack, page: Page):
    stack = sending
    log_in(stack, page, "merchant")
    page.goto(f"{stack.web_url}/inbox/")
    expect(page.locator(".g-banner")).to_have_count(0)

    campaign.queue(stack, MESSAGES, customers=250)
    stack.wait_for(lambda: statuses(stack)["accepted"] >= BEFORE_IT_DIES, "the campaign is under way", 30)
    stack.control("revoke", waba_id=WABA, subcode=460)

    # The page that was open says it, without being loaded again.
    banner = page.locator(".g-banner")
    expect(banner).to_contain_text("password", timeout=60_000)
    assert stack.sql("SELECT kind, closed_at FROM meta_integration_incident") == [("connection_broken", None)]
    stack.wait_for(lambda: statuses(stack).keys() == {"accepted", "queued"}, "the others wait", 30)
    waiting = statuses(stack)["queued"]

    address = link_from_support(stack, page, waiting)
    visitor = page.context.browser.new_context().new_page()
    visitor.goto(address)
    visitor.click("#go")
    visitor.click("#dialog-continue")
    visitor.click("#renew")
    expect(visitor.get_by_role("heading", name="It worked")).to_be_visible()
    visitor.goto(f"{stack.web_url}/inbox/")
    expect(visitor.locator("#id_password")).to_be_visible()

    stack.wait_for(lambda: statuses(stack) == {"accepted": MESSAGES}, "the rest is delivered", 60)
    assert set(stack.accepted().values()) == {1}
    ((closed_because,),) = stack.sql("SELECT closed_because FROM meta_integration_incident")
    assert "support" in closed_because
    page.goto(f"{stack.web_url}/admin/workspaces/auditentry/")
    changes = page.locator("#result_list tbody tr")
    expect(changes.first).to_contain_text("connected WhatsApp again")
    expect(changes.first).to_contain_text("link made by")
    expect(changes.filter(has_text="they called").filter(has_text="support")).not_to_have_count(0)
    expect(page.locator(".g-banner")).to_have_count(0)


def log_in(stack: Stack, page: Page, name: str) -> None:
    page.goto(stack.web_url)
    page.fill("#id_username", name)
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(lambda url: "login" not in url)


def link_from_support(stack: Stack, page: Page, waiting: int) -> str:
    """From the desk, as a supporter finds it: who is in trouble, why, and the button."""
    desk = page.context.browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    log_in(stack, desk, "support")
    desk.goto(f"{stack.web_url}/admin/desk/")
    desk.get_by_role("link", name="Example Shop").first.click()
    expect(desk.locator("body")).to_contain_text(f"{waiting} messages wait")
    desk.get_by_role("link", name="Send a reconnect link").first.click()
    desk.fill("#id_reason", "they called")
    desk.click("#make-link")
    return desk.locator("#address").input_value()
