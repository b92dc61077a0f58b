"""What is in a bubble, by the type of its message."""

from ..commerce import money
from ..message_templates import filling
from ..state import ChatMessage
from . import products, template_bubbles
from .bubble_parts import link, location, media, paragraph
from .render import Html, el, join


def content_of(meta, message: ChatMessage, address: str) -> Html:
    content, draw = message.body.get(message.type), DRAW.get(message.type)
    try:
        shown = filling.shown_of(meta, message)
        if shown:
            shop = template_bubbles.Shop(meta, message, address)
            return template_bubbles.draw(shown, template_bubbles.tap_of(message, address), shop)
        if message.type == "order":
            return _order(meta, content)
        drawn = draw(content) if draw else _unknown(message.type)
        return join([drawn, products.drawn(meta, message, address)]) if message.type == "interactive" else drawn
    except (TypeError, KeyError, AttributeError, IndexError):  # written by hand through the control API
        return _unknown(message.type)


def heading_of(meta, message: ChatMessage) -> Html:
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
        named = str(product.get("catalog_id")), str(product.get("product_retailer_id"))
        parts.append(el("div", products.card(meta, *named), class_="quoted"))
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
    return ""


def _order(meta, content: dict) -> Html:
    items, catalog_id = content["product_items"], str(content.get("catalog_id"))
    lines, totals = [], {}
    for item in items:
        name = products.name_of(meta, catalog_id, item["product_retailer_id"])
        lines.append(paragraph(f"{item['quantity']} × {name}"))
        currency = item.get("currency", "")
        totals[currency] = totals.get(currency, 0) + item["quantity"] * item.get("item_price", 0)
    sums = [f"{total:,.{money.decimals_of(currency)}f} {currency}" for currency, total in totals.items()]
    note = [paragraph(content["text"])] if content.get("text") else []
    first = products.picture(meta, products.find(meta, catalog_id, items[0]["product_retailer_id"]) if items else None)
    count = sum(item["quantity"] for item in items)
    head = el(
        "span",
        el("strong", "Order"),
        el("span", f"{count} item{'' if count == 1 else 's'}", class_="quiet"),
        class_="words",
    )
    cart = el("div", el("span", first, head, class_="product-card"), class_="product")
    return join([cart, *lines, paragraph(f"Total {' + '.join(sums)}", "footer"), *note])


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
    "button": lambda content: paragraph(content["text"]),
    "unsupported": _unsupported,
}
