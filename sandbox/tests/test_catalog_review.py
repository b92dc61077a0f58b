"""The review of products, what may be sent after it, and the moderator's page and control."""

import pytest

from .catalogs import CATALOG, EMPTY, SCOPES, Shelf, create, request
from .conftest import SHOP, wait_for


@pytest.fixture
def shop(sandbox, token):
    sandbox.control("weather", no_catalog_limits=True, no_window=True)
    return sandbox.token(scopes=SCOPES, scope=",".join(SCOPES))


@pytest.fixture
def shelf(sandbox, shop):
    return Shelf(sandbox, shop, CATALOG)


def product(retailer_id, catalog=CATALOG):
    action = {"catalog_id": catalog, "product_retailer_id": retailer_id}
    return {"type": "interactive", "interactive": {"type": "product", "action": action}}


def products(*retailer_ids, catalog=CATALOG):
    items = [{"product_retailer_id": each} for each in retailer_ids]
    action = {"catalog_id": catalog, "sections": [{"title": "New", "product_items": items}]}
    content = {"type": "product_list", "header": {"type": "text", "text": "Look"}, "body": {"text": "All of it"}}
    return {"type": "interactive", "interactive": {**content, "action": action}}


def catalog_message(**parameters):
    action = {"name": "catalog_message", "parameters": parameters}
    return {"type": "interactive", "interactive": {"type": "catalog_message", "body": {"text": "Hi"}, "action": action}}


def code(sandbox, token, message):
    return sandbox.send(token, **message).json().get("error", {}).get("code")


def test_a_product_is_pending_then_approved_and_again_when_its_words_change(sandbox, shop, shelf):
    sandbox.control("commerce", review_delay=0.2)
    shelf.applied(create("new"))
    assert shelf.one("new")["review_status"] == "pending"
    assert code(sandbox, shop, product("new")) == 131009
    assert shelf.reviewed("new")["review_status"] == "approved"
    assert code(sandbox, shop, product("new")) is None
    shelf.applied(request("UPDATE", id="new", price="1.00 USD"))
    assert shelf.one("new")["review_status"] == "approved", "a new price is not reviewed"
    shelf.applied(request("UPDATE", id="new", title="Weapons of all kinds"))
    row = shelf.reviewed("new")
    assert row["review_status"] == "rejected" and "weapon" in row["errors"][0]["description"]
    assert code(sandbox, shop, product("new")) == 131009


def test_only_what_is_linked_known_and_approved_may_be_sent(sandbox, shop, shelf):
    assert code(sandbox, shop, product("mug-example")) is None
    assert code(sandbox, shop, product("unknown")) == 131009
    assert code(sandbox, shop, product("watch-replica")) == 131009
    assert code(sandbox, shop, product("mug-example", EMPTY)) == 131009
    assert code(sandbox, shop, products("unknown", "cap-red")) is None, "what is not there is left out"
    assert code(sandbox, shop, products("unknown", "watch-replica")) == 131009
    assert code(sandbox, shop, catalog_message()) is None
    assert code(sandbox, shop, catalog_message(thumbnail_product_retailer_id="unknown")) == 131009
    bearer = {"Authorization": f"Bearer {shop}"}
    address = f"{sandbox.base}/v23.0/{SHOP}/product_catalogs?catalog_id={CATALOG}"
    assert sandbox.session.delete(address, headers=bearer).ok
    for message in (product("mug-example"), products("mug-example"), catalog_message()):
        assert code(sandbox, shop, message) == 131009


def test_the_moderator_decides(sandbox, shop, shelf):
    def page(**params):
        return sandbox.session.get(f"{sandbox.base}/products/", params=params, timeout=5).text

    sandbox.session.post(f"{sandbox.base}/products/review/", data={"automatic": ""}, timeout=5)
    shelf.applied(create("new", title="Example tray"))
    assert "wait until you approve" in page() and shelf.one("new")["review_status"] == "pending"
    assert page().index("Example tray") < page().index("Blue shirt"), "those that wait come first"
    assert "Example tray" not in page(status="approved") and "Blue shirt" not in page(q="tray")
    address = f"{sandbox.base}/products/{shelf.one('new')['id']}"
    for deed, status in (("approve", "approved"), ("outdate", "outdated"), ("reject", "rejected")):
        answer = sandbox.session.post(address, data={"do": deed, "reason": "Not a tray."}, timeout=5)
        assert answer.ok and shelf.one("new")["review_status"] == status
    assert shelf.one("new")["errors"][0]["description"] == "Not a tray." and "Not a tray." in page()
    assert sandbox.session.post(address, data={"do": "paint"}, timeout=5).status_code == 400


def test_control_tells_and_changes_what_a_catalog_holds(sandbox, shop, shelf):
    def control(path):
        return sandbox.session.get(f"{sandbox.base}/control/{path}", timeout=5).json()

    shelf.applied(create("new"))
    catalog = control(f"catalogs/{CATALOG}")
    assert catalog["batch_calls"] == 1 and catalog["waiting_batches"] == 0
    (new,) = [each for each in catalog["products"] if each["retailer_id"] == "new"]
    assert (new["data"]["price"], new["data"]["name"]) == (999, "Mug")
    assert [each["product_count"] for each in control("catalogs")] == [12, 0]
    changed = sandbox.control("product", catalog_id=CATALOG, retailer_id="new", do="change", data={"price": 1})
    assert changed["data"]["price"] == 1
    assert sandbox.control("product", catalog_id=CATALOG, retailer_id="new", do="remove")["retailer_id"] == "new"
    assert shelf.one("new") is None
    assert sandbox.control(f"catalogs/{EMPTY}", count=300)["product_count"] == 300
    assert "error" in control("catalogs/1") and "error" in sandbox.control("product", product_id="1", do="approve")
    assert sandbox.control("commerce", automatic=False)["automatic"] is False


def test_weather_makes_the_review_reject(sandbox, shop, shelf):
    sandbox.control("weather", products_rejected=True)
    shelf.applied(create("new"))
    assert wait_for(lambda: shelf.one("new")["review_status"] == "rejected")
