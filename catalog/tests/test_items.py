"""Products come in through one door, all or none, and harmlessly twice."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog.checks import BadProduct
from catalog.models import ProductEvent, ProductImage, ProductItem
from catalog.services import items
from catalog.tests.factories import CatalogFactory
from catalog.tests.making import products, row
from meta_integration.models import Incident
from workspaces.tests.factories import WorkspaceFactory

pytestmark = pytest.mark.django_db
Status, Wanted = ProductItem.Status, ProductItem.Wanted


@pytest.fixture
def shop():
    return WorkspaceFactory()


def write(shop, *rows, source="import", **options):
    return items.write(shop, rows, source=source, **options)


def test_a_new_product_waits_until_its_picture_was_seen(shop):
    written = write(shop, row())
    item = ProductItem.objects.get(pk=written.new[0])
    assert item.status == Status.LOOKING and item.image.state == ProductImage.State.WAITING
    assert item.events.get().kind == ProductEvent.Kind.CREATED


def test_the_same_again_is_the_same(shop):
    item = products(shop).get()
    written = write(shop, row())
    assert written.same == [item.pk] and not written.changed and item.events.count() == 1


def test_a_change_names_what_changed_and_leaves_what_it_does_not_name(shop):
    item = products(shop).get()
    was = item.wanted_hash
    assert write(shop, {"retailer_id": "sku-1", "price": Decimal("8.99")}).changed == [item.pk]
    item.refresh_from_db()
    assert item.wanted_hash != was and item.title == "Example product 1"
    assert item.events.latest("pk").detail == {"price": ["9.99", "8.99"]}


def test_a_thousand_are_written_with_as_many_statements_as_a_few(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        write(shop, *(row(number) for number in range(1000)))
    with django_assert_max_num_queries(22):
        write(shop, *(row(number, price=Decimal(5)) for number in range(1000)))
    assert ProductItem.objects.count() == 1000


def test_what_cannot_be_kept_stops_all_of_it(shop):
    for bad in (row(retailer_id=""), row(retailer_id="x" * 101), row(price=Decimal("NaN")), row(currency="EURO")):
        with pytest.raises(BadProduct):
            write(shop, row(2), bad)
    assert not ProductItem.objects.exists()


def test_what_is_incomplete_is_kept_and_says_why(shop):
    write(shop, row(title="", price=Decimal("9.999")))
    item = ProductItem.objects.get()
    assert item.status == Status.INCOMPLETE and item.wanted_hash == ""
    assert [(each["field"], each["key"]) for each in item.problems] == [
        ("title", "missing"),
        ("price", "too_many_decimals"),
    ]


def test_older_news_of_a_source_change_nothing(shop):
    new, old = (datetime(2026, 1, day, tzinfo=UTC) for day in (3, 2))
    write(shop, row(title="New", source_at=new))
    assert write(shop, row(title="Old", source_at=old)).stale
    assert write(shop, row(title="New", source_at=datetime(2026, 1, 5, tzinfo=UTC))).same
    assert write(shop, row(title="Old", source_at=datetime(2026, 1, 4, tzinfo=UTC))).stale
    assert ProductItem.objects.get().title == "New"


def test_kept_out_is_kept_out_whatever_the_source_says(shop):
    item = products(shop)
    items.exclude(item, None)
    write(shop, row(title="Another"))
    assert item.get().wanted == Wanted.EXCLUDED and item.get().status == Status.ABSENT
    items.include(item, None)
    assert item.get().status == Status.WAITING


def test_one_picture_of_many_products_is_one_row(shop):
    write(shop, *(row(number, image_link="https://shop.example/same.jpg") for number in range(5)))
    assert ProductImage.objects.count() == 1


def test_a_source_that_loses_a_few_removes_them(shop):
    mine = products(shop, 9)
    assert items.lost_at_source(mine.filter(retailer_id__in=["sku-1", "sku-2", "sku-3"]), shop, "import") == 0
    assert mine.filter(wanted=Wanted.REMOVED).count() == 3


def test_a_source_that_loses_many_asks_a_person_first(shop):
    CatalogFactory(account__workspace=shop)
    mine = products(shop, 9)
    mine.update(is_at_meta=True)
    assert items.lost_at_source(mine.exclude(retailer_id__gt="sku-4"), shop, "import") == 4
    assert mine.filter(wanted=Wanted.IN_QUESTION, status=Status.ACCEPTED).count() == 4
    assert Incident.objects.get(closed_at=None).kind == Incident.Kind.CATALOG_REMOVALS
    assert items.decide_removals(shop, None, remove=True) == 4
    assert mine.filter(wanted=Wanted.REMOVED, status=Status.WAITING).count() == 4
    assert not Incident.objects.filter(closed_at=None).exists()


def test_what_comes_anew_does_not_hide_how_much_is_lost(shop):
    mine = products(shop, 18)
    lost = mine.filter(retailer_id__in=[f"sku-{number}" for number in range(1, 7)])
    assert items.lost_at_source(lost, shop, "import", new=12) == 6


def test_what_went_a_little_at_a_time_while_a_person_is_asked_is_asked_about_too(shop):
    mine = products(shop, 9)
    assert items.lost_at_source(mine.exclude(retailer_id__gt="sku-5"), shop, "import") == 5
    assert items.lost_at_source(mine.filter(retailer_id="sku-9"), shop, "import") == 1


def test_nobody_reaches_another_shop(shop):
    other = WorkspaceFactory()
    products(other)
    write(shop, row(title="Mine"))
    assert ProductItem.objects.for_workspace(other).get().title == "Example product 1"


def test_when_nothing_is_in_question_any_more_nobody_is_asked():
    """The source has them again, or a person took each back: then the question is over by itself."""
    shop = CatalogFactory().workspace
    made = products(shop, 4)
    items.lost_at_source(made.filter(retailer_id__in=["sku-1", "sku-2"]), shop, "import")
    asked = Incident.objects.filter(kind=Incident.Kind.CATALOG_REMOVALS, closed_at=None)
    items.write(shop, [row(1)], source="import")
    assert asked.exists()
    items.write(shop, [row(2)], source="import")
    assert not asked.exists()
    items.lost_at_source(made.filter(retailer_id__in=["sku-1", "sku-2"]), shop, "import")
    assert asked.exists()
    items.include(made.filter(wanted="in_question"), None)
    assert not asked.exists()
