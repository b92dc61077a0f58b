"""What Meta lists is read back and compared: no mistake of Meta's changes anything, and no difference stays unseen."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import money, standing, telling
from catalog.models import Catalog, CatalogReading, ProductEvent, ProductItem
from catalog.services import items, pushing, reading, reviews, taking
from catalog.tests.factories import CatalogBatchFactory, CatalogFactory, CatalogReadingFactory, ProductItemFactory
from catalog.tests.making import pictures_are_good, products
from catalog.tests.shelf import GRAPH, refusal, statuses
from meta_integration.models import Incident
from meta_integration.sealed import seal

pytestmark = pytest.mark.django_db
Wanted, Status = ProductItem.Wanted, ProductItem.Status


@pytest.fixture
def clock():
    with time_machine.travel(datetime(2026, 11, 2, 12, tzinfo=UTC), tick=False) as travelling:
        yield travelling


def listed(number=1, **values) -> dict:
    """A row of Meta's list, the same as `making.row`."""
    return {
        "id": f"90{number}",
        "retailer_id": f"sku-{number}",
        "name": f"Example product {number}",
        "description": "An example.",
        "price": "$9.99",
        "currency": "USD",
        "availability": "in stock",
        "condition": "new",
        "url": f"https://shop.example/p/{number}",
        "brand": "Example",
        "review_status": "approved",
        **values,
    }


@pytest.fixture
def meta(graph, catalog):
    """meta([row, ...], ...): the pages of the next reading, the last of them ends the list unless it is told not to."""

    def lists(*pages, ends=True):
        graph.reset()
        for number, rows in enumerate(pages):
            is_last = ends and number == len(pages) - 1
            paging = {} if is_last else {"cursors": {"after": f"more-{number}"}, "next": "https://graph.example/more"}
            body = {"data": rows, "paging": paging}
            graph.get(f"{GRAPH}/{catalog.catalog_id}/products", json=body if rows is not None else {"data": None})

    return lists


def accepted(workspace, count=1, *, ago=timedelta(hours=1)):
    """Products that Meta took a while ago, as they are wanted."""
    found = products(workspace, count)
    for item in found:
        facts = {"accepted_hash": item.wanted_hash, "accepted_at": timezone.now() - ago, "is_at_meta": True}
        mine = ProductItem.objects.filter(pk=item.pk)
        mine.update(**facts, sent_at=timezone.now() - ago, created_at=timezone.now() - 2 * ago)
        standing.settle(mine)
    return found


def events(kind) -> list[ProductEvent]:
    return list(ProductEvent.objects.filter(kind=kind).order_by("pk"))


# What is the same, theirs, different ----------------------------------------------------------------------------------
def test_what_is_the_same_is_only_noted(catalog, meta):
    accepted(catalog.workspace, 2)
    meta([listed(1)], [listed(2)])
    assert reading.run(catalog.pk) == 2
    receipt, item = CatalogReading.objects.get(), ProductItem.objects.first()
    assert (receipt.pages, receipt.same, receipt.is_full, receipt.error) == (2, 2, True, "")
    assert item.product_id == "901" and item.review_status == "approved" and item.checked_at
    assert item.theirs["price"] == "$9.99" and item.differences == []
    assert statuses(catalog.workspace) == {"accepted": 2} and not events("drift")


def test_what_is_not_known_here_is_kept_as_metas_own_and_never_touched(catalog, meta):
    meta([listed(7, price="¥1,250", currency="JPY", availability="OUT_OF_STOCK", brand=None)])
    reading.run(catalog.pk)
    item = ProductItem.objects.get()
    assert (item.wanted, item.source, item.status, item.is_at_meta) == ("theirs", "meta", "accepted", True)
    assert (item.price, item.currency, item.availability) == (Decimal(1250), "JPY", "out of stock")
    assert pushing.push(catalog.pk) == 0 and [each.item for each in events("found")] == [item]
    meta([listed(7, price="¥990", currency="JPY")])
    reading.run(catalog.pk)
    item.refresh_from_db()
    assert item.price == 990 and len(events("found")) == 1


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("$1,234.50", "USD", "1234.50"),
        ("1.234,50 US$", "USD", "1234.50"),
        ("¥1,250", "JPY", "1250"),
        ("KWD 3.500", "KWD", "3.500"),
        ("KWD1,234.500", "KWD", "1234.500"),
    ],
)
def test_a_price_for_people_is_read_by_its_currency(catalog, meta, text, currency, amount):
    assert money.read_formatted(text, currency) == Decimal(amount)
    meta([listed(1, price=text, currency=currency)])
    reading.run(catalog.pk)
    assert ProductItem.objects.get().price == Decimal(amount)


def test_what_was_changed_at_meta_is_sent_again_once_and_says_what_differed(catalog, meta):
    accepted(catalog.workspace)
    changed = [listed(1, price="$7.00", name="Somebody else's title")]
    meta(changed)
    reading.run(catalog.pk)
    item = ProductItem.objects.get()
    assert item.status == Status.WAITING and item.accepted_hash == standing.UNKNOWN
    (event,) = events("drift")
    assert event.detail["price"] == ["9.99 USD", "$7.00"] and event.detail["title"][1] == "Somebody else's title"
    # Sent again and taken, and listed as before: Meta writes it so. To send it each night would change nothing.
    an_hour_ago = timezone.now() - timedelta(hours=1)
    ProductItem.objects.update(accepted_hash=item.wanted_hash, accepted_at=an_hour_ago, sent_at=an_hour_ago)
    standing.settle(ProductItem.objects.all())
    meta(changed)
    reading.run(catalog.pk)
    assert ProductItem.objects.get().status == Status.ACCEPTED and len(events("drift")) == 1


def test_what_was_sent_a_moment_ago_is_no_drift(catalog, meta):
    accepted(catalog.workspace, ago=timedelta(minutes=9))
    meta([listed(1, price="$7.00")])
    reading.run(catalog.pk)
    assert ProductItem.objects.get().status == Status.ACCEPTED and not events("drift")


def test_what_is_under_way_is_not_judged(catalog, meta):
    accepted(catalog.workspace, 2)
    batch = CatalogBatchFactory(catalog=catalog, state="checking")
    ProductItem.objects.update(batch=batch)
    meta([listed(1, price="$7.00")])
    for _ in range(3):
        reading.run(catalog.pk)
    assert not events("drift") and ProductItem.objects.filter(is_at_meta=True, missed_reads=0).count() == 2


def test_before_it_is_compared_nothing_drifts(catalog, meta):
    accepted(catalog.workspace)
    Catalog.objects.update(reconciled_at=None)
    meta([listed(1, price="$7.00")])
    reading.run(catalog.pk)
    assert not events("drift") and CatalogReading.objects.get().different == 1
    assert Catalog.objects.get().reconciled_at is None


def test_an_empty_catalog_is_ready_at_once(catalog, meta):
    products(catalog.workspace)
    Catalog.objects.update(reconciled_at=None)
    meta([])
    reading.run(catalog.pk)
    assert Catalog.objects.get().reconciled_at and CatalogReading.objects.get().ours_only == 1


# Lists that prove nothing ---------------------------------------------------------------------------------------------
def test_what_is_missing_twice_in_full_lists_is_sent_again(catalog, meta):
    accepted(catalog.workspace, 3)
    meta([listed(1), listed(2)])
    reading.run(catalog.pk)
    gone = ProductItem.objects.get(retailer_id="sku-3")
    assert gone.status == Status.ACCEPTED and gone.missed_reads == 1 and not events("drift")
    reading.run(catalog.pk)
    gone.refresh_from_db()
    assert gone.status == Status.WAITING and not gone.is_at_meta and gone.accepted_hash == ""
    assert "missing at Meta" in events("drift")[0].reason and statuses(catalog.workspace) == {
        "accepted": 2,
        "waiting": 1,
    }


def test_metas_own_product_that_is_gone_is_gone(catalog, meta):
    meta([listed(1), listed(2), listed(3)])
    reading.run(catalog.pk)
    ProductItem.objects.update(created_at=timezone.now() - timedelta(days=1))
    meta([listed(1), listed(2)])
    reading.run(catalog.pk)
    reading.run(catalog.pk)
    assert ProductItem.objects.get(retailer_id="sku-3").status == Status.ABSENT and not events("drift")


@pytest.mark.parametrize(
    ("pages", "ends"),
    [
        ([[]], True),  # Empty.
        ([None], True),  # No list.
        ([[listed(1)]], True),  # Far too short.
        ([[listed(1), listed(2)]], False),  # Broken off.
        ([[listed(1), listed(2)], None], True),
        ([[None, "text", 7, [], {}, {"retailer_id": None}, {"retailer_id": "x" * 200}]], True),
    ],
)
def test_an_empty_short_or_partial_list_counts_nothing_as_missing(catalog, meta, pages, ends):
    accepted(catalog.workspace, 4)
    meta(*pages, ends=ends)
    for _ in range(3):
        reading.run(catalog.pk)
    assert statuses(catalog.workspace) == {"accepted": 4}
    assert not ProductItem.objects.filter(missed_reads__gt=0).exists() and not events("drift")
    assert CatalogReading.objects.filter(is_full=False).exclude(error="").count() == 3


@pytest.mark.parametrize(
    ("answer", "state", "incidents"),
    [
        (refusal(190, 463), "broken", 1),
        (refusal(100, 33), "broken", 1),
        (refusal(80009), "connected", 0),
        ((502, {}, "Bad gateway"), "connected", 0),
    ],
)
def test_a_reading_that_meta_refuses_says_why_and_changes_nothing(catalog, graph, answer, state, incidents):
    accepted(catalog.workspace)
    account = catalog.account
    type(account).objects.filter(pk=account.pk).update(catalog_token=seal("example-token", catalog.workspace_id))
    graph.add_callback("GET", f"{GRAPH}/{catalog.catalog_id}/products", lambda request: answer)
    reading.run(catalog.pk)
    catalog.refresh_from_db()
    assert catalog.state == state and CatalogReading.objects.get().error
    assert Incident.objects.filter(kind="catalog_broken").count() == incidents
    assert bool(catalog.held_until) == ("80009" in answer[2]) and statuses(catalog.workspace) == {"accepted": 1}


def test_odd_rows_do_no_harm(catalog, meta):
    accepted(catalog.workspace)
    odd = {"name": ["a"], "price": {"x": 1}, "errors": "no list", "review_status": {"a": "\0"}, "id": None, "url": 7}
    meta([listed(1, **odd), {"retailer_id": "new", **odd}, {"retailer_id": "nul\0"}])
    assert reading.run(catalog.pk) == 2


# Killed, and again ----------------------------------------------------------------------------------------------------
def test_a_reading_that_died_is_begun_anew_and_ends_right(catalog, meta, clock):
    accepted(catalog.workspace, 2)
    CatalogReadingFactory(catalog=catalog, pages=1, listed=1, same=1, heard_at=timezone.now())
    meta([listed(1)], [listed(2)])
    assert reading.run(catalog.pk) is None  # It may be alive.
    clock.shift(reading.LEASE + timedelta(seconds=1))
    assert reading.sweep() == 1 and reading.run(catalog.pk) == 2
    assert CatalogReading.objects.get().same == 2


def test_a_worker_that_was_thought_dead_changes_nothing_more(catalog, meta, clock, graph):
    accepted(catalog.workspace, 2)

    def slow(request):
        CatalogReading.objects.update(heard_at=timezone.now() + timedelta(seconds=1))
        return 200, {}, json.dumps({"data": [listed(1, price="$1.00")], "paging": {}})

    graph.add_callback("GET", f"{GRAPH}/{catalog.catalog_id}/products", slow)
    assert reading.run(catalog.pk) is None
    assert not events("drift") and CatalogReading.objects.get().finished_at is None


def test_each_catalog_is_read_once_a_night_at_a_minute_of_its_own(catalog, meta, clock):
    other = CatalogFactory()
    assert reading.slot(catalog.pk, timezone.now()) != reading.slot(other.pk, timezone.now())
    CatalogFactory(state="broken")
    assert [each.pk for each in reading.due(timezone.now())] == [catalog.pk, other.pk]
    Catalog.objects.filter(pk=other.pk).update(state="left")
    meta([])
    assert reading.sweep() == 1 and CatalogReading.objects.count() == 1
    reading.run(catalog.pk)
    assert reading.sweep() == 0
    clock.shift(timedelta(hours=24))
    assert [each.pk for each in reading.due(timezone.now())] == [catalog.pk]


# Reviews --------------------------------------------------------------------------------------------------------------
def test_a_rejected_product_has_metas_reason_and_its_event(catalog, meta):
    accepted(catalog.workspace)
    meta([listed(1, review_status="REJECTED", errors=[{"title": "Policy", "description": "Weapons are not allowed."}])])
    reading.run(catalog.pk)
    (event,) = events("review")
    assert event.reason == "Policy: Weapons are not allowed."
    assert ProductItem.objects.get().review_status == "rejected" and not ProductItem.objects.shown_to_customers()
    meta([listed(1)])
    reading.run(catalog.pk)
    assert ProductItem.objects.shown_to_customers().exists() and len(events("review")) == 2


def test_reviews_are_read_again_with_growing_pauses_until_all_are_decided(catalog, graph, clock):
    accepted(catalog.workspace, 2)
    Catalog.objects.update(review_after=timezone.now())
    says = {"review_status": "pending"}

    def answer(request):
        number = json.loads(request.params["filter"])["retailer_id"]["eq"].removeprefix("sku-")
        return 200, {}, json.dumps({"data": [listed(int(number), **says)]})

    graph.add_callback("GET", f"{GRAPH}/{catalog.catalog_id}/products", answer)
    pauses = []
    for _ in range(7):
        now = timezone.now()
        assert reviews.read(catalog.pk) == 2 and reviews.read(catalog.pk) == 0  # Another worker's turn.
        clock.move_to(Catalog.objects.get().review_after)
        pauses.append((timezone.now() - now).total_seconds())
    assert pauses == [60, 120, 300, 900, 3600, 3600, 3600] and len(graph.calls) == 14
    assert not CatalogReading.objects.exists() and not events("review")
    says["review_status"] = "approved"
    assert reviews.sweep() == 1 and reviews.read(catalog.pk) == 0
    assert Catalog.objects.get().review_after is None and len(events("review")) == 2


def test_many_that_wait_are_read_with_the_whole_list(catalog, clock):
    accepted(catalog.workspace, reviews.FEW + 1)
    Catalog.objects.update(review_after=timezone.now())
    reviews.read(catalog.pk)
    assert CatalogReading.objects.get().finished_at is None


# Cost -----------------------------------------------------------------------------------------------------------------
def test_a_page_costs_the_same_few_statements_however_many_rows(catalog):
    def cost(rows):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            taking.take(catalog, rows)
        return len(queries)

    accepted(catalog.workspace, 500)
    few = cost([listed(1), listed(2, price="$1.00"), listed(600)])
    many = cost([listed(n, price="$1.00" if n % 2 else "$9.99") for n in range(3, 503)])
    assert few == many and many <= 20


def test_no_other_workspaces_product_is_touched(catalog, meta):
    other = ProductItemFactory(retailer_id="sku-1", title="Mine")
    meta([listed(1)])
    reading.run(catalog.pk)
    other.refresh_from_db()
    assert other.title == "Mine" and other.checked_at is None
    assert ProductItem.objects.for_workspace(catalog.workspace).count() == 1


def test_a_person_takes_metas_own_over_by_writing_it(catalog, meta):
    meta([listed(1, image_url="https://shop.example/1.jpg")])
    reading.run(catalog.pk)
    items.write(catalog.workspace, [{"retailer_id": "sku-1"}], source="meta")
    pictures_are_good(catalog.workspace)
    assert ProductItem.objects.get().status == Status.WAITING


def test_a_fight_with_somebody_else_over_a_product_ends_in_words_for_a_person(catalog, meta, clock):
    """Another feed of the shop writes it every day, and our reading in between finds what we had sent."""
    accepted(catalog.workspace)
    for day in range(8):
        meta([listed(1, price=f"$5.0{day}")])
        reading.run(catalog.pk)
        clock.shift(timedelta(hours=12))
        ProductItem.objects.update(accepted_hash=F("wanted_hash"), accepted_at=timezone.now())
        standing.settle(ProductItem.objects.all())
        meta([listed(1)])
        clock.shift(timedelta(hours=12))
        reading.run(catalog.pk)
    assert len(events("drift")) == taking.MOST_SENT_AGAIN == 3
    meta([listed(1, price="$5.00")])
    reading.run(catalog.pk)
    item = ProductItem.objects.get()
    assert item.status == Status.ACCEPTED and item.differences and len(events("drift")) == 3
    story = telling.story(item)
    assert "different" in story.happened and "sent again" in story.did and story.todo and story.tone == "warn"
    clock.shift(timedelta(days=30))
    items.write(catalog.workspace, [{"retailer_id": "sku-1", "brand": "Other"}], source="hand")
    ProductItem.objects.update(accepted_hash=F("wanted_hash"), accepted_at=timezone.now() - timedelta(hours=1))
    standing.settle(ProductItem.objects.all())
    meta([listed(1, price="$5.00")])
    reading.run(catalog.pk)
    assert len(events("drift")) == 4


def test_a_difference_that_was_seen_while_the_list_lagged_is_sent_again_when_it_stays(catalog, meta, clock):
    accepted(catalog.workspace, ago=timedelta(minutes=1))
    for _ in range(2):
        meta([listed(1, price="$5.00")])
        reading.run(catalog.pk)
        clock.shift(timedelta(hours=20))
    assert len(events("drift")) == 1 and statuses(catalog.workspace) == {"waiting": 1}


def test_what_was_only_at_meta_was_removed_and_is_taken_back_is_looked_at_and_sent(catalog, meta):
    """Our checks had never seen it: it counted as accepted as it was, and was never sent."""
    rows = [listed(7, image_url="https://shop.example/7.jpg", brand="Example"), listed(8, price=None)]
    meta(rows)
    reading.run(catalog.pk)
    mine = ProductItem.objects.order_by("retailer_id")
    items.remove(mine.all(), None)
    mine.update(is_at_meta=False)
    items.include(mine.all(), None)
    assert [each.status for each in mine] == [Status.LOOKING, Status.INCOMPLETE]
    pictures_are_good(catalog.workspace)
    good, bad = mine.all()
    assert good.status == Status.WAITING and good.wanted_hash and bad.problems
