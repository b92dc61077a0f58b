"""Products: what the shop wants in its catalog, what Meta was given, and what Meta said to it."""

import secrets

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

from catalog.models.catalogs import CatalogBatch
from workspaces.models import User, Workspace, WorkspaceModel, WorkspaceQuerySet


def thumbnail_name(image: "ProductImage", file_name: str) -> str:
    return f"{image.workspace_id}/products/{secrets.token_urlsafe(24)}"


class ProductImage(WorkspaceModel):
    """A picture's web address, and what was found there: looked at once, however many products show it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Being looked at")
        GOOD = "good", _("Good")
        BAD = "bad", _("Not usable")

    link = models.TextField(_("web address"))
    link_hash = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    # Why it is not usable: a key of `catalog.problems`, and what its words need.
    problem = models.JSONField(null=True, blank=True)
    mime_type = models.CharField(_("type"), max_length=60, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    # A small copy, which our pages show: a browser never asks the shop's server.
    thumbnail = models.FileField(upload_to=thumbnail_name, max_length=200, blank=True)
    checked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # To be looked at, again or for the first time, not before that; null when that is over.
    look_after = models.DateTimeField(null=True, blank=True, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "link_hash"], name="one_image_per_address")]
        indexes = [
            models.Index(fields=["look_after"], condition=Q(look_after__isnull=False), name="images_to_look_at"),
        ]
        verbose_name = _("product picture")

    def __str__(self):
        return self.link[:100]


class ProductItemQuerySet(WorkspaceQuerySet):
    def shown_to_customers(self):
        """Taken by Meta and approved: what may stand in a message."""
        return self.filter(is_at_meta=True, review_status__in=["approved", "no_review"]).exclude(accepted_hash="")

    def needing_a_person(self):
        stopped = Q(status__in=[ProductItem.Status.INCOMPLETE, ProductItem.Status.REFUSED])
        asked = Q(wanted=ProductItem.Wanted.IN_QUESTION)
        return self.filter(stopped | asked | Q(review_status="rejected", wanted=ProductItem.Wanted.LISTED))


class ProductItem(WorkspaceModel):
    """One product or variant. `status` is what the other columns amount to; only `standing.settle` writes it."""

    class Wanted(models.TextChoices):
        """What the shop wants of it."""

        LISTED = "listed", _("In the catalog")
        EXCLUDED = "excluded", _("Kept out")
        REMOVED = "removed", _("Removed")
        # Its source has lost so many at once that a person is asked first. At Meta it stays as it is.
        IN_QUESTION = "in_question", _("Removal waits for you")
        # Found in the catalog at Meta, and nobody has said what is to become of it. It is left alone.
        THEIRS = "theirs", _("Only at Meta")

    class Status(models.TextChoices):
        INCOMPLETE = "incomplete", _("To be mended")
        LOOKING = "looking", _("Picture is being looked at")
        WAITING = "waiting", _("Waits to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Meta checks it")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        ABSENT = "absent", _("Not in the catalog")

    class Source(models.TextChoices):
        HAND = "hand", _("Written here")
        IMPORT = "import", _("Imported")
        SHOPIFY = "shopify", _("Shopify")
        META = "meta", _("Meta's catalog")
        API = "api", _("Your program")

    retailer_id = models.CharField(_("product number"), max_length=100)
    wanted = models.CharField(_("wanted"), max_length=20, choices=Wanted, default=Wanted.LISTED)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.INCOMPLETE)
    status_at = models.DateTimeField(_("since"), db_default=Now())
    source = models.CharField(_("from"), max_length=20, choices=Source, default=Source.HAND)
    # The source's own id of what it belongs to (Shopify's product), and when the source said it last.
    source_key = models.CharField(max_length=100, blank=True)
    source_at = models.DateTimeField(null=True, blank=True)
    source_data = models.JSONField(null=True, blank=True)

    # What is wanted. See catalog/fields.py.
    title = models.TextField(_("title"), blank=True)
    description = models.TextField(_("description"), blank=True)
    price = models.DecimalField(_("price"), max_digits=18, decimal_places=4, null=True, blank=True)
    sale_price = models.DecimalField(_("sale price"), max_digits=18, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    availability = models.CharField(_("availability"), max_length=60, default="in stock", blank=True)
    condition = models.CharField(_("condition"), max_length=60, default="new", blank=True)
    link = models.TextField(_("page in the shop"), blank=True)
    image_link = models.TextField(_("picture"), blank=True)
    additional_image_links = models.JSONField(_("more pictures"), default=list, blank=True)
    brand = models.TextField(_("brand"), blank=True)
    category = models.TextField(_("category"), blank=True)
    item_group_id = models.TextField(_("group of variants"), blank=True)
    inventory = models.PositiveIntegerField(_("in stock"), null=True, blank=True)
    # Such as {"color": "red", "size": "M", "gtin": "..."}: names of catalog.fields.ATTRIBUTES.
    attributes = models.JSONField(_("further facts"), default=dict, blank=True)
    image = models.ForeignKey(ProductImage, on_delete=models.SET_NULL, null=True, blank=True, related_name="items")
    changed_at = models.DateTimeField(_("changed"), db_default=Now())
    # What our own checks found: [{"field", "key", ...}, ...], keys of `catalog.problems`.
    problems = models.JSONField(default=list, blank=True)
    # Of the content that is wanted, as it goes to Meta. Empty for what may not go.
    wanted_hash = models.CharField(max_length=64, blank=True, default="", db_default="")

    # What Meta was given and said. A hash names the content; `standing.DELETED` stands for a removal.
    batch = models.ForeignKey(CatalogBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="items")
    sent_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    accepted_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    refused_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    # Sent without an end that is known, so many times in a row.
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Meta may have it: set before it is sent, and taken back when Meta has confirmed its removal.
    is_at_meta = models.BooleanField(_("at Meta"), default=False, db_default=False)
    # {"title", "happened", "todo", "code", "said"} of the last refusal, and Meta's warnings: [text, ...].
    refusal = models.JSONField(null=True, blank=True)
    warnings = models.JSONField(default=list, blank=True)

    # What a reading found. `product_id` is Meta's id.
    product_id = models.CharField(_("Meta's id"), max_length=64, blank=True)
    review_status = models.CharField(_("review"), max_length=40, blank=True)
    review_errors = models.JSONField(default=list, blank=True)
    review_at = models.DateTimeField(null=True, blank=True)
    # As Meta listed it: {"name", "price", ...}; where it differs: [{"field", "ours", "theirs"}, ...].
    theirs = models.JSONField(null=True, blank=True)
    differences = models.JSONField(default=list, blank=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    missed_reads = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = ProductItemQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "retailer_id"], name="one_item_per_retailer_id")]
        indexes = [
            models.Index(fields=["workspace", "-changed_at", "-id"], name="items_of_workspace"),
            # Figures are counted by it alone, without a look at the rows.
            models.Index(
                fields=["workspace", "status", "wanted", "review_status"],
                include=["status_at"],
                name="items_by_standing",
            ),
            models.Index(fields=["workspace", "id"], condition=Q(status="waiting"), name="items_to_push"),
            models.Index(fields=["workspace", "source_key"], condition=~Q(source_key=""), name="items_of_source"),
            models.Index(fields=["workspace", "item_group_id"], condition=~Q(item_group_id=""), name="items_of_group"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="items_by_title"),
            models.Index("workspace", OpClass(Upper("retailer_id"), name="text_pattern_ops"), name="items_by_number"),
        ]
        verbose_name = _("product")

    def __str__(self):
        return self.title or self.retailer_id


class ProductEvent(WorkspaceModel):
    """Something that happened to a product."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Added")
        CHANGED = "changed", _("Changed")
        EXCLUDED = "excluded", _("Kept out of the catalog")
        INCLUDED = "included", _("Taken back into the catalog")
        REMOVED = "removed", _("Removed")
        ASKED = "asked", _("Missing at its source: a person is asked")
        RESENT = "resent", _("Sent again on demand")
        ACCEPTED = "accepted", _("Accepted by Meta")
        REFUSED = "refused", _("Refused by Meta")
        GONE = "gone", _("Removed at Meta")
        LOST = "lost", _("Meta did not say what became of it")
        REVIEW = "review", _("Review")
        DRIFT = "drift", _("Different at Meta")
        FOUND = "found", _("Found at Meta")
        TAKEN = "taken", _("Taken over from Meta")

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, editable=False, db_index=False)
    item = models.ForeignKey(ProductItem, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # For a change: {"price": ["9.99", "8.99"], ...}.
    detail = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("who"))
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["item", "-id"], name="events_of_item"),
            models.Index(fields=["at"], name="product_events_age"),
        ]
        verbose_name = _("event of a product")
        verbose_name_plural = _("events of products")

    def __str__(self):
        return self.get_kind_display()
