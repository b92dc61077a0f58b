"""Batches that Meta works on are asked about, ever more rarely; one that is lost loses no product."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from catalog import tasks
from catalog.models import Catalog, CatalogBatch, ProductItem
from catalog.services import items, polling, pushing
from catalog.tests.making import pictures_are_good, products
from catalog.tests.shelf import FINISHED, cut_off, refusal, regain_access, statuses
from meta_integration.models import WABA, Incident
from meta_integration.sealed import seal

pytestmark = pytest.mark.django_db
WORKING = {"status": "in_progress"}


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as travelling:
        yield travelling


def item(number=1) -> ProductItem:
    return ProductItem.objects.get(retailer_id=f"sku-{number}")


def change(workspace, *numbers, price="8.88") -> None:
    rows = [{"retailer_id": f"sku-{n}", "price": Decimal(price)} for n in numbers]
    items.write(workspace, rows, source="import")
    pictures_are_good(workspace)


def go_on(clock, **time) -> int:
    clock.shift(timedelta(**time))
    return polling.poll_due()


def test_a_batch_that_never_ends_is_asked_about_ever_more_rarely_and_given_up_after_a_day(catalog, shelf, clock):
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    begun, moments = timezone.now(), []
    shelf.status = WORKING
    while (batch := CatalogBatch.objects.get()).state == "checking" and len(moments) < 200:
        clock.move_to(batch.poll_after)
        moments.append((timezone.now() - begun).total_seconds())
        if moments[-1] > 1:
            assert polling.poll_due() >= 1
    pauses = [round(b - a) for a, b in zip(moments, moments[1:], strict=False)]
    assert moments[0] == 2 and pauses[:7] == [4, 8, 16, 32, 64, 128, 256]
    assert pauses[8] == 300 and pauses[-1] == 1800 and moments[-1] >= 86_400
    assert len(moments) < 75
    # Meta has them all the same.
    assert statuses(catalog.workspace) == {"accepted": 2} and CatalogBatch.objects.get().state == "lost"


@pytest.mark.parametrize("answer", [{}, refusal(100, message="Unknown handle")])
def test_products_of_a_lost_receipt_are_looked_up(catalog, shelf, clock, answer):
    products(catalog.workspace, 3)
    pushing.push(catalog.pk)
    shelf.status = answer
    del shelf.products["sku-1"]
    shelf.products["sku-2"]["price"] = "1.00 USD"
    go_on(clock, seconds=2)
    go_on(clock, seconds=120)
    assert statuses(catalog.workspace) == {"waiting": 2, "accepted": 1}
    batch = CatalogBatch.objects.get()
    assert (batch.state, batch.accepted_count, batch.problem["title"]) == ("lost", 1, "Looked up at Meta")
    assert item(1).tries == item(2).tries == 1 and item(1).events.filter(kind="lost").exists()
    shelf.status = FINISHED
    pushing.push(catalog.pk)
    go_on(clock, seconds=4)
    assert statuses(catalog.workspace) == {"accepted": 3}
    assert shelf.products["sku-2"]["price"] == "9.99 USD" and item(1).tries == 0


def test_a_receipt_that_is_not_known_yet_is_asked_about_again(catalog, shelf, clock):
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    shelf.status = {}
    go_on(clock, seconds=2)
    assert statuses(catalog.workspace) == {"sent": 2}
    shelf.status = FINISHED
    go_on(clock, seconds=5)
    assert statuses(catalog.workspace) == {"accepted": 2}


def test_what_meta_never_has_is_refused_after_five_times(catalog, shelf, clock):
    products(catalog.workspace, 2)
    shelf.status = {}
    for _ in range(5):
        shelf.says.append({"handles": ["lost"], "validation_status": []})
        assert pushing.push(catalog.pk) == 1
        go_on(clock, seconds=3)
        go_on(clock, seconds=90)
    assert statuses(catalog.workspace) == {"refused": 2} and pushing.push(catalog.pk) == 0
    assert item().refusal["title"] == "Meta never took this product"


def test_after_a_lost_answer_the_old_content_is_not_taken_for_granted(catalog, shelf, clock):
    """Changed and changed back, while nobody knows which of the two Meta has."""
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    go_on(clock, seconds=2)

    def taken_and_cut_off(entries):
        shelf.take(entries)
        return cut_off()

    change(catalog.workspace, 1, 2)
    shelf.says.append(taken_and_cut_off)
    pushing.push(catalog.pk)
    change(catalog.workspace, 1, 2, price="9.99")
    assert statuses(catalog.workspace) == {"waiting": 2}
    clock.shift(timedelta(seconds=11))
    pushing.push(catalog.pk)
    go_on(clock, seconds=3)
    assert statuses(catalog.workspace) == {"accepted": 2}
    assert shelf.products["sku-1"]["price"] == "9.99 USD"


def test_what_changed_before_it_was_looked_up_is_sent_again_uncounted(catalog, shelf, clock):
    found = products(catalog.workspace, 3)
    pushing.push(catalog.pk)
    change(catalog.workspace, 1)
    items.remove(found.filter(retailer_id="sku-2"), None)
    shelf.status = refusal(100)
    go_on(clock, seconds=2)
    assert statuses(catalog.workspace) == {"waiting": 2, "accepted": 1} and item(1).tries == 0
    shelf.status = FINISHED
    pushing.push(catalog.pk)
    go_on(clock, seconds=3)
    assert shelf.products["sku-1"]["price"] == "8.88 USD" and "sku-2" not in shelf.products


def test_a_lost_removal_is_looked_up(catalog, shelf, clock):
    found = products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    go_on(clock, seconds=2)
    items.remove(found, None)
    pushing.push(catalog.pk)
    shelf.take([{"method": "UPDATE", "data": {"id": "sku-2", "price": "9.99 USD"}}])
    shelf.status = refusal(100)
    go_on(clock, seconds=2)
    assert (item(1).status, item(2).status, item(2).tries) == ("absent", "waiting", 1)


def test_trouble_while_asking_changes_nothing_and_is_tried_again(catalog, shelf, clock):
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    for trouble in (cut_off(), refusal(2, status=500), (200, {}, "no json")):
        shelf.status = trouble
        go_on(clock, seconds=60)
        assert statuses(catalog.workspace) == {"sent": 2}
    shelf.status = FINISHED
    go_on(clock, seconds=60)
    assert statuses(catalog.workspace) == {"accepted": 2}


def test_a_limit_reached_while_asking_is_waited_for(catalog, shelf, clock):
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    shelf.status = refusal(80009, headers=regain_access(5, "catalog_management"))
    go_on(clock, seconds=2)
    catalog.refresh_from_db()
    assert catalog.held_until - timezone.now() == timedelta(minutes=5)
    shelf.status = FINISHED
    assert go_on(clock, seconds=290) == 0 and go_on(clock, seconds=11) == 1
    assert statuses(catalog.workspace) == {"accepted": 2}


def test_a_dead_token_leaves_the_batch_open_until_the_account_is_reconnected(catalog, shelf, clock):
    WABA.objects.update(catalog_token=seal("EAAtokenForCatalogs0123456789", catalog.workspace_id))
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    shelf.status = refusal(190, 460, status=401)
    go_on(clock, seconds=2)
    assert Catalog.objects.get().state == "broken" and statuses(catalog.workspace) == {"sent": 2}
    assert Incident.objects.filter(closed_at=None).count() == 1
    assert go_on(clock, hours=40) == 0
    shelf.status = FINISHED
    pushing.account_reconnected(catalog.account_id)
    assert go_on(clock, seconds=1) == 1
    assert statuses(catalog.workspace) == {"accepted": 2}


def test_batches_of_a_catalog_that_was_left_are_closed(catalog, shelf, clock):
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    Catalog.objects.update(state="left")
    assert go_on(clock, seconds=5) == 0
    pushing.sweep()
    assert CatalogBatch.objects.get().state == "lost" and statuses(catalog.workspace) == {"waiting": 2}


def test_two_workers_ask_once(catalog, shelf, clock):
    products(catalog.workspace, 2)
    pushing.push(catalog.pk)
    clock.shift(timedelta(seconds=2))

    def meanwhile(request):
        assert polling.poll_due() == 0
        return FINISHED

    shelf.status = meanwhile
    assert polling.poll_due() == 1 and shelf.asked == 1
    assert statuses(catalog.workspace) == {"accepted": 2}


def test_a_look_up_that_takes_longer_than_a_lease_is_not_begun_anew_by_others(catalog, shelf, clock):
    products(catalog.workspace, 30)
    pushing.push(catalog.pk)
    shelf.status, shelf.page, firsts = refusal(100), 5, []

    def slowly(first):
        firsts.append(first)
        clock.shift(timedelta(seconds=170))
        assert polling.poll_due() == 0

    shelf.on_list = slowly
    go_on(clock, seconds=2)
    assert firsts == [0, 5, 10, 15, 20, 25] and statuses(catalog.workspace) == {"accepted": 30}


def test_a_look_up_which_may_take_minutes_is_another_tasks(catalog, shelf, clock):
    products(catalog.workspace, 3)
    tasks.push_catalog(catalog.pk)
    shelf.status = {}
    clock.shift(timedelta(minutes=2))
    assert tasks.look_up_batches() == 0 and tasks.poll_batches() == 1
    assert tasks.poll_batches() == 0 and tasks.look_up_batches() == 1
    assert statuses(catalog.workspace) == {"accepted": 3}
