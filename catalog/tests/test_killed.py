"""A worker dies at any step: the next run ends right. Nothing is forgotten, nothing old goes after something new."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from catalog.models import Catalog, CatalogBatch, ProductItem
from catalog.services import claiming, items, polling, pushing
from catalog.tests.making import pictures_are_good, products
from catalog.tests.shelf import FINISHED, refusal, statuses

pytestmark = pytest.mark.django_db
LEASE_OVER = claiming.LEASE + timedelta(seconds=1)


class Killed(BaseException):
    """No `except` of ours catches it, and afterwards nothing more is written."""


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


@contextmanager
def killed_at(statement: int):
    """Dead from this statement on: PostgreSQL only rolls back."""
    seen = [0]

    def execute(run, sql, params, many, context):
        seen[0] += 1
        if seen[0] > statement and not sql.startswith("ROLLBACK"):
            raise Killed
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute), suppress(Killed):
        yield seen


def change(workspace, number: int) -> None:
    """All products get this price: the number says which content is newer."""
    rows = [{"retailer_id": f"sku-{n}", "price": Decimal(number)} for n in (1, 2, 3)]
    items.write(workspace, rows, source="import")
    pictures_are_good(workspace)


def recover(catalog, clock) -> None:
    """What the schedule does from then on."""
    clock.shift(LEASE_OVER)
    pushing.sweep()
    pushing.push(catalog.pk)
    for _ in range(2):
        clock.shift(timedelta(seconds=400))
        polling.poll_due()
        pushing.push(catalog.pk)
    clock.shift(timedelta(seconds=100))
    polling.poll_due()


def never_goes_back(shelf) -> bool:
    """Whether each product's content came in the order in which it was wanted."""
    prices = {}
    for entries in shelf.batches:
        for entry in entries:
            if entry["method"] == "UPDATE":
                prices.setdefault(entry["data"]["id"], []).append(Decimal(entry["data"]["price"].split()[0]))
    return all(each == sorted(each) for each in prices.values())


@pytest.mark.parametrize("task", ["push", "poll", "look up"])
@pytest.mark.parametrize("changes_meanwhile", [False, True])
def test_killed_at_each_statement_the_next_run_ends_right(catalog, shelf, clock, settings, task, changes_meanwhile):
    settings.GRAPH_CALL_SAMPLE = 0
    products(catalog.workspace, 3)
    pushing.push(catalog.pk)
    clock.shift(timedelta(seconds=5))
    polling.poll_due()
    assert statuses(catalog.workspace) == {"accepted": 3}
    statement, price, was_killed = 0, 10, True
    while was_killed:
        clock.shift(timedelta(seconds=100))
        change(catalog.workspace, price := price + 1)
        if task == "look up":
            shelf.status = refusal(100)
        if task != "push":
            pushing.push(catalog.pk)
            clock.shift(timedelta(seconds=5))
        with killed_at(statement) as seen:
            pushing.push(catalog.pk) if task == "push" else polling.poll_due()
        was_killed = seen[0] > statement
        if changes_meanwhile:
            change(catalog.workspace, price := price + 1)
        shelf.status = FINISHED
        recover(catalog, clock)
        assert statuses(catalog.workspace) == {"accepted": 3}, statement
        assert {each["price"] for each in shelf.products.values()} == {f"{price}.00 USD"}, statement
        assert not CatalogBatch.objects.filter(state__in=CatalogBatch.OPEN).exists()
        statement += 1
    assert statement > 15 and never_goes_back(shelf)


def test_killed_between_claim_and_call(catalog, shelf, clock):
    products(catalog.workspace, 3)
    claimed = claiming.claim(claiming.take_catalog(catalog.pk))
    assert statuses(catalog.workspace) == {"sending": 3} and not shelf.calls
    assert pushing.push(catalog.pk) == 0 and pushing.sweep() == 0
    clock.shift(LEASE_OVER)
    with pytest.raises(claiming.Lost):  # Should it live on after all, it sends nothing.
        claiming.begin(claimed.batch)
    pushing.sweep()
    assert statuses(catalog.workspace) == {"waiting": 3}
    batch = CatalogBatch.objects.get()
    assert (batch.state, batch.posted_at) == ("lost", None) and "before anything was sent" in batch.problem["happened"]
    recover(catalog, clock)
    assert statuses(catalog.workspace) == {"accepted": 3}


@pytest.mark.parametrize("has_arrived", [False, True])
def test_killed_in_the_middle_of_the_second_of_three_calls(catalog, shelf, clock, has_arrived, monkeypatch):
    found = products(catalog.workspace, 9)
    Catalog.objects.update(batch_most=3)
    monkeypatch.setattr(pushing, "MOST_PRODUCTS", 3)

    def first(entries):
        shelf.take(entries)
        return {"handles": ["first"], "validation_status": []}

    def killed(entries):
        if has_arrived:
            shelf.take(entries)
        raise Killed

    shelf.says.extend([first, killed])
    with pytest.raises(Killed):
        pushing.push(catalog.pk)
    assert statuses(catalog.workspace) == {"sent": 3, "sending": 3, "waiting": 3}
    Catalog.objects.update(push_lease_until=timezone.now() + claiming.LEASE)  # Nobody gave it back.
    items.remove(found.filter(retailer_id="sku-5"), None)
    items.write(catalog.workspace, [{"retailer_id": "sku-6", "price": Decimal(77)}], source="import")
    recover(catalog, clock)
    assert statuses(catalog.workspace) == {"accepted": 8, "absent": 1}
    assert len(shelf.products) == 8 and "sku-5" not in shelf.products
    assert shelf.products["sku-6"]["price"] == "77.00 USD"
    assert [each.state for each in CatalogBatch.objects.order_by("pk")[:2]] == ["finished", "lost"]


def test_killed_with_one_product_whose_call_arrived(catalog, shelf, clock):
    products(catalog.workspace, 1, sale_price=Decimal(5))

    def killed(data):
        shelf.take([{"method": "UPDATE", "data": {"id": "sku-1", "price": "9.99 USD"}}])
        raise Killed

    shelf.singles.append(killed)
    with pytest.raises(Killed):
        pushing.push(catalog.pk)
    recover(catalog, clock)
    item = ProductItem.objects.get()
    assert (item.status, item.product_id) == ("accepted", shelf.ids["sku-1"])
    assert shelf.products["sku-1"]["sale_price"] == "5.00 USD"


def test_an_answer_that_comes_when_another_went_on_changes_nothing(catalog, shelf, clock):
    """The first worker was thought dead: it hears Meta's refusal of the old content after the new one was accepted."""
    products(catalog.workspace, 3)

    def late(entries):
        clock.shift(LEASE_OVER)
        change(catalog.workspace, 20)
        pushing.sweep()
        pushing.push(catalog.pk)
        clock.shift(timedelta(seconds=5))
        polling.poll_due()
        assert statuses(catalog.workspace) == {"accepted": 3}
        wrong = [{"retailer_id": f"sku-{n}", "errors": [{"message": "Old"}]} for n in (1, 2, 3)]
        return {"handles": [], "validation_status": wrong}

    shelf.says.append(late)
    pushing.push(catalog.pk)
    assert statuses(catalog.workspace) == {"accepted": 3}
    assert {each["price"] for each in shelf.products.values()} == {"20.00 USD"}
    assert not ProductItem.objects.filter(refusal__isnull=False).exists()
    assert list(CatalogBatch.objects.order_by("pk").values_list("state", flat=True)) == ["lost", "finished"]


def test_a_batch_on_its_way_holds_its_products_back(catalog, shelf, clock):
    """The newer content waits for the end of the older one's batch, so that Meta never has both to do at once."""
    products(catalog.workspace, 3)
    pushing.push(catalog.pk)
    shelf.status = {"status": "in_progress"}
    for price in (11, 12, 13):
        change(catalog.workspace, price)
        clock.shift(timedelta(seconds=70))
        polling.poll_due()
        assert pushing.push(catalog.pk) == 0
    shelf.status = FINISHED
    clock.shift(timedelta(seconds=400))
    polling.poll_due()
    pushing.push(catalog.pk)
    assert len(shelf.batches) == 2 and never_goes_back(shelf)
    assert {each["price"] for each in shelf.products.values()} == {"13.00 USD"}


def test_two_workers_push_once(catalog, shelf, clock):
    products(catalog.workspace, 5)

    def meanwhile(entries):
        assert pushing.push(catalog.pk) == 0
        shelf.take(entries)
        return {"handles": ["one"], "validation_status": []}

    shelf.says.append(meanwhile)
    assert pushing.push(catalog.pk) == 1 and len(shelf.batches) == 1


@pytest.mark.parametrize(
    "facts", [{"state": "left"}, {"state": "broken"}, {"push_lease_until": "2099-01-01T00:00:00Z"}]
)
def test_a_push_stops_where_the_catalog_is_another_ones_by_now(catalog, shelf, monkeypatch, facts):
    monkeypatch.setattr(pushing, "MOST_PRODUCTS", 2)
    Catalog.objects.update(batch_most=2)
    products(catalog.workspace, 6)

    def meanwhile(entries):
        Catalog.objects.update(**facts)
        shelf.take(entries)
        return {"handles": ["one"], "validation_status": []}

    shelf.says.append(meanwhile)
    pushing.push(catalog.pk)
    assert len(shelf.batches) == 1 and statuses(catalog.workspace) == {"sent": 2, "waiting": 4}
