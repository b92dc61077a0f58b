"""What Shopify posts is taken over once, in whatever order it comes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import ProductEvent, ProductItem, ShopifyDelivery, ShopifyProduct, ShopifyShop
from catalog.services import items, shopify, trimming
from catalog.tests.factories import CatalogFactory, ShopifyDeliveryFactory, ShopifyShopFactory
from catalog.tests.making import row
from catalog.tests.shopify_posts import payload, post
from meta_integration.models import Incident

pytestmark = pytest.mark.django_db
Wanted, State = ProductItem.Wanted, ShopifyDelivery.State
RED, BLUE, ORDER = "4400000000001", "4400000000002", "4400000000003"
# After all that the payloads say.
NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def shop():
    return ShopifyShopFactory()


def wanted(shop) -> dict[str, str]:
    return dict(ProductItem.objects.for_workspace(shop.workspace).values_list("retailer_id", "wanted"))


def said(shop, topic: str, body, **options) -> ShopifyDelivery:
    assert post(shop, topic, body, **options).status_code == 200
    shopify.process_due()
    return ShopifyDelivery.objects.order_by("pk").last()


def test_a_product_is_added_changed_and_deleted(shop):
    done = said(shop, "products/create", "create")
    assert (done.state, done.about, done.outcome["new"]) == ("done", "Example linen shirt", 3)
    item = ProductItem.objects.get(retailer_id=RED)
    assert (item.source, item.source_key, item.workspace) == ("shopify", "7900000000001", shop.workspace)
    assert item.source_at == datetime(2026, 1, 10, 14, 0, 5, tzinfo=UTC) and not item.problems

    done = said(shop, "products/update", "update")
    assert {name: done.outcome[name] for name in ("new", "changed", "same", "removed")} == {
        "new": 0,
        "changed": 1,
        "same": 1,
        "removed": 1,
    }
    item.refresh_from_db()
    assert (item.price, item.sale_price, item.inventory) == (Decimal("24.90"), Decimal("19.90"), 3)
    assert wanted(shop) == {RED: "listed", BLUE: "listed", ORDER: "removed"}
    assert "no more" in ProductEvent.objects.get(item__retailer_id=ORDER, kind="removed").reason

    done = said(shop, "products/delete", "delete")
    assert (done.about, done.outcome) == ("Example linen shirt – Red / S", {"removed": 2, "asked": 0})
    assert set(wanted(shop).values()) == {"removed"}
    shop.refresh_from_db()
    assert shop.heard_at == done.received_at


def test_what_is_a_draft_is_removed_and_comes_back(shop):
    said(shop, "products/create", "create")
    said(shop, "products/update", "update_draft")
    assert set(wanted(shop).values()) == {"removed"}
    said(shop, "products/update", payload("create", updated_at="2026-01-14T08:00:00-05:00"))
    assert set(wanted(shop).values()) == {"listed"}


def test_an_older_message_does_not_bring_back_what_was_deleted_but_a_newer_does(shop):
    said(shop, "products/delete", "delete", at="2026-01-20T00:00:00Z")
    late = said(shop, "products/create", "create")
    assert late.outcome == {"is_old": True} and wanted(shop) == {}
    said(shop, "products/create", payload("create", updated_at="2026-01-21T00:00:00Z"))
    assert set(wanted(shop).values()) == {"listed"}
    said(shop, "products/delete", "delete", at="2026-01-22T00:00:00Z")
    assert set(wanted(shop).values()) == {"removed"}


def test_a_removal_dated_in_the_future_does_not_shut_out_what_comes_after_it(shop):
    said(shop, "products/delete", "delete", at="2036-01-20T00:00:00Z")
    said(shop, "products/create", payload("create", updated_at=(NOW + timedelta(minutes=5)).isoformat()))
    assert set(wanted(shop).values()) == {"listed"}


def test_what_a_person_keeps_out_stays_out(shop):
    said(shop, "products/create", "create")
    items.exclude(ProductItem.objects.filter(retailer_id=RED), None)
    said(shop, "products/update", "update")
    said(shop, "products/delete", "delete")
    assert wanted(shop)[RED] == "excluded"


def test_variants_that_are_only_named_are_not_gone(shop):
    """Of a product with very many variants Shopify sends the first hundred or so, and of the others the ids."""
    said(shop, "products/create", "create")
    first = payload("create", updated_at="2026-01-20T00:00:00Z")
    first["variants"] = first["variants"][:1]
    said(shop, "products/update", first)
    assert set(wanted(shop).values()) == {"listed"}


def test_what_an_import_brought_word_for_word_is_shopifys_from_then_on(shop):
    said(shop, "products/create", "create_simple")
    ProductItem.objects.update(source="import", source_key="", source_at=None)
    said(shop, "products/update", payload("create_simple", updated_at="2026-01-20T00:00:00Z"))
    said(shop, "products/delete", {"id": 7900000000002}, at="2026-01-21T00:00:00Z")
    assert set(wanted(shop).values()) == {"removed"}


def test_another_number_takes_the_place_of_the_one_before(shop):
    said(shop, "products/create", "create")
    ShopifyShop.objects.update(number_is="sku")
    said(shop, "products/update", payload("create", updated_at="2026-01-20T00:00:00Z"))
    assert wanted(shop)["SHIRT-RED-S"] == "listed" and wanted(shop)[RED] == "removed"


def test_products_of_other_sources_and_other_shops_are_left_alone(shop):
    other = ShopifyShopFactory()
    said(other, "products/create", "create")
    items.write(shop.workspace, [row()], source="hand")
    said(shop, "products/create", "create")
    said(shop, "products/delete", "delete")
    assert set(wanted(other).values()) == {"listed"} and wanted(shop)["sku-1"] == "listed"


def simple(number: int, **values) -> dict:
    product = payload("create_simple", id=number, **values)
    return {**product, "variants": [{**product["variants"][0], "id": number * 10}]}


def test_a_shop_that_deletes_nearly_all_it_has_asks_a_person(shop):
    CatalogFactory(account__workspace=shop.workspace)
    for number in range(1, 21):
        post(shop, "products/create", simple(number))
    shopify.process_due()
    for number in range(1, 15):
        said(shop, "products/delete", {"id": number}, at=f"2026-01-20T00:00:{number:02}Z")
    assert sorted(wanted(shop).values()).count("removed") == 10
    assert sorted(wanted(shop).values()).count("in_question") == 4
    assert Incident.objects.get(closed_at=None).kind == Incident.Kind.CATALOG_REMOVALS


def test_a_removed_app_is_noted_and_forgotten_when_products_come_again(shop):
    said(shop, "app/uninstalled", "uninstalled", at="2026-01-15T00:00:00Z")
    shop.refresh_from_db()
    assert shop.uninstalled_at == datetime(2026, 1, 15, tzinfo=UTC)
    said(shop, "products/create", "create", at="2026-01-16T00:00:00Z")
    shop.refresh_from_db()
    assert shop.uninstalled_at is None
    shopify.replay(ShopifyDelivery.objects.all())
    shopify.process_due()
    shop.refresh_from_db()
    assert shop.uninstalled_at is None


# Discipline ----------------------------------------------------------------------------------------------------------
def test_what_cannot_be_kept_fails_in_words_and_costs_itself_only(shop):
    bad = payload("create", id=1, updated_at="2026-01-20T00:00:00Z")
    bad["variants"][0]["price"] = "9" * 20
    post(shop, "products/create", bad)
    post(shop, "products/create", "create")
    assert shopify.process_due() == 2
    states = dict(ShopifyDelivery.objects.values_list("state", "error"))
    assert not ShopifyDelivery.objects.exclude(about="Example linen shirt").exists()
    assert states["done"] == "" and states["failed"] == "Price: This price is too large."
    assert ProductItem.objects.count() == 3 and ShopifyProduct.objects.count() == 1


def test_what_fails_otherwise_is_tried_eight_times_each_time_later(shop):
    post(shop, "products/create", "create")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_productimage RENAME TO away")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False) as clock:
        pauses = []
        for _ in range(shopify.MOST_ATTEMPTS):
            assert shopify.process_due() == 1
            delivery = ShopifyDelivery.objects.get()
            pauses.append((delivery.retry_at - timezone.now()).total_seconds())
            clock.shift(4000)
    assert (delivery.state, delivery.attempts) == ("failed", 8)
    assert pauses == sorted(pauses) and pauses[0] == 8 and pauses[-1] == 3600
    assert "ProgrammingError" in delivery.error and "linen" not in delivery.error
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE away RENAME TO catalog_productimage")
    assert shopify.replay(ShopifyDelivery.objects.filter(pk=delivery.pk)) == 1
    assert shopify.process_due() == 1
    assert ShopifyDelivery.objects.get().state == "done" and ProductItem.objects.count() == 3


def test_again_changes_nothing(shop):
    for topic, name in (("products/create", "create"), ("products/update", "update")):
        said(shop, topic, name)
    before = list(ProductItem.objects.order_by("pk").values())
    events = ProductEvent.objects.count()
    shopify.replay(ShopifyDelivery.objects.all())
    assert shopify.process_due() == 2
    assert list(ProductItem.objects.order_by("pk").values()) == before and ProductEvent.objects.count() == events


def test_a_shop_that_another_worker_is_at_is_left_to_it_and_the_door_stays_open(shop):
    """Seen in the statement: the row of the shop is locked, yet rows that point to it can be inserted."""
    post(shop, "products/create", "create")
    with CaptureQueriesContext(connection) as queries:
        shopify.process_due()
    claim = next(each["sql"] for each in queries if "SKIP LOCKED" in each["sql"])
    assert "FOR NO KEY UPDATE OF" in claim and '"catalog_shopifyshop"' in claim.split("FOR NO KEY")[1]


def test_old_deliveries_are_deleted_and_what_they_said_is_not_forgotten(shop):
    said(shop, "products/delete", "delete")
    ShopifyDelivery.objects.update(received_at=NOW - timedelta(days=31))
    waiting = ShopifyDeliveryFactory(shop=shop, received_at=NOW - timedelta(days=31))
    trimming.trim()
    assert ShopifyDelivery.objects.get() == waiting
    said(shop, "products/create", "create")
    assert wanted(shop) == {}
