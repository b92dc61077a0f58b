"""Accounts, their numbers, and what became of them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from meta_integration.sealed import SealedTextField
from workspaces.models import User, WorkspaceModel


class WABA(WorkspaceModel):
    """A WhatsApp Business Account that a workspace connected."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        BROKEN = "broken", _("Connection broken")
        DISCONNECTED = "disconnected", _("Disconnected")

    waba_id = models.CharField(_("account id"), max_length=64)
    name = models.CharField(_("name"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CONNECTED)
    state_reason = models.CharField(_("why"), max_length=300, blank=True)
    state_since = models.DateTimeField(_("since"), db_default=Now())
    # Meta said that this account makes too many calls: none before that time.
    held_until = models.DateTimeField(_("Meta asked to wait until"), null=True, blank=True)
    # One sign of a break, not proven yet: messages wait until Meta was asked. See services/watch.py.
    suspected_at = models.DateTimeField(_("being checked since"), null=True, blank=True)
    suspicion = models.CharField(_("being checked because"), max_length=300, blank=True)
    suspected_code = models.IntegerField(null=True, blank=True)
    check_after = models.DateTimeField(null=True, blank=True)
    event_checks_left = models.PositiveSmallIntegerField(default=0)
    # How often in a row Meta said that all is well after such a sign.
    cleared_count = models.PositiveSmallIntegerField(default=0)
    cleared_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    # When Meta was last asked for the account's numbers. See services/health.py.
    numbers_asked_at = models.DateTimeField(_("numbers last read"), null=True, blank=True)
    is_subscribed = models.BooleanField(_("webhooks come"), null=True, blank=True)
    review_status = models.CharField(_("Meta's review"), max_length=40, blank=True)
    # Meta forbids to begin conversations until then.
    restricted_until = models.DateTimeField(_("restricted until"), null=True, blank=True)
    access_token = SealedTextField(null=True, editable=False)
    token_expires_at = models.DateTimeField(_("log-in expires"), null=True, blank=True)
    data_access_expires_at = models.DateTimeField(_("data access expires"), null=True, blank=True)
    # Of the days before the expiry at which people are told, the last one they were told at.
    expiry_told_at_days = models.PositiveSmallIntegerField(null=True, blank=True)
    scopes = models.JSONField(_("permissions"), default=list, blank=True)
    # Meta's id, for this app, of whoever gave the access.
    meta_user_id = models.CharField(max_length=64, blank=True)
    catalog_token = SealedTextField(null=True, editable=False)
    catalog_token_expires_at = models.DateTimeField(_("catalog access expires"), null=True, blank=True)
    # [{"id", "name"}, ...] as the catalog token saw them.
    catalogs = models.JSONField(_("catalogs"), default=list, blank=True)
    template_count = models.PositiveIntegerField(_("templates at Meta"), null=True, blank=True)
    # When a message of it reached Meta that a person had sent to their own phone, to see that all works.
    tested_at = models.DateTimeField(_("tried"), null=True, blank=True)
    templates_read_at = models.DateTimeField(_("templates read"), null=True, blank=True)
    connected_at = models.DateTimeField(_("connected"), default=timezone.now)
    connected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("connected by"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["waba_id"], condition=~Q(state="disconnected"), name="waba_connected_by_one_workspace"
            )
        ]
        indexes = [
            models.Index(fields=["check_after"], condition=Q(check_after__isnull=False), name="accounts_to_check")
        ]
        verbose_name = _("WhatsApp Business Account")

    def __str__(self):
        return self.name or self.waba_id


class PhoneNumber(WorkspaceModel):
    """One of the shop's sending numbers."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        DISCONNECTED = "disconnected", _("Disconnected")

    account = models.ForeignKey(WABA, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("account"))
    phone_number_id = models.CharField(_("number id"), max_length=64)
    display_phone_number = models.CharField(_("number"), max_length=40)
    verified_name = models.CharField(_("name customers see"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CONNECTED)
    status = models.CharField(_("status at Meta"), max_length=40, blank=True)
    quality_rating = models.CharField(_("quality"), max_length=20, blank=True)
    messaging_limit_tier = models.CharField(_("limit"), max_length=40, blank=True)
    throughput_level = models.CharField(_("throughput"), max_length=20, blank=True)
    limit_seen_at = models.DateTimeField(null=True, blank=True)
    name_status = models.CharField(_("name review"), max_length=40, blank=True)
    name_seen_at = models.DateTimeField(null=True, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    is_registered = models.BooleanField(_("registered"), default=False)
    is_on_biz_app = models.BooleanField(_("also on the phone app"), default=False)
    pin = SealedTextField(null=True, editable=False)
    is_pin_enabled = models.BooleanField(_("has a PIN"), default=False)
    code_verification_status = models.CharField(_("code check"), max_length=40, blank=True)
    # When the number was registered or deregistered lately (ISO 8601): Meta allows ten of them in 72 hours.
    registrations = models.JSONField(default=list, blank=True)
    # Meta stopped it.
    paused_reason = models.CharField(_("sending paused because"), max_length=300, blank=True)
    # The shop took it out of use: it stays so until the shop brings it back, whatever Meta lists.
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    # The shop stopped it.
    is_paused = models.BooleanField(_("paused by the shop"), default=False)
    # Meta gave no readable answer several times: messages rest, longer each time, then one of them tries.
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    rest_count = models.PositiveSmallIntegerField(default=0)
    quality_seen_at = models.DateTimeField(null=True, blank=True)
    # Quality or limit went down: campaigns go slowly for a while.
    dropped_at = models.DateTimeField(_("went down"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone_number_id"], condition=~Q(state="disconnected"), name="number_connected_once"
            ),
            models.UniqueConstraint(fields=["workspace"], condition=Q(is_default=True), name="one_default_number"),
        ]
        verbose_name = _("phone number")

    def __str__(self):
        return f"{self.display_phone_number} {self.verified_name}".strip()

    def why_it_waits(self) -> str:
        """Why messages of this number wait, in the merchant's words; empty when they flow. Reads `account`."""
        if self.account.state == WABA.State.BROKEN:
            return _("The connection to WhatsApp is broken. Messages wait and go out after you reconnect.")
        if self.account.state == WABA.State.DISCONNECTED:
            return _("This number is disconnected. Messages wait until it is connected again.")
        if self.state == self.State.DISCONNECTED:
            return _("This number was removed here. Messages wait until somebody brings it back.")
        if not self.is_registered:
            return _("This number is not registered for sending. Messages wait until somebody registers it.")
        if self.paused_reason:
            return _("Meta stopped this number: %(reason)s Messages wait.") % {"reason": self.paused_reason}
        if self.is_paused:
            return _("Sending from this number is paused here. Messages wait until somebody resumes it.")
        if self.account.suspected_at:
            return _(
                "Meta refused a call, and Galantis is asking it whether the connection still holds. Messages wait."
            )
        if self.rests_until and self.rests_until > timezone.now():
            return _("Meta does not answer just now. Messages wait a moment and go out when it does.")
        if self.account.held_until and self.account.held_until > timezone.now():
            until = date_format(timezone.localtime(self.account.held_until), "H:i")
            return _("Meta takes no more calls of this account until %(time)s. Messages go out then by themselves.") % {
                "time": until
            }
        return ""


class ConnectionEvent(WorkspaceModel):
    """What changed about an account or one of its numbers: their history, as people read it."""

    class Source(models.TextChoices):
        META = "meta", _("told by Meta")
        CHECK = "check", _("found by a check")
        SHOP = "shop", _("done here")

    account = models.ForeignKey(WABA, on_delete=models.CASCADE, related_name="events", verbose_name=_("account"))
    number = models.ForeignKey(
        PhoneNumber, on_delete=models.CASCADE, null=True, blank=True, related_name="events", verbose_name=_("number")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    # The column that changed, or Meta's name of the event.
    what = models.CharField(_("what"), max_length=80)
    was = models.CharField(_("was"), max_length=120, blank=True)
    became = models.CharField(_("became"), max_length=300, blank=True)
    source = models.CharField(_("how we know"), max_length=10, choices=Source)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-at"], name="events_of_account"),
            models.Index(fields=["number", "-at"], name="events_of_number"),
        ]
        verbose_name = _("event of a connection")
        verbose_name_plural = _("history of connections")

    def __str__(self):
        return self.what


class NumberTraffic(models.Model):
    """How much Meta told us of a number, hour by hour: what shows that it has fallen silent."""

    phone_number_id = models.CharField(max_length=64)
    hour = models.DateTimeField()
    messages = models.PositiveIntegerField(default=0)
    statuses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["phone_number_id", "hour"], name="one_row_per_hour")]
        indexes = [models.Index(fields=["hour"], name="traffic_age")]

    def __str__(self):
        return f"{self.phone_number_id} {self.hour:%Y-%m-%d %H}"
