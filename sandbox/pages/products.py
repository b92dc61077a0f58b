"""A product as the phone draws it, wherever it stands: picture, name, price."""

from urllib.parse import urlencode

from ..commerce import money, offers, pictures, products
from ..commerce.offers import Offer
from ..message_templates import filling
from ..state import ChatMessage, Product
from .render import Html, el, join

GONE = "Not available any more"


def find(meta, catalog_id: str, retailer_id: str) -> Product | None:
    return meta.world.shelf(catalog_id).get(retailer_id) if catalog_id in meta.world.catalogs else None


def name_of(meta, catalog_id: str, retailer_id: str) -> str:
    product = find(meta, catalog_id, retailer_id)
    return product.data["name"] if product else f"Product {retailer_id}"


def picture(meta, product: Product | None, kind: str = "thumb") -> Html:
    """Only what stands here itself is loaded; else there is the first letter."""
    path = pictures.own_path(product.data.get("image_url", ""), meta.settings.port) if product else ""
    if path:
        return el("img", src=path, alt="", class_=kind, loading="lazy", width=80, height=80)
    letter = product.data["name"].strip()[:1].upper() if product else "?"
    return el("span", letter or "?", class_=f"{kind} no-picture", aria_hidden="true")


def price(product: Product) -> Html:
    data, currency = product.data, product.data["currency"]
    now = money.formatted(products.price_now(product), currency)
    if "sale_price" not in data:
        return el("span", now, class_="price", dir="auto")
    before = el("s", el("span", "before ", class_="hidden"), money.formatted(data["price"], currency), class_="quiet")
    return el("span", now, " ", before, class_="price", dir="auto")


def card(meta, catalog_id: str, retailer_id: str) -> Html:
    """Beside each other: picture, name and price."""
    product = find(meta, catalog_id, retailer_id)
    name = el("strong", name_of(meta, catalog_id, retailer_id), dir="auto")
    words = el("span", name, price(product) if product else el("span", GONE, class_="quiet"), class_="words")
    return el("span", picture(meta, product), words, class_="product-card")


def offers_of(meta, message: ChatMessage) -> list[Offer]:
    """With the catalog they are in. Empty for a customer's own message, or one that nobody can read."""
    if message.is_from_customer:
        return []
    try:
        found = offers.of_message(message, filling.shown_of(meta, message))
    except (TypeError, KeyError, AttributeError):  # written by hand through the control API
        return []
    for offer in found:
        offer.catalog_id = offer.catalog_id or catalog_of(meta, message)
    return found


def catalog_of(meta, message: ChatMessage) -> str:
    """The one linked to the account of its number by now; empty for none."""
    linked = meta.world.linked_catalog(meta.world.numbers[message.phone_number_id].waba_id)
    return linked.catalog_id if linked else ""


def drawn(meta, message: ChatMessage, address: str) -> Html:
    """What a message offers, below its words: cards, and the way to all of it."""
    return join(_drawn(meta, message, offer, address) for offer in offers_of(meta, message))


def _drawn(meta, message: ChatMessage, offer: Offer, address: str) -> Html:
    if offer.kind == "product":
        (product,) = offer.retailer_ids
        here = shop_link(address, "View", wamid=message.wamid, product=product, catalog_id=offer.catalog_id)
        return join([el("div", card(meta, offer.catalog_id, product), class_="product"), here])
    thumbnail = offer.thumbnail or next(iter(offer.retailer_ids), "")
    shown = [each for each in offer.retailer_ids if offers.sendable(meta, offer.catalog_id, each)]
    parts = [el("div", card(meta, offer.catalog_id, thumbnail), class_="product")] if thumbnail else []
    if offer.kind == "list":
        more = f"{len(shown)} item" + ("" if len(shown) == 1 else "s")
        return join([*parts, el("p", more, class_="footer"), shop_link(address, "View items", wamid=message.wamid)])
    return join([*parts, shop_link(address, "View catalog", wamid=message.wamid)])


def shop_link(address: str, words: str, **query: str) -> Html:
    return el("p", el("a", words, href=shop_address(address, **query), class_="open-shop"), class_="action")


def shop_address(address: str, **query: str) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{address}/shop" + (f"?{urlencode(kept)}" if kept else "")
