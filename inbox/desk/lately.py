"""What came in, what failed, and how late both were."""

from datetime import timedelta

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.models import Message, MessageStatus
from meta_integration import error_book
from workspaces.desk import Link, Section, State, Table, ago, moment
from workspaces.models import Workspace

LATE = timedelta(minutes=5)


def arrivals(workspace: Workspace) -> Section | None:
    """How long after Meta's own time things were processed here: of the latest 200 messages."""
    latest = list(
        Message.objects.for_workspace(workspace)
        .order_by("-pk")
        .values_list("pk", "direction", "occurred_at", "created_at")[:200]
    )
    if not latest:
        return None
    statuses = list(
        MessageStatus.objects.filter(message__in=[row[0] for row in latest]).values_list("at", "received_at")
    )
    arrived = [(at, seen) for _pk, direction, at, seen in latest if direction == "in"] + statuses
    if not arrived:
        return Section(_("What Meta tells"), State.UNKNOWN, _("Meta has not told anything of the latest messages yet."))
    arrived.sort(key=lambda each: each[1])
    lags = sorted(max(seen - at, timedelta()) for at, seen in arrived[-50:])
    middle, last = lags[len(lags) // 2], arrived[-1][1]
    rows = [
        (_("Last message or status processed"), moment(last)),
        (_("Between Meta's time and ours, in the middle of the latest 50"), ago(middle.total_seconds())),
        (_("At most"), ago(lags[-1].total_seconds())),
    ]
    if middle > LATE:
        text = _("What Meta tells comes in %(age)s late.") % {"age": ago(middle.total_seconds())}
        return Section(_("What Meta tells"), State.WARN, text, rows=rows)
    return Section(_("What Meta tells"), State.GOOD, _("What Meta tells is processed in time."), rows=rows)


def errors(workspace: Workspace) -> Section:
    """Messages that failed in 24 hours, by Meta's code."""
    lately = timezone.now() - timedelta(days=1)
    sent = Message.objects.for_workspace(workspace).filter(direction=Message.Direction.OUT, created_at__gt=lately)
    failed = sent.filter(status=Message.Status.FAILED).order_by()
    groups = failed.values("error_code").annotate(n=Count("pk"), last=Max("created_at"))
    groups = sorted(groups, key=lambda group: -group["n"])
    if not groups:
        return Section(_("Failed messages"), State.GOOD, _("No message failed in the last 24 hours."))
    total = sum(group["n"] for group in groups)
    head = [_("Meta's code"), _("Messages"), _("Latest"), _("What happened")]
    rows = [
        [
            _code(group["error_code"]),
            str(group["n"]),
            moment(group["last"]),
            error_book.plain_words(group["error_code"]) or _("see the messages"),
        ]
        for group in groups[:20]
    ]
    text = ngettext("%(n)s message failed in the last 24 hours.", "%(n)s messages failed in the last 24 hours.", total)
    return Section(_("Failed messages"), State.WARN, text % {"n": total}, table=Table(head, rows))


def _code(code: int | None) -> Link | str:
    if code is None:
        return _("without a code")
    url = error_book.url_of(code)
    return Link(str(code), url) if url else str(code)
