"""Templates are deleted: drafts at once, others at Meta by a task. Their rows and history stay."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphUnreachable, RequestRejected
from meta_integration.models import WABA
from templates_app import statuses, tasks
from templates_app.models import MessageTemplate
from templates_app.services import asking, news, work, writing
from templates_app.services.merging import Kind, Source, merge, note
from templates_app.services.reading import Facts, Listed, Unreadable
from workspaces import services as workspaces
from workspaces.models import User


class CannotDelete(Exception):
    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


def delete(template: MessageTemplate, user: User | None, *, all_languages: bool = False) -> None:
    """Delete this language, or all of the name. Drafts go at once, the others by a task. Raises CannotDelete."""
    with transaction.atomic():
        mine = MessageTemplate.objects.select_for_update(of=("self",)).select_related("account", "workspace")
        mine = (
            mine.filter(account=template.account_id, name=template.name)
            .exclude(status__in=statuses.GOING)
            .order_by("pk")
        )
        rows = list(mine if all_languages else mine.filter(pk=template.pk))
        at_meta = [row for row in rows if row.template_id]
        for row in rows:
            if why := _why_not(row):
                raise CannotDelete(why)
        for row in rows:
            if row not in at_meta:
                writing.discard(row, user)
        # One call deletes all languages of a name: the first row's task makes it.
        lead = next((row for row in at_meta if row.pk == template.pk), at_meta[0] if at_meta else None)
        for row in at_meta:
            state = {"all": all_languages} if row is lead else {"lead": lead.pk}
            work.begin(row, work.Work.DELETING, user, tasks.delete_template, **state)
        if at_meta:
            what = "deleted all languages of a template" if all_languages else "deleted a template"
            workspaces.note(template.workspace, user, what, str(template))


def _why_not(row: MessageTemplate) -> str:
    if row.is_at_work:
        return _("%(template)s is at Meta just now. Wait a moment.") % {"template": row}
    if not row.template_id:
        return ""
    if row.account.state != WABA.State.CONNECTED:
        return _("The account is not connected to WhatsApp now. Connect it again, then delete the template.")
    if not row.status_facts.may_delete and row.status != statuses.UNKNOWN:
        facts = {"template": row, "status": row.status_facts.words}
        return _("The status of %(template)s is “%(status)s”: Meta does not let it be deleted.") % facts
    return ""


def run(template_pk: int) -> bool:
    """What the task does. True when it is over, well or not."""
    return work.attempt(template_pk, work.Work.DELETING, _do, _refused)


def _do(row: MessageTemplate, client: MetaGraphClient) -> None:
    if "lead" in row.work_state and _lead_is_at_it(row):
        raise work.NotYet
    _delete(row, client)


def _refused(row: MessageTemplate, exc: GraphAPIError) -> None:
    work.end(row, work.refusal(exc, _("Meta did not delete it")))


def _lead_is_at_it(row: MessageTemplate) -> bool:
    """The one call for all languages is still under way; if it failed, each language says so by itself."""
    return MessageTemplate.objects.filter(pk=row.work_state["lead"], work=work.Work.DELETING).exists()


def _delete(row: MessageTemplate, client: MetaGraphClient) -> None:
    """What was deleted by an earlier try is a refusal now: Meta's list tells it from a real one, if it can be read."""
    is_lead_of_all, asked_at = row.work_state.get("all"), timezone.now()
    try:
        client.delete_template(row.account.waba_id, row.name, "" if is_lead_of_all else row.template_id)
    except RequestRejected as exc:
        try:
            found = asking.look(client, row)
        except Unreadable:
            raise exc from None
        if found and found.template_id == row.template_id and found.facts.status not in statuses.GOING:
            raise exc from None
    rows = [row]
    if is_lead_of_all:
        rows += MessageTemplate.objects.filter(account=row.account_id, name=row.name, work_state__lead=row.pk)
    for each in rows:
        each.account = row.account
        _gone(each, _look(client, each), asked_at, row)


def _look(client: MetaGraphClient, row: MessageTemplate) -> Listed | None:
    """What is there now; Meta lists for a while what it still delivers messages of."""
    try:
        return asking.look(client, row)
    except (Unreadable, GraphAPIError, GraphUnreachable):
        return None


def _gone(row: MessageTemplate, found: Listed | None, asked_at, lead: MessageTemplate) -> None:
    is_going = found and found.template_id == row.template_id and found.facts.status == statuses.PENDING_DELETION
    status = statuses.PENDING_DELETION if is_going else statuses.DELETED
    with transaction.atomic():
        fresh = MessageTemplate.objects.select_for_update().get(pk=row.pk)
        about = {"template_id": fresh.template_id}
        told = note(fresh, Kind.DELETED, source=Source.SHOP, actor=lead.work_by, detail=about)
        told.was, told.became = fresh.status, status
        change = merge(
            fresh,
            Facts(status=status),
            at=max(asked_at, fresh.status_at, fresh.seen_at or asked_at),
            source=Source.SHOP,
            told=told,
        )
        news.save(change)
        MessageTemplate.objects.filter(pk=row.pk).update(draft=None, draft_saved_at=None, draft_by=None)
        work.end(row)
