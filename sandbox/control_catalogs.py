"""Control of catalogs, for tests: what is in one, what the review says, and how fast things happen."""

from dataclasses import asdict

from .commerce import examples, products, review
from .control_values import fraction, whole
from .errors import BadRequest
from .state import Catalog, Product

DEEDS = ("approve", "reject", "outdate", "pend", "remove", "set_status")
MOST_PRODUCTS = 100_000
STATUS_AFTER = {"approve": "approved", "outdate": "outdated"}


def listed(meta, data: dict) -> list[dict]:
    return [_catalog(meta, catalog) for catalog in meta.world.catalogs.values()]


def shown(meta, data: dict) -> dict:
    """A catalog with all its products."""
    catalog = _catalog_of(meta, data)
    return _catalog(meta, catalog) | {"products": [_product(meta, each) for each in _shelf(meta, catalog)]}


def add(meta, data: dict) -> dict:
    """As many approved example products as wanted, for lists with pages."""
    catalog, count = _catalog_of(meta, data), whole(data, "count", 1)
    if count > MOST_PRODUCTS:
        raise BadRequest(f"count must be at most {MOST_PRODUCTS}.")
    examples.add_many(meta.world, catalog.catalog_id, count)
    meta.note_change()
    return _catalog(meta, catalog)


def _catalog(meta, catalog: Catalog) -> dict:
    batches = [each for each in meta.world.batches.values() if each.catalog_id == catalog.catalog_id]
    waiting = sum(not each.is_finished for each in batches)
    return asdict(catalog) | {"product_count": len(_shelf(meta, catalog)), "waiting_batches": waiting}


def _product(meta, product: Product) -> dict:
    return asdict(review.settle(meta, product))


def _shelf(meta, catalog: Catalog) -> list[Product]:
    return list(meta.world.shelf(catalog.catalog_id).values())


def _catalog_of(meta, data: dict) -> Catalog:
    catalog = meta.world.catalogs.get(str(data.get("catalog_id", "")))
    if catalog is None:
        raise BadRequest("catalog_id is not one of this sandbox.")
    return catalog


def _product_of(meta, data: dict) -> Product:
    if data.get("product_id"):
        found = meta.world.products.get(str(data["product_id"]))
    else:
        found = meta.world.shelf(_catalog_of(meta, data).catalog_id).get(str(data.get("retailer_id", "")))
    if found is None:
        raise BadRequest("There is no such product: name product_id, or catalog_id and retailer_id.")
    return found


def do(meta, data: dict) -> dict:
    """What Meta does to one product; nobody is told."""
    product, deed = _product_of(meta, data), data.get("do")
    if deed in STATUS_AFTER:
        review.set_status(product, STATUS_AFTER[deed])
    elif deed == "reject":
        review.reject(product, str(data.get("reason") or review.BY_HAND))
    elif deed == "pend":
        review.submit(product)
    elif deed == "remove":
        meta.world.remove_product(product)
    elif deed == "set_status":
        review.set_status(product, str(data.get("status", "")))
    elif deed == "change" and isinstance(data.get("data"), dict):
        products.save(meta, product.catalog_id, product.retailer_id, data["data"])
    else:
        raise BadRequest(f"do must be one of {', '.join(DEEDS)}, or change with data.")
    meta.note_change()
    return _product(meta, product)


def commerce(meta, data: dict) -> dict:
    """How the review works, and how long things take."""
    world = meta.world
    if "automatic" in data:
        world.is_product_review_by_hand = not data["automatic"]
    if "review_delay" in data:
        world.product_review_delay = fraction(data, "review_delay")
    if "batch_delay" in data:
        world.batch_delay = fraction(data, "batch_delay")
    meta.note_change()
    waiting = sum(review.settle(meta, each).review_status == "pending" for each in list(world.products.values()))
    own = world.batch_delay
    return {
        "automatic": not review.is_by_hand(meta),
        "review_delay": review.delay_of(meta),
        "batch_delay": meta.settings.batch_delay if own is None else own,
        "waiting": waiting,
    }
