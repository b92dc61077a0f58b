"""Words and signs of the inbox pages."""

from django import template
from django.template.defaultfilters import date, urlize
from django.utils import timezone
from django.utils.html import format_html

from inbox import kinds
from inbox.models import Message, Thread
from meta_integration import error_book, filetypes
from meta_integration.models import MediaAsset
from meta_integration.services import media
from templates_app import languages

register = template.Library()

LARGEST_DRAWN = 320
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
def measures(asset: MediaAsset) -> str:
    """How large a picture is drawn, said before it is there: nothing moves when it comes."""
    if not asset.width or not asset.height:
        return ""
    scale = min(1, LARGEST_DRAWN / max(asset.width, asset.height))
    width, height = (max(1, round(each * scale)) for each in (asset.width, asset.height))
    return format_html(' width="{}" height="{}"', width, height)


@register.filter
def book(code: int) -> str:
    """The code, as a link to what the error book says about it."""
    return error_book.link_to(code)


@register.filter
def language_name(code: str) -> str:
    """A template's language in words, with its code."""
    return str(languages.label_of(code))


@register.filter
def one_line(text: str) -> str:
    return " ".join(text.split())


@register.filter
def urlize_safe(text: str) -> str:
    """Escaped text with links that tell the other side nothing."""
    return urlize(text, autoescape=True)


@register.filter
def short_time(moment) -> str:
    """The hour today, else the day."""
    here = timezone.localtime(moment)
    return date(here, "H:i") if here.date() == timezone.localdate() else date(here, "j M")
