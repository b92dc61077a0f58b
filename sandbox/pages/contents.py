"""What is in a bubble, by the type of its message."""

from ..deeds.messages import PRODUCTS
from ..message_templates import filling
from ..state import ChatMessage
from . import template_bubbles
from .bubble_parts import link, location, media, paragraph
from .render import Html, el, join


def content_of(meta, message: ChatMessage, address: str) -> Html:
    content, draw = message.body.get(message.type), DRAW.get(message.type)
    try:
        shown = filling.shown_of(meta, message)
        if shown:
            return template_bubbles.draw(shown, template_bubbles.tap_of(message, address))
        return draw(content) if draw else _unknown(message.type)
    except (TypeError, KeyError, AttributeError, IndexError):  # written by hand through the control API
        return _unknown(message.type)


def heading_of(message: ChatMessage) -> Html:
    """What stands above the content: forwarded, from an ad, about a product."""
    context, referral = message.body.get("context"), message.body.get("referral")
    context, parts = context if isinstance(context, dict) else {}, []
    if context.get("forwarded") or context.get("frequently_forwarded"):
        parts.append(
            el("p", "Forwarded many times" if context.get("frequently_forwarded") else "Forwarded", class_="hint")
        )
    if isinstance(referral, dict):
        words = [el("strong", referral.get("headline", "")), " ", str(referral.get("body", ""))]
        parts.append(el("p", el("span", "Ad", class_="kind"), " ", *words, class_="quoted", dir="auto"))
    product = context.get("referred_product")
    if isinstance(product, dict):
        words = name_of_product(str(product.get("product_retailer_id")))
        parts.append(el("p", el("span", "Product", class_="kind"), " ", words, class_="quoted"))
    return join(parts)


def summary_of(message: ChatMessage) -> str:
    content = message.body.get(message.type)
    if message.shown.get("body"):
        return message.shown["body"][:80]
    if isinstance(content, dict):
        text = content.get("body") or content.get("caption") or ""
        text = text.get("text", "") if isinstance(text, dict) else text
        return (str(text) or message.type)[:80]
    return message.type


def name_of_product(retailer_id: str) -> str:
    return PRODUCTS[retailer_id][0] if retailer_id in PRODUCTS else f"Product {retailer_id}"


def _unknown(kind: str) -> Html:
    return el("p", f"A message of type {kind}, which this phone cannot draw.", class_="quiet")


def _contacts(content: list) -> Html:
    return join(_contact(contact) for contact in content)


def _contact(contact: dict) -> Html:
    details = [phone.get("phone", "") for phone in contact.get("phones", [])]
    details += [email.get("email", "") for email in contact.get("emails", [])]
    details += [contact["org"]["company"]] if (contact.get("org") or {}).get("company") else []
    lines = [el("span", each, class_="address") for each in details if each]
    return el(
        "p",
        el("span", "Contact", class_="kind"),
        " ",
        contact["name"]["formatted_name"],
        *lines,
        class_="media card-of",
    )


def _interactive(content: dict) -> Html:
    kind = content["type"]
    if kind in ("button_reply", "list_reply"):
        described = content[kind].get("description")
        return join([paragraph(content[kind]["title"]), paragraph(described, "footer") if described else ""])
    if kind == "nfm_reply":
        return el("p", el("span", "Form", class_="kind"), " Filled in and sent", class_="media")
    parts = []
    header = content.get("header") or {}
    if header.get("type") == "text":
        parts.append(paragraph(header["text"], "heading"))
    elif header:
        parts.append(media(header["type"])(header[header["type"]]))
    if content.get("body"):
        parts.append(paragraph(content["body"]["text"]))
    if content.get("footer"):
        parts.append(paragraph(content["footer"]["text"], "footer"))
    return join([*parts, _fixed_action(kind, content["action"])])


def _fixed_action(kind: str, action: dict) -> Html | str:
    """What there is to see besides buttons that answer."""
    if kind == "cta_url":
        parameters = action["parameters"]
        return el("p", link(parameters["url"], parameters["display_text"]), class_="action")
    if kind == "catalog_message":
        return el("p", "View catalog", class_="action")
    products = [name_of_product(product) for product in products_of(kind, action)]
    return join(el("p", name, class_="product") for name in products)


def products_of(kind: str, action: dict) -> list[str]:
    if kind == "product":
        return [action["product_retailer_id"]]
    if kind == "product_list":
        return [item["product_retailer_id"] for section in action["sections"] for item in section["product_items"]]
    return []


def _order(content: dict) -> Html:
    items = content["product_items"]
    lines = [f"{item['quantity']} × {name_of_product(item['product_retailer_id'])}" for item in items]
    currency = next((item["currency"] for item in items if item.get("currency")), "")
    total = sum(item["quantity"] * item.get("item_price", 0) for item in items)
    sum_line = f"Total {total:,.0f} JPY" if currency == "JPY" else f"Total {total:,.2f} {currency}"
    note = [paragraph(content["text"])] if content.get("text") else []
    cart = [el("p", el("span", "Order", class_="kind"), class_="media"), *(paragraph(line) for line in lines)]
    return join([*cart, paragraph(sum_line, "footer"), *note])


def _unsupported(content: dict | None) -> Html:
    kind = (content or {}).get("type", "")
    return el("p", f"A {kind} of this phone." if kind else "Something of this phone only.", class_="quiet")


DRAW = {
    "text": lambda content: paragraph(content["body"]),
    **{kind: media(kind) for kind in ("image", "video", "document", "audio", "sticker")},
    "location": location,
    "contacts": _contacts,
    "interactive": _interactive,
    "template": lambda content: paragraph(f"Template {content['name']}"),  # one that is gone since
    "order": _order,
    "button": lambda content: paragraph(content["text"]),
    "unsupported": _unsupported,
}
