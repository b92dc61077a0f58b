"""The shop on the phone: products in bubbles, the catalog, the cart, orders and questions."""

import pytest

from .catalogs import CATALOG, SCOPES
from .conftest import CUSTOMER, SHOP_NUMBER, wait_for
from .test_catalog_review import catalog_message, product, products

PHONE = f"/phone/{CUSTOMER}/{SHOP_NUMBER}"
WHO = {"customer": CUSTOMER, "phone_number_id": SHOP_NUMBER}


class Phone:
    def __init__(self, sandbox, app, token):
        self.sandbox, self.app, self.token = sandbox, app, token

    def page(self, path="", **params):
        answer = self.sandbox.session.get(f"{self.sandbox.base}{PHONE}{path}", params=params, timeout=5)
        assert answer.ok
        return answer.text

    def shop(self, **params):
        return self.page("/shop", **params)

    def post(self, **form):
        return self.sandbox.session.post(f"{self.sandbox.base}{PHONE}/send", data=form, timeout=5)

    def do(self, what, **words):
        return self.sandbox.control("do", do=what, **WHO, **words)

    def gets(self, message):
        wamid = self.sandbox.send(self.token, **message).json()["messages"][0]["id"]
        wait_for(lambda: wamid in self.page("/messages"))
        return wamid

    def told(self):
        """The last message that the app heard of."""

        def last():
            values = [message for value in self.app.values() for message in value.get("messages", [])]
            return values[-1] if values else None

        return wait_for(last)


@pytest.fixture
def phone(sandbox, chatting, app):
    token = sandbox.token(scopes=SCOPES, scope=",".join(SCOPES))
    return Phone(sandbox, app, token)


def test_a_product_shows_its_picture_name_and_price(phone):
    wamid = phone.gets(product("mug-example"))
    page = phone.page("/messages")
    assert "Example mug" in page and "$9.99" in page and 'src="/pictures/mug-white.png"' in page
    detail = phone.shop(wamid=wamid, product="mug-example")
    assert "An example of a mug." in detail and "Add to cart" in detail and "Send the question" in detail
    phone.sandbox.control(
        "product",
        catalog_id=CATALOG,
        retailer_id="mug-example",
        do="change",
        data={"image_url": "https://a.example/m.png"},
    )
    assert "a.example" not in phone.page("/messages")


def test_a_cart_from_a_list_comes_as_one_order_at_the_prices_of_then(phone):
    wamid = phone.gets(products("shirt-blue", "mug-example", "unknown"))
    page = phone.page("/messages")
    assert "2 items" in page and "View items" in page
    shop = phone.shop(wamid=wamid)
    assert "New" in shop and "Blue shirt" in shop and "Red cap" not in shop
    about = {"catalog_id": CATALOG, "wamid": wamid, "back": f"{PHONE}/shop?wamid={wamid}"}
    answer = phone.post(kind="cart", product="shirt-blue", quantity="", **about)
    assert "/shop" in answer.url and "Cart (1)" in answer.text
    phone.post(kind="cart", product="mug-example", quantity="2", **about)
    phone.do("cart", product="shirt-blue")
    phone.sandbox.control(
        "product", catalog_id=CATALOG, retailer_id="shirt-blue", do="change", data={"sale_price": 2000}
    )
    cart = phone.shop(cart="1")
    assert "$59.98" in cart, cart[cart.index("goods") :]
    phone.post(kind="order", is_cart="1", text="As a present")
    order = phone.told()
    items = {item["product_retailer_id"]: item for item in order["order"]["product_items"]}
    assert items["shirt-blue"] == {
        "product_retailer_id": "shirt-blue", "quantity": 2, "item_price": 20, "currency": "USD",
    }  # fmt: skip
    assert (items["mug-example"]["quantity"], items["mug-example"]["item_price"]) == (2, 9.99)
    assert (order["order"]["text"], order["context"]["id"]) == ("As a present", wamid)
    assert "Total 59.98 USD" in phone.page("/messages") and "Your cart is empty" in phone.shop(cart="1")


def test_currencies_without_and_with_three_decimals(phone):
    for retailer_id in ("fan-example", "tea-example"):
        phone.do("cart", product=retailer_id)
    assert "KWD 3.500" in phone.shop(cart="1") and "¥1,250" in phone.shop(cart="1")
    phone.do("order")
    prices = [(item["item_price"], item["currency"]) for item in phone.told()["order"]["product_items"]]
    assert prices == [(1250, "JPY"), (3.5, "KWD")]
    assert "1,250 JPY + 3.500 KWD" in phone.page("/messages")


def test_a_catalog_message_opens_all_that_is_approved(phone):
    wamid = phone.gets(catalog_message(thumbnail_product_retailer_id="cap-red"))
    assert "View catalog" in phone.page("/messages") and "Red cap" in phone.page("/messages")
    shop = phone.shop(wamid=wamid)
    assert "شاي تجريبي" in shop and "replica" not in shop


def test_a_product_is_asked_about(phone):
    wamid = phone.gets(product("mug-example"))
    phone.post(kind="question", product="mug-example", catalog_id=CATALOG, wamid=wamid, text="In red?")
    told = phone.told()
    assert told["text"] == {"body": "In red?"}
    assert told["context"]["referred_product"] == {"catalog_id": CATALOG, "product_retailer_id": "mug-example"}
    assert phone.page("/messages").count("Example mug") == 2


def test_without_carts_there_are_no_cart_buttons(phone):
    settings = {"is_cart_enabled": "false"}
    assert phone.sandbox.post(f"{SHOP_NUMBER}/whatsapp_commerce_settings", phone.token, params=settings).ok
    detail = phone.shop(product="mug-example")
    assert "Add to cart" not in detail and "Send the question" in detail and "Cart" not in phone.shop()
    assert "switched carts off" in phone.do("cart", product="mug-example")["error"]
    assert "switched carts off" in phone.do("order")["error"]


def test_what_is_gone_or_sold_out_cannot_be_bought(phone):
    phone.gets(product("mug-example"))
    phone.sandbox.control(
        "product", catalog_id=CATALOG, retailer_id="cap-red", do="change", data={"availability": "out of stock"}
    )
    phone.sandbox.control("product", catalog_id=CATALOG, retailer_id="mug-example", do="remove")
    assert "Not available any more" in phone.page("/messages")
    assert "not available any more" in phone.shop(product="mug-example")
    assert "no such product" in phone.do("cart", product="mug-example")["error"]
    assert "Sold out" in phone.shop(product="cap-red")


def test_the_way_back_stays_on_the_phone(phone):
    answer = phone.post(kind="cart", product="cap-red", back="https://evil.example/shop")
    assert answer.url.endswith(PHONE)
