"""What there is to choose from in a template, in words: categories, headers, buttons, times to live."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from templates_app import design as designs
from templates_app.lint import buttons, texts

CATEGORIES = {
    designs.MARKETING: (_("Marketing"), _("Offers, news, invitations: anything that is to sell. Costs most.")),
    designs.UTILITY: (_("Utility"), _("About something the customer ordered or asked for. No advertising in it.")),
    designs.AUTHENTICATION: (_("Authentication"), _("A one-time code for a log-in. Meta writes the text.")),
}
FORMATS = {
    designs.POSITIONAL: (_("Numbers"), "{{1}}, {{2}}"),
    designs.NAMED: (_("Names"), "{{first_name}}"),
}
HEADERS = {
    "": _("No header"),
    "TEXT": _("A line of text"),
    "IMAGE": _("Picture"),
    "VIDEO": _("Video"),
    "DOCUMENT": _("Document (PDF)"),
    "LOCATION": _("Place on a map"),
    "PRODUCT": _("Product of the catalog"),
}
CARD_HEADERS = {kind: HEADERS[kind] for kind in ("IMAGE", "VIDEO", "PRODUCT")}
# What Meta takes as an example, and how it is said before somebody chooses a file.
FILES = {
    "IMAGE": (("image/jpeg", "image/png"), _("JPEG or PNG, 5 MB at most.")),
    "VIDEO": (("video/mp4",), _("MP4, 16 MB at most.")),
    "DOCUMENT": (("application/pdf",), _("PDF, 100 MB at most.")),
}
LIMITS = {"header": texts.HEADER, "body": texts.BODY, "footer": texts.FOOTER, "offer": texts.OFFER, "name": 512}
LIMITS |= {"body_with_offer": texts.BODY_OF_OFFER, "body_of_card": texts.BODY_OF_CARD, "button": texts.LABEL}
LIMITS |= {"url": buttons.ADDRESS, "phone_number": buttons.PHONE, "code": buttons.CODE}
# Parts of a template that the form shows; others stay in it as they are.
KNOWN_PARTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
NAMES_OF_GAPS = ("first_name", "order_number", "total_price", "product_name", "shop_name", "tracking_code")


@dataclass(frozen=True, slots=True)
class ButtonKind:
    """`fields` are those a person fills; `fixed` is what else such a button begins with."""

    words: str | Promise
    means: str | Promise
    fields: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()


BUTTONS = {
    "QUICK_REPLY": ButtonKind(_("Quick reply"), _("The customer answers with one tap."), ("text",)),
    "URL": ButtonKind(_("Open a website"), _("Opens an address."), ("text", "url")),
    "PHONE_NUMBER": ButtonKind(_("Call"), _("Calls a phone number."), ("text", "phone_number")),
    "COPY_CODE": ButtonKind(_("Copy offer code"), _("Copies a discount code. Meta fixes its label."), ("example",)),
    "CATALOG": ButtonKind(_("Open the catalog"), _("Opens your whole catalog."), (), (("text", "View catalog"),)),
    "MPM": ButtonKind(_("Show products"), _("Opens up to 30 products."), (), (("text", "View items"),)),
    "SPM": ButtonKind(_("Show the product"), _("Opens the product of the header."), (), (("text", "View"),)),
    "FLOW": ButtonKind(
        _("Open a form"),
        _("Opens a form (a WhatsApp Flow) that you made at Meta."),
        ("text", "flow_id", "flow_action", "navigate_screen"),
        (("flow_action", "navigate"),),
    ),
}
BUTTONS_OF_CARDS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "SPM")
FLOW_ACTIONS = {"navigate": _("Show a page"), "data_exchange": _("Ask my server for the page")}
CODE_BUTTONS = {
    "COPY_CODE": (_("Copy"), _("The customer copies the code with one tap. Works on every phone.")),
    "ONE_TAP": (_("One tap"), _("One tap hands the code to your Android app.")),
    "ZERO_TAP": (_("No tap"), _("Your Android app takes the code by itself.")),
}
MINUTE, HOUR, DAY = 60, 3600, 86400
# Seconds from which to choose, for each category: Meta's limits and some times between.
LIVES = {
    designs.AUTHENTICATION: (30, MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE),
    designs.UTILITY: (30, 5 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, -1),
    designs.MARKETING: (12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY),
}
