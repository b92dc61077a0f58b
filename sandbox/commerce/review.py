"""WhatsApp's review of products: pending for a while, then approved, or rejected for a word it does not like.

Nobody is told of it, so it happens when somebody looks.
"""

import re
import time

from ..state import Product

BAD_WORDS = ("weapon", "gun", "tobacco", "cigarette", "alcohol", "replica", "counterfeit", "drug", "casino")
STATUSES = ("", "pending", "approved", "rejected", "outdated", "no_review")
BY_HAND = "The product is against WhatsApp's commerce policy."
OF_THE_WEATHER = "Made by the weather of the sandbox."
_found = re.compile(rf"\b({'|'.join(BAD_WORDS)})s?\b", re.IGNORECASE).search


def submit(product: Product) -> None:
    product.review_status, product.pending_since, product.reason = "pending", time.time(), ""


def delay_of(meta) -> float:
    own = meta.world.product_review_delay
    return meta.settings.product_review_delay if own is None else own


def is_by_hand(meta) -> bool:
    return meta.world.is_product_review_by_hand or delay_of(meta) < 0


def settle(meta, product: Product) -> Product:
    """Bring its review to where it is by now."""
    if product.review_status != "pending" or is_by_hand(meta):
        return product
    if time.time() >= product.pending_since + delay_of(meta):
        decide(meta, product)
    return product


def decide(meta, product: Product) -> None:
    word = _found(f"{product.data.get('name', '')} {product.data.get('description', '')}")
    if word:
        reject(product, f'WhatsApp\'s commerce policy does not allow to sell this: "{word[1].lower()}".')
    elif meta.weather.strikes("products_rejected"):
        reject(product, OF_THE_WEATHER)
    else:
        set_status(product, "approved")
    meta.note_change()


def reject(product: Product, reason: str) -> None:
    product.review_status, product.reason = "rejected", reason


def set_status(product: Product, status: str) -> None:
    product.review_status, product.reason = status, ""


def errors_of(product: Product) -> list[dict]:
    """As a reading tells them."""
    errors = []
    if product.review_status == "rejected":
        errors.append(_error("PRODUCT_REJECTED", "Rejected by the review", product.reason))
    if product.problem:
        errors.append(_error("IMAGE_FETCH_FAILED", "The picture could not be used", product.problem))
    return errors


def _error(kind: str, title: str, description: str) -> dict:
    return {"error_type": kind, "error_priority": "HIGH", "title": title, "description": description}
