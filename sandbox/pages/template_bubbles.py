"""A template message as the phone draws it: header, offer, text, buttons, cards."""

import time

from ..state import ChatMessage
from . import products
from .bubble_parts import form, link, location, media, paragraph
from .render import Html, el, join

MOST_IN_SIGHT = 3  # of the buttons; with more there is a list behind "See all options"
OPEN_THE_SHOP = ("MPM", "CATALOG", "SPM")
STYLES = {"header": "heading", "body": "text", "footer": "footer"}


class Shop:
    """Where products of this message can be looked at."""

    def __init__(self, meta, message: ChatMessage, address: str):
        self.meta, self.message, self.address = meta, message, address

    def card(self, content: dict) -> Html:
        drawn = products.card(self.meta, content["catalog_id"], content["product_retailer_id"])
        return el("div", drawn, class_="product")

    def thumbnail(self, button: dict) -> Html | str:
        """The product that stands for the whole list."""
        retailer_id = (button.get("action") or {}).get("thumbnail_product_retailer_id")
        catalog_id = products.catalog_of(self.meta, self.message)
        return self.card({"catalog_id": catalog_id, "product_retailer_id": retailer_id}) if retailer_id else ""

    def link(self, words: str, header: dict) -> Html:
        named = {"product": header["product_retailer_id"], "catalog_id": header["catalog_id"]} if header else {}
        return products.shop_link(self.address, words, wamid=self.message.wamid, **named)


def draw(shown: dict, tap=None, shop: Shop | None = None) -> Html:
    """`tap(button, card)` draws a quick reply that can be tapped, `shop` opens products; without them none can."""
    parts = [_part(shown, tap, "", shop)]
    cards = [
        el("li", _part(card, tap, str(index), shop), class_="template-card")
        for index, card in enumerate(shown.get("cards", []))
    ]
    return join(
        [*parts, el("ol", *cards, class_="template-cards", tabindex="0", aria_label="Cards")] if cards else parts
    )


def tap_of(message: ChatMessage, address: str):
    def tap(button: dict, card: str) -> Html:
        more = {"card": card} if card else {}
        return form(address, button["text"], kind="button", wamid=message.wamid, id=button["text"], **more)

    return tap


def _part(shown: dict, tap, card: str, shop: Shop | None) -> Html:
    parts = [_header(shown["media"], shop)] if "media" in shown else []
    parts += [paragraph(shown["header"], STYLES["header"])] if "header" in shown else []
    parts += [_offer(shown["offer"])] if "offer" in shown else []
    parts += [paragraph(shown[name], STYLES[name]) for name in ("body", "footer") if name in shown]
    product = shown.get("media", {}).get("product") or {}
    buttons = [_button(button, tap, card, shop, product) for button in shown.get("buttons", [])]
    if len(buttons) > MOST_IN_SIGHT:
        buttons = [el("details", el("summary", "See all options"), *buttons, class_="list options")]
    return join([*parts, *buttons])


def _header(parameter: dict, shop: Shop | None) -> Html:
    kind = parameter["type"].lower()
    content = parameter[kind]
    if kind == "location":
        return location(content)
    if kind == "product" and shop:
        return shop.card(content)
    if kind == "product":
        words = f"{content['product_retailer_id']} of catalog {content['catalog_id']}"
        return el("p", el("span", "Product", class_="kind"), " ", words, class_="media")
    return media(kind)(content)


def _offer(offer: dict) -> Html:
    words = [el("strong", offer["text"])]
    if "expires_at" in offer:
        left = int(offer["expires_at"] - time.time())
        ends = time.strftime("%d %b %Y %H:%M", time.localtime(offer["expires_at"]))
        words.append(el("span", f"Ends {ends}" if left > 0 else f"Ended {ends}", class_="quiet"))
    return el("p", *words, class_="offer")


def _button(button: dict, tap, card: str, shop: Shop | None, product: dict) -> Html:
    kind = button["type"]
    if kind == "QUICK_REPLY":
        inner = tap(button, card) if tap else el("p", button["text"], class_="action")
        return el("div", inner, class_="taps")
    if kind == "URL":
        return el(
            "p", link(button["url"], button["text"]), el("span", button["url"], class_="address"), class_="action"
        )
    if shop and kind in OPEN_THE_SHOP:
        return join([shop.thumbnail(button), shop.link(button["text"], product if kind == "SPM" else {})])
    return el("p", button["text"], el("span", _detail(button), class_="address"), class_="action")


def _detail(button: dict) -> str:
    """What stands behind it."""
    action = button.get("action") or {}
    named = [item["product_retailer_id"] for section in action.get("sections", []) for item in section["product_items"]]
    details = {
        "PHONE_NUMBER": button.get("phone_number", ""),
        "COPY_CODE": f"Copies {button.get('coupon_code', '')}",
        "MPM": f"Products: {', '.join(named)}",
        "CATALOG": "Opens the catalog",
        "SPM": "Opens the product",
        "FLOW": f"Opens the flow {button.get('flow_id') or button.get('flow_name') or ''}",
        "VOICE_CALL": "Calls the shop",
    }
    return details.get(button["type"], "")
