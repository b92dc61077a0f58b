"""The shop on the phone: what a message offers or the whole catalog, one product, and the cart."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..commerce import carts, money, offers, products
from ..state import ChatMessage, Customer, Number, Product
from . import products as draw
from .bubble_parts import form as button
from .render import Html, el, join, page, problem, template

MOST_SHOWN = 100


@dataclass
class Visit:
    """Who looks at what, and by which message she came."""

    meta: object
    customer: Customer
    number: Number
    address: str
    message: ChatMessage | None
    catalog_id: str

    @property
    def wamid(self) -> str:
        return self.message.wamid if self.message else ""

    @property
    def cart(self) -> carts.Cart:
        return self.meta.carts.of(self.customer.wa_id, self.number.phone_number_id)

    @property
    def has_carts(self) -> bool:
        return carts.is_enabled(self.meta, self.number.phone_number_id)

    def here(self, **query: str) -> str:
        return draw.shop_address(self.address, wamid=self.wamid, catalog_id=self.catalog_id, **query)


def _visit(request: Request, customer: Customer, number: Number) -> Visit:
    meta, asked = request.app.state.meta, request.query_params
    message = meta.world.messages.get(asked.get("wamid", ""))
    if message and (message.wa_id, message.phone_number_id) != (customer.wa_id, number.phone_number_id):
        message = None
    linked = meta.world.linked_catalog(number.waba_id)
    offered = next((offer.catalog_id for offer in draw.offers_of(meta, message)), "") if message else ""
    catalog_id = asked.get("catalog_id") or offered or (linked.catalog_id if linked else "")
    return Visit(meta, customer, number, f"/phone/{customer.wa_id}/{number.phone_number_id}", message, catalog_id)


async def show(request: Request) -> Response:
    world, asked = request.app.state.meta.world, request.query_params
    customer = world.find_customer(request.path_params["customer"])
    number = world.numbers.get(request.path_params["phone_number_id"])
    if not customer or not number:
        return problem(request, "No such phone", "There is no such customer or number in this sandbox.", 404)
    visit = _visit(request, customer, number)
    product = offers.sendable(visit.meta, visit.catalog_id, asked.get("product", ""))
    if asked.get("cart"):
        title, inside, back = "Your cart", _cart(visit), visit.here()
    elif asked.get("product"):
        title, inside, back = "Product", _detail(visit, product), visit.here()
    else:
        title, inside, back = number.verified_name, _sections(visit), visit.address
    content = template(
        "shop.html",
        shop=number.verified_name,
        title=title,
        back=back,
        cart=_cart_link(visit) if visit.has_carts and not asked.get("cart") else "",
        inside=inside,
        chat=visit.address,
    )
    return page(request, f"{title} on the phone of {customer.name}", content)


def _cart_link(visit: Visit) -> Html:
    count = visit.cart.count
    return el("a", f"Cart ({count})" if count else "Cart", href=visit.here(cart="1"), id="shop-cart")


def _sections(visit: Visit) -> Html:
    found = [(title, ids) for offer in _offers(visit) for title, ids in offer.sections]
    if not found:
        shown = [each.retailer_id for each in offers.on_show(visit.meta, visit.catalog_id)]
        found = [("All products" if len(shown) <= MOST_SHOWN else f"{MOST_SHOWN} of {len(shown)}", shown[:MOST_SHOWN])]
    parts = []
    for title, retailer_ids in found:
        known = [offers.sendable(visit.meta, visit.catalog_id, each) for each in retailer_ids]
        rows = [_row(visit, product) for product in known if product]
        if rows:
            parts += [el("h2", title, dir="auto")] if title else []
            parts.append(el("ul", *rows, class_="wares"))
    return join(parts) if parts else el("p", "There is nothing to see here at the moment.", class_="empty")


def _offers(visit: Visit) -> list[offers.Offer]:
    return draw.offers_of(visit.meta, visit.message) if visit.message else []


def _row(visit: Visit, product: Product) -> Html:
    card = draw.card(visit.meta, visit.catalog_id, product.retailer_id)
    link = el("a", card, href=visit.here(product=product.retailer_id), class_="ware")
    return el("li", link, _adding(visit, product, visit.here()), data_product=product.retailer_id)


def _adding(visit: Visit, product: Product, back: str) -> Html | str:
    """A button while it is not in the cart, then how many of it."""
    if not visit.has_carts:
        return ""
    if product.data.get("availability") in ("out of stock", "discontinued"):
        return el("span", "Sold out", class_="badge bad")
    count = visit.cart.quantities.get(product.retailer_id, 0) if visit.cart.catalog_id == visit.catalog_id else 0
    if not count:
        return el("div", _into_cart(visit, product.retailer_id, "Add to cart", back, ""), class_="adding")
    return _stepper(visit, product.retailer_id, count, back)


def _stepper(visit: Visit, retailer_id: str, count: int, back: str) -> Html:
    less = _into_cart(visit, retailer_id, "−", back, str(count - 1), label="One less")
    more = _into_cart(visit, retailer_id, "+", back, str(min(count + 1, carts.MOST_OF_ONE)), label="One more")
    return el("div", less, el("span", count, class_="count"), more, class_="stepper")


def _into_cart(visit: Visit, retailer_id: str, words: str, back: str, quantity: str, label: str = "") -> Html:
    fields = {"product": retailer_id, "quantity": quantity, "catalog_id": visit.catalog_id, "wamid": visit.wamid}
    shown = join([el("span", words, aria_hidden="true"), el("span", label, class_="hidden")]) if label else words
    return button(visit.address, shown, is_live=False, kind="cart", back=back, **fields)


def _detail(visit: Visit, product: Product | None) -> Html:
    if product is None:
        return el("p", "This product is not available any more.", class_="empty")
    here, data = visit.here(product=product.retailer_id), product.data
    facts = [data.get("brand", ""), data.get("availability", ""), data.get("condition", "")]
    return el(
        "article",
        draw.picture(visit.meta, product, "large"),
        el("h2", data["name"], dir="auto"),
        el("p", draw.price(product)),
        el("p", data.get("description", ""), dir="auto"),
        el("p", " · ".join(each for each in facts if each), class_="quiet"),
        _adding(visit, product, here),
        _asking(visit, product),
        class_="detail",
    )


def _asking(visit: Visit, product: Product) -> Html:
    hidden = {"kind": "question", "product": product.retailer_id, "catalog_id": visit.catalog_id, "wamid": visit.wamid}
    field = el("input", type="text", name="text", maxlength=200, placeholder="Do you have this in another size?")
    return el(
        "form",
        *(el("input", type="hidden", name=name, value=value) for name, value in hidden.items()),
        el("label", "Ask the shop about it", field),
        el("button", "Send the question", type="submit", class_="plain small", id="shop-ask"),
        method="post",
        action=f"{visit.address}/send",
        class_="asking",
    )


def _cart(visit: Visit) -> Html:
    cart = visit.cart
    if not cart.count or not visit.has_carts:
        words = "Your cart is empty." if visit.has_carts else "This shop takes no orders here. Ask about a product."
        return el("p", words, class_="empty")
    lines = [_line(visit, cart.catalog_id, each, count) for each, count in cart.quantities.items()]
    total = " + ".join(money.formatted(amount, currency) for currency, amount in _totals(visit).items())
    note = el("label", "A note to the shop", el("input", type="text", name="text", maxlength=200))
    hidden = [
        el("input", type="hidden", name=name, value=value) for name, value in {"kind": "order", "is_cart": "1"}.items()
    ]
    send = el("button", "Send the order", type="submit", id="shop-order")
    order = el("form", *hidden, note, send, method="post", action=f"{visit.address}/send", class_="asking")
    total_line = el("p", "Estimated total ", el("strong", total, id="shop-total"), class_="total")
    return join([el("ul", *lines, class_="wares"), total_line, order])


def _line(visit: Visit, catalog_id: str, retailer_id: str, count: int) -> Html:
    stepper = _stepper(visit, retailer_id, count, visit.here(cart="1"))
    return el("li", draw.card(visit.meta, catalog_id, retailer_id), stepper, data_product=retailer_id)


def _totals(visit: Visit) -> dict[str, int]:
    totals: dict[str, int] = {}
    for retailer_id, count in visit.cart.quantities.items():
        product = draw.find(visit.meta, visit.cart.catalog_id, retailer_id)
        if product:
            currency = product.data["currency"]
            totals[currency] = totals.get(currency, 0) + count * products.price_now(product)
    return totals


routes = [Route("/phone/{customer}/{phone_number_id}/shop", show)]
