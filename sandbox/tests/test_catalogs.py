"""Which catalogs there are, products one by one, and what a shop shows of them."""

import pytest

from .catalogs import BUSINESS, CATALOG, EMPTY, SCOPES, SINGLE, Shelf
from .conftest import OUTLET, SHOP, SHOP_NUMBER


@pytest.fixture
def shop(sandbox):
    return sandbox.token(scopes=SCOPES, scope=",".join(SCOPES))


@pytest.fixture
def shelf(sandbox, shop):
    return Shelf(sandbox, shop)


def code(answer):
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


def test_one_catalog_is_linked_to_an_account_and_others_wait(sandbox, shop):
    def linked(waba=SHOP):
        return [row["id"] for row in sandbox.get(f"{waba}/product_catalogs", shop).json()["data"]]

    assert linked() == [CATALOG] and linked(OUTLET) == []
    assert code(sandbox.post(f"{SHOP}/product_catalogs", shop, json={"catalog_id": EMPTY})) == (100, 2388027)
    remove = sandbox.session.delete
    address, bearer = f"{sandbox.base}/v23.0/{SHOP}/product_catalogs", {"Authorization": f"Bearer {shop}"}
    assert remove(address, params={"catalog_id": EMPTY}, headers=bearer).status_code == 400
    assert remove(address, params={"catalog_id": CATALOG}, headers=bearer).json() == {"success": True}
    assert linked() == []
    for _ in range(2):  # the second time is no news
        assert sandbox.post(f"{SHOP}/product_catalogs", shop, json={"catalog_id": EMPTY}).json() == {"success": True}
    assert linked() == [EMPTY]
    assert code(sandbox.post(f"{SHOP}/product_catalogs", shop, json={"catalog_id": "4"})) == (100, 33)


def test_a_catalog_is_made_and_belongs_to_the_business(sandbox, shop):
    made = sandbox.post(f"{BUSINESS}/owned_product_catalogs", shop, json={"name": "Example winter"}).json()
    listed = sandbox.get(f"{BUSINESS}/owned_product_catalogs", shop).json()["data"]
    assert listed[-1] == {"id": made["id"], "name": "Example winter"} and len(listed) == 3
    read = sandbox.get(f"{made['id']}?fields=name,product_count", shop).json()
    assert read == {"id": made["id"], "name": "Example winter", "product_count": 0}
    assert code(sandbox.post(f"{BUSINESS}/owned_product_catalogs", shop, json={})) == (100, None)


def test_settings_of_a_number_are_empty_until_they_are_set(sandbox, shop):
    path = f"{SHOP_NUMBER}/whatsapp_commerce_settings"
    assert sandbox.get(path, shop).json() == {"data": []}
    assert sandbox.post(path, shop, params={"is_catalog_visible": "true"}).json() == {"success": True}
    settings = {"id": SHOP_NUMBER, "is_cart_enabled": True, "is_catalog_visible": True}
    assert sandbox.get(path, shop).json() == {"data": [settings]}
    assert code(sandbox.post(path, shop)) == (100, None)


def test_a_product_is_made_read_changed_and_removed(sandbox, shop, shelf):
    made = sandbox.post(f"{EMPTY}/products", shop, json=SINGLE).json()
    fields = "name,price,sale_price,availability,condition,url,image_url,brand,review_status"
    read = sandbox.get(f"{made['id']}?fields={fields}", shop).json()
    assert (read["price"], read["availability"], read["image_url"]) == ("$9.99", "in stock", SINGLE["image_url"])
    assert "sale_price" not in read
    assert sandbox.post(made["id"], shop, data={"price": "1250", "sale_price": 1000}).json() == {"success": True}
    assert shelf.one("mug-1")["price"] == "$12.50" and shelf.one("mug-1")["sale_price"] == "$10.00"
    assert sandbox.session.delete(f"{sandbox.base}/v23.0/{made['id']}", headers={"Authorization": f"Bearer {shop}"}).ok
    assert shelf.one("mug-1") is None and code(sandbox.get(made["id"], shop)) == (100, 33)


@pytest.mark.parametrize(
    ("price", "currency", "text"),
    [
        (599, "USD", "$5.99"),
        (123450, "EUR", "€1,234.50"),
        (1250, "JPY", "¥1,250"),
        (3500, "KWD", "KWD 3.500"),
        (5, "CHF", "CHF 0.05"),
    ],
)
def test_a_price_is_read_as_people_write_it(sandbox, shop, shelf, price, currency, text):
    sandbox.post(f"{EMPTY}/products", shop, json=SINGLE | {"price": price, "currency": currency})
    assert shelf.one("mug-1")["price"] == text


def test_an_id_that_is_there_already_is_10800_unless_an_upsert_is_wished(sandbox, shop, shelf):
    first = sandbox.post(f"{EMPTY}/products", shop, json=SINGLE).json()
    assert code(sandbox.post(f"{EMPTY}/products", shop, json=SINGLE)) == (10800, None)
    again = sandbox.post(f"{EMPTY}/products", shop, json=SINGLE | {"name": "Cup", "allow_upsert": True})
    assert again.json() == first and shelf.one("mug-1")["name"] == "Cup"
    assert sandbox.post(f"{EMPTY}/products", shop, json=SINGLE | {"retailer_id": "MUG-1"}).ok, "case matters"


@pytest.mark.parametrize(
    "wrong",
    [
        {"retailer_id": ""},
        {"retailer_id": "x" * 101},
        {"name": ""},
        {"name": "x" * 201},
        {"price": None},
        {"price": "9.99 USD"},
        {"price": -1},
        {"currency": "XYZ"},
        {"currency": ""},
        {"description": "x" * 5001},
        {"availability": "perhaps"},
        {"condition": "old"},
        {"url": "shop.example"},
        {"image_url": "/pictures/mug.png"},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_a_product_that_is_wrong_is_100(sandbox, shop, wrong):
    assert code(sandbox.post(f"{EMPTY}/products", shop, json=SINGLE | wrong)) == (100, None)


def test_products_come_in_pages_counted_filtered_and_approved(sandbox, shop):
    shelf = Shelf(sandbox, shop, CATALOG)
    everything = shelf.products(summary="total_count")
    count = everything["summary"]["total_count"]
    assert len(everything["data"]) == count > 8
    assert set(sandbox.get(f"{CATALOG}/products", shop).json()["data"][0]) == {"id", "name", "retailer_id"}
    page = shelf.products(limit=4)
    second = shelf.products(limit=4, after=page["paging"]["cursors"]["after"])
    assert page["data"] + second["data"] == everything["data"][:8] and "next" in page["paging"]
    approved = shelf.products(return_only_approved_products="true")["data"]
    assert len(approved) == count - 1 and {row["review_status"] for row in approved} == {"approved"}
    found = shelf.products(filter='{"retailer_id":{"is_any":["cap-red","sku-1","none"]}}')["data"]
    assert [row["retailer_id"] for row in found] == ["cap-red", "sku-1"]
    for wrong in ("{", '{"retailer_id":{"looks_like":"a"}}', '{"shoe":{"eq":"a"}}', "[]"):
        assert shelf.products(filter=wrong)["error"]["code"] == 2500
    assert shelf.products(fields="shoe")["error"]["code"] == 100


def test_catalogs_want_their_permission_and_an_account_of_the_token(sandbox):
    plain = sandbox.token()
    assert code(sandbox.get(f"{CATALOG}/products", plain)) == (200, None)
    stranger = sandbox.token(wabas=[OUTLET], scopes=SCOPES, scope=",".join(SCOPES))
    for path in (f"{CATALOG}/products", "6700000000000001"):
        assert code(sandbox.get(path, stranger)) == (100, 33)
