"""Why a template cannot be sent now: said where one is chosen, and at each message that waits for it."""

from django.utils.translation import gettext as _

from templates_app import statuses
from templates_app.models import MessageTemplate

# From these none comes back by itself.
FOR_GOOD = (statuses.DISABLED, *statuses.GOING)


def why(template: MessageTemplate) -> str:
    """In words; empty where it can be sent."""
    if template.is_sendable:
        return ""
    named = {"template": template.name, "language": template.language}
    if template.missing_since:
        return _("Meta does not know the template “%(template)s” (%(language)s) just now.") % named
    facts = template.status_facts
    words = _("The template “%(template)s” (%(language)s) cannot be sent now: “%(status)s”. %(means)s")
    return words % {**named, "status": facts.words, "means": facts.means}


def why_it_waits(template: MessageTemplate) -> str:
    """The same of a message that waits for it, with what becomes of it."""
    if template.is_sendable:
        return ""
    if template.status in FOR_GOOD:
        return _("It waits. %(why)s Take it back, and send another template.") % {"why": why(template)}
    return _("It waits. %(why)s It goes out by itself once the template may be sent again.") % {"why": why(template)}
