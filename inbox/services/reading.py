"""Telling WhatsApp that a message was read, and that somebody writes an answer."""

from datetime import timedelta

import structlog
from django.utils import timezone

from inbox.models import Message, Thread
from inbox.services import inbox_settings
from meta_integration.graph.errors import GraphError, TokenRejected
from meta_integration.models import WABA
from meta_integration.services import watch
from meta_integration.services.clients import NoToken, graph_client_for

log = structlog.get_logger(__name__)
# Meta knows nothing of older ones.
OLDEST = timedelta(days=30)
# WhatsApp shows the dots for 25 seconds.
TYPING_SECONDS = 20


def newest_unsaid(thread: Thread) -> int | None:
    """The customer's latest message, if WhatsApp was not told yet that it was read."""
    theirs = Message.objects.filter(thread=thread, direction=Message.Direction.IN, wamid__isnull=False)
    newest = theirs.order_by("-occurred_at", "-id").values("pk", "told_read_at", "occurred_at").first()
    if newest and newest["told_read_at"] is None and newest["occurred_at"] > timezone.now() - OLDEST:
        return newest["pk"]
    return None


def tell_meta(message_pk: int) -> bool:
    """The customer gets two blue ticks. Tried once for each message: should it fail, nobody misses more than those."""
    message = Message.objects.select_related("number__account").filter(pk=message_pk, told_read_at=None).first()
    if message is None or message.number.account.state != WABA.State.CONNECTED:
        return False
    if not Message.objects.filter(pk=message_pk, told_read_at=None).update(told_read_at=timezone.now()):
        return False
    _tell(message)
    return True


def newest_to_type_under(thread: Thread) -> int | None:
    """The customer's latest message, if they are to see that somebody writes: the shop wants it and may answer."""
    if not thread.is_window_open() or not inbox_settings.of(thread.workspace_id).tells_typing:
        return None
    theirs = Message.objects.for_workspace(thread.workspace).filter(thread=thread, direction=Message.Direction.IN)
    known = theirs.filter(wamid__isnull=False, occurred_at__gt=timezone.now() - OLDEST)
    return known.order_by("-occurred_at", "-id").values_list("pk", flat=True).first()


def tell_typing(message_pk: int) -> bool:
    """The customer sees the dots for a while, and two blue ticks. Not tried again: by then nobody writes any more."""
    message = Message.objects.select_related("number__account").filter(pk=message_pk).first()
    if message is None or message.number.account.state != WABA.State.CONNECTED:
        return False
    Message.objects.filter(pk=message_pk, told_read_at=None).update(told_read_at=timezone.now())
    _tell(message, typing=True)
    return True


def _tell(message: Message, *, typing: bool = False) -> None:
    account = message.number.account
    try:
        graph_client_for(account).mark_as_read(message.number.phone_number_id, message.wamid, typing=typing)
    except TokenRejected as exc:
        watch.refused(account, exc)
    except (GraphError, NoToken) as exc:
        log.info("WhatsApp was not told that a message was read", message=message.pk, reason=type(exc).__name__)
