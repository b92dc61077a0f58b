"""Products are picked for a message from a list: searched, paged, in sections, and all of it without a script."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog
from catalog.services import picking
from catalog.tests import making
from catalog.tests.factories import CatalogFactory
from inbox.models import Message
from inbox.tests.factories import ThreadFactory
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
SEEN = {"is_at_meta": True, "accepted_hash": "x", "review_status": "approved"}


@pytest.fixture
def thread(client):
    thread = ThreadFactory()
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.AGENT).user)
    return thread


@pytest.fixture
def shelf(thread):
    """35 products that customers see: sku-1 to sku-35."""
    CatalogFactory(account=thread.number.account, catalog_id="77")
    rows = making.products(thread.workspace, 35)
    rows.update(**SEEN, accepted_at=timezone.now())
    return rows


def address(thread, kind: str = "products") -> str:
    return f"/inbox/{thread.pk}/send/{kind}/"


def asked(client, thread, do: str, kind: str = "products", **filled) -> str:
    """The form after a press of one of the picker's buttons, without a script."""
    key = "retailer_ids" if kind == "products" else "retailer_id"
    data = {f"{key}.{name}" if name not in ("body", "header") else name: value for name, value in filled.items()}
    answer = client.post(address(thread, kind), {**data, f"{key}.do": do})
    assert answer.status_code == 200 and not Message.objects.exists()
    return answer.content.decode()


def offered_in(page: str) -> list[str]:
    return re.findall(r'name="retailer_ids?\.pick" value="([^"]+)"', page)


def chosen_in(page: str) -> list[tuple[str, str]]:
    return re.findall(r'name="retailer_ids?\.(in\d)" value="([^"]+)"', page)


# Which may be picked --------------------------------------------------------------------------------------------------
def test_only_what_customers_see_may_stand_in_a_message(thread, shelf):
    shelf.filter(retailer_id="sku-1").update(review_status="rejected")
    shelf.filter(retailer_id="sku-2").update(is_at_meta=False)
    shelf.filter(retailer_id="sku-3").update(accepted_hash="")
    found = set(picking.pickable(thread.workspace, thread.number.account).values_list("retailer_id", flat=True))
    assert len(found) == 32 and not found & {"sku-1", "sku-2", "sku-3"}


def test_nothing_is_picked_where_the_account_does_not_show_the_catalog(thread, shelf):
    account = thread.number.account
    Catalog.objects.update(is_linked=None)
    assert picking.pickable(thread.workspace, account).exists()
    Catalog.objects.update(is_linked=False)
    assert not picking.pickable(thread.workspace, account).exists()
    Catalog.objects.update(is_linked=True, state="left")
    assert not picking.pickable(thread.workspace, account).exists()


def test_another_workspaces_products_are_not_among_them(client, thread, shelf):
    strange = making.products(WorkspaceFactory(), 1, title="A stranger's product")
    strange.update(**SEEN)
    page = asked(client, thread, "search", q="stranger")
    assert offered_in(page) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("sku-35", ["sku-35"]),
        ("PRODUCT 12", ["sku-12"]),
        ("example blue", ["sku-7"]),
        ("100%", []),
        ("\x00", 30),
        ("no_such", []),
    ],
)
def test_search_looks_into_titles_and_numbers(client, thread, shelf, words, found):
    shelf.filter(retailer_id="sku-7").update(title="Example of a blue mug")
    page = asked(client, thread, "search", q=words)
    assert (offered_in(page) == found) if isinstance(found, list) else (len(offered_in(page)) == found)


def test_more_than_thirty_come_page_by_page_and_nothing_ticked_is_lost(client, thread, shelf):
    first = asked(client, thread, "search")
    assert len(offered_in(first)) == 30 and "More products" in first
    ticked = offered_in(first)[2]
    second = asked(client, thread, "page:2", pick=[ticked], body="Look")
    assert len(offered_in(second)) == 5 and "More products" not in second and "Earlier products" in second
    assert chosen_in(second) == [("in0", ticked)] and ">Look</textarea>" in second


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "a\u202eb\x07"])
def test_hostile_words_in_a_name_or_a_search_stay_words(client, thread, shelf, title):
    shelf.update(title=title)
    page = asked(client, thread, "search", title=[title], in0=["sku-1"], q=title[:3])
    assert "<script>alert" not in page and "<img src=x" not in page and "\x07" not in page
    assert "\u202e" not in page


# Without a script -----------------------------------------------------------------------------------------------------
def test_what_is_ticked_is_sent_even_when_nobody_pressed_add(client, thread, shelf):
    filled = {"header": "New", "body": "Look", "retailer_ids.title": [""], "retailer_ids.in0": ["sku-4"]}
    assert client.post(address(thread), {**filled, "retailer_ids.pick": ["sku-9", "sku-2"]}).status_code == 302
    action = Message.objects.get().content["interactive"]["action"]
    (section,) = action["sections"]
    assert action["catalog_id"] == "77" and "title" not in section
    assert [each["product_retailer_id"] for each in section["product_items"]] == ["sku-4", "sku-9", "sku-2"]


def test_chosen_products_are_moved_and_taken_out(client, thread, shelf):
    chosen = {"title": ["A", "B"], "in0": ["sku-1", "sku-2"], "in1": ["sku-3"]}
    for do, left in {
        "up:0:1": [("in0", "sku-2"), ("in0", "sku-1"), ("in1", "sku-3")],
        "down:0:1": [("in0", "sku-1"), ("in1", "sku-2"), ("in1", "sku-3")],
        "up:1:0": [("in0", "sku-1"), ("in0", "sku-2"), ("in0", "sku-3")],
        "drop:0:0": [("in0", "sku-2"), ("in1", "sku-3")],
        "drop-section:0": [("in0", "sku-3")],
    }.items():
        assert chosen_in(asked(client, thread, do, **chosen)) == left, do


@pytest.mark.parametrize(
    "do", ["drop:9:9", "up:-1:-1", "down:0", "page:-3", "page:x", "nonsense", "drop-section:5", ":"]
)
def test_odd_buttons_do_nothing(client, thread, shelf, do):
    assert chosen_in(asked(client, thread, do, title=[""], in0=["sku-1"])) == [("in0", "sku-1")]


def test_a_new_section_takes_what_is_ticked_next(client, thread, shelf):
    page = asked(client, thread, "section", title=["Mugs"], in0=["sku-1"])
    assert page.count('name="retailer_ids.title"') == 2 and '<option value="1" selected>' in page
    page = asked(client, thread, "add", title=["Mugs", "Lamps"], in0=["sku-1"], into="1", pick=["sku-2", "sku-1"])
    assert chosen_in(page) == [("in0", "sku-1"), ("in1", "sku-2")]


def test_no_more_than_thirty_products_are_taken(client, thread, shelf):
    page = asked(client, thread, "add", title=[""], in0=[f"sku-{n}" for n in range(1, 30)], pick=["sku-30", "sku-31"])
    assert len(chosen_in(page)) == 30 and "at most 30 products in a message" in page


def test_sections_are_ten_at_most(client, thread, shelf):
    titles = [f"S{n}" for n in range(10)]
    page = asked(client, thread, "section", title=titles, in0=["sku-1"])
    assert page.count('name="retailer_ids.title"') == 10 and "Add a section" not in page


@pytest.mark.parametrize(
    ("titles", "words"),
    [(["Mugs", ""], "title of a section is missing"), (["Mugs", "x" * 25], "25 characters"), (["", ""], "missing")],
)
def test_titles_are_needed_as_soon_as_there_are_two_sections(client, thread, shelf, titles, words):
    filled = {"header": "New", "body": "Look", "retailer_ids.title": titles}
    filled |= {"retailer_ids.in0": ["sku-1"], "retailer_ids.in1": ["sku-2"]}
    answer = client.post(address(thread), filled)
    page = answer.content.decode()
    assert answer.status_code == 409 and not Message.objects.exists()
    assert re.findall(r'id="s-(\w+)-problem"', page) == ["retailer_ids"] and words in page
    assert chosen_in(page) == [("in0", "sku-1"), ("in1", "sku-2")]


def test_an_empty_section_is_left_out(client, thread, shelf):
    filled = {"header": "New", "body": "Look", "retailer_ids.title": ["", "Lamps"], "retailer_ids.in0": ["sku-1"]}
    assert client.post(address(thread), filled).status_code == 302


def test_without_a_product_it_is_not_sent(client, thread, shelf):
    answer = client.post(address(thread), {"header": "New", "body": "Look"})
    assert answer.status_code == 409 and "Choose at least one product." in answer.content.decode()
    answer = client.post(address(thread, "product"), {})
    assert answer.status_code == 409 and "The product is missing." in answer.content.decode()


@pytest.mark.parametrize("kind", ["product", "products", "catalog"])
def test_a_product_that_is_gone_meanwhile_is_named_and_nothing_is_sent(client, thread, shelf, kind):
    shelf.filter(retailer_id="sku-2").update(review_status="rejected", title="A <b>mug</b>")
    key = "retailer_ids" if kind == "products" else "retailer_id"
    filled = {"header": "New", "body": "Look", f"{key}.in0": ["sku-2"]}
    answer = client.post(address(thread, kind), filled)
    page = answer.content.decode()
    assert answer.status_code == 409 and not Message.objects.exists()
    assert (
        "WhatsApp does not show “A <b>mug</b>” to customers any more." in html.unescape(page) and "<b>mug" not in page
    )


def test_one_product_is_chosen_by_a_tick_and_another_takes_its_place(client, thread, shelf):
    page = asked(client, thread, "search", "product", in0=["sku-1"], pick="sku-2", q="sku-3")
    assert chosen_in(page) == [("in0", "sku-2")]
    assert chosen_in(asked(client, thread, "drop:0:0", "product", in0=["sku-1"], pick="sku-1")) == []
    assert client.post(address(thread, "product"), {"retailer_id.pick": "sku-5"}).status_code == 302
    action = Message.objects.get().content["interactive"]["action"]
    assert action == {"catalog_id": "77", "product_retailer_id": "sku-5"}


def test_the_whole_catalog_goes_with_or_without_a_picture(client, thread, shelf):
    for given in ({}, {"retailer_id.pick": "sku-5"}):
        assert client.post(address(thread, "catalog"), {"body": "All", **given}).status_code == 302
    first, second = (each.content["interactive"]["action"] for each in Message.objects.order_by("pk"))
    assert "parameters" not in first
    assert second["parameters"] == {"thumbnail_product_retailer_id": "sku-5"}


# With one -------------------------------------------------------------------------------------------------------------
def picked(client, thread, query: str, data: dict):
    return client.post(f"/inbox/{thread.pk}/pick/?{query}", data, headers={"HX-Request": "true"})


def test_with_a_script_the_picker_alone_comes_back(client, thread, shelf):
    data = {"retailer_ids.title": [""], "retailer_ids.pick": ["sku-3"], "retailer_ids.do": "add"}
    page = picked(client, thread, "key=retailer_ids&mode=many", data).content.decode()
    assert "<html" not in page and 'name="body"' not in page
    assert chosen_in(page) == [("in0", "sku-3")]


def test_while_one_types_the_list_and_what_was_ticked_come_back_and_not_the_words(client, thread, shelf):
    data = {
        "retailer_ids.title": [""],
        "retailer_ids.pick": ["sku-3"],
        "retailer_ids.q": "sku-1",
        "retailer_ids.do": "search",
    }
    page = picked(client, thread, "key=retailer_ids&mode=many&part=found", data).content.decode()
    assert 'name="retailer_ids.q"' not in page and "hx-swap-oob" in page
    assert chosen_in(page) == [("in0", "sku-3")] and "sku-12" in offered_in(page)


def test_who_only_looks_picks_nothing_and_a_strangers_conversation_is_not_there(client, thread, shelf):
    assert picked(client, ThreadFactory(), "key=x", {}).status_code == 404
    assert client.get(f"/inbox/{thread.pk}/pick/").status_code == 405
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert picked(client, thread, "key=x", {}).status_code == 403


# Instead of a picker --------------------------------------------------------------------------------------------------
def test_numbers_are_typed_where_only_meta_has_a_catalog(client, thread):
    account = thread.number.account
    account.catalogs = [{"id": "1", "name": "Elsewhere"}]
    account.save()
    page = client.get(address(thread)).content.decode()
    assert 'name="retailer_ids"' in page and 'name="catalog_id"' in page and "product-picker" not in page


def test_where_no_product_is_shown_yet_it_is_said_so(client, thread, shelf):
    shelf.update(review_status="pending")
    assert "None of your products can be shown" in client.get(address(thread)).content.decode()


# Templates ------------------------------------------------------------------------------------------------------------
MPM = [{"type": "BODY", "text": "Look"}, {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "View items"}]}]
SPM = [
    {"type": "HEADER", "format": "PRODUCT"},
    {"type": "BODY", "text": "Look"},
    {"type": "BUTTONS", "buttons": [{"type": "SPM", "text": "View"}]},
]


def of_template(thread, components) -> str:
    template = MessageTemplateFactory(account=thread.number.account, components=components, category="UTILITY")
    return f"/inbox/{thread.pk}/templates/{template.pk}/"


def test_a_templates_products_are_picked_too(client, thread, shelf):
    url = of_template(thread, MPM)
    page = client.get(url).content.decode()
    assert page.count('class="product-picker"') == 2
    data = {"buttons[0].thumbnail.pick": "sku-1", "buttons[0].sections.pick": ["sku-2", "sku-3"]}
    page = client.post(url, {**data, "buttons[0].sections.do": "section"}).content.decode()
    assert 'name="buttons[0].sections.in0" value="sku-2"' in page and not Message.objects.exists()
    assert client.post(url, data).status_code == 302
    (component,) = Message.objects.get().content["template"]["components"]
    action = component["parameters"][0]["action"]
    assert action["thumbnail_product_retailer_id"] == "sku-1"
    assert [each["product_retailer_id"] for each in action["sections"][0]["product_items"]] == ["sku-2", "sku-3"]


def test_a_product_in_a_templates_header_has_the_catalogs_id(client, thread, shelf):
    url = of_template(thread, SPM)
    assert client.post(url, {"header.pick": "sku-1"}).status_code == 302
    (component,) = Message.objects.get().content["template"]["components"]
    assert component["parameters"][0]["product"] == {"product_retailer_id": "sku-1", "catalog_id": "77"}


def test_a_template_with_a_product_that_is_gone_is_not_sent(client, thread, shelf):
    shelf.filter(retailer_id="sku-1").update(is_at_meta=False)
    answer = client.post(of_template(thread, SPM), {"header.in0": "sku-1"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "“Example product 1” to customers any more" in page
    assert 'id="gap-header-problem"' in page and not Message.objects.exists()


def test_a_template_without_its_products_says_so_at_the_picker(client, thread, shelf):
    answer = client.post(of_template(thread, MPM), {})
    assert answer.status_code == 409 and 'id="gap-buttons-0--sections-problem"' in answer.content.decode()


def test_a_form_takes_the_same_queries_however_many_products_it_shows(client, thread, shelf):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            asked(client, thread, "search", title=[""], in0=[f"sku-{n}" for n in range(1, count)])
        return len(captured)

    count = 2
    asked(client, thread, "search")
    few = queries()
    count = 29
    assert queries() == few
