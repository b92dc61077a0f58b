"""What Shopify posts about products: kept at the door, and in a worker taken over, whatever its order.

The newest word about a product counts (`ShopifyProduct`): the same end for messages late, twice, or out of order.
"""

import hashlib
import hmac
import re
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from catalog import problems, tasks
from catalog.checks import BadProduct
from catalog.models import ProductItem, ShopifyDelivery, ShopifyProduct, ShopifyShop
from catalog.services import items
from catalog.services import shopify_reading as reading
from meta_integration.intake import where_it_failed
from workspaces import live, wakeups

State = ShopifyDelivery.State
SHOP_DOMAIN = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.myshopify\.com")
DELETED = "products/delete"
MOST_ATTEMPTS = 8
RUN_SECONDS = 20
SOURCE = ProductItem.Source.SHOPIFY


# At the door ----------------------------------------------------------------------------------------------------------
def shop_of(domain: str) -> ShopifyShop | None:
    """The one with this address, if any workspace has connected it."""
    domain = domain.lower()
    return ShopifyShop.objects.filter(shop_domain=domain).first() if SHOP_DOMAIN.fullmatch(domain) else None


def is_signed(shop: ShopifyShop | None, body: bytes, signature: str) -> bool:
    """Base64 of the HMAC-SHA256 of the raw bytes with the shop's secret, in constant time, also for no shop at all.

    An empty secret signs nothing. Raises InvalidToken for a secret that our keys no longer open.
    """
    secret = shop.secret.open(shop.workspace_id) if shop and shop.secret else ""
    is_right = constant_time_compare(signature_of(secret or secrets.token_hex(), body), signature)
    return is_right and bool(secret)


def signature_of(secret: str, body: bytes) -> str:
    return b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def keep(shop: ShopifyShop, body: bytes, headers: Mapping[str, str]) -> None:
    """One INSERT, which depends on nothing that the body says. The same twice is one row."""
    topic = _header(headers, "Topic", 60)
    triggered_at = _header(headers, "Triggered-At", 60)
    # Of a removal the body is the product's id alone: another removal, after a return, is told by its time.
    parts = (topic, triggered_at if topic == DELETED else "")
    row = ShopifyDelivery(
        workspace_id=shop.workspace_id,
        shop=shop,
        topic=topic,
        webhook_id=_header(headers, "Webhook-Id", 100),
        body=body,
        body_hash=hashlib.sha256("\n".join(parts).encode() + b"\n" + body).hexdigest(),
        triggered_at=reading.time_of(triggered_at),
        retry_at=timezone.now(),
    )
    ShopifyDelivery.objects.bulk_create([row], ignore_conflicts=True)


def _header(headers: Mapping[str, str], name: str, most: int) -> str:
    return headers.get(f"X-Shopify-{name}", "").replace("\x00", "")[:most]


# In a worker ----------------------------------------------------------------------------------------------------------
def process_due() -> int:
    """Take over deliveries until none waits; return how many. What takes too long is left to the next task."""
    done, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        if not _process_next():
            return done
        done += 1
    wakeups.wake(tasks.process_shopify)
    return done


def replay(deliveries: QuerySet[ShopifyDelivery]) -> int:
    """Take these over again. Harmless: what is older than the newest word about its product changes nothing."""
    shops = list(deliveries.order_by().values_list("workspace", flat=True).distinct())
    count = deliveries.update(state=State.RECEIVED, retry_at=timezone.now(), attempts=0, error="")
    wakeups.wake_on_commit(tasks.process_shopify)
    for workspace_pk in shops:
        live.touch(workspace_pk)
    return count


def _process_next() -> bool:
    """Claim, effects and mark are one transaction: a worker that dies leaves the row as if untouched."""
    with transaction.atomic():
        delivery = _claim()
        if delivery is None:
            return False
        try:
            with transaction.atomic():
                about, outcome = _take_over(delivery)
        except (reading.Unreadable, BadProduct) as exc:  # No later try would find it better.
            _note_failure(delivery, _words_of(exc), is_final=True)
        except Exception as exc:  # noqa: BLE001 - whatever it is, it must cost this delivery only
            _note_failure(delivery, where_it_failed(exc), is_final=False)
        else:
            done = {"state": State.DONE, "error": "", "about": about[:300], "outcome": outcome}
            _settle(delivery, **done)
        _note_heard(delivery)
    return True


def _claim() -> ShopifyDelivery | None:
    """The oldest that waits, of a shop that no other worker is at: then a shop's messages never meet each other."""
    waiting = ShopifyDelivery.objects.filter(state=State.RECEIVED, retry_at__lte=timezone.now())
    waiting = waiting.select_related("shop", "workspace").order_by("retry_at", "id")
    # Without the key: the door must be able to insert rows that point to the shop.
    return waiting.select_for_update(skip_locked=True, no_key=True, of=("self", "shop")).first()


def _settle(delivery: ShopifyDelivery, **columns) -> None:
    ShopifyDelivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts + 1, **columns)


def _note_failure(delivery: ShopifyDelivery, error: str, *, is_final: bool) -> None:
    attempts = delivery.attempts + 1
    is_over = is_final or attempts >= MOST_ATTEMPTS
    pause = timedelta(seconds=min(2 * 4**attempts, 3600))
    state = State.FAILED if is_over else State.RECEIVED
    about = reading.title_in(bytes(delivery.body))[:300]
    _settle(delivery, state=state, error=error[:500], about=about, retry_at=timezone.now() + pause)


def _words_of(exc: reading.Unreadable | BadProduct) -> str:
    if isinstance(exc, BadProduct):
        return " ".join(problems.sentence_of(each) for each in exc.problems)
    return str(exc)


def _note_heard(delivery: ShopifyDelivery) -> None:
    newer = Q(heard_at=None) | Q(heard_at__lt=delivery.received_at)
    ShopifyShop.objects.filter(newer, pk=delivery.shop_id).update(heard_at=delivery.received_at)
    live.touch(delivery.workspace_id)


# What is said ---------------------------------------------------------------------------------------------------------
def _take_over(delivery: ShopifyDelivery) -> tuple[str, dict]:
    """Returns which product it is about, and what became of it. A topic that we do not know is kept, and no error."""
    taker = TAKERS.get(delivery.topic)
    return taker(delivery) if taker else ("", {"is_unknown": True})


def _product(delivery: ShopifyDelivery) -> tuple[str, dict]:
    product = reading.parsed(bytes(delivery.body))
    key, title = reading.key_of(product), reading.title_of(product)
    reason = reading.why_not_for_sale(product)
    at = reading.updated_at(product) or _triggered_at(delivery)
    if not _is_newest(delivery, key, at, is_gone=bool(reason), data=product):
        return title, {"is_old": True}
    # Whoever posts products is in the shop (again).
    ShopifyShop.objects.filter(pk=delivery.shop_id, uninstalled_at__lt=_triggered_at(delivery)).update(
        uninstalled_at=None
    )
    if reason:
        return title, _lose(delivery, ProductItem.objects.filter(source_key=key), reason)
    rows = [{**row, "source_at": at} for row in reading.rows_of(product, delivery.shop)]
    # Those that it lost and those that it has, by pk as everybody locks products.
    mine = Q(source_key=key) | Q(retailer_id__in=[row["retailer_id"] for row in rows])
    known = ProductItem.objects.for_workspace(delivery.workspace).filter(mine)
    list(known.select_for_update().order_by("pk").values_list("pk"))
    written = items.write(delivery.workspace, rows, source=SOURCE)
    counts = {name: len(getattr(written, name)) for name in ("new", "changed", "same")}
    return title, {**counts, **_lose(delivery, _no_more(delivery, product, rows), "At Shopify this variant is no more")}


def _gone(delivery: ShopifyDelivery) -> tuple[str, dict]:
    key = reading.key_of(reading.parsed(bytes(delivery.body)))
    mine = ProductItem.objects.for_workspace(delivery.workspace).filter(source_key=key)
    title = next(iter(mine.order_by("pk").values_list("title", flat=True)[:1]), "") or key
    if not _is_newest(delivery, key, _triggered_at(delivery), is_gone=True, data=None):
        return title, {"is_old": True}
    return title, _lose(delivery, mine, "At Shopify the product was deleted")


def _uninstalled(delivery: ShopifyDelivery) -> tuple[str, dict]:
    """The shop's word about itself. Its products stay; the page says what happened."""
    at = _triggered_at(delivery)
    if ShopifyProduct.objects.filter(shop=delivery.shop, triggered_at__gt=at).exists():
        return "", {"is_old": True}
    ShopifyShop.objects.filter(pk=delivery.shop_id).update(uninstalled_at=at)
    return "", {}


TAKERS = {
    "products/create": _product,
    "products/update": _product,
    DELETED: _gone,
    "app/uninstalled": _uninstalled,
}


def _triggered_at(delivery: ShopifyDelivery) -> datetime:
    """Shopify does not sign the header: a time that has not come yet would shut out all that comes until then."""
    return min(delivery.triggered_at or delivery.received_at, delivery.received_at)


def _is_newest(delivery: ShopifyDelivery, key: str, at: datetime, *, is_gone: bool, data: dict | None) -> bool:
    """Whether nothing newer was said about the product; then this is noted as the newest."""
    known = ShopifyProduct.objects.filter(shop=delivery.shop, key=key).first()
    # The product's own time has whole seconds: two changes within one are told apart by the message's.
    triggered_at = delivery.triggered_at or datetime.fromtimestamp(0, tz=UTC)
    said = (at, triggered_at, delivery.body_hash)
    if known and said < (known.said_at, known.triggered_at, known.body_hash):
        return False
    newest = {"said_at": at, "triggered_at": triggered_at, "body_hash": delivery.body_hash}
    ShopifyProduct.objects.update_or_create(
        shop=delivery.shop,
        key=key,
        defaults={**newest, "is_gone": is_gone, "data": data, "workspace": delivery.workspace},
    )
    return True


def _no_more(delivery: ShopifyDelivery, product: dict, rows: list[dict]) -> QuerySet[ProductItem]:
    """Variants that the product had before, and that it no longer names in any way."""
    named, written = reading.ids_only(product), {row["retailer_id"] for row in rows}
    mine = ProductItem.objects.for_workspace(delivery.workspace).filter(source_key=reading.key_of(product))
    known = mine.values_list("pk", "retailer_id", "source_data__id")
    lost = [pk for pk, number, variant in known if number not in written and str(variant) not in named]
    return ProductItem.objects.filter(pk__in=lost)


def _lose(delivery: ShopifyDelivery, lost: QuerySet[ProductItem], reason: str) -> dict:
    mine = lost.filter(workspace=delivery.workspace, wanted=ProductItem.Wanted.LISTED)
    count = mine.count()
    asked = items.gone_at_source(mine, delivery.workspace, SOURCE, reason=reason)
    return {"removed": count - asked, "asked": asked} if count else {}
