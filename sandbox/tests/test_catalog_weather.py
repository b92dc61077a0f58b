"""Limits of a catalog and its bad days; and that products and batches survive a restart."""

import json

import pytest

from sandbox import snapshot
from sandbox.seed import example_world
from sandbox.state import Batch

from .catalogs import CATALOG, EMPTY, SCOPES, Shelf, create
from .conftest import Sandbox, wait_for


@pytest.fixture
def shelf(sandbox):
    return Shelf(sandbox, sandbox.token(scopes=SCOPES, scope=",".join(SCOPES)))


def minutes(answer):
    ((usage,),) = json.loads(answer.headers["x-business-use-case-usage"]).values()
    return usage["type"], usage["estimated_time_to_regain_access"]


def test_eight_batches_a_minute_for_each_catalog(sandbox, shelf):
    for number in range(8):
        assert shelf.batch(create(str(number))).ok
    answer = shelf.batch(create("9"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 80014)
    assert minutes(answer) == ("catalog_batch", 1)
    assert shelf.products()["data"] is not None, "other calls go on"
    assert Shelf(sandbox, shelf.token, CATALOG).batch(create("9")).ok
    sandbox.control("weather", no_catalog_limits=True)
    assert shelf.batch(create("9")).ok
    counts = sandbox.session.get(f"{sandbox.base}/control/catalogs/{EMPTY}", timeout=5).json()
    assert (counts["batch_calls"], counts["refused_calls"]) == (9, 1)


def test_limits_by_the_weather_name_their_minutes(sandbox, shelf):
    sandbox.control("weather", batch_limited={"minutes": 7, "count": 1}, catalog_limited={"minutes": 3, "count": 1})
    assert minutes(shelf.batch(create("a"))) == ("catalog_batch", 7)
    answer = sandbox.get(f"{EMPTY}/products", shelf.token)
    assert answer.json()["error"]["code"] == 80009 and minutes(answer) == ("catalog_management", 3)
    assert shelf.applied(create("a"))["errors_total_count"] == 0


def test_all_refused_and_no_handle_do_nothing(sandbox, shelf):
    sandbox.control("weather", batch_all_refused={"count": 1})
    answer = shelf.batch(create("a"), create("b"))
    assert (answer.status_code, answer.json()["handles"]) == (200, [])
    assert [each["retailer_id"] for each in answer.json()["validation_status"]] == ["a", "b"]
    sandbox.control("weather", batch_no_handle={"count": 1})
    assert shelf.batch(create("a")).json() == {"handles": [], "validation_status": []}
    shelf.applied(create("c"))
    assert [row["retailer_id"] for row in shelf.products()["data"]] == ["c"]


def test_a_batch_that_never_ends_or_loses_its_handle_is_done_all_the_same(sandbox, shelf):
    for number, switch in enumerate(("batch_endless", "batch_lost")):
        sandbox.control("weather", **{switch: {"count": 1}})
        (handle,) = shelf.batch(create(str(number))).json()["handles"]
        wait_for(lambda number=number: shelf.one(str(number)))
        row = shelf.status(handle)
        assert row["status"] == "in_progress" if switch == "batch_endless" else row is None


def test_a_batch_fails_later_and_pictures_are_not_read(sandbox, shelf):
    for switch in ("batch_fails", "pictures_unread"):
        sandbox.control("weather", **{switch: {"count": 1}})
        row = shelf.applied(create("a"))
        assert row["ids_of_invalid_requests"] == ["a"] and shelf.one("a") is None


def test_the_answer_is_lost_after_the_work(sandbox, shelf):
    sandbox.control("weather", batch_502_after={"count": 1})
    assert shelf.batch(create("a")).status_code == 502
    wait_for(lambda: shelf.one("a"))


def test_products_and_batches_are_kept_over_a_restart():
    world = example_world()
    world.commerce["1"] = {"id": "1", "is_cart_enabled": False}
    world.batches["h"] = Batch("h", CATALOG, [{"method": "DELETE", "id": "a", "data": {}}], [1], True, 5.5)
    world.batch_delay = 2.5
    again = snapshot.load(snapshot.dump(world))
    assert again.products == world.products and again.batches == world.batches
    assert (again.commerce, again.batch_delay) == (world.commerce, 2.5)
    assert list(again.shelf(CATALOG)) == list(world.shelf(CATALOG)) and again.linked_catalog("100000000000001")


def test_a_sandbox_from_before_products_gets_the_examples():
    world = example_world()
    old = json.loads(snapshot.dump(world))
    del old["products"], old["batches"]
    for catalog in old["catalogs"]:
        del catalog["linked_to"]
    again = snapshot.load(json.dumps(old))
    assert again.products == world.products and again.linked_catalog("100000000000001")


def test_a_batch_on_its_way_is_applied_after_a_restart(tmp_path):
    mine = Sandbox(snapshot=str(tmp_path / "world.json"))
    try:
        mine.control("commerce", batch_delay=1)
        shelf = Shelf(mine, mine.token(scopes=SCOPES, scope=",".join(SCOPES)))
        (handle,) = shelf.batch(create("a")).json()["handles"]
        assert shelf.status(handle)["status"] == "in_progress"
        mine.stop()
        mine.start()
        assert shelf.finished(handle)["errors_total_count"] == 0 and shelf.one("a")
    finally:
        mine.stop()


def test_the_log_shows_a_batch_shortened(sandbox, shelf):
    shelf.batch(*(create(f"item-{number}") for number in range(500)))
    page = sandbox.session.get(f"{sandbox.base}/log/", timeout=5).text
    assert "item-0" in page and "item-400" not in page and "490 more" in page
