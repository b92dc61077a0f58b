"""Before anything is sent into a catalog that was not empty, a person sees both sides and says what counts."""

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import Catalog, ProductItem
from catalog.services import pushing, reading, reconciling
from catalog.tests.factories import CatalogFactory
from catalog.tests.making import pictures_are_good, products
from catalog.tests.shelf import GRAPH, statuses
from catalog.tests.test_reading import listed
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
Status, Wanted = ProductItem.Status, ProductItem.Wanted
URL = "/catalog/compare/"


@pytest.fixture
def catalog():
    return CatalogFactory(reconciled_at=None)


@pytest.fixture
def owner(client, catalog):
    client.force_login(MembershipFactory(workspace=catalog.workspace).user)
    return client


@pytest.fixture
def both(catalog, graph):
    """sku-1 is the same, sku-2 differs, sku-3 is only here; other-1 and other-2 are only at Meta, one complete."""
    products(catalog.workspace, 3)
    picture = {"image_url": "https://shop.example/other.jpg"}
    rows = [
        listed(1),
        listed(2, price="$7.50", name="Their title"),
        {**listed(8, **picture), "retailer_id": "other-1"},
        {"id": "999", "retailer_id": "other-2", "name": "Bare"},
    ]
    graph.get(f"{GRAPH}/{catalog.catalog_id}/products", json={"data": rows})
    reading.run(catalog.pk)
    catalog.refresh_from_db()
    assert catalog.reconciled_at is None and pushing.push(catalog.pk) == 0
    return {each.retailer_id: each for each in ProductItem.objects.all()}


def item(number: str) -> ProductItem:
    return ProductItem.objects.get(retailer_id=number)


def test_the_three_groups_stand_side_by_side(owner, both):
    page = owner.get(URL).content.decode()
    for text in ("Only at Meta", "Only here", "Different", "Their title", "$7.50", "9.99 USD", "Bare", "sku-3"):
        assert text in page, text
    for name in ("theirs", "ours", "different"):
        assert owner.get(URL, {"group": name, "page": "x"}).status_code == 200
    assert reading.CatalogReading.objects.get().ours_only == 1


def test_ours_counts_and_theirs_are_left_alone(owner, both, catalog):
    owner.post(URL, {"theirs": "leave", "different": "ours"})
    catalog.refresh_from_db()
    assert catalog.reconciled_at and AuditEntry.objects.filter(action="compared the catalogs").exists()
    assert {n: item(n).status for n in both} == {
        "sku-1": "waiting",
        "sku-2": "waiting",
        "sku-3": "waiting",
        "other-1": "accepted",
        "other-2": "accepted",
    }
    assert item("other-1").wanted == Wanted.THEIRS and item("sku-2").price == Decimal("9.99")


def test_theirs_are_taken_over_and_what_lacks_something_says_so(owner, both, catalog):
    owner.post(URL, {"theirs": "take", "different": "theirs"})
    pictures_are_good(catalog.workspace)
    whole, bare, changed = item("other-1"), item("other-2"), item("sku-2")
    assert (whole.wanted, whole.status, whole.source) == (Wanted.LISTED, Status.ACCEPTED, "meta")
    assert bare.status == Status.INCOMPLETE and bare.problems and bare.accepted_hash == ""
    # Only what differs is Meta's; the product stays its source's.
    assert (changed.title, changed.price, changed.currency) == ("Their title", Decimal("7.5"), "USD")
    assert changed.source == "import" and changed.link == "https://shop.example/p/2"


def test_they_are_removed_at_meta_only_after_one_more_question(owner, both, catalog):
    page = owner.post(URL, {"theirs": "remove", "different": "ours"}).content.decode()
    assert "Remove 2 products at Meta?" in page and item("other-1").wanted == Wanted.THEIRS
    assert Catalog.objects.get().reconciled_at is None
    owner.post(URL, {"theirs": "remove", "different": "ours", "sure": "yes"})
    assert item("other-1").wanted == Wanted.REMOVED and item("other-1").status == Status.WAITING
    assert Catalog.objects.get().reconciled_at


def test_nothing_can_be_decided_before_metas_list_was_read(owner, catalog):
    page = owner.post(URL, {"theirs": "leave"}, follow=True).content.decode()
    assert "not read to its end" in page and Catalog.objects.get().reconciled_at is None
    assert "was not read yet" in owner.get(URL).content.decode() and not catalog.readings.exists()
    owner.post(reverse("catalog:look"))
    assert "being read" in owner.get(URL).content.decode() and catalog.readings.count() == 1


def test_later_ours_is_sent_again(owner, both, catalog):
    owner.post(URL, {"theirs": "leave", "different": "ours"})
    for each in ProductItem.objects.filter(wanted=Wanted.LISTED):
        ProductItem.objects.filter(pk=each.pk).update(accepted_hash=each.wanted_hash, is_at_meta=True)
    reconciling.standing.settle(ProductItem.objects.all())
    owner.post(URL, {"theirs": "leave", "different": "ours"})
    assert item("sku-2").status == Status.WAITING and item("sku-1").status == Status.ACCEPTED
    assert statuses(catalog.workspace)["accepted"] == 4


@pytest.mark.parametrize(("role", "status"), [(Role.MARKETER, 302), (Role.AGENT, 403)])
def test_who_may_decide(client, both, catalog, role, status):
    client.force_login(MembershipFactory(workspace=catalog.workspace, role=role).user)
    assert client.get(URL).status_code == 200
    assert client.post(URL, {"theirs": "leave", "different": "ours"}).status_code == status


def test_a_stranger_sees_nothing_of_it(client, both):
    stranger = CatalogFactory(reconciled_at=None)
    client.force_login(MembershipFactory(workspace=stranger.workspace).user)
    assert "Their title" not in client.get(URL).content.decode()
    assert reverse("catalog:compare") == URL


def test_it_asks_the_same_few_questions_however_many_differ(owner, both, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        owner.get(URL)
