"""What support and the doctor are told of products."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import desk, doctor, standing
from catalog.models import ProductImage, ProductItem
from catalog.tests.factories import (
    CatalogBatchFactory,
    CatalogFactory,
    CatalogReadingFactory,
    ProductImageFactory,
    ProductImportFactory,
    ShopifyDeliveryFactory,
)
from catalog.tests.making import products
from meta_integration.tests.factories import WABAFactory
from workspaces.desk import Refused, State
from workspaces.doctor import Visit
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
AGO = timezone.now() - timedelta(hours=2)


@pytest.fixture
def catalog():
    return CatalogFactory()


def words_of(section) -> str:
    return " ".join(f"{name}: {value}" for name, value in section.rows)


def states_of(check) -> list[str]:
    return [str(result.state) for result in check(Visit())]


def test_a_workspace_without_catalog_and_products_has_no_section():
    assert desk.section(WorkspaceFactory()) is None and desk.section(WABAFactory().workspace) is None


def test_the_access_is_told_and_when_it_ended():
    account = WABAFactory(catalogs=[{"id": "7", "name": "Spring"}, "odd"])
    section = desk.section(account.workspace)
    assert section.state == State.GOOD and "Spring" in words_of(section)
    account.catalog_token_expires_at = AGO
    account.save()
    assert "has ended" in desk.section(account.workspace).sentence


def test_all_is_well(catalog):
    products(catalog.workspace, 2)
    section = desk.section(catalog.workspace)
    assert section.state == State.GOOD and "0 of 2 accepted" in words_of(section)
    assert "Waiting: 2, the oldest since" in words_of(section)
    for check in (doctor.products, doctor.pictures, doctor.imports, doctor.shopify):
        assert states_of(check) == ["ok"]


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        ({"state": "broken"}, State.WARN, "Meta refuses the access"),
        ({"reconciled_at": None}, State.WARN, "had products before"),
        ({"held_until": timezone.now() + timedelta(hours=1)}, State.GOOD, "Meta takes no more calls"),
    ],
)
def test_what_holds_products_back_is_said(catalog, facts, state, words):
    products(catalog.workspace, 1)
    ProductItem.objects.update(status_at=AGO)
    type(catalog).objects.update(**facts)
    section = desk.section(catalog.workspace)
    assert section.state == state and words in section.sentence
    with pytest.raises(Refused):
        desk.send_now(catalog.workspace, None, {})
    assert states_of(doctor.products) == ["ok"]


def test_products_that_nobody_sends_are_noticed(catalog):
    products(catalog.workspace, 1)
    ProductItem.objects.update(status_at=AGO)
    assert "nobody sends them" in desk.section(catalog.workspace).sentence
    assert states_of(doctor.products) == ["warning"]
    assert desk.send_now(catalog.workspace, None, {}) and desk.read_again(catalog.workspace, None, {})


def test_refusals_questions_and_the_last_call_are_told(catalog):
    mine = products(catalog.workspace, 3)
    refusal = {"title": "Refused", "todo": "Correct the title."}
    mine.filter(pk=mine[0].pk).update(refused_hash=mine[0].wanted_hash, refusal=refusal)
    mine.filter(pk=mine[1].pk).update(wanted="in_question", is_at_meta=True)
    standing.settle(mine)
    CatalogBatchFactory(catalog=catalog, state="refused", problem={"title": "Not taken", "said": "Bad token"})
    CatalogReadingFactory(catalog=catalog, error="Meta's list broke off.")
    ShopifyDeliveryFactory(workspace=catalog.workspace, shop__workspace=catalog.workspace, state="failed")
    section = desk.section(catalog.workspace)
    assert section.state == State.WARN and "somebody of the shop is to decide" in section.sentence
    for words in ("Correct the title.: 1", "Not taken. Bad token", "broke off", "deliveries that failed: 1"):
        assert words in words_of(section), words


@pytest.mark.parametrize("odd", [7, "text", ["x"], {"title": ["y"]}])
def test_odd_columns_are_no_error(catalog, odd):
    CatalogBatchFactory(catalog=catalog, problem=odd)
    catalog.account.catalogs = [odd]
    catalog.account.save()
    assert desk.section(catalog.workspace)


def test_calls_that_nobody_follows_up_are_noticed(catalog):
    CatalogBatchFactory(catalog=catalog, state="sending", lease_until=AGO)
    assert states_of(doctor.products) == ["warning"]
    type(catalog).objects.update(state="broken")
    catalog.batches.update(state="checking", poll_after=AGO)
    assert states_of(doctor.products) == ["ok"], "Meta is not asked without an access"


def test_pictures_imports_and_deliveries_that_lie_about_are_noticed(catalog):
    ProductImageFactory(workspace=catalog.workspace, state=ProductImage.State.WAITING, look_after=AGO)
    ProductImportFactory(workspace=catalog.workspace, lease_until=AGO)
    ShopifyDeliveryFactory(workspace=catalog.workspace, shop__workspace=catalog.workspace, retry_at=AGO)
    for check in (doctor.pictures, doctor.imports, doctor.shopify):
        assert states_of(check) == ["warning"]


def test_the_overview_counts_what_is_accepted_on_its_way_and_needs_somebody(client, catalog):
    products(catalog.workspace, 3)
    client.force_login(MembershipFactory(workspace=catalog.workspace).user)
    page = client.get("/admin/")
    assert (page.context["products"].accepted, page.context["products"].on_the_way) == (0, 3)
    assert "on their way" in page.content.decode()
