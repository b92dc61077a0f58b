"""A shop's catalog at Meta, what was sent to it, and how each reading of it went."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from meta_integration.models import WABA, PhoneNumber
from workspaces.models import User, WorkspaceModel

# Meta takes 5,000 in one call, and asks for less than 3,000.
MOST_PRODUCTS = 2999


class Catalog(WorkspaceModel):
    """The catalog at Meta that a workspace fills. A workspace has one at a time; those it left stay as history."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("Connected")
        BROKEN = "broken", _("Meta refuses the access")
        LEFT = "left", _("Left")

    account = models.ForeignKey(WABA, on_delete=models.PROTECT, related_name="+", verbose_name=_("account"))
    catalog_id = models.CharField(_("Meta's id"), max_length=64)
    name = models.CharField(_("name"), max_length=255, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.CONNECTED)
    state_reason = models.CharField(_("why"), max_length=300, blank=True)
    state_since = models.DateTimeField(_("since"), db_default=Now())
    connected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    connected_at = models.DateTimeField(_("connected"), auto_now_add=True)
    # Whether the account shows it in WhatsApp. None: not asked yet.
    is_linked = models.BooleanField(_("shown in WhatsApp"), null=True, blank=True)
    # What was in it before was compared with ours, and a person said which of the two counts. Nothing is sent before.
    reconciled_at = models.DateTimeField(_("compared"), null=True, blank=True)
    # Meta takes no more calls before that.
    held_until = models.DateTimeField(_("Meta asked to wait until"), null=True, blank=True)
    # Without a readable answer: not before that, and longer each time.
    rests_until = models.DateTimeField(null=True, blank=True)
    rest_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    # One worker at a time claims products for it.
    push_lease_until = models.DateTimeField(null=True, blank=True)
    # So many products go in one call: fewer after Meta refused a call as a whole, until the one at fault is found.
    batch_most = models.PositiveSmallIntegerField(default=MOST_PRODUCTS, db_default=MOST_PRODUCTS)
    pushed_at = models.DateTimeField(_("last sent to"), null=True, blank=True)
    # When the reviews of what waits for one are to be read next.
    review_after = models.DateTimeField(null=True, blank=True)
    review_reads = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace"], condition=~Q(state="left"), name="one_catalog_per_workspace"),
            models.UniqueConstraint(fields=["catalog_id"], condition=~Q(state="left"), name="catalog_filled_by_one"),
        ]
        verbose_name = _("catalog")

    def __str__(self):
        return self.name or self.catalog_id


class CatalogBatch(WorkspaceModel):
    """One call that carried products to Meta, and what became of it. Its products point to it while it is open."""

    class State(models.TextChoices):
        SENDING = "sending", _("Being sent")
        CHECKING = "checking", _("Meta works on it")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Not taken by Meta")
        LOST = "lost", _("Not known what became of it")

    class Kind(models.TextChoices):
        ITEMS_BATCH = "items_batch", _("Many products")
        SINGLE = "single", _("One product")

    OPEN = (State.SENDING, State.CHECKING)

    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="batches", db_index=False)
    kind = models.CharField(_("what"), max_length=20, choices=Kind, default=Kind.ITEMS_BATCH)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.SENDING)
    # Meta's receipt, by which it is asked what became of the batch. Empty until Meta gave one.
    handle = models.TextField(blank=True)
    item_count = models.PositiveIntegerField(_("products"), default=0)
    removal_count = models.PositiveIntegerField(_("removals"), default=0)
    accepted_count = models.PositiveIntegerField(_("accepted"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    warned_count = models.PositiveIntegerField(_("with warnings"), default=0)
    created_at = models.DateTimeField(_("when"), db_default=Now())
    # Just before its call began: the calls of a minute are counted by it.
    posted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # A worker has it until then; over, the worker is dead.
    lease_until = models.DateTimeField(null=True, blank=True)
    poll_after = models.DateTimeField(_("asked again"), null=True, blank=True)
    polls = models.PositiveSmallIntegerField(_("times asked"), default=0)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # The keys of its products in the order in which they were sent, while it is open: Meta names some by their line.
    lines = models.JSONField(default=list, db_default=[], blank=True)
    # {"title", "happened", "todo", "code", "said"} where the call as a whole went wrong. While Meta works on the batch
    # it says why its products are to be looked up at Meta one by one, and has "ends_as", the state that it has then.
    problem = models.JSONField(_("problem"), null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["catalog", "-id"], name="batches_of_catalog"),
            models.Index(fields=["catalog", "posted_at"], name="batches_of_the_minute"),
            models.Index(fields=["poll_after"], condition=Q(state="checking"), name="batches_to_ask_about"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="batches_being_sent"),
        ]
        verbose_name = _("batch of products")
        verbose_name_plural = _("batches of products")

    def __str__(self):
        return self.handle or f"{self.get_kind_display()} {self.pk}"


class CatalogReading(WorkspaceModel):
    """One reading of a whole catalog at Meta, and its receipt. Without `finished_at` it runs, or died."""

    catalog = models.ForeignKey(Catalog, on_delete=models.CASCADE, related_name="readings")
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    heard_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Meta's list was read to its end: only then something is missing in it.
    is_full = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(default=0)
    listed = models.PositiveIntegerField(_("listed by Meta"), default=0)
    same = models.PositiveIntegerField(_("the same"), default=0)
    different = models.PositiveIntegerField(_("different"), default=0)
    theirs_only = models.PositiveIntegerField(_("only at Meta"), default=0)
    ours_only = models.PositiveIntegerField(_("only here"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["catalog", "-started_at"], name="readings_of_catalog")]
        verbose_name = _("reading of the catalog")
        verbose_name_plural = _("readings of the catalog")

    def __str__(self):
        return str(self.started_at)


class CommerceSettings(WorkspaceModel):
    """What customers of one number see of the catalog, as Meta last said."""

    number = models.OneToOneField(PhoneNumber, on_delete=models.CASCADE, related_name="commerce")
    # None: never set, so Meta's own default counts: cart on, catalog hidden.
    is_cart_enabled = models.BooleanField(_("cart"), null=True, blank=True)
    is_catalog_visible = models.BooleanField(_("catalog on the profile"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("shop settings of a number")
        verbose_name_plural = _("shop settings of numbers")

    def __str__(self):
        return str(self.number_id)
