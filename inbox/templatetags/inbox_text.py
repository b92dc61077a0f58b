"""Words and signs of the inbox pages."""

from django import template
from django.template.defaultfilters import date, urlize
from django.utils import timezone

from inbox import kinds
from inbox.models import Message, Thread
from meta_integration import error_book

register = template.Library()

TICKS = {
    "queued": "◷", "claimed": "◷", "sending": "◷", "sent": "✓", "delivered": "✓✓", "read": "✓✓", "played": "✓✓",
    "failed": "!", "unknown": "?", "cancelled": "×", "skipped": "×",
}  # fmt: skip


@register.filter
def tick(status: str) -> str:
    return TICKS.get(status, "")


@register.filter
def is_bubble(message: Message) -> bool:
    return message.type == "text"


@register.filter
def placeholder(holder: Message | Thread) -> str:
    """What came, where it cannot be drawn yet or has no words."""
    return kinds.name_of(holder.type if isinstance(holder, Message) else holder.last_type)


@register.filter
def book(code: int) -> str:
    """The code, as a link to what the error book says about it."""
    return error_book.link_to(code)


@register.filter
def urlize_safe(text: str) -> str:
    """Escaped text with links that tell the other side nothing."""
    return urlize(text, autoescape=True)


@register.filter
def short_time(moment) -> str:
    """The hour today, else the day."""
    here = timezone.localtime(moment)
    return date(here, "H:i") if here.date() == timezone.localdate() else date(here, "j M")
