"""What the doctor asks of the outbox."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.models import Priority
from inbox.outbox import claims
from workspaces.doctor import Result, Visit, check, fault, ok, warning

SLOW, STUCK = timedelta(minutes=2), timedelta(minutes=10)


@check("outbox", needs=("migrations",))
def outbox(visit: Visit) -> Iterator[Result]:
    """What could go out does. Campaigns may queue for minutes; what waits for a broken connection is not meant."""
    now = timezone.now()
    due = claims.due().exclude(priority=Priority.CAMPAIGN)
    oldest = due.aggregate(oldest=Min("not_before"))["oldest"]
    age = now - oldest if oldest else timedelta()
    if age <= SLOW:
        yield ok("outbox", _("What can go out goes."))
        return
    text = _("Messages that could go out wait, the oldest for %(min)s minutes.")
    step = _("Is a worker of the queue “sending” running, and does its log complain? Start more of them.")
    yield (fault if age > STUCK else warning)("outbox", text % {"min": int(age.total_seconds() // 60)}, step)
