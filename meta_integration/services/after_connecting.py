"""What is read of an account once it is connected: the apps that read something say so in the settings."""

from django.conf import settings
from django.utils.module_loading import import_string

from meta_integration.models import WABA, GraphCall
from workspaces import wakeups

TEMPLATES = "{waba_id}/message_templates"


def read_all(account: WABA) -> None:
    """After the transaction, by tasks. Also when a person wants it read again."""
    for path in settings.META_CONNECTED:
        wakeups.wake_on_commit(import_string(path), account.pk)


def templates_refused(account: WABA) -> GraphCall | None:
    """The call that failed when the templates were last to be read; None where none did since they were read."""
    calls = GraphCall.objects.filter(account=account, path=TEMPLATES, at__gte=account.connected_at, method="GET")
    calls = calls.exclude(outcome__in=[GraphCall.Outcome.DONE, GraphCall.Outcome.SLOW])
    last = calls.order_by("-at").first()
    if last and account.templates_read_at and account.templates_read_at > last.at:
        return None
    return last
