"""The away message: outside the opening hours a customer hears once that nobody is there."""

from datetime import timedelta

import structlog
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from inbox import outgoing
from inbox.models import InboxSettings, Message, Priority, Thread
from inbox.services import hearing, hours, sending

log = structlog.get_logger(__name__)
# What comes later than this was written when somebody may have been there: an answer would only confuse.
LATE = timedelta(minutes=10)
# How its message is named, in the reader's language.
ORIGIN = gettext_noop("Away message")


def answer(thread: Thread, message: Message, wanted: InboxSettings) -> bool:
    """Once for each time the shop is closed, whatever they write. Not to what comes late, nor to STOP and its like."""
    now = timezone.now()
    if not wanted.away_message or message.occurred_at < now - LATE or hearing.is_about_offers(message):
        return False
    since = hours.closed_since(wanted.opening_hours, thread.workspace.timezone, now)
    if since is None:
        return False
    not_yet = Q(away_sent_at=None) | Q(away_sent_at__lt=since)
    if not Thread.objects.filter(not_yet, pk=thread.pk).update(away_sent_at=now):
        return False
    thread.refresh_from_db(fields=["window_expires_at"])
    try:
        sending.queue(thread, outgoing.text(wanted.away_message), priority=Priority.AUTOMATIC, origin=ORIGIN)
    except (sending.CannotSend, outgoing.BadMessage) as exc:
        log.info("the away message was not sent", thread=thread.pk, reason=type(exc).__name__)
        return False
    return True
