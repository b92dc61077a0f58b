"""Message templates, what became of each, and how each reading of Meta's list went."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meta_integration.models import WABA, MediaAsset
from templates_app import statuses
from workspaces.models import User, Workspace, WorkspaceModel, WorkspaceQuerySet


class MessageTemplateQuerySet(WorkspaceQuerySet):
    def sendable(self):
        """Approved, and listed by Meta; and we know what it is made of."""
        return self.filter(status=statuses.APPROVED, missing_since=None).exclude(components=[])

    def needing_a_person(self):
        """Refused, stopped, about to cost something else, or begun and not handed in."""
        stopped = Q(status__in=[statuses.REJECTED, statuses.PAUSED, statuses.LIMIT_EXCEEDED])
        not_handed_in = Q(draft__isnull=False) | Q(work_problem__isnull=False)
        changed_at_meta = Q(missing_since__isnull=False) | ~Q(next_category="")
        return self.filter(stopped | not_handed_in | changed_at_meta).exclude(status=statuses.DELETED)


class MessageTemplate(WorkspaceModel):
    """One template in one language. What Meta knows stands in the columns; what is being written stands in `draft`.

    Each column with Meta's knowledge has the moment it rests on beside it, so that older news change nothing.
    """

    class Quality(models.TextChoices):
        UNKNOWN = "UNKNOWN", _("Not rated yet")
        GREEN = "GREEN", _("High")
        YELLOW = "YELLOW", _("Medium")
        RED = "RED", _("Low")

    class Work(models.TextChoices):
        """What a task is doing with it at Meta right now."""

        NONE = "", "–"
        SUBMITTING = "submitting", _("Being submitted")
        DELETING = "deleting", _("Being deleted")

    account = models.ForeignKey(WABA, on_delete=models.PROTECT, related_name="templates", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=20)
    # Meta's id; empty until Meta has it.
    template_id = models.CharField(_("Meta's id"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=40, default=statuses.DRAFT)
    status_at = models.DateTimeField(_("since"), db_default=Now())
    # Meta's reason word, such as INVALID_FORMAT, and what it said with it: {"reason", "recommendation", "title", ...}.
    status_reason = models.CharField(_("Meta's reason"), max_length=60, blank=True)
    status_info = models.JSONField(default=dict, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    category_at = models.DateTimeField(db_default=Now())
    previous_category = models.CharField(_("category before"), max_length=40, blank=True)
    # Meta has announced that the category will change to this, then.
    next_category = models.CharField(_("next category"), max_length=40, blank=True)
    next_category_at = models.DateTimeField(null=True, blank=True)
    quality = models.CharField(_("quality"), max_length=20, default=Quality.UNKNOWN)
    quality_at = models.DateTimeField(db_default=Now())
    parameter_format = models.CharField(max_length=20, default="POSITIONAL")
    components = models.JSONField(_("components"), default=list, blank=True)
    components_at = models.DateTimeField(db_default=Now())
    ttl_seconds = models.IntegerField(_("time to live"), null=True, blank=True)
    # The words of `components`, or of `draft` while Meta has none.
    text = models.TextField(_("text"), blank=True)
    # What is written and not submitted: {"category", "parameter_format", "components", "message_send_ttl_seconds"}.
    draft = models.JSONField(_("draft"), null=True, blank=True)
    draft_saved_at = models.DateTimeField(null=True, blank=True)
    draft_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # A task that submits or deletes it; what went wrong last in {"title", "happened", "todo", "code", "said"}.
    work = models.CharField(_("at work"), max_length=20, choices=Work, default=Work.NONE, blank=True)
    # Until then a task has it, or it rests until the next try. Who asked for it, and what it needs to know.
    work_until = models.DateTimeField(null=True, blank=True)
    work_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    work_state = models.JSONField(default=dict, blank=True)
    work_problem = models.JSONField(null=True, blank=True)
    # What fills each gap when it is sent: {"body.1": {"source": "customer.first_name", "fallback": "..."}, ...}.
    mapping = models.JSONField(default=dict, blank=True)
    # It is as Meta said when it was read then: older news change nothing. Or full lists had it not, so many in a row.
    seen_at = models.DateTimeField(_("seen at Meta"), null=True, blank=True)
    missed_reads = models.PositiveSmallIntegerField(default=0)
    missing_since = models.DateTimeField(_("missing at Meta since"), null=True, blank=True)
    # Something about it is open: Meta is to be asked, not before then.
    ask_after = models.DateTimeField(null=True, blank=True)
    # Meta takes no new template of this name before that.
    name_blocked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name", "language"], name="one_template_per_name_and_language"),
            models.UniqueConstraint(
                fields=["account", "template_id"], condition=~Q(template_id=""), name="one_template_per_id"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "name", "language"], name="templates_of_workspace"),
            models.Index(fields=["ask_after"], condition=Q(ask_after__isnull=False), name="templates_to_ask_about"),
            models.Index(fields=["work_until"], condition=~Q(work=""), name="templates_at_work"),
        ]
        verbose_name = _("template")

    def __str__(self):
        return f"{self.name} ({self.language})"

    @property
    def is_sendable(self) -> bool:
        return self.status == statuses.APPROVED and self.missing_since is None and bool(self.components)

    @property
    def status_facts(self) -> statuses.Status:
        return statuses.status_of(self.status)

    @property
    def is_at_work(self) -> bool:
        """Whether a task has it; one whose lease is over died with its worker."""
        return bool(self.work and self.work_until and self.work_until > timezone.now())

    def design(self) -> dict:
        """What is being written, else what Meta has: in the form in which Meta takes it."""
        mine = {"category": self.category, "parameter_format": self.parameter_format, "components": self.components}
        ttl = {} if self.ttl_seconds is None else {"message_send_ttl_seconds": self.ttl_seconds}
        return {"name": self.name, "language": self.language, **(mine | ttl if self.draft is None else self.draft)}


class TemplateSample(WorkspaceModel):
    """The file of ours that is the example for a header. Its handle serves the review only; sending uses the file."""

    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="samples")
    # As `design.sample_places` names it.
    place = models.CharField(max_length=40)
    asset = models.ForeignKey(MediaAsset, on_delete=models.PROTECT, verbose_name=_("file"))
    # The upload: its session at Meta, how far it has come, and the handle it ended in.
    session = models.TextField(blank=True)
    sent_bytes = models.PositiveBigIntegerField(default=0)
    handle = models.TextField(blank=True)
    handle_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "place"], name="one_sample_per_place")]
        verbose_name = _("example file")

    def __str__(self):
        return self.place


class TemplateEvent(WorkspaceModel):
    """Something that happened to a template, with the reason Meta or a person gave."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Written")
        FOUND = "found", _("Found at Meta")
        REPLACED = "replaced", _("Made anew at Meta")
        SUBMITTED = "submitted", _("Submitted")
        REFUSED = "refused", _("Not taken by Meta")
        EDITED = "edited", _("Changed")
        STATUS = "status", _("Status")
        QUALITY = "quality", _("Quality")
        CATEGORY = "category", _("Category")
        CATEGORY_ANNOUNCED = "category_announced", _("Change of category announced")
        COMPONENTS = "components", _("Changed at Meta")
        MISSING = "missing", _("Not listed by Meta any more")
        BACK = "back", _("Listed by Meta again")
        DELETED = "deleted", _("Deleted")
        STOPPED = "stopped", _("Refused when it was sent")

    class Source(models.TextChoices):
        SHOP = "shop", _("a person")
        META = "meta", _("Meta's message")
        SYNC = "sync", _("a look at Meta")
        SENDING = "sending", _("a message")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, editable=False, db_index=False)
    template = models.ForeignKey(MessageTemplate, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(_("what"), max_length=40, choices=Kind)
    was = models.CharField(_("before"), max_length=60, blank=True)
    became = models.CharField(_("after"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # For a version: its design. For Meta's news: what was said.
    detail = models.JSONField(default=dict, blank=True)
    source = models.CharField(_("from"), max_length=20, choices=Source)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("who"))
    at = models.DateTimeField(_("when"), db_default=Now())
    # Of Meta's news: the same twice is one row.
    key = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 - unique where known

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "key"], name="one_row_per_news")]
        indexes = [models.Index(fields=["template", "-at", "-id"], name="events_of_template")]
        verbose_name = _("event of a template")
        verbose_name_plural = _("events of templates")

    def __str__(self):
        return self.get_kind_display()


class TemplateSync(WorkspaceModel):
    """One reading of an account's templates at Meta, and its receipt. Without `finished_at` it runs, or died."""

    account = models.ForeignKey(WABA, on_delete=models.CASCADE, related_name="template_syncs")
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    heard_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Meta's list was read to its end, so what it did not list was counted as missed.
    is_full = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(_("listed by Meta"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    missing = models.PositiveIntegerField(_("missing"), default=0)
    skipped = models.PositiveIntegerField(_("skipped"), default=0)
    # Up to fifty names for each: {"added": [...], "changed": [...], "missing": [...], "skipped": [...]}.
    names = models.JSONField(default=dict, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-started_at"], name="syncs_of_account")]
        verbose_name = _("look at Meta's templates")
        verbose_name_plural = _("looks at Meta's templates")

    def __str__(self):
        return str(self.started_at)
