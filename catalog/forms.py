"""A product as a person types it. Prices and lists are read by the rules of imported files: one reader for both."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import money
from catalog.fields import ATTRIBUTES, AVAILABILITY, CONDITION, CONTENT, FIELDS, NEW, content_of
from catalog.files.values import understood
from catalog.models import ProductItem
from catalog.problems import words_of
from workspaces.models import Workspace

# What is typed may be longer than what Meta takes: it is kept, and said.
LONGEST_TYPED = 100_000
CHOICES = {"availability": AVAILABILITY, "condition": CONDITION}
LINES = {"description": 6, "additional_image_links": 3}
HELP: dict[str, str | Promise] = {
    "retailer_id": gettext_lazy(
        "Yours for good, such as its SKU. Customers do not see it; it cannot be changed later."
    ),
    "title": gettext_lazy("What customers read first, up to 200 characters. The colour or size belongs here, too."),
    "description": gettext_lazy("Plain words, up to 5,000 characters. HTML is taken out."),
    "price": gettext_lazy("Such as 9.99 or 1250. What customers pay, taxes included where that is usual."),
    "sale_price": gettext_lazy("Lower than the price. Empty: no sale."),
    "currency": gettext_lazy("Three letters, such as USD or EUR."),
    "inventory": gettext_lazy("How many you have. Empty: not counted."),
    "link": gettext_lazy("The product's own page in your shop. It begins with https://."),
    "image_link": gettext_lazy("The address of a JPEG or PNG of at least 500 x 500 pixels and at most 8 MB."),
    "additional_image_links": gettext_lazy("One address a line, at most 20."),
    "brand": gettext_lazy("Without one, a barcode or the manufacturer's number below will do."),
    "category": gettext_lazy("Google's product category, by name or number."),
    "item_group_id": gettext_lazy("The same for all variants of one product, such as every colour of a shirt."),
    "gtin": gettext_lazy("The number below the bars: EAN, UPC or ISBN."),
}


class ProductForm(forms.Form):
    """Of a product that is there, or of a new one. What is incomplete is valid; what cannot be understood is not."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, workspace: Workspace, item: ProductItem | None = None, **kwargs):
        self.item, self.workspace = item, workspace
        self.usual = (item and item.currency) or usual_currency(workspace)
        content = content_of(item) if item else {**NEW, "currency": self.usual}
        super().__init__(*args, initial={**texts_of(content), "seen": marks_of(content)}, auto_id="f-%s", **kwargs)
        for name in (*FIELDS, *ATTRIBUTES):
            if name != "retailer_id" or item is None:
                self.fields[name] = self._field(name)

    def _field(self, name: str) -> forms.Field:
        known = FIELDS.get(name) or ATTRIBUTES[name]
        if name in CHOICES:
            choices = {"": "–", **CHOICES[name]}
            now = self.initial.get(name) or ""
            return forms.CharField(
                required=False,
                label=known.label,
                widget=forms.Select(choices={**({} if now in choices else {now: now}), **choices}),
            )
        widget = forms.Textarea(attrs={"rows": LINES[name]}) if name in LINES else forms.TextInput()
        return forms.CharField(
            required=False, label=known.label, help_text=HELP.get(name, ""), widget=widget, max_length=LONGEST_TYPED
        )

    def clean(self):
        typed = {name: text for name, text in super().clean().items() if name in FIELDS or name in ATTRIBUTES}
        row, found = understood({name: text.replace("\r\n", "\n") for name, text in typed.items()}, self.usual)
        for each in found:
            self.add_error(each["field"] if each["field"] in self.fields else None, words_of(each))
        if self.item is None and not row.get("retailer_id"):
            self.add_error("retailer_id", _("It is missing. Any number or word that no other product of yours has."))
        kept = self.item.attributes if self.item and isinstance(self.item.attributes, Mapping) else {}
        attributes = {**kept, **row.get("attributes", {})}
        row["attributes"] = {name: value for name, value in attributes.items() if value}
        for name in CHOICES:  # An empty one is empty here; in a file it says nothing.
            row.setdefault(name, typed.get(name, ""))
        row.setdefault("currency", "")
        self.row = row

    def changed_meanwhile(self) -> dict[str, bool]:
        """What is not any more as this form showed it, and whether it was changed here, too."""
        now, seen = content_of(self.item), _read(self.cleaned_data["seen"])
        changed = [name for name in CONTENT if seen.get(name) != _mark(now[name])]
        return {name: _mark(self.row.get(name)) not in (seen.get(name), _mark(now[name])) for name in changed}


def usual_currency(workspace: Workspace) -> str:
    """What most of the shop's products are priced in; empty for the first one."""
    mine = ProductItem.objects.for_workspace(workspace).exclude(currency="")
    most = mine.values("currency").annotate(count=Count("pk")).order_by("-count", "currency").first()
    return most["currency"] if most else ""


def texts_of(content: Mapping) -> dict[str, str]:
    """As a person would type it."""
    currency = content.get("currency") or ""
    texts = {name: _typed(value, currency) for name, value in content.items() if name != "attributes"}
    attributes = content.get("attributes")
    return {
        **texts,
        **{name: str(value) for name, value in (attributes if isinstance(attributes, Mapping) else {}).items()},
    }


def _typed(value, currency: str) -> str:
    if isinstance(value, Decimal):
        is_exact = money.is_exact(value, currency)
        return f"{value:.{money.decimals_of(currency)}f}" if is_exact else f"{value.normalize():f}"
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def marks_of(content: Mapping) -> str:
    """By which it is known later what is still as it was: a few letters for each value."""
    return json.dumps({name: _mark(content.get(name)) for name in CONTENT})


def _mark(value) -> str:
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _read(seen: str) -> dict:
    try:
        found = json.loads(seen)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
