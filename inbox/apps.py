from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register

# A message may leave so many seconds after its departure, and its call takes as long as the timeouts allow.
LATEST = 10


class InboxConfig(AppConfig):
    name = "inbox"
    verbose_name = "Inbox"

    def ready(self):
        from inbox.services import people  # noqa: F401 - it listens


@register(Tags.compatibility, deploy=True)
def leases_outlast_calls(app_configs, **kwargs):
    """Or a slow answer would look like a dead worker, and what Meta has would be said to be in doubt."""
    longest = settings.GRAPH_CONNECT_TIMEOUT + settings.GRAPH_READ_TIMEOUT + LATEST
    if longest <= settings.SENDING_LEASE_SECONDS:
        return []
    text = f"SENDING_LEASE_SECONDS is {settings.SENDING_LEASE_SECONDS}; a call to Meta can take {longest:g} seconds."
    return [Error(text, hint="Raise it, or lower GRAPH_READ_TIMEOUT.", id="inbox.E001")]
