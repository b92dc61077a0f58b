"""A person sends once more what failed: as a new message, so that what became of the first one stays told."""

from django.db import transaction
from django.utils.translation import gettext as _

from inbox import told
from inbox.models import Message, Thread
from inbox.outgoing import Outgoing
from inbox.services import remedies, sending, statuses
from workspaces.models import User


@transaction.atomic
def retry(message: Message, thread: Thread, author: User) -> Message:
    """The same content, queued anew. Pressed twice it is one message. Raises CannotSend where it would not help."""
    # As it stands now: said to have failed, it may have reached the customer since the page was drawn.
    message = Message.objects.select_for_update(of=("self",)).select_related("template").get(pk=message.pk)
    tries = Message.objects.filter(retry_of=message)
    if already := tries.exclude(status=Message.Status.CANCELLED).first():
        return already
    template = message.template
    if message.status != Message.Status.FAILED or message.direction != Message.Direction.OUT:
        raise sending.CannotSend(_("Not sent again: this message did not fail."))
    if not remedies.remedy_for(message, thread, bool(template and template.is_sendable)).may_retry:
        raise sending.CannotSend(
            _("Not sent again: it would fail as before. %(why)s") % {"why": told.reason(message.error)}
        )
    # Taken back it may be sent once more, as another message.
    key = f"again-{message.pk}-{tries.count()}"
    if message.type == "template":
        again = sending.queue_template(thread, template, _values(message), author=author, key=key)
    else:
        built = Outgoing(message.type, message.content, message.body)
        again = sending.queue(thread, built, author=author, key=key)
    Message.objects.filter(pk=again.pk).update(retry_of=message)
    return again


def ask_again(message: Message) -> bool:
    """Look for what Meta has reported meanwhile; Meta answers no question about a message. True where it is settled."""
    statuses.adopt_orphans()
    message.refresh_from_db(fields=["status", "wamid"])
    return message.status != Message.Status.UNKNOWN


def _values(message: Message) -> dict:
    values = (message.filling or {}).get("values")
    if message.template is None or values is None:
        raise sending.CannotSend(_("Not sent again: choose the template anew, and fill it in."))
    return values
