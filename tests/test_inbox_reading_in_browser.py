"""What comes into an open conversation, in a real browser: the page's own script, without a server behind it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.e2e
SCRIPT = Path(__file__).parent.parent / "inbox/static/inbox/conversation.js"
OPEN = """<div id="messages" style="height: 200px; overflow: auto">{rows}</div>
<button id="to-latest"><span data-count></span></button>"""
COMES = """([target, html]) => {
  target = document.getElementById(target);
  const detail = { target, shouldSwap: true, xhr: { responseText: html } };
  target.dispatchEvent(new CustomEvent("htmx:beforeSwap", { bubbles: true, detail }));
  if (!detail.shouldSwap) return;
  target.outerHTML = html;
  document.body.dispatchEvent(new CustomEvent("htmx:afterSwap", { detail }));
}"""
TODAY = '<p class="day" id="day-2026-01-01">1 January</p>'
END = '<p id="window">You can answer.</p>'


def rows(first: int, last: int) -> str:
    return "".join(
        f'<article class="message in" id="message-{n}"><p>Line {n}</p></article>' for n in range(first, last)
    )


def newest(first: int, last: int) -> str:
    return f'<p id="older">before {first}</p>{TODAY}{rows(first, last)}{END}'


def shown(page: Page) -> list[str]:
    found = page.evaluate("[...document.querySelectorAll('#messages > *')].map((each) => each.id)")
    return [each.replace("message-", "") for each in found]


def numbers(first: int, last: int) -> list[str]:
    return [str(n) for n in range(first, last)]


@pytest.fixture
def reader(new_page) -> Page:
    page = new_page()
    page.set_content(OPEN.format(rows=newest(50, 100)))
    page.evaluate("window.htmx = { process() {}, trigger() {} }")
    page.add_script_tag(path=SCRIPT)
    return page


def test_of_one_day_every_message_is_read_once_and_in_order(reader: Page):
    reader.evaluate(COMES, ["messages", newest(53, 103)])
    assert shown(reader) == ["older", "day-2026-01-01", *numbers(50, 103), "window"]
    reader.evaluate(COMES, ["older", f'<p id="older">before 2</p>{TODAY}{rows(2, 52)}'])
    assert shown(reader) == ["older", "day-2026-01-01", *numbers(2, 103), "window"]

    reader.evaluate("document.getElementById('messages').scrollTop = 300")
    top = reader.locator("#message-20").bounding_box()
    reader.evaluate(COMES, ["messages", newest(55, 105)])
    assert shown(reader) == ["older", "day-2026-01-01", *numbers(2, 105), "window"]
    assert reader.locator("#message-20").bounding_box() == top
    assert reader.locator("[data-count]").text_content() == "2"
    assert reader.locator("#older").text_content() == "before 2"


def test_after_a_long_sleep_the_newest_page_takes_the_place_of_the_old_one(reader: Page):
    reader.evaluate(COMES, ["messages", newest(200, 250).replace("2026-01-01", "2026-01-02")])
    assert shown(reader) == ["older", "day-2026-01-02", *numbers(200, 250), "window"]
    assert reader.locator("#older").text_content() == "before 200"


def test_what_was_taken_away_goes_and_what_came_late_stands_in_its_place(reader: Page):
    late = '<p class="line event" id="event-7">Somebody has it now.</p>'
    page = newest(50, 100).replace(rows(60, 61), "").replace(rows(70, 71), late + rows(70, 71))
    reader.evaluate(COMES, ["messages", page])
    expected = [*numbers(50, 60), *numbers(61, 70), "event-7", *numbers(70, 100)]
    assert shown(reader) == ["older", "day-2026-01-01", *expected, "window"]
