"""Drafts: written, saved, copied and thrown away. What Meta knows of a template stays beside them, untouched."""

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meta_integration.models import WABA, MediaAsset
from templates_app import design as designs
from templates_app import statuses
from templates_app.lint import Around
from templates_app.models import MessageTemplate, TemplateEvent, TemplateSample
from templates_app.services import live_files
from workspaces import services as workspaces
from workspaces.models import User

PARTS_OF_A_DRAFT = ("category", "parameter_format", "components", "message_send_ttl_seconds")
LONGEST_WORD = 100
BLANK = {"category": designs.MARKETING, "parameter_format": designs.POSITIONAL, "components": []}


class CannotWrite(Exception):
    """It was not written. `words` say why, and `field` at which field of the form, if it is about one."""

    def __init__(self, words: str, field: str = ""):
        super().__init__(words)
        self.words, self.field = words, field


class SavedMeanwhile(CannotWrite):
    """Somebody else saved it since this page was shown: nothing of theirs was overwritten."""


# New ones ------------------------------------------------------------------------------------------------------------
def create(account: WABA, name: str, language: str, draft: dict, user: User | None) -> MessageTemplate:
    """A draft of this name and language. One that was deleted at Meta is begun anew. Raises CannotWrite."""
    fields = {"draft": cleaned(draft), "text": designs.text_of(draft.get("components")), "draft_by": user}
    fields |= {"draft_saved_at": timezone.now(), "status": statuses.DRAFT}
    with transaction.atomic():
        old = _free_place(account, name, language)
        template = _begun_anew(old, fields) if old else _new_row(account, name, language, fields)
        TemplateEvent.objects.create(
            workspace_id=template.workspace_id,
            template=template,
            kind=TemplateEvent.Kind.CREATED,
            became=statuses.DRAFT,
            source=TemplateEvent.Source.SHOP,
            actor=user,
        )
        workspaces.note(template.workspace, user, "wrote a template", str(template))
    return template


def copy(template: MessageTemplate, account: WABA, name: str, language: str, user: User | None) -> MessageTemplate:
    """The same in another name, language or account, with its example files. Raises CannotWrite."""
    if account.workspace_id != template.workspace_id:
        raise ValueError("An account of another workspace")
    with transaction.atomic():
        twin = create(account, name, language, template.design(), user)
        mapping = deepcopy(template.mapping)
        MessageTemplate.objects.filter(pk=twin.pk).update(mapping=mapping)
        twin.mapping = mapping
        _set_samples(twin, {each.place: each.asset_id for each in template.samples.all()})
    return twin


def add_language(template: MessageTemplate, language: str, user: User | None) -> MessageTemplate:
    """The same name in one more language, to be translated. Raises CannotWrite."""
    return copy(template, template.account, template.name, language, user)


# While it is written --------------------------------------------------------------------------------------------------
def save(
    template: MessageTemplate,
    draft: dict,
    samples: Mapping[str, int] | None,
    user: User | None,
    seen: datetime | None,
    *,
    name: str = "",
    language: str = "",
) -> MessageTemplate:
    """Keep what is written. Raises CannotWrite, and SavedMeanwhile if it was saved since `seen`.

    `seen` is the `draft_saved_at` that the page showed. `samples` names the example file of each place by its pk;
    None leaves them. Name and language can change until Meta knows the template.
    """
    draft = cleaned(draft)
    with transaction.atomic():
        row = MessageTemplate.objects.select_for_update(of=("self",)).select_related("draft_by").get(pk=template.pk)
        row.name, row.language = _identity(row, name, language)
        if row.draft_saved_at != seen and (row.draft != draft or row.draft_by_id != (user and user.pk)):
            raise SavedMeanwhile(_who_saved(row, user))
        row.draft, row.draft_saved_at, row.draft_by = draft, timezone.now(), user
        changed = ["draft", "draft_saved_at", "draft_by", "name", "language"]
        if not row.template_id:
            row.text, changed = designs.text_of(draft["components"]), [*changed, "text"]
        row.save(update_fields=changed)
        if samples is not None:
            _set_samples(row, samples)
    return row


def may_write(template: MessageTemplate) -> str:
    """Empty if it may be changed now, else why not."""
    if template.is_at_work:
        return _("It is just being handed to Meta. Wait a moment, then go on here.")
    if template.status_facts.may_edit:
        return ""
    facts = {"status": template.status_facts.words, "means": template.status_facts.means}
    return _("Its status is “%(status)s”: %(means)s It cannot be changed now. You can make a copy.") % facts


def discard(template: MessageTemplate, user: User | None) -> bool:
    """Throw away what was written and not submitted. True if the whole template is gone, as Meta never had it."""
    with transaction.atomic():
        row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
        if row.is_at_work:
            raise CannotWrite(may_write(row))
        if row.work == MessageTemplate.Work.SUBMITTING:
            _leave_it_be(row)
        row.draft = row.draft_saved_at = row.draft_by = None
        is_new = row.status == statuses.DRAFT and not row.template_id
        workspaces.note(row.workspace, user, "threw away a draft of a template", str(row))
        if is_new and not row.events.exclude(kind=TemplateEvent.Kind.CREATED).exists():
            row.delete()
            return True
        if is_new:  # It was at Meta once, under another id: its history stays.
            row.status = statuses.DELETED
        live_files.put_back(row)
        row.text = designs.text_of(row.components)
        row.save(update_fields=["draft", "draft_saved_at", "draft_by", "status", "text"])
    return False


def _leave_it_be(row: MessageTemplate) -> None:
    """It waited to be handed in, for the connection or a next try. Meta may have it from an earlier one."""
    if row.work_state.get("asked_at"):
        row.ask_after = timezone.now()
    row.work, row.work_until, row.work_by = MessageTemplate.Work.NONE, None, None
    row.work_state, row.work_problem = {}, None
    row.save(update_fields=["work", "work_until", "work_by", "work_state", "work_problem", "ask_after"])


def cleaned(draft: dict) -> dict:
    """A draft's own parts, without the handles and addresses that Meta gave for the examples of files."""
    kept = {key: deepcopy(draft[key]) for key in PARTS_OF_A_DRAFT if draft.get(key) is not None}
    kept = {**BLANK, **kept}
    if not isinstance(kept["components"], list):
        kept["components"] = []
    for _at, part in designs.parts(kept["components"]):
        for each in part:
            if isinstance(each.get("example"), dict) and each["example"].pop("header_handle", None) is not None:
                each["example"] or each.pop("example")
    return kept


# What the rules must know ---------------------------------------------------------------------------------------------
def around(
    template: MessageTemplate, design: dict | None = None, samples: Mapping[str, MediaAsset] | None = None
) -> Around:
    """What the rules must know besides the design. `design` and `samples` where they are not the saved ones.

    Of the account's other templates only those that can matter are listed: with its name, or with its text.
    """
    design = template.design() if design is None else design
    if samples is None:
        samples = {each.place: each.asset for each in template.samples.select_related("asset")}
    return Around(
        samples={place: asset.mime_type for place, asset in samples.items()},
        has_catalog=has_catalog(template.account),
        others=_others(template, design),
    )


def has_catalog(account: WABA) -> bool:
    return bool(account.catalogs)


def _others(template: MessageTemplate, design: dict) -> tuple[tuple[str, str, str, str], ...]:
    body = designs.component(design.get("components"), "BODY") or {}
    text = body.get("text")
    alike = Q(name=design.get("name", template.name))
    if isinstance(text, str) and text.strip():
        alike |= Q(text__regex=_beginning(text))
    rows = MessageTemplate.objects.filter(alike, account=template.account_id).exclude(pk=template.pk)
    rows = rows.exclude(status=statuses.DELETED).order_by("pk")
    found = rows.values_list("name", "language", "category", "status", "components", "draft")
    return tuple(_other(*each) for each in found)


def _beginning(text: str) -> str:
    """A pattern of its first words, however they are broken into lines. The rules compare all of them.

    PostgreSQL takes no pattern of any length.
    """
    words = text.split()[:12]
    ends = next((place for place, word in enumerate(words) if len(word) > LONGEST_WORD), len(words))
    words = [*words[:ends], *(word[:LONGEST_WORD] for word in words[ends : ends + 1])]
    return r"\s+".join(re.escape(word) for word in words)


def _other(
    name: str, language: str, category: str, status: str, components: list, draft: dict | None
) -> tuple[str, str, str, str]:
    """Without its text where Meta refuses no other for it: it has not seen it, or has refused this one."""
    if draft and not components:
        category = draft.get("category", "")
    if status == statuses.REJECTED:
        components = []
    texts = [(designs.component(components, kind) or {}).get("text") for kind in ("BODY", "FOOTER")]
    return name, language, category, "\n".join(text for text in texts if isinstance(text, str) and text)


# Parts ----------------------------------------------------------------------------------------------------------------
def _free_place(account: WABA, name: str, language: str) -> MessageTemplate | None:
    """The row of a deleted one of this name and language, if there is one. Raises CannotWrite if it is taken."""
    rows = list(MessageTemplate.objects.select_for_update().filter(account=account, name=name))
    same = next((row for row in rows if row.language == language), None)
    if same and same.status != statuses.DELETED:
        raise _taken(name, language)
    lives = any(row.status != statuses.DELETED for row in rows)
    blocked = [row.name_blocked_until for row in rows if row.name_blocked_until and (row is same or not lives)]
    if blocked and max(blocked) > timezone.now():
        until = date_format(timezone.localtime(max(blocked)), "j M Y, H:i")
        words = _(
            "A template of this name was deleted, and Meta takes no new one of the name until %(until)s. Choose "
            "another name."
        )
        raise CannotWrite(words % {"until": until}, "name")
    return same


def _taken(name: str, language: str) -> CannotWrite:
    words = _(
        "There is a template “%(name)s” in this language (%(language)s) already. Choose another name, or change "
        "that one."
    )
    return CannotWrite(words % {"name": name, "language": language}, "name")


def _new_row(account: WABA, name: str, language: str, fields: dict) -> MessageTemplate:
    try:
        with transaction.atomic():
            return MessageTemplate.objects.create(
                workspace_id=account.workspace_id, account=account, name=name, language=language, **fields
            )
    except IntegrityError:  # At the same moment.
        raise _taken(name, language) from None


def _begun_anew(row: MessageTemplate, fields: dict) -> MessageTemplate:
    """Meta will give it another id."""
    fields |= {"template_id": "", "components": [], "category": "", "status_at": timezone.now(), "ttl_seconds": None}
    fields |= {"status_reason": "", "status_info": {}, "missing_since": None, "missed_reads": 0, "work_problem": None}
    fields |= {"quality": MessageTemplate.Quality.UNKNOWN, "previous_category": "", "next_category": ""}
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    return row


def _identity(row: MessageTemplate, name: str, language: str) -> tuple[str, str]:
    if why := may_write(row):
        raise CannotWrite(why)
    wanted = (name or row.name, language or row.language)
    if wanted == (row.name, row.language):
        return wanted
    if row.template_id:
        raise CannotWrite(_("Name and language stay as they are once Meta has the template. Make a copy."), "name")
    others = MessageTemplate.objects.filter(account=row.account_id, name=wanted[0], language=wanted[1])
    if others.exclude(pk=row.pk).exists():
        raise _taken(*wanted)
    return wanted


def _who_saved(row: MessageTemplate, user: User | None) -> str:
    if row.draft_saved_at is None:
        return _("What was written here was thrown away or submitted meanwhile. Yours is not saved yet.")
    at = date_format(timezone.localtime(row.draft_saved_at), "H:i")
    if row.draft_by is None or row.draft_by == user:
        return _("It was saved in another window at %(at)s. What you have here is not saved yet.") % {"at": at}
    words = _("%(who)s changed it at %(at)s, while you wrote. What you have here is not saved yet.")
    return words % {"who": row.draft_by.label, "at": at}


def _set_samples(row: MessageTemplate, samples: Mapping[str, int]) -> None:
    """The example files of what is written. Another file begins its upload from nothing; those of old stay theirs."""
    places = designs.sample_places(row.draft["components"])
    mine = MediaAsset.objects.for_workspace(row.workspace).filter(origin=MediaAsset.Origin.UPLOADED)
    found = set(mine.filter(pk__in=samples.values()).values_list("pk", flat=True))
    known = {each.place: each for each in row.samples.all()}
    for place in places:
        sample, asset_pk = known.get(place), samples.get(place)
        if asset_pk not in found:
            if sample:
                live_files.keep(row, sample)
                sample.delete()
        elif sample is None:
            TemplateSample.objects.create(workspace_id=row.workspace_id, template=row, place=place, asset_id=asset_pk)
        elif sample.asset_id != asset_pk:
            live_files.keep(row, sample)
            fresh = {"asset_id": asset_pk, "session": "", "sent_bytes": 0, "handle": "", "handle_at": None, "error": ""}
            TemplateSample.objects.filter(pk=sample.pk).update(**fresh)
    kept = {*places, *designs.sample_places(row.components)}
    row.samples.exclude(place__in=kept).exclude(place__startswith=live_files.LIVE).delete()
