"""Products in a conversation: their names and pictures, what they cost today, and that all takes one query."""

import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import ProductItem
from catalog.services import items
from catalog.tests import making
from inbox import outgoing
from inbox.bubbles import goods
from inbox.models import Message
from inbox.outgoing import Products, TextHeader
from inbox.tests.factories import MessageFactory, ThreadFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(client):
    thread = ThreadFactory()
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.AGENT).user)
    return thread


@pytest.fixture
def shelf(thread):
    """sku-1 to sku-3 as customers see them: 9.99 USD each."""
    rows = making.products(thread.workspace, 3)
    seen = {"is_at_meta": True, "accepted_hash": "x", "accepted_at": timezone.now(), "review_status": "approved"}
    rows.update(**seen)
    return rows


def received(thread, kind: str, **content) -> Message:
    return MessageFactory(thread=thread, direction="in", status="received", type=kind, body="", content=content)


def ordered(thread, *wanted: tuple) -> Message:
    """(number, quantity, price, currency) each."""
    names = ("product_retailer_id", "quantity", "item_price", "currency")
    products = [dict(zip(names, each, strict=True)) for each in wanted]
    return received(thread, "order", order={"catalog_id": "1", "product_items": products})


def sent(thread, built) -> Message:
    return MessageFactory(thread=thread, status="sent", type=built.type, body=built.body, content=built.content)


def page_of(client, thread) -> str:
    answer = client.get(f"/inbox/{thread.pk}/", headers={"HX-Request": "true", "HX-Target": "messages"})
    assert answer.status_code == 200
    return answer.content.decode()


def read(client, thread) -> str:
    plain = html.unescape(re.sub(r"<[^>]+>", " ", page_of(client, thread)))
    return " ".join(plain.replace("\xa0", " ").split())


def priced(shelf, number: str, price: str, currency: str = "USD") -> None:
    shelf.filter(retailer_id=number).update(price=Decimal(price), currency=currency)


# Orders ---------------------------------------------------------------------------------------------------------------
def test_an_order_names_its_products_and_says_nothing_of_prices_that_are_the_same(client, thread, shelf):
    ordered(thread, ("sku-1", 2, 9.99, "USD"))
    page = read(client, thread)
    assert "Example product 1 sku-1 2 9.99 USD 19.98 USD Total 19.98 USD" in page
    assert "today" not in page


@pytest.mark.parametrize(
    ("ordered_at", "today", "said"),
    [
        (
            ("9.99", "USD"),
            ("10.99", "USD"),
            "9.99 USD today 10.99 USD 29.97 USD Total 29.97 USD At today's prices 32.97",
        ),
        (
            (1250, "JPY"),
            ("1300", "JPY"),
            "1,250 JPY today 1,300 JPY 3,750 JPY Total 3,750 JPY At today's prices 3,900 JPY",
        ),
        (
            (3.5, "KWD"),
            ("3.525", "KWD"),
            "3.500 KWD today 3.525 KWD 10.500 KWD Total 10.500 KWD At today's prices 10.575",
        ),
        (
            (9.99, "USD"),
            ("9.00", "EUR"),
            "9.99 USD today 9.00 EUR 29.97 USD Total 29.97 USD At today's prices 27.00 EUR",
        ),
    ],
)
def test_another_price_today_stands_beside_the_one_ordered(client, thread, shelf, ordered_at, today, said):
    priced(shelf, "sku-1", *today)
    ordered(thread, ("sku-1", 3, *ordered_at))
    assert said in read(client, thread)


def test_a_sale_is_todays_price(client, thread, shelf):
    shelf.filter(retailer_id="sku-1").update(sale_price=Decimal("7.50"))
    ordered(thread, ("sku-1", 1, 9.99, "USD"))
    assert "today 7.50 USD" in read(client, thread)


def test_a_product_that_is_gone_is_marked_and_left_out_of_todays_total(client, thread, shelf):
    items.remove(shelf.filter(retailer_id="sku-1"), None)
    priced(shelf, "sku-2", "5.00")
    ordered(thread, ("sku-1", 1, 9.99, "USD"), ("sku-2", 2, 9.99, "USD"))
    page = read(client, thread)
    assert "Example product 1 sku-1 no longer in the catalog" in page
    assert "Total 29.97 USD At today's prices, without what is no longer in the catalog 10.00 USD" in page


def test_what_meta_has_no_more_is_gone_and_what_never_was_there_is_not(client, thread, shelf):
    shelf.filter(retailer_id="sku-1").update(is_at_meta=False)
    shelf.filter(retailer_id="sku-2").update(is_at_meta=False, accepted_at=None)
    known = goods.of(thread.workspace, ["sku-1", "sku-2"])
    assert (known["sku-1"].is_gone, known["sku-2"].is_gone) == (True, False)


def test_an_unknown_number_stays_as_it_is_and_makes_no_total_of_today(client, thread, shelf):
    priced(shelf, "sku-1", "10.99")
    ordered(thread, ("sku-1", 1, 9.99, "USD"), ("other", 1, 5, "USD"))
    page = read(client, thread)
    assert "other 1 5.00 USD 5.00 USD Total 14.99 USD" in page
    assert "At today's prices" not in page


def test_a_product_that_is_sold_out_is_marked(client, thread, shelf):
    shelf.filter(retailer_id="sku-1").update(availability="out of stock")
    ordered(thread, ("sku-1", 1, 9.99, "USD"))
    assert "Example product 1 sku-1 sold out" in read(client, thread)


# Questions and what the shop sends ------------------------------------------------------------------------------------
def test_a_question_shows_the_product_it_is_about(client, thread, shelf):
    about = {"context": {"referred_product": {"catalog_id": "1", "product_retailer_id": "sku-2"}}}
    received(thread, "text", text={"body": "Hi"}, **about)
    assert "Asks about this product Example product 2 sku-2 · 9.99 USD" in read(client, thread)


def test_product_messages_say_names_instead_of_numbers(client, thread, shelf):
    sent(thread, outgoing.product("1", "sku-1"))
    assert "Example product 1 sku-1 · 9.99 USD View" in read(client, thread)
    sent(thread, outgoing.catalog_message("All", thumbnail="sku-3"))
    assert "All Example product 3 sku-3 · 9.99 USD View catalog" in read(client, thread)
    mugs = [Products("Mugs", ["sku-2", "nobody-knows"])]
    sent(thread, outgoing.product_list("1", mugs, header=TextHeader("New"), body="Look"))
    assert "View items Mugs Example product 2 sku-2 · 9.99 USD nobody-knows" in read(client, thread)


def test_a_template_names_the_products_it_was_sent_with(client, thread, shelf):
    action = {
        "thumbnail_product_retailer_id": "sku-1",
        "sections": [{"product_items": [{"product_retailer_id": "sku-2"}]}],
    }
    button = {"type": "button", "sub_type": "mpm", "parameters": [{"type": "action", "action": action}]}
    content = {"template": {"name": "t", "language": {"code": "en"}, "components": [button]}}
    MessageFactory(thread=thread, type="template", content=content, parts={"body": "Hello"}, status="sent")
    assert "2 products Example product 2 sku-2 · 9.99 USD Example product 1" in read(client, thread)


# For all --------------------------------------------------------------------------------------------------------------
def test_products_take_one_query_however_many_messages_name_them(client, thread, shelf):
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            page_of(client, thread)
        return [each["sql"] for each in captured]

    received(thread, "text", text={"body": "Hi"})
    page_of(client, thread)
    without = queries()
    for number in range(1, 4):
        ordered(thread, (f"sku-{number}", 1, 9.99, "USD"))
        sent(thread, outgoing.product("1", f"sku-{number}"))
    assert len(queries()) == len(without) + 1
    assert len([each for each in queries() if 'FROM "catalog_productitem"' in each and "LIMIT 21" not in each]) == 1


def test_the_products_of_another_workspace_are_never_shown(client, thread):
    making.products(WorkspaceFactory(), 1, title="A stranger's product")
    ordered(thread, ("sku-1", 1, 9.99, "USD"))
    assert "stranger" not in page_of(client, thread)


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "a\u202eb\x07"])
def test_hostile_words_in_a_products_name_stay_words(client, thread, shelf, title):
    shelf.update(title=title)
    ordered(thread, ("sku-1", 1, 5, "USD"))
    sent(thread, outgoing.product("1", "sku-1"))
    received(thread, "text", text={"body": "Hi"}, context={"referred_product": {"product_retailer_id": "sku-1"}})
    page = page_of(client, thread)
    assert "<script>alert" not in page and "<img src=x" not in page
    assert "\u202e" not in page and "\x07" not in page


@pytest.mark.parametrize("odd", [[], {}, None, 7, "\x00", {"product_items": [{"product_retailer_id": ["a"]}, 5]}])
def test_whatever_stands_in_an_order_makes_no_error(client, thread, odd):
    message = Message(direction="in", type="order", content={"order": odd, "context": odd})
    assert goods.numbers_in(message.content) == []
    if odd != "\x00":
        received(thread, "order", order=odd, context={"referred_product": odd})
        page_of(client, thread)


def test_a_number_of_digits_is_a_number(thread, shelf):
    ProductItem.objects.filter(retailer_id="sku-1").update(retailer_id="7")
    assert goods.numbers_in({"order": {"product_items": [{"product_retailer_id": 7}]}}) == ["7"]
