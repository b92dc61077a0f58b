"""What the shop sent to be tapped: buttons, lists, links, products."""

from django.utils.translation import gettext as _

from inbox import harmless, kinds
from inbox.bubbles.formatting import html_of, link, safe_url
from inbox.models import Message
from meta_integration.walk import text_in

ITEMS = "product_items"


def facts_of(message: Message, part) -> dict:
    """Header, text, footer, and what is offered: `buttons`, or `sections` behind the button that opens them."""
    part = _part(part)
    header, action, kind = _part(part.get("header")), _part(part.get("action")), text_in(part, "type")
    return {
        "kind": "offer",
        "name": kinds.name_of(message),
        "header": harmless.line(header.get("text")),
        "header_name": _header_name(header),
        "words": html_of(text_in(_part(part.get("body")), "text") or message.body),
        "footer": harmless.line(_part(part.get("footer")).get("text")),
        **_offered(kind, action),
    }


def _header_name(header: dict) -> str:
    """Of a header's file that is none of ours to show."""
    kind = text_in(header, "type")
    return kinds.name_of_type(kind) if kind in ("image", "video", "document") else ""


def _offered(kind: str, action: dict) -> dict:
    if kind == "button":
        replies = [_part(each.get("reply")) for each in _list(action, "buttons")]
        return {"buttons": [harmless.line(each.get("title")) for each in replies]}
    parameters = _part(action.get("parameters"))
    if kind == "list":
        return {"opens": harmless.line(action.get("button")), "sections": _sections(action, "rows")}
    if kind == "cta_url":
        url, label = text_in(parameters, "url"), harmless.line(parameters.get("display_text"))
        return {"link": link(url, label) if safe_url(url) else label, "address": harmless.line(url)}
    if kind == "location_request_message":
        return {"buttons": [_("Send location")]}
    if kind == "product":
        return {"products": [_product(action)], "opens": _("View")}
    if kind == "product_list":
        return {"opens": _("View items"), "product_sections": _product_sections(action)}
    if kind == "catalog_message":
        shown = text_in(parameters, "thumbnail_product_retailer_id")
        return {"opens": _("View catalog"), "products": [{"retailer_id": shown}] if shown else []}
    if kind == "flow":
        return {"buttons": [harmless.line(parameters.get("flow_cta"))]}
    return {}


def _sections(action: dict, name: str) -> list[dict]:
    return [
        {"title": harmless.line(section.get("title")), "rows": [_row(each) for each in _list(section, name)]}
        for section in _list(action, "sections")
    ]


def _row(row: dict) -> dict:
    return {"title": harmless.line(row.get("title")), "description": harmless.line(row.get("description"))}


def _product_sections(action: dict) -> list[dict]:
    return [
        {"title": harmless.line(section.get("title")), "products": [_product(each) for each in _list(section, ITEMS)]}
        for section in _list(action, "sections")
    ]


def _product(row: dict) -> dict:
    """By its number alone: `goods.show` adds what is known of it."""
    return {"retailer_id": text_in(row, "product_retailer_id")}


def _part(value) -> dict:
    return value if isinstance(value, dict) else {}


def _list(holder: dict, name: str) -> list[dict]:
    value = holder.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
