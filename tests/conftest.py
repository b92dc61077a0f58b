import os
import shutil
from urllib.parse import urlsplit

import pytest
import redis
from playwright.sync_api import Page, sync_playwright

from tests.stack import prepared

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDE = {"width": 1280, "height": 860}
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def stack(tmp_path_factory):
    """A prepared stack with nothing started; all that the test starts is ended."""
    redis.Redis.from_url(os.environ["VALKEY_FOR_PROCESSES"]).flushdb()
    with prepared(tmp_path_factory.mktemp("stack"), SENDING_LEASE_SECONDS="4", SENDING_THREADS="3") as stack:
        yield stack


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A stack for all tests of a module: every process runs, and a number is connected."""
    redis.Redis.from_url(os.environ["VALKEY_FOR_PROCESSES"]).flushdb()
    with prepared(tmp_path_factory.mktemp("shop")) as stack:
        stack.open_shop()
        yield stack


@pytest.fixture
def new_page():
    """Makes a page of its own in a real browser: new_page(java_script_enabled=False).

    Anything the console reports as an error fails the test, and so does a request that would leave this machine.
    `expected` are parts of the errors that belong to the test.
    """
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no browser: CI must install chromium")
        pytest.skip("no browser found: install the package chromium to run the browser tests")
    with sync_playwright() as playwright:
        arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        errors: list[str] = []

        def new(*, expected: tuple[str, ...] = (), **options) -> Page:
            page = browser.new_context(**{"viewport": WIDE, **options}).new_page()
            watch(page, lambda error: None if any(part in error for part in expected) else errors.append(error))
            return page

        yield new
        browser.close()
        assert not errors, errors


# What htmx calls an error of a request that a later choice of the same person took the place of. One that truly failed
# has another name besides.
REPLACED = ("htmx:sendAbort", "htmx:afterRequest")


def watch(page: Page, tell) -> None:
    page.on("console", lambda message: tell(message.text) if is_error(message) else None)
    page.on("pageerror", lambda error: tell(str(error)))
    page.on("request", lambda request: tell(f"left for {request.url}") if is_far(request.url) else None)


def is_error(message) -> bool:
    return message.type == "error" and not message.text.startswith(REPLACED)


def is_far(url: str) -> bool:
    address = urlsplit(url)
    return address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1"


@pytest.fixture
def page(new_page):
    """A page of a real browser."""
    return new_page()
