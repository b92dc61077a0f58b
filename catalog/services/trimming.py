"""What is kept for a while only."""

from datetime import timedelta

from django.utils import timezone

from catalog.models import CatalogBatch, CatalogReading, ImportLine, ProductEvent, ShopifyDelivery

EVENTS_LIVE, BATCHES_LIVE, LINES_LIVE = timedelta(days=180), timedelta(days=60), timedelta(days=14)
DELIVERIES_LIVE = timedelta(days=30)


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
    return sum(rows.delete()[0] for rows in old)
