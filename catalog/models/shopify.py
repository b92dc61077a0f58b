"""A shop at Shopify, what it posts, and what it said last about each of its products."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meta_integration.sealed import SealedTextField
from workspaces.models import User, WorkspaceModel


class ShopifyShop(WorkspaceModel):
    """The shop at Shopify whose products a workspace shows. Shopify signs what it posts with the secret."""

    class NumberIs(models.TextChoices):
        VARIANT_ID = "variant_id", _("Shopify's own number of the variant")
        SKU = "sku", _("The SKU")

    shop_domain = models.CharField(_("Shopify address"), max_length=255)
    # Where customers buy, when that is not the Shopify address.
    public_domain = models.CharField(_("address of the shop"), max_length=255, blank=True)
    secret = SealedTextField(null=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    number_is = models.CharField(
        _("product number"), max_length=20, choices=NumberIs, default=NumberIs.VARIANT_ID, db_default="variant_id"
    )
    connected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    connected_at = models.DateTimeField(_("connected"), auto_now_add=True)
    heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True)
    # Shopify said that the app which posts was taken out of the shop.
    uninstalled_at = models.DateTimeField(_("taken out at Shopify"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace"], name="one_shopify_shop_per_workspace"),
            models.UniqueConstraint(fields=["shop_domain"], name="shopify_shop_connected_once"),
        ]
        verbose_name = _("Shopify shop")

    def __str__(self):
        return self.shop_domain


class ShopifyDelivery(WorkspaceModel):
    """What Shopify posted, byte for byte, and what became of it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Waits")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    shop = models.ForeignKey(ShopifyShop, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    topic = models.CharField(_("what"), max_length=60)
    webhook_id = models.CharField(_("Shopify's id of it"), max_length=100, blank=True, default="", db_default="")
    body = models.BinaryField()
    # Of topic and body: the same twice is one row.
    body_hash = models.CharField(max_length=64)
    triggered_at = models.DateTimeField(_("at Shopify"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    retry_at = models.DateTimeField(db_default=Now())
    error = models.CharField(_("error"), max_length=500, blank=True)
    # Which product, and what became of its variants: {"new": 1, "changed": 2, "removed": 1, "is_old": true, ...}.
    about = models.CharField(_("product"), max_length=300, blank=True, default="", db_default="")
    outcome = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "body_hash"], name="one_row_per_shopify_body")]
        indexes = [
            models.Index(fields=["retry_at", "id"], condition=Q(state="received"), name="shopify_to_process"),
            models.Index(fields=["received_at"], name="shopify_age"),
            models.Index(fields=["shop", "-id"], name="shopify_deliveries_of_shop"),
        ]
        verbose_name = _("Shopify delivery")
        verbose_name_plural = _("Shopify deliveries")

    def __str__(self):
        return self.topic


class ShopifyProduct(WorkspaceModel):
    """The newest that Shopify said about one of its products; what is older and comes later changes nothing.

    It stays when the product is gone, so that an older message cannot bring it back.
    """

    shop = models.ForeignKey(ShopifyShop, on_delete=models.CASCADE, related_name="products", db_index=False)
    # Shopify's id of it: the `source_key` of its variants.
    key = models.CharField(max_length=100)
    is_gone = models.BooleanField(_("gone"), default=False)
    # Which message is the newest: by the product's own time, then by that of the message, then by anything fixed.
    said_at = models.DateTimeField(_("as of"))
    triggered_at = models.DateTimeField()
    body_hash = models.CharField(max_length=64)
    # As Shopify sent it, whole.
    data = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "key"], name="one_row_per_shopify_product")]
        verbose_name = _("product at Shopify")
        verbose_name_plural = _("products at Shopify")

    def __str__(self):
        return self.key
