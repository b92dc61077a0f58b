"""The products of a catalog: made, changed, removed, and told of."""

import secrets
import time

from ..state import Product
from . import fields, money, review

EMPTY = (None, "", [])
ALWAYS = ("availability", "condition", "visibility")


def new_id() -> str:
    return f"67{secrets.randbelow(10**14):014}"


def save(meta, catalog_id: str, retailer_id: str, data: dict) -> Product:
    """Make it, or change what is named. An empty value clears; what the review looks at is then reviewed anew."""
    product = meta.world.shelf(catalog_id).get(retailer_id)
    if product is None:
        given = {"availability": "in stock", "condition": "new", "visibility": "published"} | data
        kept = {name: value for name, value in given.items() if value not in EMPTY}
        product = Product(new_id(), catalog_id, retailer_id, kept, created_at=time.time())
        meta.world.add_product(product)
        review.submit(product)
        return product
    review.settle(meta, product)
    before = [product.data.get(name) for name in fields.REVIEWED]
    for name, value in data.items():
        if value in EMPTY:
            product.data.pop(name, None)
        else:
            product.data[name] = value
    if [product.data.get(name) for name in fields.REVIEWED] != before:
        review.submit(product)
    return product


def shown(meta, product: Product, base: str) -> dict:
    """Everything Graph tells of a product; None for what it has not."""
    data, currency = product.data, product.data.get("currency", "USD")
    review.settle(meta, product)
    told = {name: data.get(name) for name in (*fields.LONGEST, *fields.CHOICES, *fields.OTHERS)}
    told |= {name: _price(data.get(name), currency) for name in ("price", "sale_price")}
    told |= {
        "id": product.product_id,
        "retailer_id": product.retailer_id,
        "currency": currency,
        "inventory": data.get("inventory"),
        "image_url": picture(product, base) or None,
        "additional_image_urls": data.get("additional_image_urls") or None,
        "review_status": product.review_status,
        "errors": review.errors_of(product),
        "product_catalog": {"id": product.catalog_id, "name": meta.world.catalogs[product.catalog_id].name},
    }
    return told


def picture(product: Product, base: str) -> str:
    """Those of the example world stand here, wherever that is."""
    address = product.data.get("image_url", "")
    return base.rstrip("/") + address if address.startswith("/") else address


def _price(minor: int | None, currency: str) -> str | None:
    return None if minor is None else money.formatted(minor, currency)


def price_now(product: Product) -> int:
    """In minor units: the sale's while there is one."""
    return product.data.get("sale_price", product.data.get("price", 0))
