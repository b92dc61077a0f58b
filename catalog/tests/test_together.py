"""Two who change the same products at the same time: neither stands in the other's way, and nothing is forgotten."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, transaction

from catalog import standing
from catalog.models import Catalog, CatalogBatch, ProductImage, ProductItem
from catalog.services import connecting, items, looking, results, shopify, taking, verdicts
from catalog.tests.factories import CatalogFactory, ShopifyShopFactory
from catalog.tests.making import products, row
from catalog.tests.shopify_posts import payload, post
from workspaces.tests.factories import UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db(transaction=True)
State, Status = ProductImage.State, ProductItem.Status
GOOD = {"state": State.GOOD, "look_after": None, "thumbnail": "", "problem": None}


@pytest.fixture
def shop():
    return WorkspaceFactory()


class Beside(threading.Thread):
    """Does something on a connection of its own. `result()` waits for it, and raises what it raised."""

    def __init__(self, deed, *args, **kwargs):
        super().__init__(daemon=True)
        self._deed, self._error = lambda: deed(*args, **kwargs), None
        self.start()

    def run(self):
        try:
            self._deed()
        except Exception as exc:  # noqa: BLE001 - raised again where it is waited for
            self._error = exc
        finally:
            connection.close()

    def result(self):
        self.join(20)
        assert not self.is_alive()
        if self._error:
            raise self._error

    def is_held_up(self) -> bool:
        self.join(0.4)
        return self.is_alive()


def test_a_verdict_on_a_picture_and_a_change_of_its_product_do_not_block_each_other(shop, monkeypatch):
    """The change holds the product and wants the picture's row, just as the verdict on the picture is written."""
    items.write(shop, [row(1)], source="import")
    image = ProductImage.objects.get()
    at_the_picture, goes_on, held = threading.Event(), threading.Event(), items._Chunk._held

    def slowly(self, hashes):
        at_the_picture.set()
        goes_on.wait(10)
        return held(self, hashes)

    monkeypatch.setattr(items._Chunk, "_held", slowly)
    change = Beside(items.write, shop, [{"retailer_id": "sku-1", "price": Decimal(8)}], source="import")
    assert at_the_picture.wait(10)
    looked = looking._Round()
    looked._found = [(image, verdicts.NotFetched("image_not_found", status=404))]
    verdict = Beside(looked._store)
    verdict.is_held_up()
    goes_on.set()
    change.result()
    verdict.result()
    item = ProductItem.objects.get()
    assert (item.price, item.status, item.image.state) == (8, Status.INCOMPLETE, State.BAD)


def test_taken_back_just_as_its_picture_is_found_good_it_goes_out(shop):
    items.write(shop, [row(1)], source="import")
    item = ProductItem.objects.filter(workspace=shop)
    items.exclude(item, None)
    with transaction.atomic():
        ProductImage.objects.update(**GOOD)
        standing.settle(item)
        back = Beside(items.include, item.all(), None)
        back.is_held_up()
    back.result()
    assert item.get().status == Status.WAITING


def test_two_bring_the_same_new_products_at_once(shop):
    with transaction.atomic():
        items.write(shop, [row(1), row(2)], source="import")
        other = Beside(items.write, shop, [row(2, brand="Other"), row(1), row(3)], source="shopify")
        other.is_held_up()
    other.result()
    assert sorted(ProductItem.objects.values_list("retailer_id", "brand")) == [
        ("sku-1", "Example"),
        ("sku-2", "Other"),
        ("sku-3", "Example"),
    ]


def test_an_answer_with_warnings_and_a_change_do_not_block_each_other():
    catalog = CatalogFactory()
    mine = list(products(catalog.workspace, 2))
    batch = CatalogBatch.objects.create(workspace=catalog.workspace, catalog=catalog, lines=[each.pk for each in mine])
    ProductItem.objects.update(batch=batch, is_at_meta=True, sent_hash="sent")
    answer = {
        "handles": ["handle-1"],
        "validation_status": [
            {"retailer_id": "sku-2", "warnings": [{"message": "Small"}]},
            {"retailer_id": "sku-1", "errors": [{"message": "No"}]},
        ],
    }
    with transaction.atomic():
        ProductItem.objects.select_for_update().get(pk=mine[0].pk)
        said = Beside(results.take_answer, batch, answer)
        said.is_held_up()
        ProductItem.objects.select_for_update().get(pk=mine[1].pk)
    said.result()
    assert ProductItem.objects.get(pk=mine[0].pk).refused_hash == "sent"


def test_an_answer_and_a_decision_about_the_whole_catalog_do_not_block_each_other():
    """Who decides holds the catalog and then its products; an answer notes at the catalog when reviews are read."""
    catalog = CatalogFactory()
    (item,) = products(catalog.workspace, 1)
    batch = CatalogBatch.objects.create(
        workspace=catalog.workspace, catalog=catalog, state=CatalogBatch.State.CHECKING, lines=[item.pk]
    )
    ProductItem.objects.update(batch=batch, is_at_meta=True, sent_hash=item.wanted_hash)
    with transaction.atomic():
        Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
        said = Beside(results.take_status, batch, {"status": "finished"})
        said.is_held_up()
        ProductItem.objects.select_for_update().get(pk=item.pk)
    said.result()
    assert ProductItem.objects.get().status == Status.ACCEPTED


def test_what_was_learned_of_a_catalog_that_was_left_meanwhile_does_not_count(graph):
    """A reading of single products has no receipt of its own that would be gone."""
    catalog = CatalogFactory()
    products(catalog.workspace, 1)
    with transaction.atomic():
        connecting.leave(catalog, UserFactory())
        learned = Beside(
            taking.take, catalog, [{"retailer_id": "sku-1", "id": "901"}, {"retailer_id": "x", "id": "902"}]
        )
        learned.is_held_up()
    with pytest.raises(taking.Left):
        learned.result()
    item = ProductItem.objects.get()
    assert (item.product_id, item.is_at_meta, item.theirs) == ("", False, None)


def test_what_shopify_says_of_some_variants_and_a_change_of_others_do_not_block_each_other(monkeypatch):
    shop, product = ShopifyShopFactory(), payload("create")
    post(shop, "products/create", product)
    shopify.process_due()
    gone, *_, left = ProductItem.objects.order_by("pk")
    kept = [each for each in product["variants"] if str(each["id"]) != gone.retailer_id]
    later = product | {"variants": kept, "variant_gids": [], "updated_at": "2026-03-01T00:00:00Z"}
    post(shop, "products/update", later)
    with transaction.atomic():
        ProductItem.objects.select_for_update().get(pk=gone.pk)
        said = Beside(shopify.process_due)
        said.is_held_up()
        ProductItem.objects.select_for_update().get(pk=left.pk)
    said.result()
    assert not shop.deliveries.exclude(state="done").exists()
    assert ProductItem.objects.get(pk=gone.pk).wanted == "removed"
