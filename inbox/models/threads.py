"""Our messages with one customer on one number, as one place of work."""

import math

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inbox.models.contacts import Contact
from meta_integration.models import PhoneNumber
from workspaces.models import User, WorkspaceModel


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
    # Marked as unread, or back from being put off: only opening it reads it, not a page that has it open.
    stays_unread = models.BooleanField(default=False, db_default=False)
    assignee = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("assigned to")
    )
    # Since when the customer waits for an answer of a person's; empty where nobody waits.
    waiting_since = models.DateTimeField(_("waits since"), null=True, blank=True)
    # When a person of the shop last answered, here or in WhatsApp's own app.
    answered_at = models.DateTimeField(null=True, blank=True)
    # When it was resolved last: what was written before that does not open it again, however late it comes.
    resolved_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    # Since when Meta itself keeps this customer's messages from this number.
    blocked_at_meta = models.DateTimeField(null=True, blank=True)
    # When the away message last went out here: once for each time nobody is there.
    away_sent_at = models.DateTimeField(null=True, blank=True)
    # Meta said "too fast for this customer" so many times in a row: nothing goes out to them before that time.
    not_before = models.DateTimeField(null=True, blank=True)
    pair_strikes = models.PositiveSmallIntegerField(default=0)
    # When the shop last wrote first: the count of such customers in 24 hours has a limit at Meta.
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "contact"], name="one_thread_per_customer")]
        indexes = [
            # The list of the inbox, by whatever it is filtered.
            models.Index(fields=["workspace", "-last_message_at", "-id"], name="inbox_thread_list"),
            models.Index(fields=["workspace", "status", "-last_message_at", "-id"], name="threads_by_status"),
            models.Index(
                fields=["workspace", "assignee", "status", "-last_message_at", "-id"], name="threads_by_assignee"
            ),
            models.Index(
                fields=["workspace", "-last_message_at", "-id"], condition=Q(unread_count__gt=0), name="threads_unread"
            ),
            models.Index(
                fields=["workspace", "waiting_since", "id"],
                condition=Q(waiting_since__isnull=False),
                name="threads_waiting",
            ),
            models.Index(
                fields=["workspace", "snoozed_until"], condition=Q(snoozed_until__isnull=False), name="threads_snoozed"
            ),
            models.Index(
                fields=["number", "reached_at"],
                include=["contact"],
                condition=Q(reached_at__isnull=False),
                name="threads_reached",
            ),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="threads_to_wake"),
            models.Index(
                fields=["blocked_at_meta"],
                condition=Q(blocked_at_meta__isnull=False),
                name="threads_blocked_at_meta",
            ),
            # Where nobody waits for an answer and nobody has written for long: resolved by itself.
            models.Index(
                fields=["workspace", "last_message_at"],
                condition=Q(status__in=["OPEN", "PENDING"], waiting_since=None, snoozed_until=None),
                name="threads_gone_silent",
            ),
        ]
        verbose_name = _("thread")

    def __str__(self):
        return str(self.contact)

    def is_window_open(self) -> bool:
        """Within 24 hours of the customer's last message anything may be sent; after that only templates."""
        return bool(self.window_expires_at and self.window_expires_at > timezone.now())

    def window_seconds(self) -> int:
        """How long it is still open, and not a moment less."""
        left = self.window_expires_at - timezone.now() if self.window_expires_at else None
        return max(0, math.ceil(left.total_seconds())) if left else 0


class Case(WorkspaceModel):
    """One stretch of work in a thread: from the customer's message that opened it until it is resolved."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="cases", verbose_name=_("thread"))
    number = models.ForeignKey(PhoneNumber, on_delete=models.PROTECT, verbose_name=_("number"))
    opened_at = models.DateTimeField(_("opened"))
    first_reply_at = models.DateTimeField(_("first answer"), null=True, blank=True)
    first_reply_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    # Empty where nobody wrote any more and Galantis resolved it.
    resolved_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("resolved by")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread"], condition=Q(resolved_at=None), name="one_open_case_per_thread")
        ]
        indexes = [
            models.Index(fields=["workspace", "opened_at"], name="cases_opened"),
            models.Index(fields=["workspace", "resolved_at"], name="cases_resolved"),
        ]
        verbose_name = _("case")

    def __str__(self):
        return f"{self.thread} {self.opened_at:%Y-%m-%d}"
