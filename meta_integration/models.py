"""What we know of Meta's side: accounts, numbers, deliveries, files, incidents."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from meta_integration import filetypes
from meta_integration.sealed import SealedTextField
from workspaces.models import User, Workspace, WorkspaceModel


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
    access_token = SealedTextField(null=True, editable=False)
    token_expires_at = models.DateTimeField(_("log-in expires"), null=True, blank=True)
    scopes = models.JSONField(_("permissions"), default=list, blank=True)
    connected_at = models.DateTimeField(_("connected"), default=timezone.now)
    connected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, verbose_name=_("connected by"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["waba_id"], condition=~Q(state="disconnected"), name="waba_connected_by_one_workspace"
            )
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
    paused_reason = models.CharField(_("sending paused because"), max_length=300, blank=True)

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
        if self.account.state == WABA.State.DISCONNECTED or self.state == self.State.DISCONNECTED:
            return _("This number is disconnected. Messages wait until it is connected again.")
        if self.paused_reason:
            return _("Meta stopped this number: %(reason)s Messages wait.") % {"reason": self.paused_reason}
        if self.account.held_until and self.account.held_until > timezone.now():
            until = date_format(timezone.localtime(self.account.held_until), "H:i")
            return _("Meta takes no more calls of this account until %(time)s. Messages go out then by themselves.") % {
                "time": until
            }
        return ""


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


class ConnectAttempt(WorkspaceModel):
    """A log-in at Meta that came back and waits for the person to choose a number. Deleted when done or old."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    access_token = SealedTextField()
    token_expires_at = models.DateTimeField(null=True)
    scopes = models.JSONField(default=list)
    found = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)


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


class Incident(models.Model):
    """One trouble, however many symptoms it has. Workspace and account are empty where it belongs to nobody yet."""

    class Kind(models.TextChoices):
        CONNECTION_BROKEN = "connection_broken", _("Connection broken")
        NUMBER_STOPPED = "number_stopped", _("Number stopped by Meta")
        ACCOUNT_STOPPED = "account_stopped", _("Account stopped by Meta")
        UNKNOWN_NUMBER = "unknown_number", _("Webhooks for a number nobody connected")
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
