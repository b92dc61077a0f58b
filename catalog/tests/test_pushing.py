"""Only what is different goes to Meta, in as few calls as it takes, and never more than it allows."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog, CatalogBatch, ProductEvent, ProductItem
from catalog.services import claiming, items, polling, pushing
from catalog.tests.making import pictures_are_good, products, row
from catalog.tests.shelf import cut_off, refusal, regain_access, statuses
from meta_integration.models import WABA, Incident
from meta_integration.sealed import seal
from workspaces.tests.factories import WorkspaceFactory

pytestmark = pytest.mark.django_db
Status = ProductItem.Status


def push(catalog, *, seconds: float = 0) -> int:
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        return pushing.push(catalog.pk)


def poll(*, seconds: float = 3) -> int:
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        return polling.poll_due()


def item(number=1) -> ProductItem:
    return ProductItem.objects.get(retailer_id=f"sku-{number}")


def change(workspace, *numbers, **values) -> None:
    values = values or {"price": Decimal("8.88")}
    items.write(workspace, [{"retailer_id": f"sku-{n}", **values} for n in numbers], source="import")
    pictures_are_good(workspace)


# What must be true ----------------------------------------------------------------------------------------------------
def test_ten_thousand_take_four_calls_a_hundredth_one_and_nothing_none(catalog, shelf):
    workspace = catalog.workspace
    products(workspace, 10_000)
    assert push(catalog) == len(shelf.batches) <= 4
    assert sum(map(len, shelf.batches)) == 10_000
    poll()
    assert statuses(workspace) == {"accepted": 10_000}
    assert len(shelf.products) == 10_000
    shelf.batches.clear()
    change(workspace, *range(50, 10_000, 100))
    assert push(catalog) == 1
    assert [len(entries) for entries in shelf.batches] == [100]
    poll()
    assert push(catalog) == 0 and not shelf.singular
    assert statuses(workspace) == {"accepted": 10_000}
    assert shelf.products["sku-50"]["price"] == "8.88 USD" and shelf.products["sku-51"]["price"] == "9.99 USD"


def test_a_batch_is_written_with_as_many_statements_however_many_products(catalog, shelf, settings):
    settings.GRAPH_CALL_SAMPLE, counts = 0, []
    for size in (10, 400):
        products(catalog.workspace, size, brand=f"Example {size}")
        with CaptureQueriesContext(connection) as queries:
            push(catalog)
            poll()
        counts.append(len(queries))
        assert statuses(catalog.workspace) == {"accepted": size}
    assert counts[0] == counts[1]


# What is sent ---------------------------------------------------------------------------------------------------------
PRICES = [("USD", "9.99", "9.99 USD", 999), ("JPY", "1250", "1250 JPY", 1250), ("KWD", "3.5", "3.500 KWD", 3500)]


@pytest.mark.parametrize(("currency", "amount", "text", "minor"), PRICES)
def test_batches_have_prices_as_texts(catalog, shelf, currency, amount, text, minor):
    products(catalog.workspace, 2, currency=currency, price=Decimal(amount), sale_price=Decimal("1"))
    push(catalog)
    (entries,) = shelf.batches
    assert {entry["data"]["price"] for entry in entries} == {text}
    assert all(entry["data"]["sale_price"].startswith("1") for entry in entries)
    assert {entry["data"]["sale_price"].split()[1] for entry in entries} == {currency}


@pytest.mark.parametrize(("currency", "amount", "text", "minor"), PRICES)
def test_calls_about_one_product_have_prices_in_minor_units(catalog, shelf, currency, amount, text, minor):
    prices = {"currency": currency, "price": Decimal(amount), "sale_price": Decimal("1")}
    products(catalog.workspace, 1, **prices)
    assert push(catalog) == 1
    change(catalog.workspace, 1, title="Another title", **prices)
    assert push(catalog) == 1
    products(catalog.workspace, 1, title="Found again", **prices)
    ProductItem.objects.update(product_id="")
    assert push(catalog) == 1
    created, updated, refused, found = shelf.singular
    assert created[:2] == ("POST", f"{catalog.catalog_id}/products") == refused[:2]
    assert updated[:2] == found[:2] == ("POST", shelf.ids["sku-1"])
    for _, _, body in (created, updated, found):
        assert (body["price"], body["currency"]) == (minor, currency)
        assert body["sale_price"] == {"USD": 100, "JPY": 1, "KWD": 1000}[currency]
    assert shelf.products["sku-1"]["price"] == text
    assert not shelf.batches
    assert (item().status, item().product_id) == (Status.ACCEPTED, shelf.ids["sku-1"])


def test_a_call_has_no_more_than_28_megabytes_as_they_are_sent(catalog, graph, shelf, monkeypatch):
    monkeypatch.setattr(claiming, "MOST_BYTES", 40_000)
    products(catalog.workspace, 40, description="مثال" * 100)
    push(catalog)
    bodies = [call.request.body for call in graph.calls]
    assert len(bodies) == 3 and all(30_000 < len(body) <= 40_000 for body in bodies[:2])
    assert all(b"\\u" in body and body == json.dumps(json.loads(body)).encode() for body in bodies)
    numbers = [entry["data"]["id"] for entries in shelf.batches for entry in entries]
    assert len(numbers) == len(set(numbers)) == 40


def test_one_product_that_is_larger_than_all_goes_alone(catalog, shelf, monkeypatch):
    monkeypatch.setattr(claiming, "MOST_BYTES", 10)
    products(catalog.workspace, 2)
    assert push(catalog) == 2
    assert statuses(catalog.workspace) == {"accepted": 2}


def test_removals_go_with_the_rest_and_are_gone_when_meta_says_so(catalog, shelf):
    found = products(catalog.workspace, 3)
    push(catalog)
    poll()
    items.exclude(found.filter(retailer_id__in=["sku-1", "sku-2"]), None)
    change(catalog.workspace, 3)
    push(catalog)
    assert [entry["method"] for entry in shelf.batches[1]] == ["DELETE", "DELETE", "UPDATE"]
    assert shelf.batches[1][0] == {"method": "DELETE", "data": {"id": "sku-1"}}
    poll()
    assert statuses(catalog.workspace) == {"absent": 2, "accepted": 1}
    assert (item(1).is_at_meta, item(1).accepted_hash, list(shelf.products)) == (False, "", ["sku-3"])
    assert item(1).events.filter(kind=ProductEvent.Kind.GONE).count() == 1
    batch = CatalogBatch.objects.latest("pk")
    assert (batch.item_count, batch.removal_count, batch.accepted_count) == (3, 2, 3)
    items.include(found.filter(retailer_id="sku-1"), None)
    push(catalog)
    assert "sku-1" in shelf.products


def test_the_end_of_a_sale_goes_by_a_batch(catalog, shelf):
    """A call about one product leaves what it does not name."""
    products(catalog.workspace, 1, sale_price=Decimal(5))
    push(catalog)
    assert shelf.products["sku-1"]["sale_price"] == "5.00 USD" and not shelf.batches
    change(catalog.workspace, 1, sale_price=None)
    push(catalog)
    assert shelf.products["sku-1"]["sale_price"] == "" and len(shelf.batches) == 1


def test_a_number_that_exists_with_an_unknown_sale_is_changed_by_a_batch(catalog, shelf):
    shelf.take([{"method": "UPDATE", "data": {"id": "sku-1", "price": "7.00 USD", "sale_price": "1.00 USD"}}])
    products(catalog.workspace, 1)
    assert push(catalog) == 2
    poll()
    assert (item().status, item().product_id) == (Status.ACCEPTED, shelf.ids["sku-1"])
    assert (shelf.products["sku-1"]["price"], shelf.products["sku-1"]["sale_price"]) == ("9.99 USD", "")


# One product ----------------------------------------------------------------------------------------------------------
def test_one_product_is_there_at_once_with_its_history(catalog, shelf):
    products(catalog.workspace, 1)
    assert push(catalog) == 1
    batch = CatalogBatch.objects.get()
    assert (batch.kind, batch.state, batch.accepted_count, batch.lines) == ("single", "finished", 1, [])
    assert item().status == Status.ACCEPTED and item().accepted_hash == item().wanted_hash and item().batch is None
    assert item().events.filter(kind="accepted").count() == 1
    catalog.refresh_from_db()
    assert catalog.review_after and catalog.pushed_at and catalog.push_lease_until is None


def test_one_product_is_removed_and_what_is_gone_already_counts_only_when_meta_lists_it_no_more(catalog, shelf):
    found = products(catalog.workspace, 1, sale_price=Decimal(5))
    push(catalog)
    items.remove(found, None)
    push(catalog)
    assert (item().status, item().is_at_meta, shelf.products) == (Status.ABSENT, False, {})
    items.include(found, None)
    push(catalog)
    shelf.products.clear()
    items.remove(found, None)
    push(catalog)
    assert item().status == Status.ABSENT
    items.include(found, None)
    push(catalog)
    shelf.singles.append(refusal(100, 33))  # It is there, only not for this call.
    items.remove(found, None)
    push(catalog)
    assert item().is_at_meta and "sku-1" in shelf.products
    assert item().status == Status.WAITING and Catalog.objects.get().state == Catalog.State.BROKEN


def test_one_product_refused_has_metas_words(catalog, shelf):
    products(catalog.workspace, 1)
    shelf.singles.append(refusal(100, message="image_url is not reachable"))
    push(catalog)
    assert item().status == Status.REFUSED and not item().accepted_hash
    assert item().refusal["said"] == "image_url is not reachable" and "picture" in item().refusal["todo"]
    assert push(catalog) == 0
    change(catalog.workspace, 1)
    push(catalog)
    poll()
    assert item().status == Status.ACCEPTED and item().refusal is None


def test_a_product_whose_id_is_gone_is_made_anew(catalog, shelf):
    products(catalog.workspace, 1, sale_price=Decimal(5))
    push(catalog)
    shelf.products.clear()
    shelf.ids.clear()
    ProductItem.objects.update(product_id="9099999999")
    change(catalog.workspace, 1)
    push(catalog)
    assert item().status == Status.ACCEPTED and item().product_id == shelf.ids["sku-1"]


# Limits ---------------------------------------------------------------------------------------------------------------
def test_no_more_than_eight_calls_go_in_a_minute_and_the_rest_goes_after_it(catalog, shelf, monkeypatch):
    Catalog.objects.update(batch_most=2)
    products(catalog.workspace, 40)
    monkeypatch.setattr(pushing, "MOST_PRODUCTS", 2)
    assert push(catalog) == 8
    assert push(catalog, seconds=30) == 0
    assert statuses(catalog.workspace) == {"sent": 16, "waiting": 24}
    assert push(catalog, seconds=63) == 8
    assert push(catalog, seconds=130) == 4
    poll(seconds=140)
    assert statuses(catalog.workspace) == {"accepted": 40}


@pytest.mark.parametrize(("code", "kind"), [(80014, "catalog_batch"), (80009, "catalog_management")])
def test_meta_asks_to_wait_and_is_waited_for(catalog, shelf, code, kind):
    products(catalog.workspace, 2)
    shelf.says.append(refusal(code, headers=regain_access(5, kind)))
    assert push(catalog) == 1
    catalog.refresh_from_db()
    assert timedelta(minutes=4) < catalog.held_until - timezone.now() <= timedelta(minutes=5)
    batch = CatalogBatch.objects.get()
    assert (batch.state, batch.problem["code"]) == ("refused", str(code))
    assert statuses(catalog.workspace) == {"waiting": 2} and item().tries == 0
    assert push(catalog, seconds=200) == 0 and pushing.sweep() == 0
    assert push(catalog, seconds=301) == 1
    poll(seconds=310)
    assert statuses(catalog.workspace) == {"accepted": 2}
    assert Catalog.objects.get().held_until is None


def test_without_a_number_of_metas_own_it_is_a_minute(catalog, shelf):
    products(catalog.workspace, 1)
    shelf.singles.append(refusal(80009))
    push(catalog)
    assert push(catalog, seconds=50) == 0
    assert push(catalog, seconds=61) == 1 and item().status == Status.SENT


# Trouble --------------------------------------------------------------------------------------------------------------
def test_a_refused_token_is_one_incident_and_all_waits(catalog, shelf):
    account = catalog.account
    WABA.objects.update(catalog_token=seal("EAAtokenForCatalogs0123456789", account.workspace_id))
    products(catalog.workspace, 3)
    shelf.says.append(refusal(190, 463, status=401))
    assert push(catalog) == 1 and push(catalog, seconds=600) == 0
    assert statuses(catalog.workspace) == {"waiting": 3}
    assert Catalog.objects.get().state == Catalog.State.BROKEN
    assert Incident.objects.filter(kind=Incident.Kind.CATALOG_BROKEN, closed_at=None).count() == 1
    assert pushing.account_reconnected(account.pk) == 1
    assert not Incident.objects.filter(closed_at=None).exists()
    push(catalog)
    poll()
    assert statuses(catalog.workspace) == {"accepted": 3}


def test_with_the_accounts_own_token_the_account_is_looked_into(catalog, shelf, graph):
    products(catalog.workspace, 2)
    shelf.says.append(refusal(190, 463, status=401))
    push(catalog)
    catalog.account.refresh_from_db()
    assert catalog.account.suspected_at or catalog.account.state != WABA.State.CONNECTED
    assert push(catalog, seconds=3600) == 0 and statuses(catalog.workspace) == {"waiting": 2}


def test_a_token_that_cannot_be_opened_breaks_the_catalog_and_claims_nothing(catalog, shelf):
    WABA.objects.update(access_token=None)
    products(catalog.workspace, 2)
    assert push(catalog) == 0
    assert Catalog.objects.get().state == Catalog.State.BROKEN and not CatalogBatch.objects.exists()


def test_without_an_answer_it_rests_longer_each_time_and_nothing_is_lost(catalog, shelf):
    products(catalog.workspace, 2)
    at, rests = 0.0, []
    for _ in range(10):
        shelf.says.append(cut_off())
        assert push(catalog, seconds=at) == 1
        catalog.refresh_from_db()
        rests.append(round((catalog.rests_until - timezone.now()).total_seconds() - at))
        assert statuses(catalog.workspace) == {"waiting": 2}
        at += rests[-1] + 1
    assert rests[:4] == [10, 20, 40, 80] and rests[-1] == 1800
    assert set(CatalogBatch.objects.values_list("state", flat=True)) == {"lost"}
    push(catalog, seconds=at)
    poll(seconds=at + 3)
    assert statuses(catalog.workspace) == {"accepted": 2} and item().tries == 0
    assert Catalog.objects.get().rest_count == 0


def test_trouble_of_metas_own_is_waited_out(catalog, shelf):
    products(catalog.workspace, 2)
    shelf.says.append(refusal(2, status=500))
    push(catalog)
    assert CatalogBatch.objects.get().state == "refused" and push(catalog, seconds=5) == 0
    assert push(catalog, seconds=11) == 1


def test_a_call_refused_as_a_whole_is_halved_until_the_one_at_fault_is_found(catalog, shelf):
    products(catalog.workspace, 40, sale_price=Decimal(1))

    def judged(entries):
        if any(entry["data"]["id"] == "sku-11" for entry in entries):
            return refusal(100, message="Invalid parameter: title")
        shelf.take(entries)
        return {"handles": ["handle"], "validation_status": []}

    shelf.says.extend([judged] * 60)
    shelf.spoiled["sku-11"] = refusal(100, message="Invalid parameter: title")
    rounds = 0
    while statuses(catalog.workspace).get("waiting"):
        push(catalog, seconds=rounds * 63)
        rounds += 1
        assert rounds < 5
    poll(seconds=rounds * 63)
    assert statuses(catalog.workspace) == {"accepted": 39, "refused": 1}
    assert item(11).status == Status.REFUSED and item(11).refusal["said"] == "Invalid parameter: title"
    assert len(shelf.batches) < 24


def test_a_catalog_that_is_not_there_is_no_products_fault(catalog, shelf):
    products(catalog.workspace, 2)
    shelf.says.append(refusal(100, 33))
    push(catalog)
    assert statuses(catalog.workspace) == {"waiting": 2}
    assert Catalog.objects.get().state == Catalog.State.BROKEN


@pytest.mark.parametrize(
    "facts",
    [
        {"reconciled_at": None},
        {"state": "broken"},
        {"state": "left"},
        {"held_until": "2099-01-01T00:00:00Z"},
        {"rests_until": "2099-01-01T00:00:00Z"},
        {"push_lease_until": "2099-01-01T00:00:00Z"},
    ],
)
def test_nothing_is_sent_where_nothing_may_be(catalog, shelf, facts):
    products(catalog.workspace, 2)
    Catalog.objects.update(**facts)
    assert push(catalog) == 0 and pushing.sweep() == 0 and not shelf.calls


def test_another_shops_products_are_never_touched(catalog, shelf):
    stranger = WorkspaceFactory()
    products(stranger, 3)
    products(catalog.workspace, 2)
    push(catalog)
    assert statuses(stranger) == {"waiting": 3} and len(shelf.products) == 2


# Waking ---------------------------------------------------------------------------------------------------------------
def test_a_burst_of_changes_is_one_call(catalog, shelf, monkeypatch):
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        items.write(catalog.workspace, [row(3)], source="import")
        pictures_are_good(catalog.workspace)

    products(catalog.workspace, 2)
    monkeypatch.setattr(pushing, "BURST_SECONDS", 0.5)
    monkeypatch.setattr(pushing.time, "sleep", sleep)
    assert pushing.push(catalog.pk) == 1
    assert len(shelf.batches[0]) == 3 and 0 < slept[0] <= 0.5


@pytest.mark.parametrize(("pushed_at", "patience"), [(None, claiming.GATHERED_FIRST), (True, claiming.GATHERED)])
def test_what_is_ready_waits_for_those_whose_pictures_are_looked_at(catalog, shelf, pushed_at, patience):
    Catalog.objects.update(pushed_at=pushed_at and timezone.now())
    products(catalog.workspace, 2)
    items.write(catalog.workspace, [row(3)], source="import")
    assert pushing.push(catalog.pk) == 0
    with time_machine.travel(timezone.now() + patience + timedelta(seconds=1)):
        assert pushing.push(catalog.pk) == 1
    assert CatalogBatch.objects.get().item_count == 2


def test_all_pictures_seen_all_go_in_one_call(catalog, shelf):
    products(catalog.workspace, 2)
    items.write(catalog.workspace, [row(3)], source="import")
    assert pushing.push(catalog.pk) == 0
    pictures_are_good(catalog.workspace)
    assert pushing.push(catalog.pk) == 1 and CatalogBatch.objects.get().item_count == 3


def test_a_change_is_at_meta_within_the_same_breath(catalog, shelf, tasks_at_once, django_capture_on_commit_callbacks):
    products(catalog.workspace, 2)
    push(catalog)
    poll()
    with django_capture_on_commit_callbacks(execute=True):
        change(catalog.workspace, 1, sale_price=Decimal(2))
    pushing.sweep()
    assert shelf.products["sku-1"]["sale_price"] == "2.00 USD"


def test_the_sweeper_wakes_only_for_what_waits(catalog, shelf, tasks_at_once):
    assert pushing.sweep() == 0
    products(catalog.workspace, 2)
    assert pushing.sweep() == 1
    assert len(shelf.products) == 2 and pushing.sweep() == 0


def test_a_number_that_exists_and_is_not_listed_goes_by_batch_also_on_sale(catalog, shelf):
    products(catalog.workspace, 1, sale_price=Decimal("7.99"))
    shelf.spoiled["sku-1"] = refusal(10800, message="Duplicate retailer_id")
    assert push(catalog) == 2 and len(shelf.batches) == 1
    poll()
    assert statuses(catalog.workspace) == {"accepted": 1} and item().tries == 0
