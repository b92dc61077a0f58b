"""The admin's first page: do messages flow, and if not, why, since when, and what helps?"""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from catalog import health
from catalog.models import ProductItem
from inbox.models import Message
from meta_integration.models import WABA, Incident, PhoneNumber
from templates_app import statuses
from templates_app.models import MessageTemplate
from workspaces.admin_base import visible


def overview(request, context: dict) -> dict:
    """The figures for the workspaces this person sees: one query for each kind, however many rows there are."""
    incidents = visible(request, Incident.objects.filter(closed_at=None)).select_related("account", "workspace")
    recent = Message.objects.filter(direction="out", created_at__gt=timezone.now() - timedelta(days=1))
    counts = visible(request, recent).aggregate(
        sent=Count("pk", filter=Q(status__in=["sent", "delivered", "read", "played"])),
        failed=Count("pk", filter=Q(status="failed")),
        unknown=Count("pk", filter=Q(status="unknown")),
    )
    return {
        **context,
        "incidents": incidents.order_by("-last_seen_at")[:20],
        "counts": counts,
        "waiting": _numbers_with_waiting_messages(request),
        "templates": _templates(request),
        "products": health.counted(ProductItem.objects.for_workspace(request.workspace)) if request.workspace else None,
        "is_connected": visible(request, WABA.objects.exclude(state=WABA.State.DISCONNECTED)).exists(),
    }


def _templates(request) -> dict:
    """How many can be sent, are looked at by Meta, and need somebody."""
    mine = visible(request, MessageTemplate.objects.all()).order_by()
    return {
        "sendable": mine.sendable().count(),
        "in_review": mine.filter(status=statuses.PENDING).count(),
        "needing": mine.needing_a_person().count(),
    }


def _numbers_with_waiting_messages(request) -> list[PhoneNumber]:
    queued = visible(request, Message.objects.filter(status="queued")).order_by().values("number_id")
    counts = dict(queued.annotate(count=Count("pk")).order_by("-count").values_list("number_id", "count")[:20])
    numbers = PhoneNumber.objects.select_related("account", "workspace").in_bulk(counts)
    for pk, count in counts.items():
        numbers[pk].queued = count
    return [numbers[pk] for pk in counts]
