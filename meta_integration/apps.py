from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

NEVER_EMPTY = ("META_APP_ID", "META_APP_SECRET", "META_VERIFY_TOKEN", "FIELD_ENCRYPTION_KEYS")
HOSTS_OF_META = {
    "GRAPH_BASE_URL": "https://graph.facebook.com",
    "DIALOG_BASE_URL": "https://www.facebook.com",
    "SDK_BASE_URL": "https://connect.facebook.net",
}


class MetaIntegrationConfig(AppConfig):
    name = "meta_integration"
    verbose_name = "WhatsApp connection"

    def ready(self):
        """An empty secret would sign everything and hide nothing, so the program does not start with one."""
        empty = [name for name in NEVER_EMPTY if not getattr(settings, name)]
        if empty:
            raise ImproperlyConfigured(f"{', '.join(empty)} must be set and not empty (see docs/settings.md)")


@register(Tags.security, deploy=True)
def meta_is_meta(app_configs, **kwargs):
    """In production tokens and people go to Meta's own hosts, and nowhere else."""
    return [
        Error(f"{name} is not Meta's ({expected}).", hint="Only a sandbox has another.", id="meta_integration.E002")
        for name, expected in HOSTS_OF_META.items()
        if getattr(settings, name) != expected
    ]


@register(Tags.security, deploy=True)
def secrets_are_not_examples(app_configs, **kwargs):
    """A master key that can be guessed protects nothing."""
    weak = [key for key in settings.FIELD_ENCRYPTION_KEYS if len(key) < 32]
    return [
        Error("A key in FIELD_ENCRYPTION_KEYS is shorter than 32 characters.", id="meta_integration.E003") for _ in weak
    ]
