"""The form of the inbox settings: what a shop wants, checked at each field."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.models import InboxSettings
from inbox.services.hours import DAYS

LONGEST_SILENCE = 24 * 365
DAY_NAMES = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}
STRETCHES = (1, 2)
ENDS = ("from", "to")


class SettingsForm(forms.Form):
    gives_out_work = forms.BooleanField(required=False)
    resolve_after_hours = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_SILENCE,
        error_messages={
            "invalid": gettext_lazy("Write a whole number of hours, or leave it empty."),
            "min_value": gettext_lazy("One hour is the least. Leave it empty if nothing should be resolved by itself."),
            "max_value": gettext_lazy("A year is the longest: 8760 hours."),
        },
    )
    away_message = forms.CharField(
        required=False,
        max_length=1024,
        error_messages={"max_length": gettext_lazy("It is too long: at most 1024 characters fit.")},
    )
    tells_typing = forms.BooleanField(required=False)

    def __init__(self, wanted: InboxSettings, data=None):
        initial = {name: getattr(wanted, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        for day in DAYS:
            stretches = wanted.opening_hours.get(day, [])
            for place in STRETCHES:
                pair = stretches[place - 1] if place <= len(stretches) else ("", "")
                for end, value in zip(ENDS, pair, strict=True):
                    wrong = {"invalid": _("Write a time such as 09:00.")}
                    self.fields[f"{day}_{place}_{end}"] = forms.TimeField(
                        required=False, initial=value, error_messages=wrong
                    )

    def clean(self):
        for day in DAYS:
            self._check(day)
        if self.cleaned_data.get("away_message") and not self.has_hours() and not self.errors:
            self.add_error("away_message", _("It would never go out: write down when the shop is open, too."))

    def values(self) -> dict:
        plain = {name: self.cleaned_data[name] for name in self.base_fields}
        return {**plain, "opening_hours": {day: pairs for day in DAYS if (pairs := self._pairs(day))}}

    def has_hours(self) -> bool:
        return any(self._pairs(day) for day in DAYS)

    def days(self) -> list[dict]:
        """The rows of the table: each day with its fields and what is wrong with them."""
        return [
            {
                "name": day,
                "label": DAY_NAMES[day],
                "stretches": [[self[f"{day}_{place}_{end}"] for end in ENDS] for place in STRETCHES],
                "problems": self._problems(day),
            }
            for day in DAYS
        ]

    def _pairs(self, day: str) -> list[list[str]]:
        found = [[self.cleaned_data.get(f"{day}_{place}_{end}") for end in ENDS] for place in STRETCHES]
        return sorted([f"{begins:%H:%M}", f"{ends:%H:%M}"] for begins, ends in found if begins and ends)

    def _check(self, day: str) -> None:
        for place in STRETCHES:
            begins, ends = (self.cleaned_data.get(f"{day}_{place}_{end}") for end in ENDS)
            names = [f"{day}_{place}_{end}" for end in ENDS]
            if (begins is None) != (ends is None) and not any(name in self.errors for name in names):
                missing = names[0] if begins is None else names[1]
                self.add_error(missing, _("Write both times, or none of them."))
        pairs = self._pairs(day)
        if len(pairs) == 2 and (pairs[0][1] > pairs[1][0] or pairs[0][1] <= pairs[0][0]):
            self.add_error(f"{day}_2_from", _("The second time begins before the first is over."))

    def _problems(self, day: str) -> list[str]:
        names = [f"{day}_{place}_{end}" for place in STRETCHES for end in ENDS]
        return list(dict.fromkeys(text for name in names for text in self.errors.get(name, [])))
