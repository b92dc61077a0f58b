"""What is kept for a while only."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from catalog.models import (
    CatalogBatch,
    CatalogReading,
    ImportLine,
    ProductEvent,
    ProductImage,
    ProductItem,
    ShopifyDelivery,
)
from catalog.services import importing, verdicts

EVENTS_LIVE, BATCHES_LIVE, LINES_LIVE = timedelta(days=180), timedelta(days=60), timedelta(days=14)
DELIVERIES_LIVE = timedelta(days=30)
IMAGES_REST, MOST_IMAGES = timedelta(hours=1), 5000


def trim() -> int:
    """Delete old events, receipts of batches and readings, lines of imports that are over, what Shopify posted."""
    now = timezone.now()
    old = (
        ProductEvent.objects.filter(at__lt=now - EVENTS_LIVE),
        CatalogBatch.objects.filter(finished_at__lt=now - BATCHES_LIVE),
        CatalogReading.objects.filter(finished_at__lt=now - BATCHES_LIVE),
        ImportLine.objects.filter(made__finished_at__lt=now - LINES_LIVE),
        ShopifyDelivery.objects.filter(received_at__lt=now - DELIVERIES_LIVE).exclude(
            state=ShopifyDelivery.State.RECEIVED
        ),
    )
    return importing.trim() + sum(rows.delete()[0] for rows in old) + _trim_images(now)


def _trim_images(now: datetime) -> int:
    """Pictures that no product shows any more, and their small copies. Who gives one to a product holds its row."""
    unused = ProductImage.objects.filter(~Exists(ProductItem.objects.filter(image=OuterRef("pk"))))
    # Never one that is in hand, or was made a moment ago for a product that is being written.
    unused = unused.exclude(look_after__gt=now - IMAGES_REST).exclude(checked_at__gt=now - IMAGES_REST)
    with transaction.atomic():
        rows = list(unused.select_for_update(skip_locked=True).order_by("pk")[:MOST_IMAGES])
        # Given to a product just before they were ours.
        used = set(ProductItem.objects.filter(image__in=[row.pk for row in rows]).values_list("image", flat=True))
        rows = [row for row in rows if row.pk not in used]
        ProductImage.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for name in filter(None, (row.thumbnail.name for row in rows)):
            transaction.on_commit(partial(verdicts.forget_file, name))
    return len(rows)
