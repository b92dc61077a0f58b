"""Celery's way into this app: each loads by id and calls a service."""

from celery import shared_task

from templates_app.services import asking, stops, sync
from workspaces import wakeups


@shared_task
def ask_about_templates() -> int:
    """Ask Meta about templates that something is open of. Returns how many were asked about."""
    wakeups.awake(ask_about_templates.name)
    return asking.ask_due()


@shared_task
def sync_templates(account_pk: int) -> int | None:
    """Read the account's templates. Returns how many Meta listed; None when another worker reads them."""
    wakeups.awake(sync_templates.name, account_pk)
    reading = sync.run(account_pk)
    return reading.listed if reading else None


@shared_task
def sweep_templates() -> int:
    """Begin readings that are due, and what no wake-up announced. Returns how many had been left lying."""
    stops.close_what_nobody_uses()
    return sync.sweep()
