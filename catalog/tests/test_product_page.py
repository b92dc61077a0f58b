"""The page of one product tells the truth about it, whatever its columns hold."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog import standing, telling, versions
from catalog.models import CatalogBatch, ProductEvent, ProductImage, ProductItem
from catalog.services import items
from catalog.tests.factories import CatalogBatchFactory, CatalogFactory, ProductImageFactory, ProductItemFactory
from catalog.tests.making import products, row
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
Status, Wanted = ProductItem.Status, ProductItem.Wanted
REFUSAL = {
    "title": "Meta refused the product",
    "happened": "The price is wrong.",
    "todo": "Mend the price.",
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
def page_of(owner):
    def page(item) -> str:
        answer = owner.get(reverse("catalog:item", args=[item.pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def change(item, **facts) -> ProductItem:
    ProductItem.objects.filter(pk=item.pk).update(**facts)
    standing.settle(ProductItem.objects.filter(pk=item.pk))
    return ProductItem.objects.select_related("image").get(pk=item.pk)


def test_each_status_has_its_words_and_the_buttons_that_help(page_of, shop):
    CatalogFactory(account__workspace=shop)
    item = products(shop).get()
    accepted = {"accepted_hash": item.wanted_hash, "is_at_meta": True, "accepted_at": timezone.now()}
    bad = ProductImageFactory(workspace=shop, state=ProductImage.State.BAD, problem={"key": "image_no_image"})
    batches = {
        state: CatalogBatchFactory(workspace=shop, catalog__account__workspace=WorkspaceFactory(), state=state)
        for state in CatalogBatch.OPEN
    }
    told = [
        ({}, "waits for the next call to Meta", "do-exclude"),
        ({"tries": 2}, "Meta did not say what became of it", "do-exclude"),
        ({"batch": batches["sending"]}, "It is on its way to Meta.", "do-exclude"),
        ({"batch": batches["checking"]}, "Meta has it and works on it.", "do-exclude"),
        ({"batch": None, "refused_hash": item.wanted_hash, "refusal": REFUSAL}, "Invalid price", "do-resend"),
        (accepted, "Customers see it when WhatsApp has reviewed it.", "do-resend"),
        ({"review_status": "approved"}, "customers can see it", "do-resend"),
        ({"review_status": "rejected", "review_errors": [{"title": "Weapons"}]}, "Weapons", "do-resend"),
        ({"review_status": "", "image": bad}, "What is at this address is no picture.", "do-look"),
        ({"image": None, "wanted": Wanted.IN_QUESTION}, "Nothing is removed yet.", "do-include"),
        ({"wanted": Wanted.THEIRS}, "Galantis leaves it alone.", "do-remove"),
        ({"wanted": Wanted.EXCLUDED}, "It is to leave the catalog at Meta", "do-include"),
        ({"refused_hash": standing.DELETED}, "It is not sent again as it is", "do-resend"),
        ({"is_at_meta": False}, "It is kept out of the catalog", "do-include"),
        ({"wanted": Wanted.REMOVED}, "It was removed, and is not at Meta.", "do-include"),
    ]
    for facts, words, button in told:
        page = page_of(change(item, **facts))
        assert words in page and f'id="{button}"' in page, (facts, words, button)


def test_what_holds_everything_back_is_said_with_its_button(page_of, shop):
    page = page_of(products(shop).get())
    assert "No catalog at Meta is connected." in page


def test_an_older_version_that_was_sent_is_found_in_the_history(shop):
    item = products(shop, brand="One", additional_image_links=["https://shop.example/2.jpg"]).get()
    change(item, sent_hash=item.wanted_hash, sent_at=timezone.now(), accepted_hash=item.wanted_hash)
    for values in ({"price": Decimal("8.5")}, {"title": "New", "attributes": {"color": "red"}}, {"brand": "Two"}):
        items.write(shop, [{"retailer_id": "sku-1", **values}], source="import")
    item = change(item, sent_at=timezone.now())
    wanted, sent, accepted, theirs = versions.columns(item)
    assert sent.values["title"] == "Example product 1" and sent.values["price"] == "9.99\u00a0USD"
    assert sent.differs >= {"title", "price", "brand", "color"} - {"color"} and sent.values == accepted.values
    assert wanted.values["color"] == "red" and wanted.differs == set() and theirs.note


def test_a_version_that_cannot_be_proven_is_not_made_up(page_of, shop):
    item = products(shop, description="x" * 300).get()
    change(item, sent_hash=item.wanted_hash, sent_at=timezone.now())
    items.write(shop, [{"retailer_id": "sku-1", "description": "short"}], source="import")
    item.refresh_from_db()
    assert versions.columns(item)[1].values == {} and "An earlier version." in page_of(item)


def test_what_meta_lists_stands_beside_it_and_differences_are_marked(page_of, shop):
    item = products(shop).get()
    found = [{"field": "price", "ours": "9.99 USD", "theirs": "$1.00"}]
    theirs = {"name": "Example product 1", "price": "$1.00", "availability": "in stock"}
    page = page_of(change(item, theirs=theirs, differences=found, checked_at=timezone.now(), warnings=["Low quality"]))
    assert "$1.00" in page and page.count('class="differs"') == 1 and "Low quality" in page


def test_others_of_its_group_are_named_with_where_they_stand(page_of, shop):
    mine = products(shop, 3, item_group_id="mugs")
    page = page_of(mine[0])
    assert reverse("catalog:item", args=[mine[1].pk]) in page and "Others of its group" in page


def test_the_history_tells_what_was_before_and_who_it_was(page_of, owner, shop):
    user = UserFactory(first_name="Ada", last_name="Example")
    item = products(shop).get()
    items.write(shop, [{"retailer_id": "sku-1", "price": Decimal(7)}], source="hand", actor=user)
    page = page_of(item)
    assert "<del><bdi>9.99</bdi></del> → <ins><bdi>7</bdi></ins>" in page and "Ada" in page
    ProductEvent.objects.bulk_create(ProductEvent(workspace=shop, item=item, kind="resent") for _ in range(60))
    history = owner.get(reverse("catalog:product_history", args=[item.pk])).content.decode()
    assert "Older" in history and history.count("Sent again on demand") == 50


def test_the_raw_data_are_for_support(client, owner, shop):
    item = change(products(shop).get(), source_data={"vendor": "Raw vendor"})
    url = reverse("catalog:item", args=[item.pk])
    assert "Raw vendor" not in owner.get(url).content.decode()
    client.force_login(UserFactory(is_support=True))
    client.post(reverse("workspaces:switch"), {"workspace": shop.pk})
    assert "Raw vendor" in client.get(url).content.decode()


# What is done ---------------------------------------------------------------------------------------------------------
def test_the_buttons_do_what_they_say(owner, shop):
    item = products(shop).get()
    url = reverse("catalog:act", args=[item.pk])
    for do, words, wanted in (
        ("exclude", "1 product is kept out.", Wanted.EXCLUDED),
        ("include", "1 product is taken back.", Wanted.LISTED),
        ("remove", "1 product is removed.", Wanted.REMOVED),
        ("nonsense", "", Wanted.REMOVED),
    ):
        page = owner.post(url, {"do": do}, follow=True).content.decode()
        item.refresh_from_db()
        assert words in page and item.wanted == wanted
    assert owner.get(url, follow=True).status_code == 200
    items.include(ProductItem.objects.all(), None)
    assert "Remove?" in owner.get(url, {"do": "remove"}).content.decode()
    item.refresh_from_db()
    assert item.wanted == Wanted.LISTED


def test_its_picture_is_looked_at_again(owner, shop):
    item = products(shop).get()
    ProductImage.objects.update(state=ProductImage.State.BAD)
    page = owner.post(reverse("catalog:act", args=[item.pk]), {"do": "look"}, follow=True).content.decode()
    item.refresh_from_db()
    assert "1 picture is looked at again." in page and item.status == Status.LOOKING


def test_sent_again_is_still_at_meta_meanwhile(owner, shop):
    item = products(shop).get()
    change(item, accepted_hash=item.wanted_hash, is_at_meta=True, review_status="approved")
    owner.post(reverse("catalog:act", args=[item.pk]), {"do": "resend"})
    item.refresh_from_db()
    assert item.status == Status.WAITING and ProductItem.objects.shown_to_customers().exists()
    assert "which version is not relied on" in owner.get(reverse("catalog:item", args=[item.pk])).content.decode()


def test_an_agent_looks_and_changes_nothing(client, shop):
    client.force_login(MembershipFactory(workspace=shop, role=Role.AGENT).user)
    item = products(shop).get()
    assert "do-exclude" not in client.get(reverse("catalog:item", args=[item.pk])).content.decode()
    assert client.post(reverse("catalog:act", args=[item.pk]), {"do": "exclude"}).status_code == 403


@pytest.mark.parametrize("name", ["item", "item_state", "product_history", "act"])
def test_a_stranger_finds_nothing(owner, name):
    assert owner.get(reverse(f"catalog:{name}", args=[ProductItemFactory().pk])).status_code == 404


def test_the_state_is_told_anew_only_when_it_is_another(page_of, owner, shop):
    item = products(shop).get()
    url = page_of(item).partition('hx-get="')[2].partition('"')[0]
    assert owner.get(url).status_code == 204
    items.exclude(ProductItem.objects.all(), None)
    assert "kept out" in owner.get(url).content.decode()


ODD = [None, 7, "text", [], ["text"], [None, 7, ["x"]], {}, {"a": {"b": 1}}, [{"key": ["x"], "field": {"y": 1}}]]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("status", [Status.INCOMPLETE, Status.REFUSED, Status.ACCEPTED, Status.WAITING])
def test_whatever_the_columns_hold_the_pages_stand(page_of, owner, shop, odd, status):
    image = ProductImageFactory(workspace=shop, state=ProductImage.State.BAD, problem=odd)
    names = ["attributes", "additional_image_links", "problems", "warnings", "review_errors", "differences"]
    values = dict.fromkeys([*names, "refusal", "theirs", "source_data"], odd)
    values |= {name: [] for name in names} if odd is None else {}
    facts = {"sent_hash": "old", "accepted_hash": "older", "review_status": "rejected", "item_group_id": "g"}
    item = ProductItemFactory(workspace=shop, image=image, status=status, is_at_meta=True, **facts, **values)
    ProductEvent.objects.create(workspace=shop, item=item, kind="changed", detail=[] if odd is None else odd)
    page_of(item)
    assert owner.get(reverse("admin:catalog_productitem_changelist")).status_code == 200
    telling.reason(item)


def test_a_product_without_anything_has_a_page(page_of, shop):
    items.write(shop, [{"retailer_id": "bare"}], source="import")
    assert "It is missing." in page_of(ProductItem.objects.get())


def test_the_page_takes_as_many_queries_for_many_variants_and_events(owner, shop, django_assert_max_num_queries):
    mine = products(shop, 30, item_group_id="g")
    items.write(shop, [row(1, item_group_id="g", title="Another")], source="import")
    with django_assert_max_num_queries(16):
        owner.get(reverse("catalog:item", args=[mine[0].pk]))


def test_one_product_is_spoken_of_as_one(owner, shop):
    (product,) = products(shop)
    asked = owner.get(reverse("catalog:act", args=[product.pk]), {"do": "remove"}).content.decode()
    assert "customers see it no more" in asked and "customers see them" not in asked
    ProductItem.objects.update(wanted="in_question")
    asked = owner.get(reverse("catalog:decide")).content.decode()
    assert "Remove 1 product?" in asked and "Its source has it no more" in asked and "1 products" not in asked
