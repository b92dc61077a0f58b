"""The products that the example world's first catalog has already."""

from ..state import Product, World

SHOP = "https://shop.example"
TEXT = "An example of a {}. It is made up, like all products here."
# Name, price in minor units, currency, picture. Those called example-1 and so on are as the shop's own examples may be.
PRODUCTS = {
    "shirt-blue": ("Blue shirt", "shirt", 2990, "USD", "shirt-blue"),
    "cap-red": ("Red cap", "cap", 1500, "USD", "cap-red"),
    "mug-example": ("Example mug", "mug", 999, "USD", "mug-white"),
    "sku-1": ("Example socks", "pair of socks", 700, "USD", "socks-green"),
    "sku-2": ("Example jumper", "jumper", 4250, "USD", "jumper-grey"),
    "tea-example": ("شاي تجريبي", "tea", 3500, "KWD", "tea-brown"),
    "fan-example": ("Example fan", "fan", 1250, "JPY", "fan-pink"),
    "example-1": ("Example lamp 1, blue", "lamp", 537, "USD", "lamp-blue"),
    "example-2": ("Example scarf 2, green", "scarf", 574, "USD", "scarf-green"),
    "example-3": ("Example table 3, yellow", "table", 611, "USD", "table-yellow"),
}
REJECTED = ("watch-replica", "Example replica of a watch", "replica of a watch", 9900, "USD", "watch-grey")


def fill(world: World, catalog_id: str) -> None:
    for number, (retailer_id, values) in enumerate(PRODUCTS.items(), 1):
        world.add_product(_product(catalog_id, retailer_id, *values, number=number))
    retailer_id, *values = REJECTED
    rejected = _product(catalog_id, retailer_id, *values, number=len(PRODUCTS) + 1)
    rejected.review_status = "rejected"
    rejected.reason = 'WhatsApp\'s commerce policy does not allow to sell this: "replica".'
    world.add_product(rejected)


def _product(catalog_id: str, retailer_id: str, *values, number: int) -> Product:
    name, thing, price, currency, picture = values
    page = retailer_id.removeprefix("example-")
    data = {
        "name": name,
        "description": TEXT.format(thing),
        "price": price,
        "currency": currency,
        "availability": "in stock",
        "condition": "new",
        "visibility": "published",
        "url": f"{SHOP}/p/{page}",
        "image_url": f"/pictures/{picture}.png",
        "brand": "Example",
    }
    return Product(f"6700000000{number:06}", catalog_id, retailer_id, data, review_status="approved")


def add_many(world: World, catalog_id: str, count: int) -> None:
    """Called many-1 and so on; those that are there stay."""
    shelf = world.shelf(catalog_id)
    for number in range(1, count + 1):
        retailer_id = f"many-{number}"
        if retailer_id not in shelf:
            values = f"Example item {number}", "thing", 500 + number % 9500, "USD", f"thing-{number % 12}"
            product = _product(catalog_id, retailer_id, *values, number=0)
            product.product_id = f"68{int(catalog_id) % 10**7:07}{number:07}"
            world.add_product(product)
