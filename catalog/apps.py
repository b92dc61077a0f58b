from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register

GRAPH_OF_META = "https://graph.facebook.com"


class CatalogAppConfig(AppConfig):
    name = "catalog"
    verbose_name = "Products"


@register(Tags.security, deploy=True)
def no_sandbox_beside_meta(app_configs, **kwargs):
    """Pictures of the sandbox are fetched from a local address, without https: none such may be in production."""
    if not settings.SANDBOX_URL or settings.GRAPH_BASE_URL != GRAPH_OF_META:
        return []
    hint = "Leave SANDBOX_URL empty: pictures at that address would be fetched from inside of your network."
    return [Error("SANDBOX_URL is set while Meta is the real one.", hint=hint, id="catalog.E001")]
