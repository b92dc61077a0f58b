"""What goes wrong, and the calls that show it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meta_integration.models.accounts import WABA
from workspaces.models import Workspace


class Incident(models.Model):
    """One trouble, however many symptoms it has. Workspace and account are empty where it belongs to nobody yet."""

    class Kind(models.TextChoices):
        CONNECTION_BROKEN = "connection_broken", _("Connection broken")
        CONNECTION_UNSURE = "connection_unsure", _("Meta does not say whether the connection works")
        NUMBER_STOPPED = "number_stopped", _("Number stopped by Meta")
        ACCOUNT_STOPPED = "account_stopped", _("Account stopped by Meta")
        ACCESS_EXPIRES = "access_expires", _("The access to WhatsApp ends soon")
        SUBSCRIPTION_LOST = "subscription_lost", _("Meta sends no webhooks")
        NUMBER_SILENT = "number_silent", _("A number has fallen silent")
        QUALITY_DROPPED = "quality_dropped", _("Quality or limit went down")
        ACCOUNT_RESTRICTED = "account_restricted", _("Account restricted by Meta")
        ACCOUNT_WARNING = "account_warning", _("Warning from Meta")
        UNKNOWN_NUMBER = "unknown_number", _("Webhooks for a number nobody connected")
        TEMPLATE_STOPPED = "template_stopped", _("Template stopped by Meta")
        CATALOG_BROKEN = "catalog_broken", _("Meta refuses the access to the catalog")
        CATALOG_REMOVALS = "catalog_removals", _("Many products would be removed: you are asked")
        ACCOUNT_ERROR = "account_error", _("Error reported by Meta")

    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("workspace")
    )
    account = models.ForeignKey(WABA, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("account"))
    kind = models.CharField(_("what"), max_length=40, choices=Kind)
    key = models.CharField(max_length=120)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    error_code = models.IntegerField(_("Meta's code"), null=True, blank=True)
    count = models.IntegerField(_("seen"), default=1)
    opened_at = models.DateTimeField(_("since"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen"), db_default=Now())
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_because = models.CharField(_("closed because"), max_length=200, blank=True)
    # [{"who", "at"}, ...]: who was told by e-mail.
    told = models.JSONField(_("who was told"), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(closed_at=None), name="one_open_incident")]
        indexes = [models.Index(fields=["workspace", "-opened_at"], name="incidents_of_workspace")]
        verbose_name = _("incident")

    def __str__(self):
        return self.get_kind_display()


class GraphCall(models.Model):
    """A call to Meta that failed, was slow, or is one of the sample. Holds no secret and no customer's words or number.

    Workspace and account are empty for calls of Galantis' own, such as checking a log-in.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        SLOW = "slow", _("Done, slowly")
        REFUSED = "refused", _("Refused by Meta")
        NO_ANSWER = "no_answer", _("No readable answer")
        NOT_REACHED = "not_reached", _("Meta not reached")

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, null=True, blank=True, db_index=False, verbose_name=_("workspace")
    )
    account = models.ForeignKey(WABA, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("account"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("path"), max_length=200)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    milliseconds = models.IntegerField(_("milliseconds"))
    http_status = models.IntegerField(_("HTTP status"), null=True, blank=True)
    code = models.IntegerField(_("Meta's code"), null=True, blank=True)
    subcode = models.IntegerField(_("Meta's sub-code"), null=True, blank=True)
    error_class = models.CharField(_("kind of error"), max_length=20, blank=True)
    fbtrace_id = models.CharField(_("Meta's trace id"), max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-id"], name="calls_of_workspace"),
            models.Index(fields=["at"], name="calls_age"),
        ]
        verbose_name = _("call to Meta")
        verbose_name_plural = _("calls to Meta")

    def __str__(self):
        return f"{self.method} {self.path}"
