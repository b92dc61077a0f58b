import json
import secrets
from datetime import timedelta

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.models import ShopifyShop
from catalog.seeding import picture
from catalog.services import shopify_shops
from catalog.services.shopify import signature_of
from workspaces.models import Workspace

TOPICS = {"create": "products/create", "update": "products/update", "delete": "products/delete"}
SECONDS = 10


class Command(BaseCommand):
    """Over HTTP, through the same door as Shopify: what is seen then is seen with Shopify, too."""

    help = "Post an example product as Shopify does, signed with the secret of the connected shop."

    def add_arguments(self, parser):
        parser.add_argument("what", nargs="?", choices=TOPICS, default="create")
        parser.add_argument("--workspace", default="example-shop", help="the shop's short name")
        parser.add_argument("--id", type=int, default=7900000000001, help="Shopify's id of the product")
        parser.add_argument("--title", default="Example linen shirt")
        parser.add_argument("--price", default="24.90")
        parser.add_argument("--before", default=None, help="the price to compare with, for a sale")
        parser.add_argument("--stock", type=int, default=12)
        parser.add_argument("--draft", action="store_true", help="not for sale")
        parser.add_argument("--wrong-secret", action="store_true", help="sign as somebody else would")
        parser.add_argument("--force", action="store_true", help="also where DEMO is off")

    def handle(self, *args, what, workspace, force, **options):
        if not settings.DEMO and not force:
            raise CommandError("This makes example products, so it runs only with DEMO=1, or with --force.")
        place = Workspace.objects.filter(slug=workspace).first()
        if place is None:
            raise CommandError(f"There is no workspace {workspace}.")
        shop = shopify_shops.shop_of(place) or self.connected(place)
        body = {"id": options["id"]} if what == "delete" else product_of(shop, options)
        secret = "wrong" if options["wrong_secret"] else shop.secret.open(shop.workspace_id)
        status = post(shop, TOPICS[what], json.dumps(body).encode(), secret)
        self.stdout.write(f"{TOPICS[what]} for {shop.shop_domain}: answered {status}")
        self.stdout.write(f"See {settings.PUBLIC_URL}/catalog/shopify/")

    def connected(self, place: Workspace) -> ShopifyShop:
        domain = f"galantis-example-{place.pk}.myshopify.com"
        self.stdout.write(f"No shop at Shopify is connected here: {domain} is, now, as an example.")
        values = {"currency": "USD", "public_domain": "shop.example"}
        return shopify_shops.connect(place, None, shop_domain=domain, secret=secrets.token_hex(32), **values)


def post(shop: ShopifyShop, topic: str, body: bytes, secret: str) -> int:
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop.shop_domain,
        "X-Shopify-Hmac-Sha256": signature_of(secret, body),
        "X-Shopify-Webhook-Id": secrets.token_hex(16),
        "X-Shopify-Triggered-At": timezone.now().isoformat(),
    }
    address = f"{settings.PUBLIC_URL}/webhooks/shopify/"
    try:
        return requests.post(address, body, headers=headers, timeout=SECONDS).status_code
    except requests.RequestException as exc:
        raise CommandError(f"Nobody answers at {address} ({type(exc).__name__}). Does it run?") from None


def product_of(shop: ShopifyShop, options: dict) -> dict:
    """Two variants, with a picture each. In the shape of Shopify's own messages."""
    number, now = options["id"], timezone.now()
    images = [
        {
            "id": number * 10 + 5 + place,
            "position": place,
            "src": picture(f"scarf-{colour}"),
            "variant_ids": [number * 10 + place],
        }
        for place, colour in enumerate(("red", "blue"), 1)
    ]
    variants = [
        {
            "id": number * 10 + place,
            "product_id": number,
            "title": colour,
            "option1": colour,
            "price": options["price"],
            "compare_at_price": options["before"],
            "sku": f"EXAMPLE-{number % 1000}-{colour.upper()}",
            "inventory_quantity": options["stock"],
            "inventory_policy": "deny",
            "inventory_management": "shopify",
            "position": place,
        }
        for place, colour in enumerate(("Red", "Blue"), 1)
    ]
    return {
        "id": number,
        "title": options["title"],
        "body_html": "<p>An example, <em>made up</em> like all of them.</p><ul><li>Light</li><li>Washable</li></ul>",
        "vendor": "Example",
        "product_type": "Shirts",
        "handle": f"example-{number}",
        "status": "draft" if options["draft"] else "active",
        "published_at": (now - timedelta(days=1)).isoformat(),
        "updated_at": now.isoformat(timespec="seconds"),
        "options": [{"name": "Colour", "position": 1, "values": ["Red", "Blue"]}],
        "variants": variants,
        "images": images,
    }
