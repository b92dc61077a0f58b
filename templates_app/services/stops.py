"""When a template stops being sendable, or is so again: who is told, what is woken, and Meta's refusals of messages."""

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meta_integration.models import Incident
from meta_integration.services import incidents
from templates_app import statuses, uses
from templates_app.models import MessageTemplate
from workspaces import wakeups

STOPPED = Incident.Kind.TEMPLATE_STOPPED
# So many of those that use it are named.
NAMED = 3


def settle(template: MessageTemplate, *, was_sendable: bool, by_shop: bool) -> None:
    """After a saved change: tell the people if something used it, and whoever waited for it."""
    if template.is_sendable:
        incidents.close_incidents(STOPPED, str(template.pk), "it can be sent again")
    elif was_sendable and not by_shop and template.status != statuses.PENDING:
        _tell(template)
    for path in settings.TEMPLATE_SENDABLE:
        wakeups.wake_on_commit(import_string(path), template.pk)


def close_what_nobody_uses() -> int:
    """Incidents about templates that nothing uses any more; returns how many."""
    still_open, closed = Incident.objects.filter(kind=STOPPED, closed_at=None), 0
    for incident in still_open:
        template = MessageTemplate.objects.filter(pk=int(incident.key.rpartition(":")[2])).first()
        if template is None or template.is_sendable or not uses.uses_of(template):
            because = "it can be sent again" if template and template.is_sendable else "nothing uses it any more"
            closed += incidents.close(still_open.filter(pk=incident.pk), because)
    return closed


def _tell(template: MessageTemplate) -> None:
    used = uses.uses_of(template)
    if not used:
        return
    incidents.open_incident(STOPPED, str(template.pk), account=template.account, evidence=words(template, used))


def words(template: MessageTemplate, used: list[uses.Use]) -> str:
    """What happened, what uses it, and what helps."""
    said = _("Meta does not list it any more.") if template.missing_since else template.status_facts.means
    happened = _("The template “%(name)s” (%(language)s) cannot be sent now: %(status)s. %(means)s") % {
        "name": template.name,
        "language": template.language,
        "status": _("Missing at Meta") if template.missing_since else template.status_facts.words,
        "means": said,
    }
    names = "; ".join(str(use) for use in used[:NAMED])
    if more := len(used) - NAMED if len(used) > NAMED else 0:
        names += ngettext(" and %(n)s more", " and %(n)s more", more) % {"n": more}
    used_by = _("It is used by: %(uses)s. Their messages wait.") % {"uses": names}
    todo = _("Choose another template there.")
    if template.status_facts.may_edit and not template.missing_since:
        todo = _("Choose another template there, or mend this one on its page.")
    return f"{happened} {used_by} {todo}"
