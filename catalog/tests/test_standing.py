"""Where a product stands follows from its facts alone."""

import itertools

import pytest

from catalog import standing
from catalog.models import CatalogBatch, ProductImage, ProductItem
from catalog.tests.factories import CatalogBatchFactory, ProductImageFactory, ProductItemFactory

Status, Wanted = ProductItem.Status, ProductItem.Wanted
GOOD = {"wanted": "listed", "wanted_hash": "new"}
MISSING = [{"field": "title", "key": "missing"}]
TABLE = [
    ({**GOOD}, Status.WAITING),
    ({**GOOD, "problems": MISSING, "wanted_hash": ""}, Status.INCOMPLETE),
    ({**GOOD, "problems": MISSING, "wanted_hash": "", "accepted_hash": "", "is_at_meta": True}, Status.INCOMPLETE),
    ({**GOOD, "accepted_hash": "old", "is_at_meta": True}, Status.WAITING),
    ({**GOOD, "accepted_hash": "new", "is_at_meta": True}, Status.ACCEPTED),
    ({**GOOD, "refused_hash": "new", "is_at_meta": True}, Status.REFUSED),
    ({**GOOD, "refused_hash": "old", "is_at_meta": True}, Status.WAITING),
    ({**GOOD, "refused_hash": "new", "accepted_hash": "new"}, Status.ACCEPTED),
    ({**GOOD, "wanted": "excluded"}, Status.ABSENT),
    ({**GOOD, "wanted": "removed", "is_at_meta": True, "accepted_hash": "new"}, Status.WAITING),
    ({**GOOD, "wanted": "removed", "is_at_meta": True, "refused_hash": standing.DELETED}, Status.REFUSED),
    ({**GOOD, "wanted": "in_question", "is_at_meta": True, "accepted_hash": "old"}, Status.ACCEPTED),
    ({**GOOD, "wanted": "in_question"}, Status.ABSENT),
    ({**GOOD, "wanted": "theirs", "is_at_meta": True, "wanted_hash": ""}, Status.ACCEPTED),
]


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(len(TABLE)))
def test_the_facts_say_where_it_stands(number):
    facts, status = TABLE[number]
    item = ProductItemFactory(**facts)
    standing.settle(ProductItem.objects.all())
    item.refresh_from_db()
    assert item.status == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "status"),
    [("waiting", Status.LOOKING), ("bad", Status.INCOMPLETE), ("good", Status.WAITING)],
)
def test_nothing_is_sent_before_its_picture_was_seen(state, status):
    item = ProductItemFactory(**GOOD, image=ProductImageFactory(state=state))
    standing.settle(ProductItem.objects.all())
    item.refresh_from_db()
    assert item.status == status


@pytest.mark.django_db
def test_what_is_on_its_way_stays_so_whatever_else_changes():
    for state, status in (("sending", Status.SENDING), ("checking", Status.SENT)):
        batch = CatalogBatchFactory(state=state)
        facts = {"workspace": batch.workspace, "batch": batch}
        for wanted, problems in itertools.product(Wanted, ([], MISSING)):
            item = ProductItemFactory(**facts, wanted=wanted, problems=problems)
            standing.settle(ProductItem.objects.filter(pk=item.pk))
            item.refresh_from_db()
            assert item.status == status
        CatalogBatch.objects.update(state=CatalogBatch.State.FINISHED)


@pytest.mark.django_db
def test_it_is_settled_in_two_statements_and_again_changes_nothing(django_assert_num_queries):
    for image in (ProductImageFactory(state=state) for state in ProductImage.State):
        ProductItemFactory(**GOOD, workspace=image.workspace, image=image)
    with django_assert_num_queries(2):
        assert standing.settle(ProductItem.objects.all()) == 2
    assert standing.settle(ProductItem.objects.all()) == 0
