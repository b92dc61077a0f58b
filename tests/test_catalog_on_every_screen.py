"""Every page of the catalog in a real browser: of every size and colour, without JavaScript, and with harm meant."""

import os
import re

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import ProductImport, ProductItem
from catalog.services import importing
from tests import axe
from tests.catalog_gallery import EVIL, LIST, LONG, breaks, full_shop, pages_of
from tests.inbox_people import scrolls_sideways
from workspaces import live
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}
UNFOLD = "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
Status = ProductItem.Status
ALIVE = "img[onerror], svg[onload], a[href^='javascript' i], main b, main script, [src*='evil.example']"


@pytest.fixture
def site(transactional_db, monkeypatch):
    """The address of Django's own server. Between two questions to a browser the database may be asked."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()
    connection.close()
    connection.close_pool()


@pytest.fixture
def meta(graph):
    """Meta knows no other catalog."""
    graph.get(re.compile(".*"), json={"data": []})
    return graph


def enters(page: Page, site: str, membership) -> Page:
    client = Client()
    client.force_login(membership.user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
    return page


def test_no_page_shuts_anybody_out(site, meta, new_page):
    owner = MembershipFactory(role=Role.OWNER)
    page, found = enters(new_page(reduced_motion="reduce"), site, owner), []
    seen: set[str] = set()
    for name, path in (
        ("home without a catalog", "/catalog/"),
        ("empty table", LIST),
        ("no shop", "/catalog/shopify/"),
    ):
        found += looked_at(page, f"{site}{path}", name, seen)
    shop = full_shop(owner.workspace)
    pages = {name: path for name, path in pages_of(shop).items() if not name.startswith("list of")}
    for name, path in pages.items():
        found += looked_at(page, f"{site}{path}", name, seen)
    breaks(shop.catalog)
    for name in ("home", "product waiting"):
        found += looked_at(page, f"{site}{pages_of(shop)[name]}", f"{name}, broken", seen)
    assert not found, "\n".join(found)


def looked_at(page: Page, url: str, name: str, seen: set[str]) -> list[str]:
    """What is wrong with a page's own part: wide in light colours, and the first of each kind narrow in dark ones."""
    answer = page.goto(url)
    assert answer.status == 200, (name, url, answer.status)
    page.evaluate(UNFOLD)
    found = [f"{name}: {each}" for each in serious(page)]
    page.set_viewport_size(PHONE)
    if scrolls_sideways(page):
        found.append(f"{name}: scrolls sideways")
    page.evaluate("document.documentElement.classList.add('dark')")
    shot(page, name)
    if (kind := name.split()[0]) not in seen:
        seen.add(kind)
        found += [f"{name}, dark on a phone: {each}" for each in serious(page)]
    page.set_viewport_size(axe.SIZES["wide"])
    return found


def serious(page: Page) -> list[str]:
    page.evaluate(axe.AXE_SCRIPT)
    return page.evaluate(axe.FIND.replace("axe.run(document", "axe.run(document.querySelector('#content')"))


def shot(page: Page, name: str) -> None:
    """Where SHOTS names a folder, pictures are kept there."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name.replace(' ', '-')}.png", full_page=True)


def test_hostile_words_are_harmless_text(site, meta, new_page):
    owner = MembershipFactory(role=Role.OWNER)
    page, found = enters(new_page(viewport=PHONE), site, owner), []
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    for name, path in pages_of(full_shop(owner.workspace, EVIL, LONG)).items():
        assert page.goto(f"{site}{path}").status == 200, name
        shot(page, f"evil {name}")
        found += [f"{name}: alive"] if page.locator(ALIVE).count() else []
        for size in ("narrow", "wide"):
            page.set_viewport_size(axe.SIZES[size])
            found += [f"{name}: scrolls sideways, {size}"] if scrolls_sideways(page) else []
        page.set_viewport_size(PHONE)
    assert not found, "\n".join(found)


def test_what_changes_by_itself_takes_nobodys_place(site, meta, new_page):
    owner = MembershipFactory(role=Role.OWNER)
    shop = full_shop(owner.workspace)
    page, item = enters(new_page(), site, owner), shop.items["refused"]
    for path, button in (
        ("/catalog/", "#look"),
        (LIST, "#tile-needsrefused"),
        (pages_of(shop)["product refused"], "#do-resend"),
    ):
        page.goto(f"{site}{path}")
        page.locator(button).focus()
        before = page.locator("#live-part").get_attribute("hx-get")
        ProductItem.objects.filter(pk=item.pk).update(review_status="approved", status=Status.ACCEPTED)
        live.touch(owner.workspace.pk)
        expect(page.locator("#live-part")).not_to_have_attribute("hx-get", before)
        expect(page.locator(button)).to_be_focused()
        ProductItem.objects.filter(pk=item.pk).update(status=Status.REFUSED)


def test_a_broken_line_is_mended_by_the_keyboard(site, meta, new_page):
    owner = MembershipFactory(role=Role.OWNER)
    shop = full_shop(owner.workspace)
    page = enters(new_page(), site, owner)
    page.goto(f"{site}{pages_of(shop)['import ready']}")
    card = page.locator("section[id^=line-].g-problem").first
    card.get_by_label("Price").first.fill("still free")
    card.get_by_role("button", name="Save and check again").press("Enter")
    expect(card).to_contain_text("“still free” is not a price")
    expect(card.locator("[aria-invalid]").first).to_be_focused()


def test_a_product_is_written_and_taken_away_without_javascript(site, meta, new_page):
    owner = MembershipFactory(role=Role.MARKETER)
    page = enters(new_page(java_script_enabled=False, viewport=PHONE, expected=("400",)), site, owner)
    page.goto(f"{site}{LIST}")
    page.get_by_role("link", name="Add a product").first.click()
    page.fill("#f-title", "Example mug")
    page.fill("#f-price", "nine")
    page.click("#send")
    expect(page.locator("#f-price-says")).to_contain_text("not a price")
    page.fill("#f-retailer_id", "mug-1")
    page.fill("#f-price", "9.99")
    page.fill("#f-currency", "USD")
    page.click("#send")
    expect(page.locator("#missing")).to_be_visible()
    page.goto(f"{site}{LIST}")
    page.get_by_role("link", name="Example mug").click()
    page.click("#do-remove")
    page.click("#sure")
    expect(page.locator("body")).to_contain_text("1 product is removed")
    page.goto(f"{site}/catalog/imports/new/")
    page.fill("#currency", "USD")
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": FILE})
    page.click("#upload")
    importing.run(ProductImport.objects.get().pk)
    page.reload()
    broken = page.locator("section[id^=line-].g-problem")
    broken.locator("[aria-invalid]").first.fill("5.00")
    broken.get_by_role("button", name="Save and check again").click()
    page.click("#take-over")
    importing.run(ProductImport.objects.get().pk)
    page.reload()
    expect(page.locator("#stands")).to_have_text("Taken over")
    assert set(ProductItem.objects.values_list("retailer_id", flat=True)) == {"mug-1", "a-1", "a-2"}


FILE = b"""id,title,price,description,link,image_link,brand
a-1,Example lamp,7.00,A lamp.,https://shop.example/1,https://shop.example/1.png,Example
a-2,Example vase,free,A vase.,https://shop.example/2,https://shop.example/2.png,Example
"""
