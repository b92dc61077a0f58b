"""What people did in a workspace lately."""

from django.utils.translation import gettext as _

from workspaces.desk import Section, State, Table, moment
from workspaces.models import AuditEntry, Workspace


def section(workspace: Workspace) -> Section:
    entries = AuditEntry.objects.for_workspace(workspace).order_by("-at")[:15]
    rows = [[moment(each.at), each.actor_label, each.action, each.target, _reason(each)] for each in entries]
    head = [_("When"), _("Who"), _("What"), _("On"), _("Reason")]
    sentence = _("The latest changes that people made.") if rows else _("Nobody has changed anything yet.")
    return Section(_("What was changed"), State.GOOD, sentence, table=Table(head, rows) if rows else None)


def _reason(entry: AuditEntry) -> str:
    return str(entry.detail.get("reason", "")) if isinstance(entry.detail, dict) else ""
