"""The table of products: what it shows, what it finds, what is done from it, and how much that costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog import health, list_head, standing
from catalog.models import ProductImage, ProductItem
from catalog.services import items
from catalog.tests.factories import CatalogFactory, ProductImageFactory, ProductItemFactory
from catalog.tests.making import products, row
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:catalog_productitem_changelist")
Status, Wanted = ProductItem.Status, ProductItem.Wanted
REFUSAL = {
    "title": "Meta refused the product",
    "happened": "The price is wrong.",
    "said": "Invalid price",
    "code": "100",
}


@pytest.fixture
def shop():
    return WorkspaceFactory()


@pytest.fixture
def owner(client, shop):
    client.force_login(MembershipFactory(workspace=shop).user)
    return client


@pytest.fixture
def listed(owner):
    """listed(**filters): the numbers that an owner sees, and the page."""

    def numbers(**filters):
        page = owner.get(LIST, filters)
        assert page.status_code == 200
        return [each.retailer_id for each in page.context["cl"].result_list], page.content.decode()

    return numbers


@pytest.fixture
def act(owner):
    """act(name, *items, **post): what the page says in the end."""

    def done(action, *chosen, query="", **post):
        data = {"action": action, "_selected_action": [each.pk for each in chosen], "index": 0, **post}
        page = owner.post(LIST + query, data, follow=True)
        return " ".join(str(each) for each in page.context["messages"]), page.content.decode()

    return done


def some_of_each(shop) -> None:
    """sku-1 refused, sku-2 rejected by the review, sku-3 kept out, sku-4 in question, sku-5 only at Meta, sku-6 gone,
    sku-7 with a bad picture, x without a brand, sku-8 waiting."""
    mine = products(shop, 8)
    one = {f"sku-{n}": mine.filter(retailer_id=f"sku-{n}") for n in range(1, 9)}
    hashes = dict(mine.values_list("retailer_id", "wanted_hash"))
    one["sku-1"].update(refused_hash=hashes["sku-1"], refusal=REFUSAL)
    rejected = {"review_status": "rejected", "review_errors": ["Not allowed"], "is_at_meta": True}
    one["sku-2"].update(accepted_hash=hashes["sku-2"], **rejected)
    items.exclude(one["sku-3"], None)
    one["sku-4"].update(wanted=Wanted.IN_QUESTION, is_at_meta=True)
    one["sku-5"].update(wanted=Wanted.THEIRS, is_at_meta=True)
    items.remove(one["sku-6"], None)
    bad = ProductImageFactory(workspace=shop, state=ProductImage.State.BAD, problem={"key": "image_too_small"})
    one["sku-7"].update(image=bad)
    items.write(shop, [row("x", brand="")], source="import")
    standing.settle(mine)


def test_each_row_says_where_it_stands_and_why_and_leads_to_its_page(listed, shop):
    some_of_each(shop)
    numbers, page = listed()
    assert set(numbers) == {"sku-1", "sku-2", "sku-3", "sku-4", "sku-5", "sku-7", "sku-8", "sku-x"}
    for words in (
        "Invalid price",
        "Not allowed",
        "a brand is missing".capitalize(),
        "pixels",
        "Kept out",
        "9.99\u00a0USD",
    ):
        assert words in page or words.lower() in page.lower(), words
    assert reverse("catalog:item", args=[ProductItem.objects.get(retailer_id="sku-1").pk]) in page


def test_filters_find_what_they_say(listed, shop):
    some_of_each(shop)
    assert set(listed(needs="you")[0]) == {"sku-1", "sku-2", "sku-4", "sku-7", "sku-x"}
    for query, found in {
        "needs=mend": {"sku-7", "sku-x"}, "needs=refused": {"sku-1"}, "needs=review": {"sku-2"},
        "needs=decide": {"sku-4"}, "needs=nonsense": set(), "status=waiting": {"sku-8"}, "status=moving": {"sku-8"},
        "status=absent": {"sku-3", "sku-6"}, "wanted=removed": {"sku-6"}, "wanted=excluded": {"sku-3"},
        "review=rejected": {"sku-2"}, "review=waiting": {"sku-4", "sku-5"}, "source__exact=shopify": set(),
        "error=problem:brand:brand_missing": {"sku-x"}, "error=picture:image_link:image_too_small": {"sku-7"},
        "error=refusal:100:Meta refused the product": {"sku-1"}, "error=nonsense": set(),
        "brand=Example": {"sku-1", "sku-2", "sku-3", "sku-4", "sku-5", "sku-7", "sku-8"}, "item_group_id=none": set(),
    }.items():  # fmt: skip
        name, _equals, value = query.partition("=")
        assert set(listed(**{name: value})[0]) == found, query


def test_products_are_found_by_title_and_by_number(listed, shop):
    items.write(shop, [row(1, title="Red example mug"), row("AB-77", title="Lamp")], source="import")
    assert listed(q="example mug")[0] == ["sku-1"]
    assert listed(q="SKU-ab-7")[0] == ["sku-AB-77"]


def test_every_figure_leads_to_as_many_products_as_it_counts(listed, shop):
    some_of_each(shop)
    figures = health.figures(shop)
    tiles = list_head.tiles(figures)
    assert len(tiles) == 6 and len(figures.kinds) == 3
    for query, count in [(tile["query"], tile["count"]) for tile in tiles] + [
        (k.query, k.count) for k in figures.kinds
    ]:
        page = listed(**dict(each.split("=") for each in query.replace("%3A", ":").replace("+", " ").split("&")))
        assert len(page[0]) == count, query


def test_it_asks_the_same_number_of_queries_for_many_rows(listed, shop):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            listed()
        return len(queries)

    CatalogFactory(account__workspace=shop)
    products(shop, 1)
    count()
    few = count()
    products(shop, 60)
    some = count()
    assert some == few and few < 25


def test_a_shop_without_products_is_told_what_they_are_and_how_to_begin(listed):
    page = listed()[1]
    assert "No products yet" in page and "Nothing here matches" not in page
    assert "Nothing here matches" in listed(q="nothing")[1]


def test_what_holds_everything_back_is_said_once(listed, shop):
    products(shop, 3)
    assert "No catalog at Meta is connected." in listed()[1]
    catalog = CatalogFactory(account__workspace=shop, held_until=timezone.now() + timezone.timedelta(minutes=5))
    assert "Meta takes no more calls about this catalog" in listed()[1]
    for facts, words in (
        ({"held_until": None, "reconciled_at": None}, "had products before it was connected"),
        ({"state": "broken"}, "Meta refuses the access to the catalog"),
        ({"state": "connected", "reconciled_at": timezone.now()}, ""),
    ):
        type(catalog).objects.update(**facts)
        page = listed()[1]
        assert words in page and ("Nothing goes to Meta at present" in page) == bool(words)


# What is done ---------------------------------------------------------------------------------------------------------
def test_acts_say_what_they_did_and_are_noted(act, shop):
    mine = products(shop, 4)
    said, _page = act("send_again", *mine)
    assert "None was sent again" in said
    mine.update(refused_hash="x", accepted_hash="old", is_at_meta=True)
    ProductItem.objects.update(refused_hash=mine[0].wanted_hash)
    standing.settle(mine)
    said, _page = act("send_again", mine[0])
    assert "1 product is sent again." in said
    said, _page = act("keep_out", *mine[:2])
    assert mine.filter(wanted=Wanted.EXCLUDED).count() == 0, "it is asked first"
    said, _page = act("keep_out", *mine[:2], post="yes")
    assert "2 products are kept out." in said and mine.filter(wanted=Wanted.EXCLUDED).count() == 2
    said, _page = act("take_back", *mine)
    assert "2 products are taken back." in said
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "products sent again",
        "products kept out",
        "products taken back",
    ]


def test_removing_asks_first_with_the_number(act, shop):
    mine = products(shop, 3)
    _said, page = act("remove", *mine)
    assert "3 products: Remove?" in page and not mine.filter(wanted=Wanted.REMOVED).exists()
    said, _page = act("remove", *mine, post="yes")
    assert "3 products are removed." in said and mine.filter(wanted=Wanted.REMOVED).count() == 3


def test_all_that_a_filter_finds_is_more_than_a_page(act, shop):
    mine = products(shop, 60)
    items.write(shop, [row("other", brand="Other")], source="import")
    chosen = {"select_across": "1", "query": "?brand=Example"}
    _said, page = act("remove", mine[0], **chosen)
    assert "60 products: Remove?" in page and "These are all that the filter finds" in page
    said, _page = act("remove", mine[0], post="yes", **chosen)
    assert "60 products are removed." in said
    assert ProductItem.objects.filter(wanted=Wanted.LISTED).get().retailer_id == "sku-other"


def test_what_a_filter_finds_is_taken_away_as_a_file(owner, shop):
    mine = products(shop, 60)
    items.write(shop, [row("other", brand="Other")], source="import")
    products(WorkspaceFactory(), 1)
    data = {"action": "as_file", "_selected_action": [mine[0].pk], "index": 0, "select_across": "1"}
    answer = owner.post(f"{LIST}?brand=Example", data)
    lines = b"".join(answer.streaming_content).decode().strip().splitlines()
    assert len(lines) == 61 and not any("sku-other" in line for line in lines)


@pytest.mark.parametrize("role", [Role.AGENT, None])
def test_who_may_only_look_changes_nothing(client, shop, role):
    user = MembershipFactory(workspace=shop, role=role).user if role else UserFactory(is_support=True)
    client.force_login(user)
    mine = products(shop, 2)
    if role:
        assert "Import a file" not in client.get(LIST).content.decode()
    data = {"action": "keep_out", "_selected_action": [mine[0].pk], "index": 0, "post": "yes"}
    client.post(LIST, data, follow=True)
    assert not mine.exclude(wanted=Wanted.LISTED).exists()


def test_support_without_a_shop_sees_them_all(client):
    products(WorkspaceFactory(), 1)
    products(WorkspaceFactory(), 1)
    client.force_login(UserFactory(is_support=True))
    page = client.get(LIST)
    assert len(page.context["cl"].result_list) == 2


# The moving head ------------------------------------------------------------------------------------------------------
def test_the_head_answers_nothing_while_it_is_as_the_page_shows_it(owner, shop):
    mine = products(shop, 2)
    page = owner.get(LIST).content.decode()
    assert "0 of 2 done, 0 of them refused" in page and "every 2s" in page
    url = page.partition('hx-get="')[2].partition('"')[0]
    assert owner.get(url).status_code == 204
    ProductItem.objects.filter(pk=mine[0].pk).update(accepted_hash=mine[0].wanted_hash, is_at_meta=True)
    standing.settle(mine)
    answer = owner.get(url)
    assert answer.status_code == 200 and "1 of 2 done, 0 of them refused" in answer.content.decode()
    assert "Show them anew" in answer.content.decode()


def test_removals_in_question_are_decided_after_a_question(owner, shop):
    mine = products(shop, 9)
    mine.update(is_at_meta=True)
    items.lost_at_source(mine.exclude(retailer_id__gt="sku-4"), shop, "import")
    for page in (owner.get(LIST).content.decode(), owner.get(reverse("catalog:home")).content.decode()):
        assert "Your source has 4 of 9 products no more" in page and "Nothing is removed yet" in page
        assert "4 of 5 done" not in page and "0 of 5 done, 0 of them refused" in page
    decide = reverse("catalog:decide")
    assert "Remove 4 products?" in owner.get(decide).content.decode()
    assert not mine.filter(wanted=Wanted.REMOVED).exists()
    page = owner.post(decide, {"do": "remove"}, follow=True)
    assert "4 products are removed." in page.content.decode() and mine.filter(wanted=Wanted.REMOVED).count() == 4
    assert "Nothing waits for a decision" in owner.post(decide, {"do": "keep"}, follow=True).content.decode()


def test_what_is_in_question_can_be_kept(owner, shop):
    mine = products(shop, 9)
    items.lost_at_source(mine.exclude(retailer_id__gt="sku-4"), shop, "import")
    page = owner.post(reverse("catalog:decide"), {"do": "keep"}, follow=True).content.decode()
    assert "4 products stay in the catalog." in page and mine.filter(wanted=Wanted.LISTED).count() == 9


def test_an_agent_decides_nothing(client, shop):
    client.force_login(MembershipFactory(workspace=shop, role=Role.AGENT).user)
    ProductItemFactory(workspace=shop, wanted=Wanted.IN_QUESTION)
    assert client.post(reverse("catalog:decide"), {"do": "remove"}).status_code == 403
    page = client.get(LIST).content.decode()
    assert "Who may change products decides." in page and "keep-in-question" not in page
