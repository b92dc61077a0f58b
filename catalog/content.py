"""A product as Meta takes it: for `items_batch`, for `/products`, and the hash by which two contents are compared."""

import hashlib
import json

from catalog import money
from catalog.fields import ATTRIBUTES

# Names of `items_batch` and their columns here, where those are texts.
TEXTS = {
    "title": "title",
    "description": "description",
    "availability": "availability",
    "condition": "condition",
    "link": "link",
    "brand": "brand",
    "google_product_category": "category",
    "item_group_id": "item_group_id",
}
# What `/products` calls otherwise.
SINGLE_NAMES = {
    "title": "name",
    "link": "url",
    "google_product_category": "category",
    "item_group_id": "retailer_product_group_id",
}


def batch_data(item) -> dict:
    """The `data` of a request in `items_batch`, without the id. Only for an item without problems."""
    data = _texts(item)
    data["image"] = [{"url": address} for address in (item.image_link, *item.additional_image_links)]
    data["price"] = money.batch_text(item.price, item.currency)
    # An update leaves what it does not name: without the empty text a sale would never end at Meta.
    is_on_sale = item.sale_price is not None
    data["sale_price"] = money.batch_text(item.sale_price, item.currency) if is_on_sale else ""
    return data


def single_data(item) -> dict:
    """The fields of `POST /{catalog_id}/products` and `POST /{product_id}`, without the id."""
    data = {SINGLE_NAMES.get(name, name): value for name, value in _texts(item).items()}
    data |= {"image_url": item.image_link, "additional_image_urls": list(item.additional_image_links)}
    data |= {"currency": item.currency, "price": money.minor_units(item.price, item.currency)}
    if item.sale_price is not None:
        data["sale_price"] = money.minor_units(item.sale_price, item.currency)
    return data


def hash_of(item) -> str:
    """Two contents with the same hash are the same for Meta."""
    return hashlib.sha256(json.dumps(batch_data(item), sort_keys=True).encode()).hexdigest()


def _texts(item) -> dict:
    data = {name: getattr(item, column) for name, column in TEXTS.items() if getattr(item, column)}
    data |= {name: item.attributes[name] for name in ATTRIBUTES if item.attributes.get(name)}
    return data if item.inventory is None else {**data, "inventory": item.inventory}
