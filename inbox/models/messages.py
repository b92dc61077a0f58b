"""Every message in and out, and what Meta reported of it."""

import uuid

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from inbox.models.threads import Thread
from meta_integration.models import MediaAsset, PhoneNumber
from templates_app.models import MessageTemplate
from workspaces.models import User, Workspace, WorkspaceModel


class Priority(models.IntegerChoices):
    AGENT = 0
    AUTOMATIC = 1
    CAMPAIGN = 2


class Message(WorkspaceModel):
    """One message, in or out. Its status is written by `services.moves` alone."""

    class Direction(models.TextChoices):
        IN = "in", _("in")
        OUT = "out", _("out")

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Waiting to be sent")
        CLAIMED = "claimed", _("About to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        PLAYED = "played", _("Played")
        FAILED = "failed", _("Not sent")
        UNKNOWN = "unknown", _("Not known")
        CANCELLED = "cancelled", _("Cancelled")
        SKIPPED = "skipped", _("Skipped")

    # A status changes three to five times, and each index is written anew with it: those named below serve these too.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, editable=False, db_index=False)
    thread = models.ForeignKey(
        Thread, on_delete=models.PROTECT, related_name="messages", verbose_name=_("thread"), db_index=False
    )
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, verbose_name=_("number"), db_index=False)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    type = models.CharField(_("type"), max_length=40)
    body = models.TextField(_("text"), blank=True)
    content = models.JSONField(_("content"), default=dict)
    asset = models.ForeignKey(MediaAsset, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("file"))
    template = models.ForeignKey(
        MessageTemplate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("template"),
    )
    # How the customer sees a template: header, text, footer, buttons, cards. The template itself may change later.
    parts = models.JSONField(null=True, blank=True)
    # Of a template: {"of": the version it was made of, "values": what filled it}.
    filling = models.JSONField(null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    # Of a reaction, an edit or a deletion: the message it is about, which may come later or never.
    target_wamid = models.TextField(null=True, blank=True)  # noqa: DJ001 - most have none
    # The failed message that a person sent once more as this one.
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # What sent it where no person did: the name of a campaign or automation, or Galantis' own answer.
    origin = models.CharField(_("sent by"), max_length=160, blank=True, default="", db_default="")
    wamid = models.TextField(_("Meta's id"), null=True, blank=True)  # noqa: DJ001 - unique once known
    reference = models.UUIDField(_("our reference"), default=uuid.uuid4, unique=True)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - unique where given
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("written by"))
    occurred_at = models.DateTimeField(_("when"), db_default=Now())
    created_at = models.DateTimeField(auto_now_add=True)
    priority = models.SmallIntegerField(choices=Priority, default=Priority.AUTOMATIC)
    not_before = models.DateTimeField(_("not before"), db_default=Now())
    claimed_by = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error_code = models.IntegerField(_("error code"), null=True, blank=True)
    error = models.CharField(_("why"), max_length=500, blank=True)
    told_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number", "wamid"], name="one_message_per_wamid"),
            models.UniqueConstraint(fields=["workspace", "idempotency_key"], name="one_message_per_key"),
        ]
        indexes = [
            models.Index(fields=["thread", "-occurred_at", "-id"], name="messages_of_thread"),
            models.Index(fields=["number", "priority", "id"], condition=Q(status="queued"), name="outbox_claim"),
            models.Index(fields=["thread"], condition=Q(status__in=["claimed", "sending"]), name="outbox_at_work"),
            models.Index(fields=["lease_until"], condition=Q(status__in=["claimed", "sending"]), name="outbox_leases"),
            models.Index(fields=["workspace", "-id"], name="messages_of_workspace"),
            models.Index(fields=["workspace", "created_at"], condition=Q(direction="out"), name="messages_sent_lately"),
            models.Index(
                fields=["thread", "target_wamid"], condition=Q(target_wamid__isnull=False), name="messages_about_others"
            ),
            # The search for words. A campaign's copies are left out: too many, and their status changes too often.
            GinIndex(
                OpClass(Upper("body"), name="gin_trgm_ops"), condition=Q(priority__lt=2), name="messages_searched"
            ),
            # The figures of a period. So small, and kept by ranges of the table, that a status costs it nothing.
            BrinIndex(fields=["occurred_at"], name="messages_by_time", pages_per_range=16, autosummarize=True),
            models.Index(fields=["retry_of"], condition=Q(retry_of__isnull=False), name="messages_tried_again"),
            # When each was used last, and whether a template may be deleted, without a look through all messages.
            models.Index(fields=["template", "-id"], condition=Q(template__isnull=False), name="messages_of_template"),
        ]
        verbose_name = _("message")

    def __str__(self):
        return f"{self.get_direction_display()} {self.type} {self.pk}"


class MessageStatus(WorkspaceModel):
    """The timeline: each status Meta reported of a message, once, in whatever order they came."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, editable=False, db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="timeline", db_index=False)
    status = models.CharField(max_length=40)
    at = models.DateTimeField(_("when"))
    received_at = models.DateTimeField(auto_now_add=True)
    is_billable = models.BooleanField(_("charged"), null=True)
    pricing_type = models.CharField(_("price"), max_length=40, blank=True)
    pricing_category = models.CharField(_("price category"), max_length=40, blank=True)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "status"], name="one_row_per_status")]
        verbose_name = _("message status")
        verbose_name_plural = _("message statuses")

    def __str__(self):
        return self.status


class OrphanStatus(WorkspaceModel):
    """A status of a message we do not know (yet): its send may not be recorded, or another program sent it."""

    number = models.ForeignKey(PhoneNumber, on_delete=models.CASCADE)
    wamid = models.TextField()
    reference = models.UUIDField(null=True)
    status = models.CharField(max_length=40)
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    expired_at = models.DateTimeField(_("given up"), null=True, blank=True)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "wamid", "status"], name="one_orphan_per_status")]
        indexes = [models.Index(fields=["received_at"], name="orphan_age")]
        verbose_name = _("unmatched status")
        verbose_name_plural = _("unmatched statuses")

    def __str__(self):
        return f"{self.status} {self.wamid}"
