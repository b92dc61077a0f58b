"""Templates for one-time codes: Meta writes them, and one chooses only between its forms."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, error
from templates_app.lint.parts import part_in_words

PARTS = ("BODY", "FOOTER", "BUTTONS")
TYPES, LABEL, LONGEST_MINUTES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP"), 25, 90
MOST_APPS, PACKAGE, SIGNATURE = 5, 224, 11


@error
def code_parts(design: dict, _around: Around) -> Iterator[Said]:
    if not reading.is_code(design):
        return
    for kind in dict.fromkeys(reading.kinds(_components(design))):
        if kind and kind not in PARTS:
            field = {"CAROUSEL": "cards", "LIMITED_TIME_OFFER": "offer"}.get(kind, kind.lower())
            words = _("A template for one-time codes cannot have this part: %(part)s.")
            yield field, words % {"part": part_in_words(kind)}, _("Remove it, or choose another category.")


@error
def code_text(design: dict, _around: Around) -> Iterator[Said]:
    body = designs.component(_components(design), "BODY") if reading.is_code(design) else None
    if body is None:
        return
    if body.get("text") is not None:
        words = _("Meta writes the text of templates for one-time codes itself.")
        yield "body", words, _("Remove the text, or choose another category.")
    if not isinstance(body.get("add_security_recommendation", False), bool):
        words = _("The template does not say whether the advice about safety is added.")
        yield "body", words, _("Choose yes or no.")


@error
def code_expiry(design: dict, _around: Around) -> Iterator[Said]:
    footer = designs.component(_components(design), "FOOTER") if reading.is_code(design) else None
    if footer is None:
        return
    minutes = footer.get("code_expiration_minutes")
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    if "text" in footer or not is_number or not 1 <= minutes <= LONGEST_MINUTES:
        words = _("The footer of templates for one-time codes says when the code expires, and nothing else.")
        todo = _("Choose 1 to %(most)s minutes, or remove the footer.")
        yield "footer", words, todo % {"most": LONGEST_MINUTES}


@error
def code_button(design: dict, _around: Around) -> Iterator[Said]:
    if not reading.is_code(design):
        return
    buttons = designs.buttons(_components(design))
    if reading.kinds(buttons) != ["OTP"]:
        words = _("A template for one-time codes needs one button that copies the code.")
        yield "buttons", words, _("Add it, and remove all others.")
        return
    (button,), kind = buttons, text_in(buttons[0], "otp_type").upper()
    if kind not in TYPES:
        yield "buttons[0]", _("The button does not say how the code gets into your app."), _("Choose how.")
    for name in ("text", "autofill_text"):
        if button.get(name) is not None and not 1 <= len(text_in(button, name).strip()) <= LABEL:
            words = _("The words on the button are missing or too long.")
            yield f"buttons[0].{name}", words, _("Write 1 to %(most)s characters.") % {"most": LABEL}
    if kind == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        words = _("Meta's terms for codes that need no tap are not accepted.")
        yield "buttons[0]", words, _("Accept them, or choose another way.")
    if kind in ("ONE_TAP", "ZERO_TAP"):
        yield from _apps(button.get("supported_apps"))


def _apps(apps) -> Iterator[Said]:
    field = "buttons[0].supported_apps"
    if not isinstance(apps, list) or not 1 <= len(apps) <= MOST_APPS:
        words = _("The button needs 1 to %(most)s Android apps that take the code.") % {"most": MOST_APPS}
        yield field, words, _("Name them, or let customers copy the code.")
        return
    for app in apps:
        package = text_in(app, "package_name")
        if not re.fullmatch(r"\w+(\.\w+)+", package) or len(package) > PACKAGE:
            yield field, _("This is not the name of an Android app."), _("Write it as com.example.shop.")
        if len(text_in(app, "signature_hash")) != SIGNATURE:
            words = _("The signature of an app has not %(length)s characters.") % {"length": SIGNATURE}
            yield field, words, _("Ask those who made the app for its signature hash.")


def _components(design: dict) -> list[dict]:
    """Those that are some."""
    return next(iter(designs.parts(design.get("components"))))[1]


RULES = (code_parts, code_text, code_expiry, code_button)
