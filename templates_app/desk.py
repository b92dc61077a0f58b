"""What this app tells the support desk: how fresh our knowledge of the templates is, and what does not move."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.desk import accounts_of, chosen_account, which_account
from meta_integration.models import WABA, Incident
from templates_app.models import MessageTemplate, TemplateSync
from templates_app.services import sync
from workspaces.desk import Action, Section, State, moment
from workspaces.models import User, Workspace

OLD, STUCK = timedelta(days=2), timedelta(hours=1)


def section(workspace: Workspace) -> Section | None:
    accounts = [each for each in accounts_of(workspace) if each.state != WABA.State.DISCONNECTED]
    if not accounts:
        return None
    rows = [(str(each), _of_account(each)) for each in accounts]
    rows += [(_("Stands still"), f"{each}: {each.get_work_display()}") for each in stuck(workspace)]
    rows += [(_("Stopped by Meta"), each.evidence) for each in _stopped(workspace)]
    state, sentence = _state(workspace, accounts)
    action = Action("templates", _("Read the templates again"), read_again, which_account(accounts))
    return Section(_("Templates"), state, sentence, rows=rows, actions=[action])


def read_again(workspace: Workspace, actor: User, answers: dict) -> str:
    sync.start(chosen_account(workspace, answers), actor)
    return _("The templates are read in the background. Look again in a minute.")


def stuck(workspace: Workspace) -> list[MessageTemplate]:
    """What a task should have finished long ago."""
    mine = MessageTemplate.objects.for_workspace(workspace).exclude(work=MessageTemplate.Work.NONE)
    return list(mine.filter(work_until__lt=timezone.now() - STUCK).order_by("work_until")[:10])


def _stopped(workspace: Workspace) -> list[Incident]:
    kind = Incident.Kind.TEMPLATE_STOPPED
    return list(Incident.objects.filter(workspace=workspace, kind=kind, closed_at=None).order_by("opened_at")[:10])


def _of_account(account: WABA) -> str:
    count = "–" if account.template_count is None else str(account.template_count)
    words = _("%(n)s, read %(at)s") % {"n": count, "at": moment(account.templates_read_at)}
    last = TemplateSync.objects.filter(account=account).order_by("-started_at").first()
    return f"{words}. {last.error}" if last and last.error else words


def _state(workspace: Workspace, accounts: list[WABA]) -> tuple[State, str]:
    read = [each.templates_read_at for each in accounts]
    if _stopped(workspace):
        return State.WARN, _("Meta stopped a template that something uses.")
    if stuck(workspace):
        return State.WARN, _("A template has been on its way to Meta for more than an hour.")
    if None in read:
        return State.UNKNOWN, _("The templates at Meta have not been read yet.")
    if min(read) < timezone.now() - OLD:
        return State.WARN, _("What Galantis knows of the templates is older than two days.")
    return State.GOOD, _("The templates at Meta are known.")
