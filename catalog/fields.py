"""The facts of a product: their names, which are those of `items_batch`, what they may be, and how files call them.

Names and values: Meta's page on `items_batch`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_RETAILER_ID = 100
MOST_PICTURES = 20
LARGEST_PRICE = Decimal(10) ** 12

AVAILABILITY = {
    "in stock": _("In stock"),
    "out of stock": _("Out of stock"),
    "preorder": _("To be ordered in advance"),
    "available for order": _("Available for order"),
    "discontinued": _("Discontinued"),
    "pending": _("Pending"),
    "mark_as_sold": _("Sold"),
}
CONDITION = {
    "new": _("New"),
    "refurbished": _("Refurbished"),
    "used": _("Used"),
    "used_like_new": _("Used, like new"),
    "used_good": _("Used, good"),
    "used_fair": _("Used, fair"),
    "cpo": _("Certified pre-owned"),
    "open_box_new": _("New, box opened"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """`most` is how many characters Meta takes. `also` are names that files give it, in lower case."""

    name: str
    label: str | Promise
    most: int | None = None
    is_needed: bool = False
    also: tuple[str, ...] = ()


FIELDS = {
    each.name: each
    for each in (
        Field(
            "retailer_id", _("Product number"), LONGEST_RETAILER_ID, True, ("id", "sku", "product id", "variant sku")
        ),
        Field("title", _("Title"), 200, True, ("name", "product name", "product title")),
        Field("description", _("Description"), 5000, True, ("body", "body (html)", "text")),
        Field("price", _("Price"), None, True, ("variant price", "regular price")),
        Field("sale_price", _("Sale price"), None, False, ("offer price", "special price")),
        Field("currency", _("Currency"), 3, True, ("price currency", "currency code")),
        Field("availability", _("Availability"), None, True, ("stock status", "stock")),
        Field("condition", _("Condition"), None, True, ("item condition",)),
        Field("link", _("Page in the shop"), 2000, True, ("url", "product url", "product link")),
        Field("image_link", _("Picture"), 2000, True, ("image", "image url", "image_url", "image src", "picture")),
        Field("additional_image_links", _("More pictures"), None, False, ("additional_image_link", "more images")),
        Field("brand", _("Brand"), 100, True, ("vendor", "manufacturer")),
        Field("category", _("Category"), 250, False, ("google_product_category", "product category", "product type")),
        Field("item_group_id", _("Group of variants"), 100, False, ("group", "parent id", "handle", "parent sku")),
        Field("inventory", _("Number in stock"), None, False, ("quantity", "qty", "variant inventory qty")),
    )
}
# Further facts, kept together: what tells variants apart, and numbers that others know the product by.
ATTRIBUTES = {
    each.name: each
    for each in (
        Field("color", _("Colour"), 200, False, ("colour",)),
        Field("size", _("Size"), 200),
        Field("material", _("Material"), 200),
        Field("pattern", _("Pattern"), 100),
        Field("gender", _("Gender"), 20),
        Field("age_group", _("Age group"), 20),
        Field("gtin", _("Barcode (GTIN)"), 50, False, ("barcode", "ean", "upc", "isbn", "variant barcode")),
        Field("mpn", _("Manufacturer's number"), 100, False, ("part number",)),
    )
}
# The columns of ProductItem that a source fills.
CONTENT = (*(name for name in FIELDS if name != "retailer_id"), "attributes")
# Meta wants a brand or one of these.
INSTEAD_OF_BRAND = ("gtin", "mpn")
NEW = {"availability": "in stock", "condition": "new", "additional_image_links": [], "attributes": {}}


def label_of(name: str) -> str | Promise:
    known = FIELDS.get(name) or ATTRIBUTES.get(name)
    return known.label if known else name


def content_of(item) -> dict:
    """The values of a ProductItem that a source fills."""
    return {name: getattr(item, name) for name in CONTENT}


def complete(values: Mapping) -> dict:
    """All of CONTENT, with what a new product begins with where nothing is given."""
    empty = dict.fromkeys(CONTENT, "") | {"price": None, "sale_price": None, "inventory": None} | NEW
    return {**empty, **{name: values[name] for name in CONTENT if name in values}}
