"""Words and signs of the inbox pages."""

from django import template
from django.template.defaultfilters import date, urlize
from django.utils import timezone

from inbox import kinds
from inbox.models import Message, Thread
from meta_integration import filetypes
from meta_integration.models import MediaAsset
from meta_integration.services import media

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
    return kinds.name_of(holder)


@register.filter
def shows_file(message: Message) -> bool:
    """Whether the file is the message: then it needs no name beside it."""
    return message.asset_id is not None and message.type in media.KINDS


@register.filter
def file_label(asset: MediaAsset) -> str:
    """A file's name and size, as far as they are known."""
    name = asset.file_name or kinds.name_of_type(asset.kind)
    return f"{name} · {filetypes.in_words(asset.size)}" if asset.size else name


@register.filter
def urlize_safe(text: str) -> str:
    """Escaped text with links that tell the other side nothing."""
    return urlize(text, autoescape=True)


@register.filter
def short_time(moment) -> str:
    """The hour today, else the day."""
    here = timezone.localtime(moment)
    return date(here, "H:i") if here.date() == timezone.localdate() else date(here, "j M")
