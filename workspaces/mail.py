"""E-mail to the people of a workspace. Sent by a task, so that no page and no transaction waits for a mail server."""

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage

from workspaces.models import MANAGERS, Membership, Workspace


def managers_of(workspace: Workspace) -> list[str]:
    """The addresses of its owners and admins who have one."""
    managers = Membership.objects.for_workspace(workspace).filter(role__in=MANAGERS, user__is_active=True)
    return sorted(set(managers.exclude(user__email="").values_list("user__email", flat=True)))


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=6)
def send(subject: str, body: str, to: list[str]) -> int:
    """One e-mail for each address: nobody sees the others'. `body` ends up in mailboxes: no secret."""
    subject = " ".join(subject.split())  # A header is one line.
    return sum(EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [address]).send() for address in to)
