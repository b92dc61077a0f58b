"""Whatever Meta answers to a batch, each product ends with its true state and the reason."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from catalog import answers, refusals
from catalog.models import CatalogBatch, ProductItem
from catalog.services import items, polling, pushing, reviews
from catalog.tests.making import pictures_are_good, products
from catalog.tests.shelf import FINISHED, refusal, statuses

pytestmark = pytest.mark.django_db


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


def wrong(number, *messages, kind="errors") -> dict:
    return {"retailer_id": f"sku-{number}", kind: [{"message": each} for each in messages]}


def judges(shelf, *validation, handles=("handle-1",), keeps=True):
    """Meta's next answer to a batch; what has no error is taken, where it has a receipt."""

    def answer(entries):
        bad = {each["retailer_id"] for each in validation if each.get("errors")}
        if handles and keeps:
            shelf.take([entry for entry in entries if entry["data"]["id"] not in bad])
        return {"handles": list(handles), "validation_status": list(validation)}

    shelf.says.append(answer)


# At once --------------------------------------------------------------------------------------------------------------
def test_errors_refuse_their_own_product_and_warnings_refuse_none(catalog, shelf):
    products(catalog.workspace, 4)
    judges(shelf, wrong(1, "Price is wrong", "Title too long"), wrong(2, "Brand is unusual", kind="warnings"))
    push(catalog)
    assert statuses(catalog.workspace) == {"refused": 1, "sent": 3}
    assert item(1).refusal["said"] == "Price is wrong Title too long" and item(1).refusal["happened"]
    assert item(1).events.get(kind="refused").reason == "Price is wrong Title too long"
    poll()
    assert statuses(catalog.workspace) == {"refused": 1, "accepted": 3}
    assert (item(2).warnings, item(3).warnings) == (["Brand is unusual"], [])
    batch = CatalogBatch.objects.get()
    assert (batch.state, batch.accepted_count, batch.refused_count, batch.warned_count) == ("finished", 3, 1, 1)
    assert push(catalog) == 0  # What was refused is not sent again unchanged.
    change(catalog.workspace, 1)
    push(catalog)
    poll(seconds=5)
    assert item(1).refusal is None and statuses(catalog.workspace) == {"accepted": 4}


def test_all_refused_with_http_200_is_each_ones_own_reason(catalog, shelf):
    products(catalog.workspace, 3)
    judges(shelf, *(wrong(n, f"Reason {n}") for n in (1, 2, 3)), handles=())
    push(catalog)
    assert statuses(catalog.workspace) == {"refused": 3}
    assert [each.refusal["said"] for each in ProductItem.objects.order_by("pk")] == ["Reason 1", "Reason 2", "Reason 3"]
    batch = CatalogBatch.objects.get()
    assert (batch.state, batch.refused_count, batch.problem["title"]) == ("refused", 3, "Meta took nothing")
    assert poll() == 0 and push(catalog) == 0


def test_all_refused_although_there_is_a_receipt(catalog, shelf):
    products(catalog.workspace, 2)
    judges(shelf, wrong(1, "One"), wrong(2, "Two"))
    push(catalog)
    assert statuses(catalog.workspace) == {"refused": 2} and poll() == 0
    assert CatalogBatch.objects.get().state == "finished"


def test_without_a_receipt_nothing_was_taken_and_after_five_times_it_is_said(catalog, shelf):
    products(catalog.workspace, 3)
    for tries in range(1, 6):
        judges(shelf, wrong(1, "Broken"), handles=())
        push(catalog, seconds=tries * 200)
        assert item(1).status == "refused"
        if tries < 5:
            assert (item(2).status, item(2).tries) == ("waiting", tries)
    assert statuses(catalog.workspace) == {"refused": 3} and len(shelf.batches) == 5
    assert item(1).refusal["said"] == "Broken"
    assert item(2).refusal["title"] == "Meta took nothing and gave no reason" == item(2).events.last().reason
    items.resend(ProductItem.objects.filter(retailer_id__in=["sku-2", "sku-3"]), None)
    push(catalog, seconds=2000)
    poll(seconds=2003)
    assert statuses(catalog.workspace) == {"refused": 1, "accepted": 2} and item(2).tries == 0


# At the end -----------------------------------------------------------------------------------------------------------
def finished(**values) -> dict:
    return FINISHED | {"errors_total_count": len(values.get("errors", []))} | values


def test_errors_at_the_end_are_found_by_number_by_line_and_by_the_list_of_numbers(catalog, shelf):
    products(catalog.workspace, 6)
    judges(shelf, wrong(1, "At once"))
    push(catalog)
    shelf.status = finished(
        errors=[{"line": 9, "id": "sku-2", "message": "By number"}, {"line": 3, "message": "By line"}],
        warnings=[{"line": 4, "id": "sku-4", "message": "Small picture"}, {"line": 5, "message": "Also"}],
        ids_of_invalid_requests=["sku-2", "sku-6", "sku-99"],
    )
    poll()
    assert statuses(catalog.workspace) == {"refused": 4, "accepted": 2}
    said = {each.retailer_id: each.refusal["said"] for each in ProductItem.objects.filter(status="refused")}
    assert said == {"sku-1": "At once", "sku-2": "By number", "sku-3": "By line", "sku-6": ""}
    assert item(6).refusal["title"] == "Meta refused this product and named no reason"
    assert (item(4).warnings, item(5).warnings) == (["Small picture"], ["Also"])
    assert CatalogBatch.objects.get().warned_count == 2


@pytest.mark.parametrize("count", [4, 30])
def test_what_meta_counts_and_does_not_name_is_looked_up(catalog, shelf, count):
    """Few are asked for one by one, for many the list is read."""
    products(catalog.workspace, count)
    push(catalog)
    shelf.status = finished(errors=[{"id": "sku-1", "message": "Named"}], errors_total_count=2)
    del shelf.products["sku-1"], shelf.products["sku-2"]
    poll()
    assert statuses(catalog.workspace) == {"refused": 1, "waiting": 1, "accepted": count - 2}
    assert (item(2).status, item(2).tries, item(2).accepted_hash) == ("waiting", 1, "")
    batch = CatalogBatch.objects.get()
    assert (batch.state, batch.problem["title"]) == ("finished", "Looked up at Meta")
    reads = [path for method, path, _ in shelf.calls if method == "GET" and path.endswith("/products")]
    assert len(reads) == (3 if count == 4 else 1)


def test_an_unfinished_list_proves_nothing(catalog, shelf, graph):
    products(catalog.workspace, 30)
    push(catalog)
    shelf.status = finished(errors_total_count=1)
    broken = f"https://graph.facebook.com/v23.0/{catalog.catalog_id}/products"
    graph.replace("GET", broken, json={"data": [], "paging": {"next": "x"}})
    poll()
    assert statuses(catalog.workspace) == {"sent": 30}


def test_a_removal_that_is_refused_counts_when_there_is_nothing_to_remove(catalog, shelf):
    found = products(catalog.workspace, 4)
    push(catalog)
    poll()
    items.remove(found.exclude(retailer_id="sku-4"), None)
    change(catalog.workspace, 4)
    del shelf.products["sku-1"]
    judges(shelf, wrong(1, "Product does not exist"), wrong(2, "Not allowed"), keeps=False)
    push(catalog)
    assert statuses(catalog.workspace) == {"sent": 4}
    del shelf.products["sku-3"]
    poll(seconds=5)
    assert (item(1).status, item(3).status, item(4).status) == ("absent", "absent", "accepted")
    assert (item(2).status, item(2).refusal["said"], item(2).is_at_meta) == ("refused", "Not allowed", True)


def test_a_removal_refused_without_a_receipt_is_looked_up_too(catalog, shelf):
    found = products(catalog.workspace, 2)
    push(catalog)
    poll()
    items.remove(found, None)
    del shelf.products["sku-1"]
    judges(shelf, wrong(1, "Gone"), wrong(2, "Not allowed"), handles=())
    push(catalog)
    poll(seconds=5)
    assert (item(1).status, item(2).status) == ("absent", "refused")
    assert CatalogBatch.objects.latest("pk").state == "refused"


# Meanwhile ------------------------------------------------------------------------------------------------------------
def test_what_changed_on_its_way_is_sent_again_and_what_was_removed_is_removed(catalog, shelf):
    found = products(catalog.workspace, 3)
    push(catalog)
    change(catalog.workspace, 1)
    items.remove(found.filter(retailer_id="sku-2"), None)
    assert statuses(catalog.workspace) == {"sent": 3} and push(catalog) == 0
    poll()
    assert statuses(catalog.workspace) == {"waiting": 2, "accepted": 1}
    assert item(1).accepted_hash == item(1).sent_hash != item(1).wanted_hash
    push(catalog)
    poll(seconds=5)
    assert statuses(catalog.workspace) == {"accepted": 2, "absent": 1}
    assert shelf.products["sku-1"]["price"] == "8.88 USD" and "sku-2" not in shelf.products


def test_what_came_back_while_it_was_removed_is_added_again(catalog, shelf):
    found = products(catalog.workspace, 2)
    push(catalog)
    poll()
    items.exclude(found, None)
    push(catalog)
    items.include(found, None)
    poll(seconds=5)
    assert statuses(catalog.workspace) == {"waiting": 2} and shelf.products == {}
    push(catalog)
    poll(seconds=10)
    assert statuses(catalog.workspace) == {"accepted": 2} and len(shelf.products) == 2


def test_a_refused_change_leaves_what_meta_had_and_going_back_to_it_needs_no_call(catalog, shelf):
    products(catalog.workspace, 2)
    push(catalog)
    poll()
    change(catalog.workspace, 1, 2)
    judges(shelf, wrong(1, "No"), wrong(2, "No"), handles=())
    push(catalog)
    assert statuses(catalog.workspace) == {"refused": 2}
    change(catalog.workspace, 1, price=Decimal("9.99"))
    assert item(1).status == "accepted" and push(catalog) == 0


# Odd answers ----------------------------------------------------------------------------------------------------------
ODD = [None, 7, "text", [], {}, [None], [7], ["text"], [[]], [{}], {"data": 1}]


@pytest.mark.parametrize("odd", ODD)
def test_odd_shapes_are_never_errors(catalog, shelf, odd):
    products(catalog.workspace, 2)
    shelf.says.append({"handles": ["handle-1"], "validation_status": odd})
    push(catalog)
    shelf.status = {"status": "finished", "errors": odd, "warnings": odd, "ids_of_invalid_requests": odd}
    shelf.status["errors_total_count"] = odd
    poll()
    assert statuses(catalog.workspace).keys() <= {"accepted", "waiting", "refused", "sent"}
    assert not ProductItem.objects.filter(status="sending").exists()


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_receipt_is_none(odd):
    assert answers.handle_in({"handles": odd}) in ("", "text")


def test_an_entry_without_words_refuses_without_a_reason():
    verdict = answers.at_once({"validation_status": [{"retailer_id": "a", "errors": [{}, None, 7]}]}, {"a": 1})
    assert verdict.refused == {1: ["7"]}
    assert refusals.of_product([])["title"] == "Meta refused this product and named no reason"


def test_words_that_postgresql_cannot_hold(catalog, shelf):
    products(catalog.workspace, 2)
    judges(shelf, wrong(1, "bad\0word"), handles=("h",))
    push(catalog)
    assert item(1).refusal["said"] == "badword"


def test_a_single_refusal_with_metas_own_words_for_people(catalog, shelf):
    products(catalog.workspace, 1)
    shelf.singles.append(refusal(10801, message="Either file or url must be specified"))
    push(catalog)
    assert item().refusal["code"] == "10801" and item().status == "refused"


def test_what_the_review_said_of_another_content_is_not_shown_for_the_new_one(catalog, shelf):
    """Rejected, mended, taken: it waits for another review, and is asked about soon, not only at night."""
    rejected, approved = products(catalog.workspace, 2)
    before = {"is_at_meta": True, "accepted_hash": "before", "review_errors": [{"message": "Policy"}]}
    ProductItem.objects.update(**before, review_status="approved")
    ProductItem.objects.filter(pk=rejected.pk).update(review_status="rejected")
    pushing.push(catalog.pk)
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        polling.poll_due()
    rejected.refresh_from_db()
    approved.refresh_from_db()
    assert (rejected.status, rejected.review_status, rejected.review_errors) == ("accepted", "", [])
    assert approved.review_status == "approved"
    assert list(reviews.waiting_for(catalog)) == [rejected]


def test_a_shop_that_changes_something_all_the_time_has_its_reviews_read(catalog, shelf):
    products(catalog.workspace, 2)
    push(catalog)
    poll()
    catalog.refresh_from_db()
    first = catalog.review_after
    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        change(catalog.workspace, 1, 2)
        push(catalog)
        poll()
    catalog.refresh_from_db()
    assert catalog.review_after == first
