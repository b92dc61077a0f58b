from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class WorkspacesConfig(AppConfig):
    default = True
    name = "workspaces"
    verbose_name = "Workspace"

    def ready(self):
        from workspaces import leaving  # noqa: F401 - its receivers; they need the models.


class GalantisAdminConfig(admin_apps.AdminConfig):
    """Named in INSTALLED_APPS in place of Django's own."""

    default = False
    default_site = "workspaces.sites.GalantisAdminSite"
