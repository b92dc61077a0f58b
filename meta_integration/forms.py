from django import forms
from django.utils.translation import gettext_lazy as _


class ChooseNumberForm(forms.Form):
    """One of the numbers that the log-in gave access to, and the number's PIN."""

    number = forms.ChoiceField(
        error_messages={
            "required": _("Choose the number to send from."),
            "invalid_choice": _("Choose one of the numbers shown."),
        }
    )
    pin = forms.RegexField(
        r"^[0-9]{6}$",
        strip=True,
        error_messages={"required": _("Type six digits."), "invalid": _("A PIN is exactly six digits.")},
    )

    def __init__(self, found: list[dict], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found = found
        self.usable = [number for waba in found if not waba["problem"] for number in waba["numbers"]]
        self.fields["number"].choices = [(number["id"], number["display_phone_number"]) for number in self.usable]
        if len(self.usable) == 1:
            self.fields["number"].initial = self.usable[0]["id"]

    def wrong_pin(self) -> None:
        """Meta has another PIN for this number."""
        self.add_error(
            "pin",
            _(
                "Meta has another PIN for this number. Nothing was changed. Type the PIN that was set when the number "
                "was first registered; if nobody knows it, change it in Meta's WhatsApp Manager under two-step "
                "verification."
            ),
        )


class MakeLinkForm(forms.Form):
    """Why somebody is to get a reconnect link, and whether it goes out by e-mail."""

    reason = forms.CharField(
        max_length=200, error_messages={"required": _("Say why: it is kept in the shop's list of changes.")}
    )
    is_mailed = forms.BooleanField(required=False, initial=True)
