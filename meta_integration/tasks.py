import time

from celery import shared_task

from meta_integration import intake
from meta_integration.services import calls, connect, health, person_gone, silence, traffic, watch
from workspaces import wakeups

# A task gives its worker back after this; the rest is announced anew.
RUN_SECONDS = 20


@shared_task
def process_webhooks() -> int:
    """Process deliveries until none waits. Returns how many."""
    wakeups.awake(process_webhooks.name)
    done, until = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < until:
        taken = intake.process_waiting()
        if not taken:
            return done
        done += taken
    wakeups.wake(process_webhooks)
    return done


@shared_task
def sweep_webhooks() -> int:
    """What no wake-up announced, and what failed and may be tried again."""
    found = intake.retry_failed_items() + intake.replay_parked()
    wakeups.wake(process_webhooks)
    return found


@shared_task
def check_connection(account_pk: int) -> str | None:
    """Ask Meta whether the account's access still holds."""
    wakeups.awake(check_connection.name, account_pk)
    return watch.check_due(account_pk)


@shared_task
def check_connections() -> int:
    """Signs that no wake-up announced, checks that come round every day, and what a dead worker left."""
    accounts = list(watch.due().values_list("pk", flat=True)[: watch.MOST_AT_ONCE])
    for pk in accounts:
        wakeups.wake(check_connection, pk)
    return len(accounts)


@shared_task
def refresh_account(account_pk: int) -> bool:
    """Read the account's numbers from Meta: an event said that there is more to know."""
    wakeups.awake(refresh_account.name, account_pk)
    return health.refresh_one(account_pk)


@shared_task
def refresh_health() -> int:
    """Read the numbers of accounts whose last reading is a day old. Returns how many accounts."""
    return health.refresh_due()


@shared_task
def trim_webhooks() -> int:
    traffic.trim()
    return intake.trim()


@shared_task
def look_for_silence() -> int:
    return silence.look()


@shared_task
def trim_graph_calls() -> int:
    return calls.trim()


@shared_task
def forget_old_connect_attempts() -> int:
    return connect.forget_old_attempts()


@shared_task
def delete_data() -> int:
    """Forget what people asked Meta to have deleted. Returns how many requests were done."""
    wakeups.awake(delete_data.name)
    return person_gone.delete_what_was_asked()
