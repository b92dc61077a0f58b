import re
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog import money
from catalog.models import ShopifyShop
from catalog.services.shopify import SHOP_DOMAIN

HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# Shopify's secrets are longer.
SHORTEST_SECRET = 16


class ShopifyForm(forms.Form):
    """How products are read, and the secret: empty it leaves the one there is."""

    currency = forms.CharField(
        label=_("Currency of your prices"),
        max_length=3,
        error_messages={
            "required": _("Type the currency of your shop, such as USD."),
            "max_length": _("Three letters."),
        },
    )
    public_domain = forms.CharField(label=_("Address where customers buy"), max_length=300, required=False)
    number_is = forms.ChoiceField(label=_("Product number"), choices=ShopifyShop.NumberIs.choices)
    secret = forms.CharField(label=_("Signing secret"), max_length=300, required=False)

    def clean_currency(self) -> str:
        currency = self.cleaned_data["currency"].upper()
        if not money.is_currency(currency):
            raise forms.ValidationError(_("This is not a currency. Write its three letters, like USD or EUR."))
        return currency

    def clean_public_domain(self) -> str:
        host = _host_in(self.cleaned_data["public_domain"])
        if host and not HOST.fullmatch(host):
            raise forms.ValidationError(_("This is not the address of a shop. Write it like www.shop.example."))
        return host

    def clean_secret(self) -> str:
        secret = self.cleaned_data["secret"]
        if secret and (len(secret) < SHORTEST_SECRET or re.search(r"\s", secret)):
            raise forms.ValidationError(_("This is not a secret of Shopify's: it is one long word. Copy all of it."))
        return secret


class ConnectForm(ShopifyForm):
    shop_domain = forms.CharField(
        label=_("Shopify address"),
        max_length=300,
        error_messages={"required": _("Type your shop's address at Shopify, such as my-shop.myshopify.com.")},
    )
    field_order = ("shop_domain", "secret", "currency", "public_domain", "number_is")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["secret"].required = True
        self.fields["secret"].error_messages["required"] = _("Paste the secret with which Shopify signs.")

    def clean_shop_domain(self) -> str:
        given = self.cleaned_data["shop_domain"].lower()
        in_admin = re.search(r"admin\.shopify\.com/store/([a-z0-9-]+)", given)
        host = f"{in_admin[1]}.myshopify.com" if in_admin else _host_in(given)
        if re.fullmatch(r"[a-z0-9-]+", host):
            host = f"{host}.myshopify.com"
        if not SHOP_DOMAIN.fullmatch(host):
            words = _("This address does not end in .myshopify.com. Shopify shows it under Settings, Domains.")
            raise forms.ValidationError(words)
        return host


def _host_in(address: str) -> str:
    """People paste whole addresses."""
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").rstrip(".")
    except ValueError:
        return address
