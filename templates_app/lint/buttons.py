"""Each button by itself: its address, its phone number, its code, its form."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app import examples
from templates_app.lint import reading
from templates_app.lint.findings import Around, Said, advice, error

ADDRESS, PHONE, CODE = 2000, 20, 15
FIXED_LABELS = {"CATALOG": "View catalog", "MPM": "View items", "SPM": "View"}
KINDS = ("QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "CATALOG", "MPM", "SPM", "FLOW", "OTP")
ALSO_AT_META = ("VOICE_CALL", "REQUEST_CONTACT_INFO", "APP")
FLOWS, FLOW_ACTIONS = ("flow_id", "flow_name", "flow_json"), ("", "NAVIGATE", "DATA_EXCHANGE")
WHOLE = re.compile(r"https?://[^\s/?#{}]+\.[^\s/?#{}]+([/?#]|$)")


@error
def button_without_kind(design: dict, _around: Around) -> Iterator[Said]:
    for field, kind, _button in reading.buttons(design):
        if not kind:
            yield field, _("The button does not say what it does."), _("Choose what it does, or remove it.")


@error
def url(design: dict, _around: Around) -> Iterator[Said]:
    for field, button in _of_kind(design, "URL"):
        address = text_in(button, "url")
        fixed = designs.VARIABLE.sub("", address)
        if not fixed.strip():
            yield f"{field}.url", _("The button has no web address."), _("Write the one it opens.")
        elif not WHOLE.match(address[:ADDRESS]) or re.search(r"\s", fixed):
            words = _("This is not a whole web address.")
            yield (
                f"{field}.url",
                words,
                _("Write it with https:// and your domain, such as https://example.com/orders."),
            )
        elif len(address) > ADDRESS:
            words = _("The address has %(length)s characters, and Meta takes %(most)s at most.")
            todo = _("Use a shorter page of your own domain.")
            yield f"{field}.url", words % {"length": len(address), "most": ADDRESS}, todo


@error
def url_variable(design: dict, _around: Around) -> Iterator[Said]:
    for field, button in _of_kind(design, "URL"):
        address = text_in(button, "url")
        names = designs.VARIABLE.findall(address)
        is_broken = re.search(r"\{\{|\}\}", designs.VARIABLE.sub("", address))
        if is_broken or (names and (names != ["1"] or not address.endswith("}}"))):
            words = _("The variable of this address is not one {{1}} at its end.")
            yield f"{field}.url", words, _("Keep one {{1}}, and put it at the end: https://example.com/orders/{{1}}.")


@error
def button_example(design: dict, _around: Around) -> Iterator[Said]:
    for field, button in _of_kind(design, "URL"):
        if designs.VARIABLE.search(text_in(button, "url")) and not examples.of_button(button):
            words = _("The address has a variable without an example.")
            yield f"{field}.example", words, _("Write what could stand there, such as an order's number.")
    for field, button in _of_kind(design, "COPY_CODE"):
        code = examples.of_button(button)
        if not code:
            yield f"{field}.example", _("The coupon has no example code."), _("Write one, such as SAVE25.")
        elif len(code) > CODE:
            words = _("The example code has %(length)s characters, and Meta takes %(most)s at most.")
            yield f"{field}.example", words % {"length": len(code), "most": CODE}, _("Use a shorter code.")


@error
def phone_number(design: dict, _around: Around) -> Iterator[Said]:
    for field, button in _of_kind(design, "PHONE_NUMBER"):
        number = text_in(button, "phone_number")
        if len(number) > PHONE or not re.fullmatch(r"\+?[0-9\s().-]*[0-9][0-9\s().-]*", number):
            words = _("This is not a phone number that Meta takes.")
            todo = _("Write it with its country code, in %(most)s characters at most: +15550100101.")
            yield f"{field}.phone_number", words, todo % {"most": PHONE}


@error
def fixed_label(design: dict, _around: Around) -> Iterator[Said]:
    for field, kind, button in reading.buttons(design):
        label, fixed = text_in(button, "text"), FIXED_LABELS.get(kind)
        if fixed and label and label.lower() != fixed.lower():
            words = _("Meta decides what stands on this button.")
            yield f"{field}.text", words, _("Write “%(label)s”.") % {"label": fixed}


@error
def flow(design: dict, _around: Around) -> Iterator[Said]:
    for field, button in _of_kind(design, "FLOW"):
        if sum(bool(button.get(name)) for name in FLOWS) != 1:
            words = _("The button does not name one form.")
            yield field, words, _("Give the form's id or its name, one of them only.")
        if text_in(button, "flow_action").upper() not in FLOW_ACTIONS:
            words = _("The button does not say how the form starts.")
            yield field, words, _("Choose “navigate” to show a screen, or “data_exchange” to ask your own server.")


@advice
def button_unknown(design: dict, _around: Around) -> Iterator[Said]:
    for field, kind, _button in reading.buttons(design):
        if kind and kind not in KINDS + ALSO_AT_META:
            words = _("Galantis does not know the button %(kind)s, and cannot check it.") % {"kind": kind[:60]}
            todo = _("It stays as it is. Messages with this template may have to be sent from Meta's own pages.")
            yield field, words, todo


@advice
def phone_country(design: dict, _around: Around) -> Iterator[Said]:
    for field, button in _of_kind(design, "PHONE_NUMBER"):
        if re.match(r"\s*0(?!0)", text_in(button, "phone_number")):
            words = _("The phone number seems to have no country code.")
            yield f"{field}.phone_number", words, _("Begin it with + and the country's code, so that calls arrive.")


def _of_kind(design: dict, wanted: str) -> Iterator[tuple[str, dict]]:
    return ((field, button) for field, kind, button in reading.buttons(design) if kind == wanted)


RULES = (
    button_without_kind,
    url,
    url_variable,
    button_example,
    phone_number,
    fixed_label,
    flow,
    button_unknown,
    phone_country,
)
