"""Celery's way into this app: each loads by id and calls a service."""

from celery import shared_task

from templates_app.services import asking, deleting, stops, submitting, sync, work
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


@shared_task
def submit_template(template_pk: int) -> bool:
    """Hand a template in at Meta. Returns whether that is over."""
    wakeups.awake(submit_template.name, template_pk)
    return submitting.run(template_pk)


@shared_task
def delete_template(template_pk: int) -> bool:
    """Delete a template at Meta. Returns whether that is over."""
    wakeups.awake(delete_template.name, template_pk)
    return deleting.run(template_pk)


@shared_task
def sweep_template_work() -> int:
    """What no wake-up announced, what may be tried again, and what a dead worker left. Returns how many."""
    waiting = list(work.left_lying().order_by("work_until").values_list("pk", "work")[:100])
    for pk, what in waiting:
        wakeups.wake(submit_template if what == work.Work.SUBMITTING else delete_template, pk)
    return len(waiting)


@shared_task
def account_reconnected(account_pk: int) -> int:
    """What waited for the connection goes on now, and what was missed meanwhile is read."""
    wakeups.awake(account_reconnected.name, account_pk)
    wakeups.wake(sync_templates, account_pk)
    return sweep_template_work()
