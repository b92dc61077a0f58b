"""What a product has, by the names of /products, and what each value may be."""

import re

from . import money

AVAILABILITIES = (
    "in stock", "out of stock", "preorder", "available for order", "discontinued", "pending", "mark_as_sold",
)  # fmt: skip
CONDITIONS = (
    "new", "refurbished", "used", "used_like_new", "used_good", "used_fair", "cpo", "open_box_new",
)  # fmt: skip
LONGEST = {
    "name": 200,
    "description": 5000,
    "brand": 100,
    "url": 2000,
    "image_url": 2000,
    "retailer_product_group_id": 100,
    "category": 750,
}
CHOICES = {"availability": AVAILABILITIES, "condition": CONDITIONS, "visibility": ("published", "staging", "hidden")}
OTHERS = (
    "age_group", "color", "gender", "gtin", "material", "mpn", "pattern", "size",
    *(f"custom_label_{number}" for number in range(5)),
)  # fmt: skip
REVIEWED = ("name", "description", "image_url", "brand", "category")
NEEDED = ("name", "price", "currency", "description", "availability", "url", "image_url")  # to be shown at all
MOST_IMAGES = 20
LONGEST_RETAILER_ID = 100


def problem_of(name: str, value) -> str:
    """What is wrong with one value, in words that follow its name; empty when nothing is."""
    if name in ("price", "sale_price"):
        return "" if isinstance(value, int) and value >= 0 else "must be a whole number in minor units"
    if name == "inventory":
        return "" if isinstance(value, int) and value >= 0 else "must be a whole number"
    if name == "additional_image_urls":
        return _addresses(value)
    if not isinstance(value, str):
        return "must be a text"
    if name == "currency":
        return "" if value in money.CURRENCIES else f"is unknown: {value[:40]}"
    if name in CHOICES:
        return "" if value in CHOICES[name] else f"must be one of {', '.join(CHOICES[name])}"
    longest = LONGEST.get(name, 1000)
    if len(value) > longest:
        return f"must be at most {longest} characters long, not {len(value)}"
    if name in ("url", "image_url"):
        return _address(value)
    return ""


def _address(value) -> str:
    is_one = isinstance(value, str) and re.match(r"https?://[^\s/]", value)
    return "" if is_one else "must be an http or https address"


def _addresses(value) -> str:
    if not isinstance(value, list) or len(value) > MOST_IMAGES:
        return f"must be a list of at most {MOST_IMAGES} addresses"
    return next((problem for problem in map(_address, value) if problem), "")


def retailer_id_problem(value) -> str:
    if not isinstance(value, str) or not value.strip():
        return "is required"
    if len(value) > LONGEST_RETAILER_ID:
        return f"must be at most {LONGEST_RETAILER_ID} characters long, not {len(value)}"
    return ""
