"""Where the value for a gap can come from: what a shop knows of the customer, the order, the product and itself.

Callers hand over *facts*, a plain dict: `{"customer": {"first_name": ...}, "order": {...}, "product": {...}, "shop":
{...}}`. A source reads its own place there and nothing else; what else the facts hold is passed over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from templates_app.services import gaps

TEXT, LINK, PICTURE, PRODUCT, PRODUCT_ID, ANYTHING = "text", "link", "picture", "product", "product_id", "anything"
FIXED = "fixed"
# What goes into which kind of gap. Into all others goes only what is fixed, or given when it is sent.
FITTING = {
    gaps.TEXT: (TEXT, LINK),
    gaps.SUFFIX: (TEXT, LINK),
    gaps.COUPON: (TEXT,),
    gaps.PAYLOAD: (TEXT,),
    gaps.IMAGE: (PICTURE,),
    gaps.PRODUCT: (PRODUCT,),
    gaps.THUMBNAIL: (PRODUCT_ID,),
}
# A one-time code is made for each message.
NEVER_CHOSEN = (gaps.CODE, gaps.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Source:
    """`example` is for people, `kind` says into which gaps it goes. `read` gets what the facts hold of its group."""

    key: str
    label: str | Promise
    example: str
    kind: str
    read: Callable[[Mapping], object]

    def value(self, facts: Mapping):
        """As `render` takes it for such a gap; None where the facts do not have it."""
        about = facts.get(self.key.partition(".")[0])
        return self.read(about) if isinstance(about, Mapping) else None


def fitting(kind: str) -> list[Source]:
    """Those to choose from for a gap of this kind, the fixed value last; none for what is never chosen beforehand."""
    if kind in NEVER_CHOSEN:
        return []
    return [source for source in SOURCES.values() if source.kind in (*FITTING.get(kind, ()), ANYTHING)]


# Reading --------------------------------------------------------------------------------------------------------------
def line_of(value) -> str:
    """What a shop's data hold, as the one line that Meta takes; empty for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    return " ".join(str(value).replace("\0", " ").split())


def _line(name: str) -> Callable[[Mapping], str | None]:
    return lambda about: line_of(about.get(name)) or None


def _whole_name(about: Mapping) -> str | None:
    parts = [line_of(about.get(name)) for name in ("first_name", "last_name")]
    return line_of(about.get("name")) or " ".join(part for part in parts if part) or None


def _picture(about: Mapping) -> dict | None:
    link = line_of(about.get("image_link"))
    return {"link": link} if link.startswith("https://") else None


def _product(about: Mapping) -> dict | None:
    product = {name: line_of(about.get(name)) for name in ("retailer_id", "catalog_id")}
    return product if all(product.values()) else None


_ALL = (
    Source("customer.first_name", _("Customer: first name"), "Maria", TEXT, _line("first_name")),
    Source("customer.last_name", _("Customer: last name"), "Example", TEXT, _line("last_name")),
    Source("customer.name", _("Customer: whole name"), "Maria Example", TEXT, _whole_name),
    Source("customer.phone", _("Customer: phone number"), "+15550100101", TEXT, _line("phone")),
    Source("customer.email", _("Customer: e-mail address"), "maria@example.com", TEXT, _line("email")),
    Source("order.order_number", _("Order: number"), "A1001", TEXT, _line("order_number")),
    Source("order.total_price", _("Order: total"), "€49.90", TEXT, _line("total_price")),
    Source("order.product_name", _("Order: what was ordered"), "Blue shirt", TEXT, _line("product_name")),
    Source("order.status_url", _("Order: its page"), "https://example.com/orders/A1001", LINK, _line("status_url")),
    Source("product.name", _("Product: name"), "Blue shirt", TEXT, _line("name")),
    Source("product.price", _("Product: price"), "€19.90", TEXT, _line("price")),
    Source("product.url", _("Product: its page"), "https://example.com/blue-shirt", LINK, _line("url")),
    Source("product.image", _("Product: picture"), "https://example.com/shirt.jpg", PICTURE, _picture),
    Source("product.item", _("Product: in the catalog"), "shirt-blue", PRODUCT, _product),
    Source("product.retailer_id", _("Product: its id"), "shirt-blue", PRODUCT_ID, _line("retailer_id")),
    Source("shop.name", _("Shop: name"), "Example Shop", TEXT, _line("name")),
    Source("shop.url", _("Shop: web address"), "https://example.com", LINK, _line("url")),
    Source(FIXED, _("Always the same"), "", ANYTHING, lambda _about: None),
)
SOURCES = {source.key: source for source in _ALL}
