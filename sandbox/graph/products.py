"""The products of a catalog, one by one, with prices in minor units; and their list."""

import json

from ..commerce import fields, limits, products, review
from ..errors import GraphError
from ..state import Catalog, Product
from . import access
from .calls import Call
from .reading import page, project

DEFAULT_FIELDS = ["id", "name", "retailer_id"]
DUPLICATE = 10800
WRONG_FILTER = 2500
NUMBERS = ("price", "sale_price", "inventory")
LISTS = ("additional_image_urls",)
WRITABLE = (*NUMBERS, *LISTS, "currency", *fields.LONGEST, *fields.CHOICES, *fields.OTHERS)
NOT_TO_CLEAR = ("name", "price", "currency")


def listed(meta, call: Call) -> dict:
    catalog = _catalog(meta, call)
    found = list(meta.world.shelf(catalog.catalog_id).values())
    for keep in _filters(call):
        found = [product for product in found if keep(meta, product)]
    if _is_true(call.params.get("return_only_approved_products")):
        found = [product for product in found if review.settle(meta, product).review_status == "approved"]
    answer = page(call, found, shape=lambda product: _shown(meta, call, product))
    return answer | {"summary": {"total_count": len(found)}} if call.params.get("summary") else answer


def _shown(meta, call: Call, product: Product) -> dict:
    return project(call, products.shown(meta, product, call.base), DEFAULT_FIELDS)


def _filters(call: Call):
    """Raises 2500 for a filter that is none."""
    given = call.params.get("filter") or {}
    try:
        rules = json.loads(given) if isinstance(given, str) else given
        return [_filter(name, operator, value) for name, rule in rules.items() for operator, value in rule.items()]
    except (ValueError, AttributeError, KeyError, TypeError):
        raise GraphError(WRONG_FILTER, "Invalid filter") from None


def _filter(name: str, operator: str, value):
    if name not in ("retailer_id", "review_status", "id", *WRITABLE):
        raise KeyError(name)
    fits = {
        "eq": lambda own: own == value,
        "neq": lambda own: own != value,
        "is_any": lambda own: own in value,
        "contains": lambda own: str(value) in str(own),
        "i_contains": lambda own: str(value).lower() in str(own).lower(),
    }[operator]
    return lambda meta, product: fits(_value(meta, product, name))


def _value(meta, product: Product, name: str):
    if name == "review_status":
        return review.settle(meta, product).review_status
    own = {"retailer_id": product.retailer_id, "id": product.product_id}
    return own[name] if name in own else product.data.get(name, "")


def create(meta, call: Call) -> dict:
    """On v23.0 an id that is there already is 10800, unless the call says `allow_upsert`."""
    catalog = _catalog(meta, call)
    retailer_id = call.required("retailer_id")
    _complain("retailer_id", fields.retailer_id_problem(retailer_id))
    data = _data(call)
    is_new = retailer_id not in meta.world.shelf(catalog.catalog_id)
    if is_new:
        for name in NOT_TO_CLEAR:
            call.required(name)
    elif not _is_true(call.params.get("allow_upsert")):
        raise GraphError(DUPLICATE, f"(#{DUPLICATE}) Duplicate retailer_id: a product with this id exists already")
    product = products.save(meta, catalog.catalog_id, retailer_id, data)
    meta.note_change()
    return {"id": product.product_id}


def read(meta, call: Call) -> dict:
    return _shown(meta, call, _product(meta, call))


def update(meta, call: Call) -> dict:
    product = _product(meta, call)
    products.save(meta, product.catalog_id, product.retailer_id, _data(call))
    meta.note_change()
    return {"success": True}


def delete(meta, call: Call) -> dict:
    meta.world.remove_product(_product(meta, call))
    meta.note_change()
    return {"success": True}


def _catalog(meta, call: Call) -> Catalog:
    catalog = access.catalog_of(meta, call)
    limits.check(meta, catalog)
    return catalog


def _product(meta, call: Call) -> Product:
    product = access.product_of(meta, call)
    limits.check(meta, meta.world.catalogs[product.catalog_id])
    return product


def _data(call: Call) -> dict:
    """What is named, checked. Raises 100."""
    data = {name: _typed(name, call.params[name]) for name in WRITABLE if name in call.params}
    for name, value in data.items():
        if value in products.EMPTY:
            if name in NOT_TO_CLEAR:
                raise GraphError(100, f"(#100) The parameter {name} is required.")
            continue
        _complain(name, fields.problem_of(name, value))
    return data


def _typed(name: str, value):
    """Forms carry numbers as text."""
    is_number = name in NUMBERS and isinstance(value, str) and value.isdigit()
    return int(value) if is_number else value


def _complain(name: str, problem: str) -> None:
    if problem:
        raise GraphError(100, f"(#100) Param {name} {problem}")


def _is_true(value) -> bool:
    return value is True or str(value).lower() in ("true", "1")
