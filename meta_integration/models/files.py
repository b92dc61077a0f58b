"""Files of messages, and their copies at Meta."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from meta_integration import filetypes
from meta_integration.models.accounts import PhoneNumber
from workspaces.models import WorkspaceModel


def stored_name(asset: "MediaAsset", file_name: str) -> str:
    """Where a file lies: a name nobody can guess, without a word of what people called it."""
    return f"{asset.workspace_id}/{secrets.token_urlsafe(24)}"


class MediaAsset(WorkspaceModel):
    """A file that a person uploaded or a customer sent. What it is was read from its content, never declared."""

    class Origin(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded here")
        INBOUND = "inbound", _("From a customer")

    class State(models.TextChoices):
        WAITING = "waiting", _("Being fetched")
        READY = "ready", _("Here")
        FAILED = "failed", _("Could not be fetched")

    origin = models.CharField(_("from"), max_length=10, choices=Origin)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    file = models.FileField(upload_to=stored_name, max_length=200, blank=True)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    mime_type = models.CharField(_("type"), max_length=120, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    # Only of what a customer sent: where it is at Meta, and how fetching it went.
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("number"))
    media_id = models.CharField(_("Meta's id"), max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    retry_at = models.DateTimeField(_("next try"), db_default=Now())
    error = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "media_id"], condition=Q(origin="inbound"), name="inbound_media_fetched_once"
            ),
            models.UniqueConstraint(
                fields=["workspace", "sha256", "file_name"], condition=Q(origin="uploaded"), name="one_asset_per_upload"
            ),
        ]
        indexes = [models.Index(fields=["retry_at", "id"], condition=Q(state="waiting"), name="media_waiting")]
        verbose_name = _("file")

    def __str__(self):
        return self.file_name or self.mime_type or self.media_id

    @property
    def kind(self) -> str:
        """The type of message that can carry it: image, video, audio, document or sticker."""
        return filetypes.kind_of(self.mime_type)


class MediaUpload(WorkspaceModel):
    """A file of ours at Meta: uploaded once for each number, its id good for 30 days."""

    asset = models.ForeignKey(MediaAsset, on_delete=models.CASCADE, related_name="uploads", verbose_name=_("file"))
    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE, verbose_name=_("number"))
    media_id = models.CharField(_("Meta's id"), max_length=120)
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "number"], name="one_upload_per_number")]
        verbose_name = _("upload")

    def __str__(self):
        return self.media_id
