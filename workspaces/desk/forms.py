"""What an action of the support desk asks for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from workspaces.desk import Action


class ActionForm(forms.Form):
    """The reason, and the action's own questions."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        error_messages={"required": _("Say why: the reason is kept with what was done.")},
    )

    def __init__(self, action: Action, data=None):
        super().__init__(data)
        for each in action.fields:
            if each.is_time:
                self.fields[each.name] = forms.DateTimeField(
                    label=each.label, error_messages={"required": _("Say from when and until when.")}
                )
            else:
                self.fields[each.name] = forms.ChoiceField(label=each.label, choices=each.choices)

    def first_error(self) -> str:
        return next(iter(self.errors.values()))[0] if self.errors else ""
