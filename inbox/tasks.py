import time

from celery import shared_task
from celery.signals import worker_shutting_down

from inbox.models import Message
from inbox.outbox import claims
from inbox.outbox import pump as pumps
from inbox.services import blocking, reading, silence, statuses
from meta_integration.services import inbound_media
from workspaces import live, wakeups

# A task gives its worker back after this; the rest is announced anew.
RUN_SECONDS = 20

# The module `services` of this app needs `tasks`, and `tasks` it: neither is reached for before both are loaded.


@shared_task
def pump(number_pk: int) -> int:
    wakeups.awake(pump.name, number_pk)
    if claims.wants_help(number_pk):
        wakeups.wake(help_pump, number_pk)
    done = pumps.pump(number_pk)
    if not pumps.stopping.value and claims.has_due(number_pk):  # It gave its worker back because its time was over.
        wakeups.wake(pump, number_pk)
    return done


@shared_task
def help_pump(number_pk: int) -> int:
    """A second process for a number with a high limit and much to send."""
    wakeups.awake(help_pump.name, number_pk)
    return pumps.pump(number_pk, only_campaigns=True)


def _wake_pumps(numbers: list[int]) -> int:
    for number_pk in numbers:
        wakeups.wake(pump, number_pk)
    return len(numbers)


@shared_task
def account_reconnected(account_pk: int) -> int:
    """What waited for this account goes out now, not with the next sweep."""
    wakeups.awake(account_reconnected.name, account_pk)
    return _wake_pumps(claims.numbers_of(claims.due().filter(number__account=account_pk)))


@shared_task
def template_sendable(template_pk: int) -> int:
    """Meta lets it go on: what was held goes out now, not with the next sweep."""
    wakeups.awake(template_sendable.name, template_pk)
    return _wake_pumps(claims.numbers_of(claims.due().filter(template=template_pk)))


@shared_task
def sweep_outbox() -> int:
    """Mend what dead workers left, then wake the pump of each number with something to send."""
    return _wake_pumps(claims.sweep())


@shared_task
def fail_what_is_too_old() -> int:
    return claims.fail_what_is_too_old()


@shared_task
def adopt_orphan_statuses() -> int:
    return statuses.adopt_orphans()


@shared_task
def expire_orphan_statuses() -> int:
    return statuses.expire_orphans()


@shared_task
def wake_snoozed() -> int:
    return silence.wake_due()


@shared_task
def resolve_silent() -> int:
    return silence.resolve_silent()


@shared_task
def settle_block(thread_pk: int) -> bool:
    wakeups.awake(settle_block.name, thread_pk)
    return blocking.settle_at_meta(thread_pk)


@shared_task
def settle_blocks() -> int:
    return blocking.settle_leftovers()


@shared_task
def fetch_media() -> int:
    """Fetch what customers sent, one file after the other, until none waits."""
    wakeups.awake(fetch_media.name)
    done, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        asset = inbound_media.fetch_next()
        if asset is None:
            return done
        _tell_pages(asset)
        done += 1
    wakeups.wake(fetch_media)
    return done


@shared_task
def sweep_media() -> int:
    """What no wake-up announced, what may be tried again, and what a dead worker left."""
    for asset in inbound_media.give_up():
        _tell_pages(asset)
    waiting = inbound_media.due().count()
    if waiting:
        wakeups.wake(fetch_media)
    return waiting


def _tell_pages(asset) -> None:
    threads = Message.objects.filter(asset=asset).values_list("thread_id", flat=True)
    live.touch(asset.workspace_id, *threads, in_list=False)


@shared_task
def mark_as_read(message_pk: int) -> bool:
    wakeups.awake(mark_as_read.name, message_pk)
    return reading.tell_meta(message_pk)


@shared_task
def tell_typing(message_pk: int) -> bool:
    wakeups.awake(tell_typing.name, message_pk)
    return reading.tell_typing(message_pk)


@worker_shutting_down.connect
def _give_back_what_is_claimed(**kwargs):
    """Heard by the process that keeps the workers; they share the mark with it."""
    pumps.stopping.value = 1
