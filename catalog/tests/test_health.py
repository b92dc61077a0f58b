"""The figures about a shop's products are those of the rows, and each leads to what it counts."""

import pytest

from catalog import health, standing
from catalog.models import ProductImage, ProductItem
from catalog.services import items
from catalog.tests.factories import CatalogBatchFactory, ProductImageFactory, ProductItemFactory
from catalog.tests.making import products, row
from workspaces.tests.factories import WorkspaceFactory

pytestmark = pytest.mark.django_db
Status, Wanted = ProductItem.Status, ProductItem.Wanted
REFUSAL = {"title": "Meta refused the product", "code": "100", "said": "Invalid price"}


@pytest.fixture
def shop():
    return WorkspaceFactory()


def accept(rows):
    for item in rows:
        ProductItem.objects.filter(pk=item.pk).update(accepted_hash=item.wanted_hash, is_at_meta=True)
    standing.settle(rows)


def test_a_shop_without_products_has_no_share(shop):
    found = health.figures(shop)
    assert found.share is None and found.total == found.needing == 0 and found.kinds == []


def test_each_product_counts_where_it_stands(shop):
    mine = products(shop, 10)
    accept(mine.filter(pk__lte=mine[5].pk))
    ProductItem.objects.filter(pk=mine[0].pk).update(review_status="approved")
    ProductItem.objects.filter(pk=mine[1].pk).update(review_status="rejected")
    items.exclude(ProductItem.objects.filter(pk=mine[6].pk), None)
    ProductItem.objects.filter(pk=mine[7].pk).update(refused_hash=mine[7].wanted_hash, refusal=REFUSAL)
    standing.settle(mine)
    write = [row("x", brand=""), row("y", brand="", title="")]
    items.write(shop, write, source="import")
    products(WorkspaceFactory())
    found = health.figures(shop)
    assert (found.total, found.wanted, found.accepted, found.waiting) == (12, 11, 6, 2)
    assert found.share == 54 and found.kept_out == 1 and found.to_mend == 3
    assert found.review_pending == 4 and found.review_rejected == 1
    assert found.needing == ProductItem.objects.for_workspace(shop).needing_a_person().count() == 4
    assert found.waiting_since == min(each.status_at for each in mine.filter(status=Status.WAITING))
    assert [(kind.words, kind.count) for kind in found.kinds] == [
        ("Brand: missing", 2),
        ("Refused by Meta: Meta refused the product", 1),
        ("Title: missing", 1),
    ]


def test_all_but_one_is_not_called_all(shop):
    mine = products(shop, 300)
    accept(mine.exclude(pk=mine[0].pk))
    assert health.figures(shop).share == 99


def test_each_kind_of_error_leads_to_the_products_it_counts(shop):
    mine = products(shop, 6)
    bad = ProductImageFactory(workspace=shop, state=ProductImage.State.BAD, problem={"key": "image_too_small"})
    mine.filter(retailer_id="sku-1").update(image=bad)
    mine.filter(retailer_id="sku-2").update(refused_hash=mine[1].wanted_hash, refusal=REFUSAL)
    mine.filter(retailer_id="sku-3").update(refused_hash=mine[2].wanted_hash, refusal=None)
    items.write(shop, [row("x", brand="", title="")], source="import")
    standing.settle(mine)
    kinds = health.figures(shop).kinds
    assert len(kinds) == 5
    for kind in kinds:
        assert health.with_error(mine, kind.value).count() == kind.count == 1, kind
        assert health.kind_of(kind.value).words == kind.words
    for nonsense in ("", "problem", "picture:", "refusal:1", "x:y:z"):
        assert health.with_error(mine, nonsense).count() in (0, 1)


@pytest.mark.parametrize(
    "odd", [None, [], {}, "text", 7, ["text"], [["x"]], [None], {"key": {"a": 1}}, [{"key": ["x"]}]]
)
def test_whatever_the_columns_hold_is_counted_without_an_error(shop, odd):
    image = ProductImageFactory(workspace=shop, state=ProductImage.State.BAD, problem=odd)
    refused = {"status": Status.REFUSED, "refusal": odd, "workspace": shop}
    ProductItemFactory(status=Status.INCOMPLETE, problems=odd if odd is not None else [], image=image, workspace=shop)
    ProductItemFactory(**refused)
    for kind in health.figures(shop).kinds:
        assert str(kind.words)
        health.with_error(ProductItem.objects.all(), kind.value).count()


def test_it_takes_two_queries_however_many_there_are(shop, django_assert_num_queries):
    products(shop, 50)
    ProductItem.objects.update(batch=CatalogBatchFactory(workspace=shop, catalog__account__workspace=shop))
    standing.settle(ProductItem.objects.all())
    with django_assert_num_queries(2):
        assert health.figures(shop).moving == 50
