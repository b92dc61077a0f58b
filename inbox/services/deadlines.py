"""Template messages that waited too long: they end as failed, with the reason, instead of going out late or never."""

from datetime import timedelta

from django.db.models import Case, DurationField, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.models import Message
from inbox.services.holds import FOR_GOOD
from inbox.services.moves import move_messages
from meta_integration.models import PhoneNumber
from templates_app.design import AUTHENTICATION
from workspaces import live

# Meta tries to deliver a message for so long, unless its template says otherwise (-1 is the longest). So long we wait.
CODE_LIVES, OTHERS_LIVE = timedelta(minutes=10), timedelta(days=30)
# What Meta took away may be a mistake, and is read again several times within this.
COMES_BACK_WITHIN = timedelta(hours=24)
TIME_TO_LIVE = Case(
    When(template__ttl_seconds__gt=0, then=F("template__ttl_seconds") * Value(timedelta(seconds=1), DurationField())),
    When(template__ttl_seconds=None, template__category=AUTHENTICATION, then=Value(CODE_LIVES)),
    default=Value(OTHERS_LIVE),
    output_field=DurationField(),
)
SHARE = 1000


def fail_what_is_too_late(number: PhoneNumber | None = None) -> int:
    """Of this number, if one is named. Returns how many."""
    now = timezone.now()
    waiting = Message.objects.filter(status=Message.Status.QUEUED, template__isnull=False)
    if number:
        waiting = waiting.filter(number=number)
    is_gone = Q(template__status__in=FOR_GOOD, template__status_at__lt=now - COMES_BACK_WITHIN)
    # Put back by a person it begins to wait anew: `not_before` tells since when.
    too_old = waiting.annotate(time_to_live=TIME_TO_LIVE).filter(not_before__lt=now - F("time_to_live"))
    why_gone = _("Meta took its template away for good, so it was not sent. Send another template.")
    why_old = _(
        "It waited for longer than its template's time to live, so it was not sent. Send it again if it matters."
    )
    return _fail(waiting.filter(is_gone, not_before__lt=now - COMES_BACK_WITHIN), why_gone) + _fail(too_old, why_old)


def _fail(late, why: str) -> int:
    """In shares: a campaign's messages are many."""
    count, rows = 0, list(late.order_by("pk").values_list("pk", "workspace_id"))
    for first in range(0, len(rows), SHARE):
        count += len(move_messages([pk for pk, _of in rows[first : first + SHARE]], Message.Status.FAILED, error=why))
    for workspace_id in {workspace_id for _pk, workspace_id in rows}:
        live.touch(workspace_id)
    return count
