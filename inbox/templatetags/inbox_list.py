"""Words and signs of the rows in the list."""

from django import template
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox.models import Message, Thread

register = template.Library()
STATUS_NAMES = dict(Message.Status.choices)


@register.filter
def status_name(status: str) -> str:
    return STATUS_NAMES.get(status, status)


@register.filter
def initials(name: str) -> str:
    """Two letters that stand for a person."""
    words = name.split() or ["?"]
    return "".join(word[0] for word in (words if len(words) == 1 else [words[0], words[-1]])).upper()


@register.filter
def is_snoozed(thread: Thread) -> bool:
    return bool(thread.snoozed_until and thread.snoozed_until > timezone.now())


@register.filter
def has_facts(thread: Thread) -> bool:
    """Whether there is anything to tell besides who wrote what."""
    is_usual = thread.status == Thread.Status.OPEN and not (thread.snoozed_until or thread.waiting_since)
    return not is_usual or bool(thread.contact.blocked_at or thread.tags)


@register.filter
def short_since(moment) -> str:
    """How long ago, in the largest unit that fits."""
    minutes = max(0, int((timezone.now() - moment).total_seconds() // 60))
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}


@register.filter
def short_moment(moment) -> str:
    """A time to come: the hour today, else with its day."""
    here = timezone.localtime(moment)
    return date(here, "H:i") if here.date() == timezone.localdate() else date(here, _("j M, H:i"))


@register.filter
def of(labels: dict, key) -> str:
    return labels.get(key, "")
