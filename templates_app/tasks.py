"""Celery's way into this app: each loads by id and calls a service."""

from celery import shared_task

from templates_app.services import asking
from workspaces import wakeups


@shared_task
def ask_about_templates() -> int:
    """Ask Meta about templates that something is open of. Returns how many were asked about."""
    wakeups.awake(ask_about_templates.name)
    return asking.ask_due()
