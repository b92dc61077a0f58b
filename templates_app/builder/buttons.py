"""The buttons of a design as rows of the form."""

import json
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app import examples as given
from templates_app.builder import kinds
from templates_app.builder.fields import CHECK, PLACE, SELECT, Examples, Field


@dataclass
class ButtonRow:
    at: str
    here: Field
    number: int
    kind: str
    words: str
    means: str
    shown: list[Field]
    examples: Examples | None
    # What the form does not show, as JSON.
    unknown: str
    is_first: bool
    is_last: bool

    @property
    def fields(self) -> list[Field]:
        return [self.here, *self.shown, *(self.examples.fields if self.examples else [])]


def button_rows(at: str, buttons: list[dict]) -> list[ButtonRow]:
    return [_row(f"{at}buttons[{place}]", place, button, len(buttons)) for place, button in enumerate(buttons)]


def _row(at: str, place: int, button: dict, count: int) -> ButtonRow:
    kind = text_in(button, "type").upper()
    spec = kinds.BUTTONS.get(kind)
    shown = {"type", *(spec.fields if spec else ()), *(["example"] if kind == "URL" else [])}
    rest = {key: value for key, value in button.items() if key not in shown}
    return ButtonRow(
        at=at,
        here=Field(at, "", kind=PLACE),
        number=place + 1,
        kind=kind,
        words=spec.words if spec else kind,
        means=spec.means if spec else _("Galantis cannot write this kind of button. It stays as it is."),
        shown=[_field(f"{at}.{name}", name, button) for name in (spec.fields if spec else ())],
        examples=_url_example(at, button) if kind == "URL" else None,
        unknown=json.dumps(rest) if rest else "",
        is_first=place == 0,
        is_last=place == count - 1,
    )


def _field(name: str, part: str, button: dict) -> Field:
    value = text_in(button, part)
    if part == "text":
        return Field(name, _("Label"), value, limit=kinds.LIMITS["button"], is_foreign=True)
    if part == "url":
        words = _("Begins with https://. A {{1}} at its end is filled when you send it.")
        return Field(name, _("Address"), value, help=words, limit=kinds.LIMITS["url"], mode="url")
    if part == "phone_number":
        words = _("With the country code, as in +1 555 010 0001.")
        return Field(name, _("Phone number"), value, help=words, limit=kinds.LIMITS["phone_number"], mode="tel")
    if part == "example":
        return Field(name, _("Example of a code"), given.of_button(button), limit=kinds.LIMITS["code"])
    if part == "flow_action":
        return Field(name, _("When it opens"), value, SELECT, options=[*kinds.FLOW_ACTIONS.items()])
    words = {"flow_id": _("Id of the form at Meta"), "navigate_screen": _("First page of the form")}
    return Field(name, words[part], value)


def _url_example(at: str, button: dict) -> Examples:
    words = _("The whole address as a customer would get it, or only its end.")
    field = Field(f"{at}.example", _("Example of the address"), given.of_button(button), help=words)
    gaps = designs.variables(text_in(button, "url"))
    return Examples(Field(f"{at}.examples", "").id, [field] if gaps else [], is_address=True)


# One-time codes -------------------------------------------------------------------------------------------------------
def one_time_fields(components: list) -> list[Field]:
    """All that can be chosen where Meta writes the text."""
    body, footer = designs.component(components, "BODY") or {}, designs.component(components, "FOOTER")
    button, at = next(iter(designs.buttons(components)), {}), "buttons[0]"
    way = text_in(button, "otp_type").upper() or "COPY_CODE"
    fields = [
        Field(
            "add_security_recommendation",
            _("Advise not to share the code"),
            bool(body.get("add_security_recommendation")),
            CHECK,
            place="body",
        ),
        Field(
            "code_expiration_minutes",
            _("The code is good for so many minutes"),
            text_in(footer, "code_expiration_minutes"),
            place="footer",
            help=_("1 to 90. Empty: the message does not say it."),
            mode="numeric",
        ),
        Field(
            f"{at}.otp_type",
            _("How the customer takes the code"),
            way,
            SELECT,
            options=[(kind, f"{words}: {means}") for kind, (words, means) in kinds.CODE_BUTTONS.items()],
            is_turning=True,
        ),
        Field(
            f"{at}.text",
            _("Label of the button"),
            text_in(button, "text"),
            help=_("Empty: Meta's own words."),
            limit=25,
        ),
    ]
    return fields if way == "COPY_CODE" else fields + _app_fields(at, button, way)


def _app_fields(at: str, button: dict, way: str) -> list[Field]:
    apps = button.get("supported_apps")
    apps = [app for app in apps if isinstance(app, dict)] if isinstance(apps, list) else []
    fields = [
        Field(
            f"{at}.autofill_text", _("Label of the button that fills it in"), text_in(button, "autofill_text"), limit=25
        )
    ]
    for place, app in enumerate([*apps, {}][:5]):
        name = f"{at}.supported_apps[{place}]"
        about = {"number": place + 1}
        fields += [
            Field(f"{name}.package_name", _("App %(number)s: package name") % about, text_in(app, "package_name")),
            Field(
                f"{name}.signature_hash",
                _("App %(number)s: signature") % about,
                text_in(app, "signature_hash"),
                help=_("11 characters, from the developer of your app."),
                limit=11,
            ),
        ]
    if way == "ZERO_TAP":
        words = _("I accept Meta's terms for codes without a tap")
        accepted = bool(button.get("zero_tap_terms_accepted"))
        fields.append(Field(f"{at}.zero_tap_terms_accepted", words, accepted, CHECK))
    return fields
