"""items_batch: what is refused at once, what later, what is applied, and what is told of it."""

import json

import pytest

from .catalogs import EMPTY, MUG, SCOPES, Shelf, create, request
from .conftest import wait_for


@pytest.fixture
def shelf(sandbox):
    sandbox.control("weather", no_catalog_limits=True)
    return Shelf(sandbox, sandbox.token(scopes=SCOPES, scope=",".join(SCOPES)))


def test_a_batch_makes_changes_and_removes(shelf):
    sale = create("b", sale_price="8.00 USD", image_link="https://shop.example/b.jpg")
    row = shelf.applied(create("a"), sale, create("c", price="1250 JPY"))
    assert (row["status"], row["errors_total_count"], row["ids_of_invalid_requests"]) == ("finished", 0, [])
    assert shelf.one("a")["price"] == "$9.99" and shelf.one("b")["sale_price"] == "$8.00"
    changes = [request("UPDATE", id="a", price="11.00 USD"), request("UPDATE", id="b", sale_price="")]
    shelf.applied(*changes, request("DELETE", id="c"))
    assert shelf.one("a") == {**shelf.one("a"), "name": "Mug", "price": "$11.00"}, "only what is named changes"
    assert "sale_price" not in shelf.one("b") and shelf.one("c") is None


def test_a_form_carries_the_requests_as_json(sandbox, shelf):
    form = {"item_type": "PRODUCT_ITEM", "allow_upsert": "true", "requests": json.dumps([create("a")])}
    (handle,) = sandbox.post(f"{EMPTY}/items_batch", shelf.token, data=form).json()["handles"]
    shelf.finished(handle)
    assert shelf.one("a")["name"] == "Mug"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"price": "9,99"}, "price must be"),
        ({"price": "9.99"}, "price must be"),
        ({"price": "9.99 XYZ"}, "unknown currency"),
        ({"price": "9.99 JPY"}, "more decimals"),
        ({"title": "x" * 201}, "title must be at most 200"),
        ({"title": ""}, "title is required"),
        ({"link": "shop.example"}, "link must be"),
        ({"image": []}, "image must be"),
        ({"availability": "perhaps"}, "availability must be one of"),
        ({"sale_price": "5.00 EUR"}, "the same currency"),
        ({"id": "x" * 101}, "id must be at most 100"),
    ],
)
def test_an_item_with_an_error_is_left_out_and_the_others_go_on(shelf, wrong, words):
    answer = shelf.batch(create("good"), request("CREATE", **{"id": "bad"} | wrong)).json()
    (told,) = answer["validation_status"]
    assert words in told["errors"][0]["message"]
    shelf.finished(answer["handles"][0])
    assert [row["retailer_id"] for row in shelf.products()["data"]] == ["good"]


def test_a_warning_keeps_nothing_out(shelf):
    answer = shelf.batch(create("a", brand="")).json()
    assert "brand" in answer["validation_status"][0]["warnings"][0]["message"]
    (warning,) = shelf.finished(answer["handles"][0])["warnings"]
    assert (warning["line"], warning["id"]) == (1, "a") and shelf.one("a")
    data = {name: value for name, value in create("b")["data"].items() if name != "brand"}
    (warning,) = shelf.applied({"method": "UPDATE", "data": data})["warnings"]
    assert "brand" in warning["message"] and shelf.one("b"), "known only when it turns out to be new"


def test_an_id_twice_is_an_error_of_the_second(shelf):
    answer = shelf.batch(create("a"), request("DELETE", id="a")).json()
    (told,) = answer["validation_status"]
    assert told["retailer_id"] == "a" and "more than once" in told["errors"][0]["message"]


def test_nothing_accepted_has_no_handle(shelf):
    answer = shelf.batch(create("a", price="free"), {"method": "PAINT", "data": MUG}, "nonsense")
    assert (answer.status_code, answer.json()["handles"]) == (200, [])
    assert len(answer.json()["validation_status"]) == 3


def test_errors_found_later_name_line_and_id(shelf):
    row = shelf.applied(
        create("good"),
        create("bad-picture", image=[{"url": "http://127.0.0.1:1/pictures/no-image.png"}]),
        request("UPDATE", id="new", price="1.00 USD"),
    )
    assert row["errors_total_count"] == 2 and row["ids_of_invalid_requests"] == ["bad-picture", "new"]
    assert [error["line"] for error in row["errors"]] == [2, 3] and "no image" in row["errors"][0]["message"]
    assert [product["retailer_id"] for product in shelf.products()["data"]] == ["good"]


def test_without_upsert_nothing_is_made_or_changed_by_the_way(shelf):
    shelf.applied(create("a"))
    row = shelf.applied(create("a", price="1.00 USD"), request("UPDATE", id="b", price="1.00 USD"), allow_upsert=False)
    assert row["ids_of_invalid_requests"] == ["a", "b"] and shelf.one("a")["price"] == "$9.99"


def test_a_batch_is_in_progress_first_and_an_unknown_handle_is_nothing(sandbox, shelf):
    sandbox.control("weather", batch_slow=30)
    (handle,) = shelf.batch(create("a")).json()["handles"]
    assert shelf.status(handle)["status"] == "in_progress" and shelf.one("a") is None
    assert shelf.status("Acz-unknown") is None
    assert "ids_of_invalid_requests" not in shelf.status(handle, load_ids_of_invalid_requests="false")


def test_a_batch_that_is_none_is_100(sandbox, shelf):
    for wrong in ({"requests": []}, {"requests": "none"}, {"item_type": "HOTEL"}, {"item_type": ""}):
        assert shelf.batch(create("a"), **wrong).json()["error"]["code"] == 100
    many = [request("DELETE", id=str(number)) for number in range(5001)]
    assert shelf.batch(*many).json()["error"]["code"] == 100
    assert shelf.batch(*many[:5000]).ok


def test_batches_of_three_thousand_are_all_applied(shelf):
    for start in range(0, 9000, 3000):
        answer = shelf.batch(*(create(f"p-{number}") for number in range(start, start + 3000)))
        wait_for(lambda answer=answer: shelf.status(answer.json()["handles"][0])["status"] == "finished", 10)
    assert shelf.products(limit=1, summary="true")["summary"]["total_count"] == 9000
