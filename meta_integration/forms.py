from django import forms
from django.utils.translation import gettext_lazy as _

from meta_integration.services import registering

PIN_ERRORS = {"required": _("Type six digits."), "invalid": _("A PIN is exactly six digits.")}


class PinForm(forms.Form):
    pin = forms.RegexField(r"^[0-9]{6}$", strip=True, error_messages=PIN_ERRORS)


class TokenForm(forms.Form):
    """A token that somebody has. Never shown again, not even to them."""

    token = forms.RegexField(
        r"^[!-~]{20,2000}$",
        strip=True,
        widget=forms.PasswordInput(render_value=False),
        error_messages={
            "required": _("Paste the token."),
            "invalid": _("This is not a token: one is a long line of letters and digits without spaces."),
        },
    )


class AccountTokenForm(TokenForm):
    waba_id = forms.RegexField(
        r"^[0-9]{5,40}$",
        strip=True,
        error_messages={
            "required": _("Type the id of the WhatsApp Business Account."),
            "invalid": _("The id has digits only."),
        },
    )


class ChooseNumbersForm(forms.Form):
    """Some of an account's numbers, the PIN of each that needs one, and the number messages come from by default.

    `keeps_default` where another account's number is the default by now and may stay it.
    """

    number = forms.MultipleChoiceField(
        error_messages={
            "required": _("Choose at least one number to send from."),
            "invalid_choice": _("Choose among the numbers shown."),
        }
    )
    default = forms.ChoiceField(required=False, error_messages={"invalid_choice": _("Choose among the numbers shown.")})

    def __init__(self, waba: dict, *args, keeps_default: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.waba, self.keeps_default = waba, keeps_default
        choices = [(number["id"], number["display_phone_number"]) for number in waba["numbers"]]
        self.fields["number"].choices = choices
        self.fields["default"].choices = [("", "")] + choices
        for number in waba["numbers"]:
            if registering.is_needed(number):
                field = forms.RegexField(r"^[0-9]{6}$", strip=True, required=False, error_messages=PIN_ERRORS)
                self.fields[f"pin-{number['id']}"] = field

    def clean(self):
        data = super().clean()
        chosen, default = data.get("number") or [], data.get("default") or ""
        for phone_number_id in chosen:
            name = f"pin-{phone_number_id}"
            if name in self.fields and name not in self.errors and not data.get(name):
                self.add_error(name, PIN_ERRORS["required"])
        if default and chosen and default not in chosen:
            self.add_error("default", _("The default must be one of the numbers you ticked."))
        if not default and not self.keeps_default and chosen:
            data["default"] = chosen[0]
        return data

    @property
    def pins(self) -> dict[str, str]:
        """The chosen numbers, each with its PIN; "" for one that needs none."""
        data = self.cleaned_data
        return {each: data.get(f"pin-{each}", "") for each in data["number"]}


class MakeLinkForm(forms.Form):
    """Why somebody is to get a reconnect link, and whether it goes out by e-mail."""

    reason = forms.CharField(
        max_length=200, error_messages={"required": _("Say why: it is kept in the shop's list of changes.")}
    )
    is_mailed = forms.BooleanField(required=False, initial=True)
