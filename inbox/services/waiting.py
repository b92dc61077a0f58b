"""How many messages wait for an account, and which of them wait in vain."""

from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_noop

from inbox.models import Message
from meta_integration.models import WABA
from meta_integration.services.waiting import Waiting

TOO_LATE = gettext_noop("It waited until the 24 hours after the customer's last message were over, so it was not sent.")
TOO_OLD = gettext_noop(
    "It waited so long that it may be out of date by now, so it was not sent. Send it anew if it is still true."
)
WINDOW = timedelta(hours=24)


def of_account(account: WABA, since: datetime | None = None) -> Waiting:
    """The account's queued messages. Free text whose window has closed will fail as too late, and counts as such.

    With `since` those are counted too that have failed for it, their window having closed after that time.
    """
    in_time = Q(type="template") | Q(thread__window_expires_at__gt=timezone.now())
    queued = Message.objects.filter(number__account=account, status=Message.Status.QUEUED)
    figures = queued.aggregate(
        count=Count("pk", filter=in_time), oldest=Min("created_at", filter=in_time), all=Count("pk")
    )
    failed = _failed(account, since).count() if since else 0
    return Waiting(
        count=figures["count"],
        oldest=figures["oldest"],
        too_late=figures["all"] - figures["count"] + failed,
        list_url=_list_url(since) if since else "",
    )


def _failed(account: WABA, since: datetime):
    """Served by `messages_sent_lately`: whatever waited was written at most a window's length before the time."""
    sent_lately = Message.objects.for_workspace(account.workspace_id).filter(
        direction=Message.Direction.OUT, created_at__gte=since - WINDOW
    )
    return sent_lately.filter(
        number__account=account,
        status=Message.Status.FAILED,
        error=TOO_LATE,
        thread__window_expires_at__gte=since,
    )


def _list_url(since: datetime) -> str:
    """The messages of the admin that failed for this reason."""
    named = {"status__exact": "failed", "error__exact": TOO_LATE, "created_at__gte": (since - WINDOW).isoformat()}
    return f"{reverse('admin:inbox_message_changelist')}?{urlencode(named)}"
