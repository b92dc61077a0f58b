"""How a template stands: what its status means now, why, and what helps."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from meta_integration.number_words import when
from templates_app import statuses, words
from templates_app.models import MessageTemplate
from templates_app.services import unpausing

# What a page offers, in the order in which it helps.
EDIT, COPY, UNPAUSE, SYNC, APPEAL = "edit", "copy", "unpause", "sync", "appeal"


@dataclass(slots=True)
class Standing:
    """`said` are Meta's own words, and `steps` the names of the buttons that help here."""

    status: statuses.Status
    means: str | Promise = ""
    because: list[str | Promise] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    todo: list[str | Promise] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def standing(template: MessageTemplate) -> Standing:
    """Of Meta's version of it, which may be another than the one being written."""
    found = Standing(template.status_facts, template.status_facts.means)
    info = template.status_info if isinstance(template.status_info, dict) else {}
    for word in dict.fromkeys([template.status_reason, str(info.get("title") or "")]):
        because, todo = words.reason(word)
        found.because += [because] if because else []
        found.todo += [todo] if todo else []
    if found.because and template.status in (statuses.PAUSED, statuses.DISABLED):
        found.means = ""  # What is said of this pause is truer than what is said of pauses.
    found.because += _dates(template, info)
    found.said = _said(info)
    found.steps = _steps(template)
    return found


def _dates(template: MessageTemplate, info: dict) -> list[str]:
    told = []
    if info.get("disable_date"):
        told.append(_("Meta names %(day)s as the day it stops.") % {"day": when(str(info["disable_date"]))})
    if template.missing_since:
        told.append(
            _(
                "Meta's list has not had it since %(time)s: it was probably deleted at Meta. It is not sent until Meta "
                "lists it again."
            )
            % {"time": when(template.missing_since)}
        )
    if template.name_blocked_until:
        told.append(
            _("Meta takes no new template of this name before %(time)s.") % {"time": when(template.name_blocked_until)}
        )
    return told


def _said(info: dict) -> list[str]:
    """What Meta wrote beside its reason, each once."""
    texts = [info.get(name) for name in ("reason", "recommendation", "description")]
    known = {*words.REASONS, *words.PAUSES, "NONE"}
    return list(dict.fromkeys(text for text in texts if isinstance(text, str) and text and text not in known))


def _steps(template: MessageTemplate) -> list[str]:
    if template.missing_since:
        return [SYNC, COPY]
    steps = {
        statuses.DRAFT: [EDIT],
        statuses.APPROVED: [EDIT, COPY],
        statuses.PENDING: [COPY],
        statuses.REJECTED: [EDIT, COPY, APPEAL],
        statuses.PAUSED: [EDIT, COPY],
        statuses.DISABLED: [COPY, APPEAL],
    }.get(template.status, [EDIT, COPY] if template.status_facts.may_edit else [COPY])
    # Other pauses end by themselves, and Meta does not shorten them.
    return [UNPAUSE, *steps] if unpausing.is_paced(template) else steps
