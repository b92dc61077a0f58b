"""Shopify's door: what a connected shop has signed is kept, whatever it says; what is not leaves no trace."""

import time
from datetime import UTC, datetime

import structlog
from cryptography.fernet import InvalidToken
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from catalog import tasks
from catalog.models import ShopifyShop
from catalog.services import shopify
from workspaces import wakeups
from workspaces.valkey import client

log = structlog.get_logger(__name__)
announcer = wakeups.Announcer(tasks.process_shopify)
REMEMBER_SECONDS = 3 * 24 * 3600
# Whoever knocks without end is noted once in so many seconds.
PAUSE_SECONDS = 1.0
_noted = {"at": 0.0}


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """200 once the row is stored, whatever it says; 401 unsigned; 503 not stored: Shopify posts it again for hours."""
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnreadablePostError:
        return HttpResponse(status=400)
    try:
        shop = shopify.shop_of(request.headers.get("X-Shopify-Shop-Domain", ""))
        if not shopify.is_signed(shop, body, request.headers.get("X-Shopify-Hmac-Sha256", "")):
            if shop:
                _note_refused(shop)
            return HttpResponse(status=401)
        shopify.keep(shop, body, request.headers)
    except (DatabaseError, InvalidToken) as exc:
        log.error("Shopify's message not stored; Shopify will post it again", reason=type(exc).__name__)
        return HttpResponse(status=503)
    announcer.wake_soon()
    return HttpResponse()


def last_refused(shop: ShopifyShop) -> datetime | None:
    """When a message in the shop's name came whose signature does not fit its secret. None also without Valkey."""
    try:
        at = client().get(_key(shop))
    except RedisError:
        return None
    return datetime.fromtimestamp(int(at), tz=UTC) if at else None


def _note_refused(shop: ShopifyShop) -> None:
    """So that the page can say why nothing comes. Nothing is kept of what was posted. Never raises."""
    now = time.monotonic()
    if now - _noted["at"] < PAUSE_SECONDS:
        return
    _noted["at"] = now
    try:
        client().set(_key(shop), int(time.time()), ex=REMEMBER_SECONDS)
    except RedisError:
        return


def _key(shop: ShopifyShop) -> str:
    return f"shopify:refused:{shop.pk}"
