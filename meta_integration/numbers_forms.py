import re

from django import forms
from django.utils.translation import gettext_lazy as _

from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import numbers
from meta_integration.services.number_problems import NumberProblem

# Of Meta's many, those in which its code is most often asked for.
LANGUAGES = {
    "en_US": _("English"),
    "ar": _("Arabic"),
    "de": _("German"),
    "es": _("Spanish"),
    "fr": _("French"),
    "hi": _("Hindi"),
    "id": _("Indonesian"),
    "it": _("Italian"),
    "pt_BR": _("Portuguese"),
    "tr": _("Turkish"),
}


class NumberForm(forms.Form):
    def show(self, problem: NumberProblem) -> None:
        """At the field it is about, or above them all."""
        self.add_error(problem.field if problem.field in self.fields else None, problem.text)


class AddNumberForm(NumberForm):
    account = forms.ModelChoiceField(WABA.objects.none(), label=_("Account"), empty_label=None)
    country_code = forms.CharField(
        label=_("Country code"), max_length=6, error_messages={"required": _("Type the country code, such as +1.")}
    )
    phone_number = forms.CharField(
        label=_("Phone number"), max_length=30, error_messages={"required": _("Type the number without country code.")}
    )
    verified_name = forms.CharField(
        label=_("Name customers see"),
        min_length=3,
        max_length=255,
        error_messages={"required": _("Type the name that customers should see.")},
    )

    def __init__(self, accounts, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts
        self.fields["account"].initial = accounts.first()

    def clean_country_code(self) -> str:
        digits = re.sub(r"\D", "", self.cleaned_data["country_code"])
        if not re.fullmatch(r"[1-9][0-9]{0,2}", digits):
            raise forms.ValidationError(_("A country code has one to three digits, such as +1 or +353."))
        return digits

    def clean_phone_number(self) -> str:
        digits = re.sub(r"\D", "", self.cleaned_data["phone_number"])
        if not 4 <= len(digits) <= 14:
            raise forms.ValidationError(_("Type the number without country code: 4 to 14 digits."))
        return digits


class CodeWayForm(NumberForm):
    method = forms.ChoiceField(
        label=_("How"), choices=[("SMS", _("By text message")), ("VOICE", _("By a call"))], initial="SMS"
    )
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()), initial="en_US")


class CodeForm(NumberForm):
    code = forms.CharField(
        label=_("Code"), max_length=12, error_messages={"required": _("Type the code that came to the phone.")}
    )

    def clean_code(self) -> str:
        """As it came, people type it with its dash: 123-456."""
        digits = re.sub(r"\D", "", self.cleaned_data["code"])
        if not digits:
            raise forms.ValidationError(_("The code is made of digits."))
        return digits


class PinForm(NumberForm):
    pin = forms.RegexField(
        r"^[0-9]{6}$",
        label=_("Six-digit PIN"),
        strip=True,
        error_messages={"required": _("Type six digits."), "invalid": _("A PIN is exactly six digits.")},
    )


class RegisterForm(PinForm):
    """The PIN may be left out where Galantis has it. `seen` makes a double click one registration."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, number: PhoneNumber, *args, **kwargs):
        super().__init__(*args, initial={"seen": numbers.latest_try(number)}, **kwargs)
        self.fields["pin"].required = number.pin is None


class SeenForm(NumberForm):
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class RemoveForm(NumberForm):
    """Without the last number nothing can be sent: that has to be said by the person."""

    is_sure = forms.BooleanField(
        label=_("I know that nothing can be sent then."),
        error_messages={"required": _("It is the last number that can send: tick that you know what that means.")},
    )

    def __init__(self, number: PhoneNumber, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not numbers.is_last(number):
            del self.fields["is_sure"]
