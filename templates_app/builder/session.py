"""One person's work at a template, from one request to the answer."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from meta_integration.models import MediaAsset
from meta_integration.walk import text_in
from templates_app import design as designs
from templates_app import lint, statuses
from templates_app.builder import changes, reading, showing
from templates_app.builder.reading import Written
from templates_app.lint import Finding
from templates_app.models import MessageTemplate
from templates_app.preview import preview
from templates_app.services import edits, sample_files, writing
from templates_app.services.gaps import one_time_button
from workspaces.models import User


class Editing:
    """What is written, whether it is kept, and the form, the phone and the findings of it."""

    def __init__(self, template: MessageTemplate, written: Written):
        self.template, self.written = template, written
        self.own_findings: list[Finding] = []
        # Why it is not kept: `conflict` because somebody else saved it, `refused` for all else.
        self.conflict = self.refused = ""
        # Why it is kept and yet not handed in.
        self.turned_down = ""
        self.is_saved = False
        # Where the person goes on: the place of a button or a card that has just moved or come.
        self.focus = ""
        # Which saving this rests on, and which one came between.
        self.seen = self.theirs = ""

    # Beginning --------------------------------------------------------------------------------------------------------
    @classmethod
    def opened(cls, template: MessageTemplate) -> "Editing":
        design = {"name": template.name, "language": template.language, **writing.cleaned(template.design())}
        _as_created(design)
        samples = {each.place: each.asset for each in template.samples.select_related("asset")}
        pks = {
            place: asset.pk for place, asset in samples.items() if place in designs.sample_places(design["components"])
        }
        editing = cls(template, Written(design, pks))
        editing.assets = samples
        editing.seen = _mark(template)
        return editing

    @classmethod
    def posted(cls, template: MessageTemplate, post: Mapping[str, str]) -> "Editing":
        editing = cls(template, reading.read(post))
        design = editing.written.design
        if template.template_id:
            design |= {"name": template.name, "language": template.language}
        if editing.is_category_fixed:
            design["category"] = template.category
        if not design["language"]:
            design["language"] = template.language
            words = _("Meta has no language of that name, so it stays as it was.")
            editing.complain("language", words, _("Type its first letters and choose one from the list."))
        return editing

    # Changing ---------------------------------------------------------------------------------------------------------
    def do(self, what: str, post: Mapping[str, str]) -> None:
        """What a button of the form asks for, such as `add_button:cards[0].` or `up:buttons[1]`."""
        verb, _colon, place = what.partition(":")
        if verb == "add_button":
            self.focus = changes.add_button(self.written, place, reading.text(post, f"{place}add"))
        elif verb == "add_card":
            self.focus = changes.add_card(self.written)
        elif verb == "add_offer":
            self.focus = changes.add_offer(self.written)
        elif verb == "remove":
            self.focus = changes.remove(self.written, place)
        elif verb in ("up", "down"):
            self.focus = changes.move(self.written, place, -1 if verb == "up" else 1)

    def take_file(self, place: str, asset: MediaAsset) -> None:
        self.written.assets[place] = asset.pk

    def complain(self, place: str, words: str, todo: str = "") -> None:
        self.own_findings.append(Finding("builder", place, words, todo))

    # Keeping ----------------------------------------------------------------------------------------------------------
    def save(self, user: User, seen: datetime | None) -> None:
        """A name that cannot be had does not keep the rest from being kept."""
        written, self.seen = self.written, seen.isoformat() if seen else ""
        if self.template.draft is None and self._is_as_meta_has_it():
            return
        identity = {"name": written.design["name"], "language": written.design["language"]}
        try:
            try:
                self._save(user, seen, identity)
            except writing.CannotWrite as exc:
                if not exc.field:
                    raise
                self.complain(exc.field, exc.words)
                self._save(user, seen, {})
        except writing.SavedMeanwhile as exc:
            self.conflict = exc.words
            self.template.refresh_from_db(fields=["draft_saved_at"])
            self.theirs = _mark(self.template)
        except writing.CannotWrite as exc:
            self.refused = exc.words

    def _save(self, user: User, seen: datetime | None, identity: dict) -> None:
        written, old = self.written, self.template
        self.template = writing.save(old, written.design, written.assets, user, seen, **identity)
        self.template.account, self.template.workspace = old.account, old.workspace
        self.is_saved, self.seen = True, _mark(self.template)

    def _is_as_meta_has_it(self) -> bool:
        """Then there is nothing to keep, and nothing to submit: Meta counts each change."""
        opened = Editing.opened(self.template).written
        return (opened.design, opened.assets) == (self.written.design, self.written.assets)

    # Showing ----------------------------------------------------------------------------------------------------------
    @property
    def is_stopped(self) -> bool:
        """Something is to be said first."""
        return bool(self.conflict or self.refused or self.turned_down or self.own_findings)

    @property
    def is_category_fixed(self) -> bool:
        """Meta lets an approved template keep its category only."""
        return bool(self.template.template_id and self.template.category) and self.template.status == statuses.APPROVED

    @property
    def places(self) -> dict[str, str]:
        return designs.sample_places(self.written.design["components"])

    @cached_property
    def assets(self) -> dict[str, MediaAsset]:
        """The example files, as far as there is a header for them."""
        wanted = {place: pk for place, pk in self.written.assets.items() if place in self.places}
        return sample_files.found(self.template.workspace, wanted)

    @cached_property
    def form(self) -> showing.Form:
        around = writing.around(self.template, self.written.design, self.assets)
        findings = [*self.own_findings, *lint.check(self.written.design, around)]
        form = showing.form_of(self.written.design, self.assets, findings, self.written.aside)
        form.is_category_fixed = self.is_category_fixed
        return form

    @property
    def bubble(self) -> dict:
        return preview(self.written.design, media=self.assets)

    def edits_left(self):
        """How often Meta still takes a change of it; None where it does not count them."""
        is_counted = self.template.template_id and self.template.status == statuses.APPROVED
        return edits.edits_left(self.template) if is_counted else None


def _mark(template: MessageTemplate) -> str:
    """By which a page knows the saving it rests on."""
    return template.draft_saved_at.isoformat() if template.draft_saved_at else ""


def _as_created(design: dict) -> None:
    """A template for one-time codes as it is created: Meta lists the texts and the button it has made of it."""
    if text_in(design, "category").upper() != designs.AUTHENTICATION:
        return
    components = design["components"]
    body, place = designs.component(components, "BODY"), one_time_button(components)
    if body is not None and "text" in body:
        body.setdefault("add_security_recommendation", text_in(body, "text").count(".") > 1)
        body.pop("text"), body.pop("example", None)
    if place is not None:
        button = designs.buttons(components)[place]
        if text_in(button, "type").upper() == "URL":
            way = "ONE_TAP" if "otp_type=ONE_TAP" in button["url"] else "COPY_CODE"
            way = "ZERO_TAP" if "otp_type=ZERO_TAP" in button["url"] else way
            label = text_in(button, "text")
            button.clear()
            button.update({"type": "OTP", "otp_type": way, **({"text": label} if label else {})})
