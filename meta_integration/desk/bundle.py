"""What the support bundle tells of incidents, history and calls. Returned with the shop's own ids and numbers."""

from datetime import timedelta

from django.db.models import Count
from django.utils import timezone

from meta_integration.models import WABA, ConnectionEvent, GraphCall, Incident, PhoneNumber
from workspaces.models import Workspace

MOST = 500


def incidents(workspace: Workspace) -> tuple[list[dict], set[str]]:
    columns = ["kind", "evidence", "error_code", "count", "opened_at", "last_seen_at", "closed_at", "closed_because"]
    rows = Incident.objects.filter(workspace=workspace).order_by("-opened_at").values(*columns)
    return list(rows[:MOST]), _ours(workspace)


def history(workspace: Workspace) -> tuple[list[dict], set[str]]:
    columns = ["at", "number__phone_number_id", "what", "was", "became", "source"]
    rows = ConnectionEvent.objects.for_workspace(workspace).order_by("-at").values(*columns)
    return list(rows[:MOST]), set()


def calls(workspace: Workspace) -> tuple[list[dict], set[str]]:
    columns = ["at", "method", "path", "outcome", "milliseconds", "http_status", "code", "subcode", "fbtrace_id"]
    rows = GraphCall.objects.filter(workspace=workspace).order_by("-pk").values(*columns)
    return list(rows[:MOST]), set()


def errors(workspace: Workspace) -> tuple[list[dict], set[str]]:
    """Refused calls of the last seven days, by code."""
    lately = GraphCall.objects.filter(workspace=workspace, at__gt=timezone.now() - timedelta(days=7)).exclude(code=None)
    return list(lately.order_by().values("code", "subcode").annotate(count=Count("pk"))[:MOST]), set()


def _ours(workspace: Workspace) -> set[str]:
    numbers = PhoneNumber.objects.for_workspace(workspace).values_list("phone_number_id", "display_phone_number")
    accounts = WABA.objects.for_workspace(workspace).values_list("waba_id", flat=True)
    return {str(each) for row in numbers for each in row} | set(accounts)
