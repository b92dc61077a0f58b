"""Customers, our threads with them, and every message in and out."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meta_integration.models import MediaAsset, PhoneNumber
from templates_app.models import MessageTemplate
from workspaces.models import User, Workspace, WorkspaceModel


class Contact(WorkspaceModel):
    """A customer. Known by phone (`wa_id`), by business-scoped user id (`user_id`), or both; either may come later."""

    wa_id = models.CharField(_("phone"), max_length=64, null=True, blank=True)  # noqa: DJ001 - unique where known
    user_id = models.CharField(_("user id"), max_length=160, null=True, blank=True)  # noqa: DJ001 - unique where known
    parent_user_id = models.CharField(max_length=160, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    username = models.CharField(_("user name"), max_length=255, blank=True)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(wa_id=None, user_id=None), name="contact_can_be_reached"),
            models.UniqueConstraint(fields=["workspace", "wa_id"], name="one_contact_per_phone"),
            models.UniqueConstraint(fields=["workspace", "user_id"], name="one_contact_per_user_id"),
        ]
        verbose_name = _("customer")

    def __str__(self):
        return self.name or self.username or (f"+{self.wa_id}" if self.wa_id else _("Customer without a number"))

    @property
    def address(self) -> str:
        """How people recognise them besides the name."""
        return f"+{self.wa_id}" if self.wa_id else self.username


class Thread(WorkspaceModel):
    """Our messages with one customer on one number."""

    class Status(models.TextChoices):
        OPEN = "OPEN", _("Open")
        PENDING = "PENDING", _("Pending")
        RESOLVED = "RESOLVED", _("Resolved")

    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, verbose_name=_("number"))
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, verbose_name=_("customer"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    window_expires_at = models.DateTimeField(_("window closes"), null=True, blank=True)
    last_message_at = models.DateTimeField(_("last message"), db_default=Now())
    preview = models.CharField(_("last words"), max_length=160, blank=True)
    last_type = models.CharField(max_length=40, blank=True)
    unread_count = models.PositiveIntegerField(_("unread"), default=0)
    # Meta said "too fast for this customer" so many times in a row: nothing goes out to them before that time.
    not_before = models.DateTimeField(null=True, blank=True)
    pair_strikes = models.PositiveSmallIntegerField(default=0)
    # When the shop last wrote first: the count of such customers in 24 hours has a limit at Meta.
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "contact"], name="one_thread_per_customer")]
        indexes = [
            models.Index(fields=["workspace", "-last_message_at", "-id"], name="inbox_thread_list"),
            models.Index(
                fields=["number", "reached_at"],
                include=["contact"],
                condition=Q(reached_at__isnull=False),
                name="threads_reached",
            ),
        ]
        verbose_name = _("thread")

    def __str__(self):
        return str(self.contact)

    def is_window_open(self) -> bool:
        """Within 24 hours of the customer's last message anything may be sent; after that only templates."""
        return bool(self.window_expires_at and self.window_expires_at > timezone.now())


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
