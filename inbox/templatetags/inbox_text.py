"""Words and signs of the inbox pages."""

from django import template
from django.template.defaultfilters import date, urlize
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox.models import Message

register = template.Library()

TICKS = {
    "queued": "◷", "claimed": "◷", "sending": "◷", "sent": "✓", "delivered": "✓✓", "read": "✓✓", "played": "✓✓",
    "failed": "!", "unknown": "?", "cancelled": "×", "skipped": "×",
}  # fmt: skip
PLACEHOLDERS = {
    "image": gettext_lazy("Picture"),
    "video": gettext_lazy("Video"),
    "audio": gettext_lazy("Voice message or sound"),
    "document": gettext_lazy("Document"),
    "sticker": gettext_lazy("Sticker"),
    "location": gettext_lazy("Location"),
    "contacts": gettext_lazy("Contact card"),
    "reaction": gettext_lazy("Reaction"),
    "interactive": gettext_lazy("Chose from your message"),
    "button": gettext_lazy("Tapped a button"),
    "order": gettext_lazy("Order from your catalog"),
    "system": gettext_lazy("WhatsApp reports a change"),
    "edit": gettext_lazy("Changed an earlier message"),
    "revoke": gettext_lazy("Deleted an earlier message"),
    "unsupported": gettext_lazy("A message that WhatsApp does not pass on to businesses"),
    "unknown": gettext_lazy("A message that WhatsApp does not pass on to businesses"),
}


@register.filter
def tick(status: str) -> str:
    return TICKS.get(status, "")


@register.filter
def is_bubble(message: Message) -> bool:
    return message.type == "text"


@register.filter
def placeholder(message: Message) -> str:
    """What came, where it cannot be drawn yet."""
    name = PLACEHOLDERS.get(message.type)
    return name or _("A message of the kind “%(type)s”") % {"type": message.type}


@register.filter
def urlize_safe(text: str) -> str:
    """Escaped text with links that tell the other side nothing."""
    return urlize(text, autoescape=True)


@register.filter
def short_time(moment) -> str:
    """The hour today, else the day."""
    here = timezone.localtime(moment)
    return date(here, "H:i") if here.date() == timezone.localdate() else date(here, "j M")
