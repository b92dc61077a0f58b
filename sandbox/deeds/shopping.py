"""What a customer does with products: fills a cart, sends it as an order, asks about one."""

from ..commerce import carts, money, offers, products
from ..errors import BadRequest
from .given import Given

CATALOG = "400000000000001"
PRODUCTS = {  # by retailer_id: prices of products that the catalog has not, or not in this currency
    "shirt-blue": {"USD": 29.9, "JPY": 4500},
    "cap-red": {"USD": 15, "JPY": 2200},
    "mug-example": {"USD": 9.99, "JPY": 1480},
}
CURRENCIES = ("USD", "JPY")
UNKNOWN_PRICE = {"USD": 19.95, "JPY": 3000}


def cart(given: Given) -> None:
    """`quantity` of `product`, 0 to take it out; without a quantity one more."""
    _require_carts(given)
    mine = given.meta.carts.of(given.customer.wa_id, given.number.phone_number_id)
    catalog_id, product = _catalog_id(given), given.text("product")
    if offers.sendable(given.meta, catalog_id, product) is None:
        raise BadRequest("There is no such product in the catalog, or the review has not approved it.")
    if mine.catalog_id != catalog_id:
        mine.catalog_id, mine.wamid, mine.quantities = catalog_id, "", {}
    before = mine.quantities.pop(product, 0)
    count = min(before + 1, carts.MOST_OF_ONE) if given.text("quantity") == "" else _count(given.text("quantity"))
    if count:
        mine.quantities[product] = count
    mine.wamid = given.text("wamid") or mine.wamid


def order(given: Given) -> dict:
    """`quantity-<retailer_id>` of each product; without any the cart; with an empty one the examples."""
    _require_carts(given)
    currency = given.text("currency")
    if currency and currency not in CURRENCIES:
        raise BadRequest(f"currency must be one of {', '.join(CURRENCIES)}.")
    counts = {
        name.removeprefix("quantity-"): _count(value)
        for name, value in given.words.items()
        if name.startswith("quantity-")
    }
    catalog_id = _catalog_id(given)
    if not counts:
        mine = given.meta.carts.of(given.customer.wa_id, given.number.phone_number_id)
        counts, catalog_id = dict(mine.quantities), mine.catalog_id or catalog_id
        given.words = {"wamid": mine.wamid, **{name: value for name, value in given.words.items() if value}}
    counts = counts or ({} if given.text("is_cart") else dict.fromkeys(PRODUCTS, 1))
    items = [_item(given, catalog_id, product, count, currency) for product, count in counts.items() if count]
    if not items:
        raise BadRequest("The cart is empty.")
    given.meta.carts.empty(given.customer.wa_id, given.number.phone_number_id)
    note = given.text("text")
    content = {"catalog_id": catalog_id, "product_items": items} | ({"text": note} if note else {})
    return {"type": "order", "order": content, **given.context()}


def _item(given: Given, catalog_id: str, retailer_id: str, count: int, currency: str) -> dict:
    """At the price of this moment."""
    product = given.meta.world.shelf(catalog_id).get(retailer_id)
    if product and currency in ("", product.data["currency"]):
        currency = product.data["currency"]
        price = money.major(products.price_now(product), currency)
    else:
        currency = currency or CURRENCIES[0]
        price = PRODUCTS.get(retailer_id, UNKNOWN_PRICE)[currency]
    return {"product_retailer_id": retailer_id, "quantity": count, "item_price": price, "currency": currency}


def _require_carts(given: Given) -> None:
    if not carts.is_enabled(given.meta, given.number.phone_number_id):
        raise BadRequest("The shop has switched carts off: ask about a product instead.")


def _count(value) -> int:
    text = str(value or 0)
    if not text.isdigit() or int(text) > carts.MOST_OF_ONE:
        raise BadRequest(f"A quantity must be a whole number up to {carts.MOST_OF_ONE}.")
    return int(text)


def _catalog_id(given: Given) -> str:
    linked = given.meta.world.linked_catalog(given.number.waba_id)
    return given.text("catalog_id", linked.catalog_id if linked else CATALOG)


def question(given: Given) -> dict:
    """About a product of the catalog, or of a message that shows it."""
    product = given.text("product", next(iter(PRODUCTS)))
    named = {"catalog_id": _catalog_id(given), "product_retailer_id": product}
    context = given.context().get("context", {"from": given.number.digits})
    words = given.text("text", "Do you have this in another size?")
    return {"type": "text", "text": {"body": words}, "context": {**context, "referred_product": named}}
