"""What Meta posted."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class WebhookDelivery(models.Model):
    """One POST of Meta's, byte for byte. May hold several workspaces' items, so it belongs to none."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Waiting")
        PROCESSED = "processed", _("Processed")
        BROKEN = "broken", _("Not readable")
        FAILED = "failed", _("Failed")

    body = models.BinaryField()
    body_sha256 = models.BinaryField(unique=True, max_length=32)
    received_at = models.DateTimeField(_("received"), db_default=Now())
    state = models.CharField(_("state"), max_length=20, choices=State, db_default=State.RECEIVED)
    retry_at = models.DateTimeField(_("next try"), db_default=Now())
    attempts = models.IntegerField(_("tries"), db_default=0)
    item_count = models.IntegerField(_("items"), db_default=0)
    unhandled_count = models.IntegerField(_("kinds we only keep"), db_default=0)
    failed_count = models.IntegerField(_("failed"), db_default=0)
    unknown_numbers = models.JSONField(_("numbers not connected here"), db_default=models.Value([], models.JSONField()))
    error = models.CharField(_("error"), max_length=300, blank=True, db_default="")
    processed_at = models.DateTimeField(_("processed"), null=True)

    class Meta:
        indexes = [
            models.Index(fields=["retry_at", "id"], condition=Q(state="received"), name="delivery_waiting"),
            models.Index(fields=["received_at"], name="delivery_age"),
            models.Index(
                fields=["id"],
                condition=~Q(unknown_numbers=models.Value([], models.JSONField())),
                name="delivery_parked",
            ),
        ]
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")

    def __str__(self):
        return f"#{self.pk}"


class WebhookItemError(models.Model):
    """One item of a delivery that could not be applied. It cost itself only."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="item_errors")
    path = models.CharField(_("where"), max_length=120)
    field = models.CharField(_("field"), max_length=120)
    error = models.CharField(_("error"), max_length=300)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("solved"), null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "path"], name="one_error_per_item")]
        indexes = [models.Index(fields=["delivery"], condition=Q(resolved_at=None), name="item_error_open")]
        verbose_name = _("failed webhook item")

    def __str__(self):
        return f"{self.path} {self.error}"
