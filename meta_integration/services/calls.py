"""What is kept of the calls to Meta: those that failed, the slow ones and a sample of the rest."""

from collections import deque
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from meta_integration.graph.calls import Call
from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.errors import GraphAPIError
from meta_integration.models import GraphCall

log = structlog.get_logger(__name__)
Outcome = GraphCall.Outcome


def write(call: Call, *, workspace_id: int | None, account_id: int | None) -> None:
    """Keep it at once. In a savepoint, so that a caller's transaction survives if it cannot be kept."""
    with transaction.atomic():
        row_of(call, workspace_id, account_id).save(force_insert=True)


class CallBuffer:
    """Takes calls from any thread, without touching the database; its owner writes them with `flush`.

    Holds the latest thousand: in a storm of failures the older ones say nothing new.
    """

    def __init__(self):
        self._rows = deque(maxlen=1000)

    def add(self, call: Call, *, workspace_id: int | None, account_id: int | None) -> None:
        self._rows.append(row_of(call, workspace_id, account_id))

    def flush(self) -> int:
        """Write what was gathered, in one statement; return how many. Never raises: messages matter more."""
        rows = [self._rows.popleft() for _ in range(len(self._rows))]
        if not rows:
            return 0
        try:
            with transaction.atomic():
                GraphCall.objects.bulk_create(rows)
        except Exception as exc:
            log.warning("calls to Meta could not be recorded", count=len(rows), reason=type(exc).__name__)
            return 0
        return len(rows)


def row_of(call: Call, workspace_id: int | None, account_id: int | None) -> GraphCall:
    return GraphCall(
        workspace_id=workspace_id,
        account_id=account_id,
        method=call.method,
        path=call.path[:200],
        outcome=_outcome(call),
        milliseconds=call.milliseconds,
        http_status=call.status,
        code=call.code,
        subcode=call.subcode,
        error_class=call.error.error_class if call.error else "",
        fbtrace_id=call.fbtrace_id[:80],
    )


def trim(slice_size: int = 2000) -> int:
    """Delete what is older than it need be, in slices; return how many."""
    oldest, count = timezone.now() - timedelta(days=settings.GRAPH_CALL_RETENTION_DAYS), 0
    while pks := list(GraphCall.objects.filter(at__lt=oldest).values_list("pk", flat=True)[:slice_size]):
        count += GraphCall.objects.filter(pk__in=pks).delete()[0]
    return count


def _outcome(call: Call) -> str:
    if isinstance(call.error, GraphAPIError):
        return Outcome.REFUSED
    if call.error:
        is_unknown = call.error.error_class is ErrorClass.UNKNOWN_OUTCOME
        return Outcome.NO_ANSWER if is_unknown else Outcome.NOT_REACHED
    return Outcome.SLOW if call.milliseconds >= settings.GRAPH_SLOW_MS else Outcome.DONE
