"""Writing in a real browser: nothing typed is lost, and nothing goes out twice, whatever the network does."""

import contextlib
import re

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from meta_integration.tests.samples import BY_TYPE, picture
from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack

pytestmark = pytest.mark.e2e
SENT = "SELECT type, body FROM inbox_message WHERE direction = 'out' AND status <> 'cancelled' ORDER BY id"


def test_nothing_is_lost_and_nothing_goes_out_twice(stack: Stack, page: Page):
    stack.open_shop()
    page = a_page_that_may_complain(page.context)
    log_in(stack, page)
    open_conversation(stack, page)
    several_files_and_one_that_cannot_go(stack, page)
    an_upload_waits_until_galantis_answers_again(stack, page)
    a_draft_survives_reload_and_log_out(stack, page)
    a_dead_network_holds_what_was_sent(stack, page)
    a_lost_answer_does_not_send_twice(stack, page)
    what_is_not_wanted_any_more_is_taken_back(stack, page)
    a_logged_out_tab_keeps_it_and_sends_after_the_log_in(stack, page)
    the_closed_window_brings_the_templates_and_the_customer_the_text(stack, page)


def a_page_that_may_complain(context: BrowserContext) -> Page:
    """Of a network that is broken on purpose the console tells; a script that fails is not allowed here either."""
    page = context.browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def log_in(stack: Stack, page: Page) -> None:
    page.goto(f"{stack.web_url}/login/")
    page.fill("#id_username", "merchant")
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")


def customer_writes(stack: Stack, text: str) -> None:
    content = {"type": "text", "text": {"body": text}}
    stack.control("inbound", customer=CUSTOMER, phone_number_id=NUMBER, message=content)


def open_conversation(stack: Stack, page: Page) -> None:
    customer_writes(stack, "Do you have it in blue?")
    page.goto(f"{stack.web_url}/inbox/")
    page.locator(".threads a").click()
    expect(page.locator(".message.in")).to_contain_text("Do you have it in blue?")
    expect(page.locator("#countdown")).to_contain_text("23 h 59 min")


def sent(stack: Stack) -> list[tuple]:
    return stack.sql(SENT)


def send(page: Page, text: str) -> None:
    page.fill("#reply", text)
    page.keyboard.press("Control+Enter")


def break_off(page: Page, *, after_arriving: bool = False) -> None:
    """No answer comes back to what is sent, whether it arrives or not."""

    def meet(route: Route) -> None:
        if route.request.method != "POST":
            return route.fallback()
        with contextlib.suppress(Error):  # A page that is left has no use for it.
            if after_arriving:
                route.fetch()
            route.abort()
        return None

    page.route(re.compile(r"/inbox/\d+/(withdraw/)?$"), meet)


def mend(page: Page) -> None:
    page.unroute_all()


def several_files_and_one_that_cannot_go(stack: Stack, page: Page) -> None:
    files = [
        {"name": "sale.png", "mimeType": "image/png", "buffer": picture("PNG", size=(64, 48))},
        {"name": "tool.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"},
        {"name": "false.jpg", "mimeType": "image/jpeg", "buffer": BY_TYPE["image/gif"]},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Notes"},
    ]
    page.set_input_files("#file", files)
    expect(page.locator(".chip[data-state=done]")).to_have_count(2)
    expect(page.locator(".chip[data-state=refused]")).to_have_count(2)
    expect(page.locator(".chip", has_text="false.jpg")).to_contain_text("does not take files of this kind")
    page.reload()  # What was uploaded is still there.
    expect(page.locator(".chip")).to_have_count(2)
    send(page, "Look")
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".message.out:not(.pending)")).to_have_count(2)
    assert sent(stack) == [("image", "Look"), ("document", "")]


def an_upload_waits_until_galantis_answers_again(stack: Stack, page: Page) -> None:
    before = len(sent(stack))
    page.route("**/inbox/attach/", lambda route: route.fulfill(status=502, body="Bad gateway"), times=1)
    note = {"name": "late.txt", "mimeType": "text/plain", "buffer": b"Late"}
    page.set_input_files("#file", [note])
    expect(page.locator(".chip")).to_contain_text("The upload goes on by itself.")
    send(page, "")
    expect(page.locator(".chip")).to_have_count(0)
    expect(page.locator(".message.out:not(.pending)", has_text="late.txt")).to_have_count(1)
    assert len(sent(stack)) == before + 1


def a_draft_survives_reload_and_log_out(stack: Stack, page: Page) -> None:
    page.fill("#reply", "A long answer")
    page.locator("[data-reply-to]").first.click(force=True)
    expect(page.locator("#quoting-words")).to_have_text("Do you have it in blue?")
    page.reload()
    expect(page.locator("#reply")).to_have_value("A long answer")
    page.get_by_role("button", name="Log out").click()
    log_in(stack, page)
    page.goto(f"{stack.web_url}/inbox/")
    expect(page.locator(".threads .composer-mark")).to_have_text("Draft")
    page.locator(".threads a").click()
    expect(page.locator("#reply")).to_have_value("A long answer")
    expect(page.locator("#quoting-words")).to_have_text("Do you have it in blue?")
    page.click("#quoting-remove")
    page.fill("#reply", "")
    expect(page.locator(".threads .composer-mark")).to_have_count(0)


def a_dead_network_holds_what_was_sent(stack: Stack, page: Page) -> None:
    before = len(sent(stack))
    page.context.set_offline(True)
    send(page, "First")
    send(page, "Second")
    pending = page.locator(".message.pending")
    expect(pending).to_have_count(2)
    expect(pending.first).to_contain_text("Not sent, no connection. Galantis tries again by itself.")
    expect(page.locator("#reply")).to_have_value("")
    page.context.set_offline(False)
    expect(pending).to_have_count(0)
    assert sent(stack)[before:] == [("text", "First"), ("text", "Second")]


def a_lost_answer_does_not_send_twice(stack: Stack, page: Page) -> None:
    before = len(sent(stack))
    break_off(page, after_arriving=True)
    send(page, "Only once")
    pending = page.locator(".message.pending", has_text="Only once")
    expect(pending).to_contain_text("Not sent, no connection")
    page.reload()
    expect(pending).to_be_visible()
    mend(page)
    pending.get_by_role("button", name="Try now").click()
    expect(page.locator(".message.pending")).to_have_count(0)
    assert sent(stack)[before:] == [("text", "Only once")]


def what_is_not_wanted_any_more_is_taken_back(stack: Stack, page: Page) -> None:
    before = len(sent(stack))
    break_off(page)
    send(page, "Rather not")
    pending = page.locator(".message.pending", has_text="Rather not")
    pending.get_by_role("button", name="Do not send it").click()
    expect(page.locator(".message.pending")).to_have_count(0)
    mend(page)
    page.reload()
    send(page, "This instead")
    expect(page.locator(".message.out:not(.pending)", has_text="This instead")).to_be_visible()
    assert sent(stack)[before:] == [("text", "This instead")]


def a_logged_out_tab_keeps_it_and_sends_after_the_log_in(stack: Stack, page: Page) -> None:
    before = len(sent(stack))
    # Other news would lead the page to the log-in by themselves, perhaps before this one does.
    parts = re.compile(r":\d+/inbox/")
    page.route(parts, lambda route: route.abort() if route.request.method == "GET" else route.fallback())
    stack.sql("DELETE FROM django_session")
    send(page, "After the log-in")
    pending = page.locator(".message.pending")
    expect(pending).to_contain_text("Your text is kept here; log in, and it goes out.")
    pending.get_by_role("link", name="Log in").click()
    page.fill("#id_username", "merchant")
    mend(page)
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    expect(page.locator(".message.out:not(.pending)", has_text="After the log-in")).to_be_visible()
    assert sent(stack)[before:] == [("text", "After the log-in")]


def the_closed_window_brings_the_templates_and_the_customer_the_text(stack: Stack, page: Page) -> None:
    page.fill("#reply", "Half a sentence")
    stack.sql("UPDATE inbox_thread SET window_expires_at = now() + interval '4 seconds'")
    page.evaluate("htmx.trigger(document.body, 'inbox:changed')")
    expect(page.locator("#countdown.soon")).to_be_visible()
    expect(page.get_by_role("heading", name="Send a template")).to_be_visible(timeout=10_000)
    expect(page.locator("#composer-says")).to_contain_text("What you typed is kept")
    customer_writes(stack, "Are you there?")
    expect(page.locator("#reply")).to_have_value("Half a sentence", timeout=10_000)
