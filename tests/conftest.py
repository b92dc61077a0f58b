import os
import shutil

import pytest
import redis
from playwright.sync_api import sync_playwright

from tests.stack import prepared

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def stack(tmp_path_factory):
    """A prepared stack with nothing started; all that the test starts is ended."""
    redis.Redis.from_url(os.environ["VALKEY_FOR_PROCESSES"]).flushdb()
    with prepared(tmp_path_factory.mktemp("stack"), SENDING_LEASE_SECONDS="4", SENDING_THREADS="3") as stack:
        yield stack


@pytest.fixture
def page():
    """A page of a real browser. Anything the console reports as an error fails the test."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no browser: CI must install chromium")
        pytest.skip("no browser found: install the package chromium to run the browser tests")
    with sync_playwright() as playwright:
        arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
        errors = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        browser.close()
        assert not errors, errors
