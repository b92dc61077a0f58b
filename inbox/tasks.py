from celery import shared_task
from celery.signals import worker_shutting_down

from inbox.outbox import claims
from inbox.outbox import pump as pumps
from inbox.services import statuses
from workspaces import wakeups

# The module `services` of this app needs `tasks`, and `tasks` it: neither is reached for before both are loaded.


@shared_task
def pump(number_pk: int) -> int:
    wakeups.awake(pump.name, number_pk)
    if claims.wants_help(number_pk):
        wakeups.wake(help_pump, number_pk)
    done = pumps.pump(number_pk)
    if not pumps.stopping.is_set() and claims.has_due(number_pk):  # It gave its worker back because its time was over.
        wakeups.wake(pump, number_pk)
    return done


@shared_task
def help_pump(number_pk: int) -> int:
    """A second process for a number with a high limit and much to send."""
    wakeups.awake(help_pump.name, number_pk)
    return pumps.pump(number_pk, only_campaigns=True)


@shared_task
def sweep_outbox() -> int:
    """Mend what dead workers left, then wake the pump of each number with something to send."""
    numbers = claims.sweep()
    for number_pk in numbers:
        wakeups.wake(pump, number_pk)
    return len(numbers)


@shared_task
def adopt_orphan_statuses() -> int:
    return statuses.adopt_orphans()


@shared_task
def expire_orphan_statuses() -> int:
    return statuses.expire_orphans()


@worker_shutting_down.connect
def _give_back_what_is_claimed(**kwargs):
    """Heard by the process that keeps the workers; they share the mark with it."""
    pumps.stopping.set()
