"""The products a message offers, whatever kind of message it is; and whether it may go out with them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..errors import GraphError
from ..state import ChatMessage, Number, Product
from . import review


@dataclass
class Offer:
    """One product, a list in sections, or the whole catalog, which has no sections."""

    kind: str  # product, list, catalog
    catalog_id: str = ""  # empty: the one that is linked
    sections: list[tuple[str, list[str]]] = field(default_factory=list)
    thumbnail: str = ""

    @property
    def retailer_ids(self) -> list[str]:
        return [each for _, retailer_ids in self.sections for each in retailer_ids]


def of_message(message: ChatMessage, shown: dict) -> list[Offer]:
    if message.type == "template":
        return list(_of_template(shown))
    return of_interactive(message.body.get("interactive") or {}) if message.type == "interactive" else []


def of_interactive(content: dict) -> list[Offer]:
    kind, action = content.get("type"), content.get("action") or {}
    if kind == "product":
        return [_one(action)]
    if kind == "product_list":
        return [Offer("list", action["catalog_id"], _sections(action))]
    if kind == "catalog_message":
        return [Offer("catalog", thumbnail=_thumbnail(action.get("parameters")))]
    return []


def _of_template(shown: dict) -> Iterator[Offer]:
    for part in (shown, *shown.get("cards", [])):
        header = part.get("media", {})
        if str(header.get("type", "")).lower() == "product":
            yield _one(header["product"])
        for button in part.get("buttons", []):
            action = button.get("action") or {}
            if button["type"] == "MPM":
                yield Offer("list", sections=_sections(action), thumbnail=_thumbnail(action))
            elif button["type"] == "CATALOG":
                yield Offer("catalog", thumbnail=_thumbnail(action))


def _one(content: dict) -> Offer:
    return Offer("product", content["catalog_id"], [("", [content["product_retailer_id"]])])


def _sections(action: dict) -> list[tuple[str, list[str]]]:
    return [
        (section.get("title") or "", [item["product_retailer_id"] for item in section["product_items"]])
        for section in action.get("sections", [])
    ]


def _thumbnail(holder) -> str:
    return str((holder or {}).get("thumbnail_product_retailer_id") or "")


# --- may it go out?


def check(meta, number: Number, body: dict, shown: dict) -> None:
    """Raises 131009. Of a list only what is there is shown; with nothing of it there it does not go."""
    kind = body.get("type")
    found = (
        _of_template(shown)
        if kind == "template"
        else of_interactive(body["interactive"] if kind == "interactive" else {})
    )
    for offer in found:
        _check(meta, number, offer)


def _check(meta, number: Number, offer: Offer) -> None:
    catalog = meta.world.linked_catalog(number.waba_id)
    if catalog is None or offer.catalog_id not in ("", catalog.catalog_id):
        raise _wrong(f"catalog {offer.catalog_id or 'of this account'} is not linked to the WhatsApp Business account")
    named = offer.retailer_ids
    if named and not any(sendable(meta, catalog.catalog_id, each) for each in named):
        raise _wrong(f"no product that may be sent in catalog {catalog.catalog_id}: {', '.join(named)[:200]}")
    if offer.thumbnail and not sendable(meta, catalog.catalog_id, offer.thumbnail):
        raise _wrong(f"thumbnail_product_retailer_id {offer.thumbnail} is no product that may be sent")
    if offer.kind == "catalog" and not any(True for _ in on_show(meta, catalog.catalog_id)):
        raise _wrong(f"catalog {catalog.catalog_id} has no product that may be sent")


def _wrong(details: str) -> GraphError:
    return GraphError(131009, "(#131009) Parameter value is not valid", details=details)


def sendable(meta, catalog_id: str, retailer_id: str) -> Product | None:
    """The product, if it is approved and published."""
    product = meta.world.shelf(catalog_id).get(retailer_id)
    return product if product and _is_on_show(meta, product) else None


def on_show(meta, catalog_id: str) -> Iterator[Product]:
    return (product for product in list(meta.world.shelf(catalog_id).values()) if _is_on_show(meta, product))


def _is_on_show(meta, product: Product) -> bool:
    is_published = product.data.get("visibility", "published") == "published"
    return is_published and review.settle(meta, product).review_status == "approved"
