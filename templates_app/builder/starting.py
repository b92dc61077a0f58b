"""The form in which a new template is begun."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meta_integration.models import WABA
from templates_app import library, statuses
from templates_app.builder import kinds
from templates_app.languages import code_of, label_of
from templates_app.models import MessageTemplate
from templates_app.services import writing
from workspaces.models import User, Workspace

MOST_TO_COPY = 200
COPY = "copy"


def name_from(title: str) -> str:
    """A name as Meta takes it, of whatever somebody calls it: `Straße & Söhne` is strasse_sohne; "" of no letter."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: kinds.LIMITS["name"]]


class StartForm(forms.Form):
    """Where it begins, what it is called, its language and account."""

    start = forms.CharField(max_length=60)
    copy = forms.IntegerField(required=False, min_value=1)
    title = forms.CharField(required=False, max_length=512)
    name = forms.RegexField(
        r"^[a-z0-9_]*$",
        required=False,
        max_length=512,
        error_messages={"invalid": gettext_lazy("Only small letters a to z, digits and _, as in order_is_on_its_way.")},
    )
    language = forms.CharField(max_length=100)
    account = forms.ModelChoiceField(WABA.objects.none(), empty_label=None)

    def __init__(self, workspace: Workspace, *args, **kwargs):
        super().__init__(*args, **kwargs)
        accounts = WABA.objects.for_workspace(workspace).exclude(state=WABA.State.DISCONNECTED)
        self.fields["account"].queryset = accounts.order_by("-pk")
        self.originals = MessageTemplate.objects.for_workspace(workspace).exclude(status=statuses.DELETED)
        self.original = None

    def clean_language(self) -> str:
        code = code_of(self.cleaned_data["language"])
        if not code:
            raise forms.ValidationError(_("Meta has no language of that name. Type its first letters and choose one."))
        return code

    def clean_start(self) -> str:
        start = self.cleaned_data["start"]
        if start != COPY and start not in library.STARTS:
            raise forms.ValidationError(_("Choose what to begin with."))
        return start

    def clean(self) -> dict:
        data = super().clean()
        if data.get("start") == COPY:
            self.original = self.originals.filter(pk=data.get("copy") or 0).first()
            if self.original is None:
                self.add_error("start", _("The template to copy is not there (any more). Choose another one."))
        start, account = library.STARTS.get(data.get("start")), data.get("account")
        if start and start.needs_catalog and account and not writing.has_catalog(account):
            self.add_error("start", _("This one shows products, and no catalog is connected to this account yet."))
        if "name" not in self.errors:
            data["name"] = data.get("name") or name_from(data.get("title", "")) or self._usual_name(start)
            if not data["name"] and "start" not in self.errors:
                self.add_error("name", _("Say what it is for, or give it a name."))
        return data

    def _usual_name(self, start: library.Start | None) -> str:
        if self.original:
            return f"{self.original.name[:507]}_copy"
        return start.name if start else ""

    def begin(self, user: User) -> MessageTemplate | None:
        """The new draft; None if there is a reason against it, which the form shows then."""
        data = self.cleaned_data
        about = (data["account"], data["name"], data["language"])
        try:
            if self.original:
                return writing.copy(self.original, *about, user)
            return writing.create(*about, library.STARTS[data["start"]].draft, user)
        except writing.CannotWrite as exc:
            self.add_error(exc.field or None, exc.words)
        return None

    def choices_to_copy(self) -> list[MessageTemplate]:
        """The newest, and the one that was asked for."""
        rows = self.originals.only("name", "language")
        newest = list(rows.order_by("-created_at")[:MOST_TO_COPY])
        asked = self["copy"].value() or ""
        if str(asked).isdecimal() and len(str(asked)) < 19 and int(asked) not in {each.pk for each in newest}:
            newest += rows.filter(pk=asked)
        return newest

    @property
    def typed_language(self) -> str:
        value = self["language"].value() or ""
        return label_of(code_of(value)) if code_of(value) else value
