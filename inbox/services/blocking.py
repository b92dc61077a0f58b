"""Blocking a sender: here at once and for all of the shop's numbers, and at Meta where Meta allows it.

Meta blocks only who wrote to that number within 24 hours. Of others, and where it refuses, the messages keep coming:
they are kept, and disturb nobody. Whenever one comes, Meta is asked again.
"""

import structlog
from django.db import transaction
from django.utils import timezone

from inbox import tasks
from inbox.models import Contact, Thread, ThreadEvent
from inbox.services import events
from meta_integration.graph.errors import GraphError, TokenRejected
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import watch
from meta_integration.services.clients import NoToken, graph_client_for
from workspaces import live, wakeups
from workspaces import services as workspaces
from workspaces.models import User

log = structlog.get_logger(__name__)
AT_ONCE = 50


@transaction.atomic
def block(contact: Contact, actor: User) -> bool:
    """Nobody here hears of them any more. False where they are blocked already."""
    free = Contact.objects.for_workspace(contact.workspace_id).filter(pk=contact.pk, blocked_at=None)
    if not free.update(blocked_at=timezone.now(), blocked_by=actor):
        return False
    _threads_of(contact).update(unread_count=0, waiting_since=None, snoozed_until=None)
    _tell(contact, actor, ThreadEvent.Kind.BLOCKED, "blocked a customer")
    return True


@transaction.atomic
def unblock(contact: Contact, actor: User) -> bool:
    """Their next message is heard again. False where they are not blocked."""
    blocked = Contact.objects.for_workspace(contact.workspace_id).filter(pk=contact.pk, blocked_at__isnull=False)
    if not blocked.update(blocked_at=None, blocked_by=None):
        return False
    _tell(contact, actor, ThreadEvent.Kind.UNBLOCKED, "unblocked a customer")
    return True


def settle_at_meta(thread_pk: int) -> bool:
    """Have Meta block or unblock as the shop decided. False where it is so already, or Meta refused."""
    threads = Thread.objects.select_related("contact", "number__account")
    thread = threads.filter(pk=thread_pk, number__state=PhoneNumber.State.CONNECTED).first()
    if thread is None or thread.number.account.state != WABA.State.CONNECTED:
        return False
    wanted = thread.contact.blocked_at is not None
    if wanted == (thread.blocked_at_meta is not None):
        return False
    account, user = (
        thread.number.account,
        f"+{thread.contact.wa_id}" if thread.contact.wa_id else thread.contact.user_id,
    )
    try:
        graph_client_for(account).set_blocked(thread.number.phone_number_id, user, blocked=wanted)
    except TokenRejected as exc:
        watch.refused(account, exc)
        return False
    except (GraphError, NoToken) as exc:
        log.info("Meta did not change whom it blocks", thread=thread_pk, wanted=wanted, reason=type(exc).__name__)
        return False
    Thread.objects.filter(pk=thread_pk).update(blocked_at_meta=timezone.now() if wanted else None)
    live.touch(thread.workspace_id)
    return True


def settle_leftovers() -> int:
    """Those whom the shop hears again, but Meta still blocks: their messages would be lost."""
    still = Thread.objects.filter(blocked_at_meta__isnull=False, contact__blocked_at=None)
    return sum(settle_at_meta(pk) for pk in still.order_by("blocked_at_meta").values_list("pk", flat=True)[:AT_ONCE])


def _tell(contact: Contact, actor: User, kind: ThreadEvent.Kind, what: str) -> None:
    for thread in _threads_of(contact):
        events.note(thread, kind, actor)
        wakeups.wake_on_commit(tasks.settle_block, thread.pk)
    workspaces.note(contact.workspace, actor, what, f"customer {contact.pk}")


def _threads_of(contact: Contact):
    return Thread.objects.for_workspace(contact.workspace_id).filter(contact=contact)
