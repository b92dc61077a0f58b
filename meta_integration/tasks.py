import time

from celery import shared_task

from meta_integration import intake
from meta_integration.services import calls, connect
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
def trim_webhooks() -> int:
    return intake.trim()


@shared_task
def trim_graph_calls() -> int:
    return calls.trim()


@shared_task
def forget_old_connect_attempts() -> int:
    return connect.forget_old_attempts()
