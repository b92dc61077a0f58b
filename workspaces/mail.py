"""E-mail to the people of a workspace. A task sends it: no page and no transaction waits for a mail server."""

from collections.abc import Iterable

import structlog
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from workspaces import tasks
from workspaces.models import MANAGERS, Membership, Workspace

log = structlog.get_logger(__name__)


def managers_of(workspace: Workspace) -> list[str]:
    """The addresses of its owners and admins who have one."""
    managers = Membership.objects.for_workspace(workspace).filter(role__in=MANAGERS, user__is_active=True)
    return sorted(set(managers.exclude(user__email="").values_list("user__email", flat=True)))


def mail(addresses: Iterable[str], subject: str, body: str) -> None:
    """One e-mail to each, after the transaction. It ends up in mailboxes: no secret that lasts. Never raises."""
    subject = " ".join(subject.split())  # A header is one line.
    for address in addresses:
        transaction.on_commit(lambda address=address: _publish(address, subject, body))


def _publish(address: str, subject: str, body: str) -> None:
    try:
        tasks.send_mail.delay(address, subject, body)
    except (RedisError, KombuError, OSError) as exc:
        log.warning("an e-mail could not be handed over", reason=type(exc).__name__)
