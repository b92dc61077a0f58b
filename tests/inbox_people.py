"""The people of the inbox's browser tests: agents who log in, and customers who write."""

import re
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.stack import CUSTOMER, NUMBER, PASSWORD, Stack

NAMES = {f"1555010010{n}": f"Example Customer {n}" for n in (1, 2, 3)}


def log_in(stack: Stack, page: Page, username: str = "agent", to: str = "/inbox/") -> Page:
    page.goto(f"{stack.web_url}/login/?next={quote(to)}")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("button.primary")
    page.wait_for_url(f"{stack.web_url}{to}")
    return page


def writes(stack: Stack, text: str, customer: str = CUSTOMER) -> str:
    """The customer's line; its wamid. Galantis has it by then."""
    return does(stack, "text", customer, text=text)


def does(stack: Stack, what: str, customer: str = CUSTOMER, **words) -> str:
    wamid = stack.control("do", customer=customer, phone_number_id=NUMBER, do=what, **words)["wamid"]
    stack.wait_for(lambda: stack.sql("SELECT 1 FROM inbox_message WHERE wamid = %s", wamid), f"{what} has come")
    return wamid


def thread_of(stack: Stack, customer: str = CUSTOMER) -> int:
    query = "SELECT thread.id FROM inbox_thread thread JOIN inbox_contact c ON c.id = contact_id WHERE c.wa_id = %s"
    return stack.sql(query, customer)[0][0]


def open_thread(stack: Stack, page: Page, customer: str = CUSTOMER, part: str = "") -> Page:
    page.goto(f"{stack.web_url}/inbox/{thread_of(stack, customer)}/{part}")
    return page


def answer(page: Page, text: str) -> None:
    page.fill("#reply", text)
    page.click("#send")


def bubble(page: Page, text: str):
    return page.locator("#messages .message", has_text=text)


def arrives(stack: Stack, kind: str, **content) -> dict:
    """What Meta accepted, once it has a message of this kind with this in it; fails when it has two."""

    def found() -> list[dict]:
        bodies = [sent["body"] for sent in stack.sent() if sent["type"] == kind]
        return [body for body in bodies if body[kind].items() >= content.items()]

    (body,) = stack.wait_for(found, f"{kind} {content} at Meta")
    return body


def closes_the_window(stack: Stack, customer: str = CUSTOMER) -> None:
    """As if the customer had been silent for a day, here and at Meta."""
    stack.control("window", customer=customer, phone_number_id=NUMBER, open=False)
    stack.sql(
        "UPDATE inbox_thread SET window_expires_at = now() - interval '1 minute', "
        "last_message_at = now() - interval '25 hours' WHERE id = %s",
        thread_of(stack, customer),
    )


def scrolls_sideways(page: Page) -> bool:
    return page.evaluate("document.scrollingElement.scrollWidth > innerWidth")


def does_not_scroll_sideways(page: Page) -> None:
    assert not scrolls_sideways(page), page.url


def has_title(page: Page, pattern: str) -> None:
    expect(page).to_have_title(re.compile(pattern))
