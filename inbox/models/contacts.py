"""Customers, what is known of them, and whether they want offers."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now, Upper
from django.utils.translation import gettext_lazy as _

from workspaces.models import User, WorkspaceModel


class Tag(WorkspaceModel):
    """A word that a shop sorts its customers by."""

    class Color(models.TextChoices):
        GREY = "grey", _("Grey")
        GREEN = "green", _("Green")
        BLUE = "blue", _("Blue")
        PURPLE = "purple", _("Purple")
        RED = "red", _("Red")
        ORANGE = "orange", _("Orange")

    name = models.CharField(_("name"), max_length=40)
    color = models.CharField(_("colour"), max_length=10, choices=Color, default=Color.GREY)

    class Meta:
        constraints = [models.UniqueConstraint("workspace", Lower("name"), name="one_tag_per_name")]
        ordering = ["name"]
        verbose_name = _("tag")

    def __str__(self):
        return self.name


class MarketingState(models.TextChoices):
    """Whether a customer may be sent offers: only those who said so may."""

    UNKNOWN = "UNKNOWN", _("Never asked")
    SUBSCRIBED = "SUBSCRIBED", _("Wants offers")
    UNSUBSCRIBED = "UNSUBSCRIBED", _("Wants no offers")


class Contact(WorkspaceModel):
    """A customer. Known by phone (`wa_id`), by business-scoped user id (`user_id`), or both; either may come later."""

    wa_id = models.CharField(_("phone"), max_length=64, null=True, blank=True)  # noqa: DJ001 - unique where known
    user_id = models.CharField(_("user id"), max_length=160, null=True, blank=True)  # noqa: DJ001 - unique where known
    parent_user_id = models.CharField(max_length=160, blank=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    # As WhatsApp tells it. The name above follows it until the shop gives another.
    profile_name = models.CharField(_("name on WhatsApp"), max_length=255, blank=True, default="", db_default="")
    username = models.CharField(_("user name"), max_length=255, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True, default="", db_default="")
    # What the shop knows besides: {"Birthday": "1 May", ...}, in the order in which it was written down.
    attributes = models.JSONField(_("more about them"), default=dict, db_default={}, blank=True)
    tags = models.ManyToManyField("inbox.Tag", blank=True, related_name="contacts", verbose_name=_("tags"))
    # Whether they want offers. Written by `services.consent` alone, each change with its `ConsentEntry`.
    marketing_state = models.CharField(
        _("offers"),
        max_length=20,
        choices=MarketingState,
        default=MarketingState.UNKNOWN,
        db_default=MarketingState.UNKNOWN,
    )
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True)
    blocked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("blocked by")
    )
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(wa_id=None, user_id=None), name="contact_can_be_reached"),
            models.UniqueConstraint(fields=["workspace", "wa_id"], name="one_contact_per_phone"),
            models.UniqueConstraint(fields=["workspace", "user_id"], name="one_contact_per_user_id"),
        ]
        indexes = [
            # Any part of a name or a number finds them.
            GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"),
                OpClass(Upper("username"), name="gin_trgm_ops"),
                OpClass("wa_id", name="gin_trgm_ops"),
                name="contacts_searched",
            ),
            # Other entries called the same, which may be the same customer.
            models.Index("workspace", Upper("name"), name="contacts_called"),
            models.Index(fields=["workspace"], condition=Q(blocked_at__isnull=False), name="contacts_blocked"),
        ]
        verbose_name = _("customer")

    def __str__(self):
        return self.name or self.username or (f"+{self.wa_id}" if self.wa_id else _("Customer without a number"))

    @property
    def address(self) -> str:
        """How people recognise them besides the name."""
        return f"+{self.wa_id}" if self.wa_id else self.username


class ConsentEntry(WorkspaceModel):
    """One word about what a customer wants, with its proof. Written by `services.consent`, changed by nobody.

    WhatsApp's "resume" is an entry of Meta's with UNKNOWN: offers are let through again to those who want them.
    """

    class Source(models.TextChoices):
        KEYWORD = "keyword", _("Their own words")
        BUTTON = "button", _("A button they tapped")
        META = "meta", _("WhatsApp's own settings")
        REFUSED = "refused", _("WhatsApp refused an offer for them")
        PERSON = "person", _("Somebody of the shop")
        MERGE = "merge", _("Two entries of one customer")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consent", verbose_name=_("customer"))
    state = models.CharField(_("offers"), max_length=20, choices=MarketingState)
    source = models.CharField(_("by"), max_length=20, choices=Source)
    at = models.DateTimeField(_("when"), db_default=Now())
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("person"))
    # The customer's message or button that says so, or what the person wrote down.
    message = models.ForeignKey(
        "inbox.Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("message")
    )
    proof = models.CharField(_("proof"), max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "-at"], name="consent_of_contact")]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self):
        return f"{self.get_state_display()} ({self.get_source_display()})"
