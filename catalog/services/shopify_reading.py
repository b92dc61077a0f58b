"""Shopify's product as the rows that `items.write` takes: each variant is a product of its own.

The product number is the variant's id, not its SKU: a SKU may be missing, or stand at two variants. A shop can choose
the SKU all the same; a variant whose SKU is missing, or is another one's of the same product too, keeps its id.
The SKU is not given as the manufacturer's number, which it is not: it stays in `source_data`.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from django.utils.dateparse import parse_datetime

from catalog import plain_text
from catalog.fields import FIELDS, LONGEST_RETAILER_ID, MOST_PICTURES
from catalog.models import ShopifyShop
from meta_integration import walk
from meta_integration.walk import text_in

# Names of Shopify's options, in lower case, and what they are called at Meta.
OPTIONS = {
    **dict.fromkeys(("color", "colour", "farbe", "couleur", "colore", "kleur", "cor"), "color"),
    **dict.fromkeys(("size", "größe", "groesse", "taille", "talla", "taglia", "maat", "tamanho"), "size"),
    **dict.fromkeys(("material", "matière", "materiale", "materiaal", "fabric"), "material"),
    **dict.fromkeys(("pattern", "muster", "motif"), "pattern"),
    "gender": "gender",
    "age group": "age_group",
}
OPTION_PLACES = ("option1", "option2", "option3")
NO_OPTION = "Default Title"
GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}")


class Unreadable(ValueError):
    """Signed by Shopify, but not a product that can be taken over. The text says why, for a person."""


def parsed(body: bytes) -> dict:
    """Raises Unreadable for what is no JSON object."""
    try:
        value = walk.parse(body)
    except (ValueError, RecursionError):
        raise Unreadable("It is not JSON. In Shopify, choose JSON as the format of the webhook.") from None
    if not isinstance(value, dict):
        raise Unreadable("It is JSON, but not an object.")
    return value


def title_of(product: dict) -> str:
    return text_in(product, "title").strip() or text_in(product, "id")


def title_in(body: bytes) -> str:
    """The same of what may be no product at all; empty then."""
    try:
        return title_of(parsed(body))
    except Unreadable:
        return ""


def key_of(product: dict) -> str:
    """Shopify's id of the product."""
    key = text_in(product, "id")
    if not key or len(key) > LONGEST_RETAILER_ID:
        raise Unreadable("It names no product: its id is missing.")
    return key


def updated_at(product: dict) -> datetime | None:
    """When the product was last changed at Shopify."""
    return time_of(text_in(product, "updated_at"))


def time_of(text: str) -> datetime | None:
    """Shopify writes it with an offset, or with nine decimals and a Z. None for anything else."""
    try:
        at = parse_datetime(text)
        return at and (at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def why_not_for_sale(product: dict) -> str:
    """Empty for what customers can buy. Older versions of Shopify's API know no status."""
    status = text_in(product, "status")
    if status not in ("", "active"):
        return f"At Shopify the product is not active ({status[:40]})"
    if "published_at" in product and not product["published_at"]:
        return "At Shopify the product is not published in the online store"
    return ""


def rows_of(product: dict, shop: ShopifyShop) -> list[dict]:
    """One row for each variant. Raises Unreadable for a product without any: then nothing is known of them."""
    variants = _variants(product)
    numbers = _numbers(variants, shop)
    return [
        {
            "retailer_id": number,
            "source_key": key_of(product),
            "source_data": variant,
            **_shared(product, shop),
            **_of_variant(product, variant, shop, is_one_of_many=len(variants) > 1),
        }
        for variant, number in zip(variants, numbers, strict=True)
    ]


def ids_only(product: dict) -> set[str]:
    """Variants that Shopify names without saying more of them: it sends the first hundred or so whole."""
    named = product.get("variant_gids")
    gids = [text_in(each, "admin_graphql_api_id") for each in named] if isinstance(named, list) else []
    told = {text_in(variant, "id") for variant in _variants(product)}
    return {gid.rpartition("/")[2] for gid in gids if gid} - told


def _variants(product: dict) -> list[dict]:
    variants = product.get("variants")
    if not isinstance(variants, list) or not variants or not all(text_in(each, "id") for each in variants):
        raise Unreadable("It names no variants, or one without an id. Do not choose single fields for the webhook.")
    return variants


def _numbers(variants: list[dict], shop: ShopifyShop) -> list[str]:
    if shop.number_is != ShopifyShop.NumberIs.SKU:
        return [text_in(variant, "id") for variant in variants]
    skus = [text_in(variant, "sku").strip() for variant in variants]
    counts = Counter(skus)
    return [
        sku if sku and counts[sku] == 1 and len(sku) <= LONGEST_RETAILER_ID else text_in(variant, "id")
        for variant, sku in zip(variants, skus, strict=True)
    ]


def _shared(product: dict, shop: ShopifyShop) -> dict:
    # Meta takes no product without a description; many shops write none.
    words = plain_text.of_html(text_in(product, "body_html"), FIELDS["description"].most)
    return {
        "description": words or text_in(product, "title").strip(),
        "currency": shop.currency,
        "brand": text_in(product, "vendor").strip(),
        "category": text_in(product, "product_type").strip(),
        "condition": "new",
    }


def _of_variant(product: dict, variant: dict, shop: ShopifyShop, *, is_one_of_many: bool) -> dict:
    own_title, title = text_in(variant, "title").strip(), text_in(product, "title").strip()
    pictures = _pictures(product, variant)
    return {
        "title": f"{title} – {own_title}" if own_title and own_title != NO_OPTION else title,
        "item_group_id": key_of(product) if is_one_of_many else "",
        "link": _link(product, variant, shop),
        "image_link": next(iter(pictures), ""),
        "additional_image_links": pictures[1 : MOST_PICTURES + 1],
        "attributes": _attributes(product, variant),
        **_prices(variant),
        **_stock(variant),
    }


def _link(product: dict, variant: dict, shop: ShopifyShop) -> str:
    handle = text_in(product, "handle")
    address = f"https://{shop.public_domain or shop.shop_domain}/products/{quote(handle)}"
    return f"{address}?variant={quote(text_in(variant, 'id'))}" if handle else ""


def _prices(variant: dict) -> dict:
    """A price to compare with that is higher is the price, and what is asked now the sale price."""
    price, before = _amount(variant, "price"), _amount(variant, "compare_at_price")
    if price is not None and before is not None and before > price:
        return {"price": before, "sale_price": price}
    return {"price": price, "sale_price": None}


def _amount(variant: dict, name: str) -> Decimal | None:
    value = variant.get(name)
    try:
        amount = Decimal(str(value)) if value is not None else None
    except InvalidOperation:
        return None
    return amount if amount is None or amount.is_finite() else None


def _stock(variant: dict) -> dict:
    """Where Shopify does not count, there is enough. Sold out and sold on all the same: to be had on order."""
    count = variant.get("inventory_quantity")
    is_counted = isinstance(count, int) and not isinstance(count, bool)
    # Newer versions of Shopify's API do not say who counts; then the figure is believed.
    if not is_counted or not variant.get("inventory_management", "shopify"):
        return {"availability": "in stock", "inventory": None}
    if count > 0:
        return {"availability": "in stock", "inventory": min(count, 2**31 - 1)}
    if variant.get("inventory_policy") == "continue":
        return {"availability": "available for order", "inventory": None}
    return {"availability": "out of stock", "inventory": 0}


def _pictures(product: dict, variant: dict) -> list[str]:
    """The variant's own first, then the product's, but for those of other variants. Without one of its own: all."""
    images = [each for each in _list(product, "images") if text_in(each, "src")]
    images = images or [each for each in (product.get("image"),) if text_in(each, "src")]
    images.sort(key=_position)
    own = [each for each in images if _is_of(each, variant)]
    others = [each for each in images if each not in own and not _list(each, "variant_ids")]
    # A product all of whose pictures are of other variants still shows its first.
    shown = [*own, *others] or images[:1]
    return list(dict.fromkeys(_address(text_in(each, "src")) for each in shown))


def _is_of(image: dict, variant: dict) -> bool:
    image_id, variant_id = text_in(variant, "image_id"), text_in(variant, "id")
    return bool(image_id) and text_in(image, "id") == image_id or variant_id in map(str, _list(image, "variant_ids"))


def _position(image: dict) -> int:
    position = image.get("position")
    return position if isinstance(position, int) else 0


def _address(src: str) -> str:
    return f"https:{src}" if src.startswith("//") else src


def _attributes(product: dict, variant: dict) -> dict:
    found = {}
    for place, option in zip(OPTION_PLACES, _list(product, "options"), strict=False):
        name, value = OPTIONS.get(text_in(option, "name").strip().lower()), text_in(variant, place).strip()
        if name and value and value != NO_OPTION:
            found[name] = value
    barcode = text_in(variant, "barcode").strip()
    return {**found, "gtin": barcode} if GTIN.fullmatch(barcode) else found


def _list(holder, name: str) -> list:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, list) else []
