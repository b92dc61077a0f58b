"""Posting as Shopify does."""

import json
from datetime import datetime
from pathlib import Path

from django.test import Client

from catalog.models import ShopifyShop
from catalog.services.shopify import signature_of
from catalog.tests.factories import SECRET

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str, **values) -> dict:
    return {**json.loads((PAYLOADS / f"shopify_{name}.json").read_text()), **values}


def post(shop: ShopifyShop, topic: str, body, *, at: datetime | str = "", secret: str = SECRET, **headers):
    """`body` is the name of a payload, a dict, or bytes. A header that is None is not sent."""
    if isinstance(body, str):
        body = (PAYLOADS / f"shopify_{body}.json").read_bytes()
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    sent = {
        "X-Shopify-Hmac-Sha256": signature_of(secret, body),
        "X-Shopify-Shop-Domain": shop.shop_domain,
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Triggered-At": at if isinstance(at, str) else at.isoformat(),
        **{f"X-Shopify-{name.replace('_', '-')}": value for name, value in headers.items()},
    }
    sent = {name: value for name, value in sent.items() if value not in (None, "")}
    return Client().post("/webhooks/shopify/", body, content_type="application/json", headers=sent)
