"""A template with its examples in the gaps, as the phone would draw it."""

import time
from urllib.parse import urlsplit

from ..message_templates import filling, parts
from ..message_templates.samples import PATH
from ..state import MessageTemplate
from . import template_bubbles
from .render import Html, el

PLACE = {"latitude": 40.7128, "longitude": -74.006, "name": "Example Place", "address": "1 Example Street"}
PRODUCT = {"product_retailer_id": "example-product", "catalog_id": "the catalog"}
DAY = 24 * 3600


def of(template: MessageTemplate) -> Html:
    try:
        shown = filling.filled(template, {"components": _example(template.components)})
        body = template_bubbles.draw(shown)
    except (KeyError, TypeError, AttributeError, ValueError):  # a moderator may have written anything
        body = el("p", "This template cannot be drawn.", class_="quiet")
    bubble = el("li", el("div", body, class_="body"), class_="bubble shop")
    return el("ol", bubble, class_="bubbles")


def _example(components: list[dict]) -> list[dict]:
    """The values a message would bring, made of the examples."""
    values = []
    for component in components:
        kind, example = component["type"].lower(), component.get("example") or {}
        if kind in ("header", "body"):
            values.append({"type": kind, "parameters": _parameters(component, example)})
        elif kind == "limited_time_offer" and component["limited_time_offer"].get("has_expiration"):
            offer = {"expiration_time_ms": int(time.time() + DAY) * 1000}
            values.append({"type": kind, "parameters": [{"type": kind, kind: offer}]})
        elif kind == "buttons":
            values += [_button(index, button) for index, button in enumerate(component["buttons"])]
        elif kind == "carousel":
            cards = [_example(card) for card in parts.cards(components)]
            cards = [{"card_index": index, "components": card} for index, card in enumerate(cards)]
            values.append({"type": kind, "cards": cards})
    return values


def _parameters(component: dict, example: dict) -> list[dict]:
    form = component.get("format", "TEXT")
    if form == "LOCATION":
        return [{"type": "location", "location": PLACE}]
    if form == "PRODUCT":
        return [{"type": "product", "product": PRODUCT}]
    if form != "TEXT":
        return [{"type": "video" if form == "GIF" else form.lower(), **_file(form, example)}]
    kind = component["type"].lower()
    named = example.get(f"{kind}_text_named_params") or []
    if named:
        return [{"type": "text", "parameter_name": row["param_name"], "text": row["example"]} for row in named]
    texts = example.get(f"{kind}_text") or []
    texts = texts[0] if texts and isinstance(texts[0], list) else texts
    return [{"type": "text", "text": text} for text in texts]


def _file(form: str, example: dict) -> dict:
    """Its sample, once Meta has an address for it."""
    path = urlsplit((example.get("header_handle") or [""])[0]).path
    content = {"sample": path} if path.startswith(f"/{PATH}/") else {"link": f"a {form.lower()}"}
    return {"video" if form == "GIF" else form.lower(): content}


def _button(index: int, button: dict) -> dict:
    example = (button.get("example") or [""])[0]
    if button["type"] == "COPY_CODE":
        parameter = {"type": "coupon_code", "coupon_code": example}
    else:
        fixed = button.get("url", "").partition("{{")[0]
        parameter = {"type": "text", "text": example.removeprefix(fixed)}
    return {"type": "button", "index": index, "parameters": [parameter]}
