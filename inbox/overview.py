"""The admin's first page: do messages flow, and if not, why, since when, and what helps?"""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from inbox.models import Message
from meta_integration.models import WABA, Incident, PhoneNumber
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
        "is_connected": visible(request, WABA.objects.exclude(state=WABA.State.DISCONNECTED)).exists(),
    }


def _numbers_with_waiting_messages(request) -> list[PhoneNumber]:
    queued = Count("message", filter=Q(message__status="queued"))
    numbers = visible(request, PhoneNumber.objects.select_related("account", "workspace"))
    return list(numbers.annotate(queued=queued).filter(queued__gt=0).order_by("-queued")[:20])
