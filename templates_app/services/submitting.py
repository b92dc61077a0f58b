"""A template is handed in for review: checked, its files uploaded, created or changed at Meta, exactly once.

The page only asks for it; a task does it. Killed at any moment it is taken up again, and looks at Meta before it sends
a second time what may have arrived.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, RequestRejected
from meta_integration.models import WABA
from templates_app import lint, statuses, tasks
from templates_app import words as shown
from templates_app.models import MessageTemplate
from templates_app.services import asking, edits, live_files, news, uploading, work, writing
from templates_app.services.merging import Kind, Source, merge, note
from templates_app.services.reading import Facts, Listed, Unreadable, looks_alike, moment
from workspaces import services as workspaces
from workspaces.models import User

# Meta has a template of this name and language already: perhaps the one that we handed in.
EXISTS = 2388024
MOMENTS = ("status", "status_at", "category_at", "components_at", "seen_at")
A_BIT = timedelta(microseconds=1)


class NotReady(Exception):
    """The rules found errors. `findings` are all they found."""

    def __init__(self, findings: list[lint.Finding]):
        super().__init__("not ready")
        self.findings = findings


class CannotSubmit(Exception):
    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


# Asking for it --------------------------------------------------------------------------------------------------------
def submit(template: MessageTemplate, user: User | None) -> None:
    """Have it handed in by a task. Raises NotReady and CannotSubmit."""
    with transaction.atomic():
        row = MessageTemplate.objects.select_for_update(of=("self",)).select_related("account").get(pk=template.pk)
        if why := may_submit(row):
            raise CannotSubmit(why)
        _check(row)
        work.begin(row, work.Work.SUBMITTING, user, tasks.submit_template)
        workspaces.note(row.workspace, user, "submitted a template", str(row))


def may_submit(row: MessageTemplate) -> str:
    """Empty if it may be handed in now, else why not."""
    if row.is_at_work:
        return _("It is at Meta just now. Wait a moment.")
    if row.draft is None:
        return _("Nothing has been changed in it since it was submitted.")
    if row.account.state != WABA.State.CONNECTED:
        return _("The account is not connected to WhatsApp now. Connect it again, then submit the template.")
    if not row.status_facts.may_edit and row.status != statuses.UNKNOWN:
        facts = {"status": row.status_facts.words, "means": row.status_facts.means}
        return _("Its status is “%(status)s”: %(means)s It cannot be changed now.") % facts
    if row.status == statuses.APPROVED:
        return _why_not_approved(row)
    return ""


def _why_not_approved(row: MessageTemplate) -> str:
    if row.draft.get("category", row.category) != row.category:
        return _("Meta lets an approved template keep its category (%(category)s) only. Make a copy for another.") % {
            "category": shown.category(row.category)
        }
    if next_at := edits.edits_left(row).next_at:
        at = date_format(timezone.localtime(next_at), "j M Y, H:i")
        words = _("Meta takes one change of an approved template in 24 hours, and ten in 30 days. The next: %(at)s.")
        return words % {"at": at}
    return ""


def _check(row: MessageTemplate) -> None:
    findings = lint.check(row.design(), writing.around(row))
    if any(finding.is_error for finding in findings):
        raise NotReady(findings)


# Doing it -------------------------------------------------------------------------------------------------------------
def run(template_pk: int) -> bool:
    """What the task does. True when it is over, well or not."""
    return work.attempt(template_pk, work.Work.SUBMITTING, _do, _refused)


def _do(row: MessageTemplate, client: MetaGraphClient) -> None:
    try:
        _check(row)
        _HandingIn(row, client).do()
    except NotReady as exc:
        raise work.CannotDo(_not_ready(exc.findings)) from None
    except uploading.FileProblem as exc:
        todo = _("Choose another file in the builder, then submit it again.")
        raise work.CannotDo(work.problem_of(_("An example file could not be uploaded"), str(exc), todo)) from exc


def _not_ready(findings: list[lint.Finding]) -> dict:
    errors = " ".join(str(finding.words) for finding in findings if finding.is_error)
    return work.problem_of(_("It is not ready"), errors, _("Mend it in the builder, then submit it again."))


def _refused(row: MessageTemplate, exc: GraphAPIError) -> None:
    """What was written stays as it is."""
    uploading.forget(row)
    problem = work.refusal(exc, _("Meta did not take it"))
    detail = {"code": exc.code, "subcode": exc.subcode, "trace": exc.fbtrace_id}
    told = {"reason": problem["said"] or problem["happened"], "detail": detail, "actor": row.work_by}
    with transaction.atomic():
        work.end(row, problem)
        note(row, Kind.REFUSED, source=Source.SHOP, **told).save()


@dataclass
class _HandingIn:
    row: MessageTemplate
    client: MetaGraphClient

    def do(self) -> None:
        row, design = self.row, self.row.design()
        if row.work_state.get("asked_at") and self._has_arrived(design):
            return
        handles = uploading.handles(row, design, self.client, lambda: work.keep(row))
        whole = uploading.with_handles(design, handles)
        row.refresh_from_db(fields=MOMENTS)
        # From here on it may have arrived, whatever becomes of us.
        unseen_in = row.status if looks_alike(design["components"], row.components) else ""
        work.keep(row, asked_at=timezone.now().isoformat(), unseen_in=unseen_in)
        if row.template_id and not row.missing_since:
            self.client.edit_template(row.template_id, _fields(row, whole))
            self._done(design, row.template_id, {})
        else:
            self._create(design, whole)

    def _create(self, design: dict, whole: dict) -> None:
        row = self.row
        try:
            answer = self.client.create_template(row.account.waba_id, whole)
        except RequestRejected as exc:
            if exc.subcode != EXISTS or not self._has_arrived(design):
                raise
            return
        self._done(design, answer["id"], answer)

    def _has_arrived(self, design: dict) -> bool:
        """Whether Meta has what an earlier try sent; it is taken over then. A whole answer of Meta's decides it."""
        try:
            found = asking.look(self.client, self.row)
        except Unreadable:
            return False
        if found is None or found.facts.status in statuses.GOING:
            return False
        if not _is_ours(design, found) or self._is_as_before(found):
            return False
        facts = found.facts
        self._done(design, found.template_id, {"status": facts.status, "category": facts.category})
        return True

    def _is_as_before(self, found: Listed) -> bool:
        """A change that customers do not see, as of an example: only that it is reviewed again tells of it."""
        is_same = found.template_id == self.row.template_id
        return is_same and found.facts.status == self.row.work_state.get("unseen_in")

    def _done(self, design: dict, template_id: str, answer: dict) -> None:
        """Meta has it. What it answered, and what stands in its place now."""
        asked_at = moment(work.moment_of(self.row, "asked_at") or timezone.now())
        if self.row.template_id:  # After all that was known then, and not after what Meta has told since.
            known = [getattr(self.row, name) for name in MOMENTS if name != "status" and getattr(self.row, name)]
            asked_at = max(asked_at, max(known) + A_BIT)
        with transaction.atomic():
            row = MessageTemplate.objects.select_for_update().get(pk=self.row.pk)
            is_new = (
                row.template_id != template_id or row.status in (statuses.DRAFT, statuses.UNKNOWN) or not row.components
            )
            kind = Kind.SUBMITTED if is_new else Kind.EDITED
            facts = _facts(design, answer)
            told = note(row, kind, source=Source.SHOP, actor=self.row.work_by, detail=design, was=row.status)
            told.became = facts.status
            change = merge(
                row, facts, at=asked_at, source=Source.SHOP, template_id=template_id, is_reading=True, told=told
            )
            if facts.category != design.get("category", "").upper():
                change.events.append(_category_changed(row, design, facts))
            news.save(change)
            live_files.forget(row)
            if row.draft == {key: value for key, value in design.items() if key in (row.draft or {})}:
                written = {"draft": None, "draft_saved_at": None, "draft_by": None}
                MessageTemplate.objects.filter(pk=row.pk).update(**written)
            work.end(self.row)


# Parts ----------------------------------------------------------------------------------------------------------------
def _fields(row: MessageTemplate, whole: dict) -> dict:
    """What an edit may say: not name and language, and of an approved one not its category."""
    fields = {"components": whole["components"]}
    if row.status != statuses.APPROVED and whole.get("category"):
        fields["category"] = whole["category"]
    if whole.get("parameter_format", row.parameter_format) != row.parameter_format:
        fields["parameter_format"] = whole["parameter_format"]
    if whole.get("message_send_ttl_seconds") is not None:
        fields["message_send_ttl_seconds"] = whole["message_send_ttl_seconds"]
    return fields


def _facts(design: dict, answer: dict) -> Facts:
    return Facts(
        status=str(answer.get("status") or statuses.PENDING).upper()[:40],
        category=str(answer.get("category") or design.get("category") or "").upper()[:40],
        next_category="",
        components=design["components"],
        parameter_format=str(design.get("parameter_format") or "POSITIONAL").upper()[:20],
        ttl_seconds=design.get("message_send_ttl_seconds"),
    )


def _is_ours(design: dict, found: Listed) -> bool:
    """The same to a customer: Meta writes examples and types in its own way, and of one-time passwords all of it."""
    ttl = design.get("message_send_ttl_seconds")
    if found.facts.ttl_seconds is not None and ttl is not None and str(found.facts.ttl_seconds) != str(ttl):
        return False
    if design.get("category", "").upper() == "AUTHENTICATION" and found.facts.category == "AUTHENTICATION":
        return True
    return looks_alike(design["components"], found.facts.components or [])


def _category_changed(row: MessageTemplate, design: dict, facts: Facts) -> object:
    reason = _("Meta put it into another category than the one that was asked for.")
    was = design.get("category", "").upper()
    return note(row, Kind.CATEGORY, source=Source.META, was=was, became=facts.category, reason=reason)
