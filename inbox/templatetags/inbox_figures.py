"""How long something took, in words."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def span(seconds: float | None) -> str:
    """In the two largest units that matter; a dash where there is nothing to measure."""
    if seconds is None:
        return "–"
    minutes = round(seconds / 60)
    if seconds < 60:
        return _("%(count)d s") % {"count": round(seconds)}
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(count)d days") % {"count": round(minutes / 1440)}
