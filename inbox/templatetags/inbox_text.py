"""Words and signs of the inbox pages."""

from django import template
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.html import format_html

from inbox import kinds, told
from inbox.models import Message, Thread
from meta_integration import error_book, filetypes
from meta_integration.models import MediaAsset
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
def placeholder(holder: Message | Thread) -> str:
    """What came, where it cannot be drawn yet or has no words."""
    return kinds.name_of(holder)


@register.filter
def file_label(asset: MediaAsset) -> str:
    """A file's name and size, as far as they are known."""
    name = asset.file_name or kinds.name_of_type(asset.kind)
    return f"{name} · {filetypes.in_words(asset.size)}" if asset.size else name


@register.filter
def ending(asset: MediaAsset) -> str:
    """What stands on a document's sign: PDF, XLSX, ..."""
    of_name = asset.file_name.rpartition(".")[2] if "." in asset.file_name else ""
    known = filetypes.EXTENSIONS.get(asset.mime_type, "")
    return (known or of_name or "?")[:4].upper()


@register.filter
def size_and_type(asset: MediaAsset) -> str:
    parts = [
        filetypes.EXTENSIONS.get(asset.mime_type, "").upper(),
        filetypes.in_words(asset.size) if asset.size else "",
    ]
    return " · ".join(filter(None, parts))


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
def reason(error: str) -> str:
    """Why a message did not go out."""
    return told.reason(error)


@register.filter
def origin(message: Message) -> str:
    """What sent it, where no person did."""
    return told.origin(message.origin)


@register.filter
def language_name(code: str) -> str:
    """A template's language in words, with its code."""
    return str(languages.label_of(code))


@register.filter
def one_line(text: str) -> str:
    return " ".join(text.split())


@register.filter
def short_time(moment) -> str:
    """The hour today, else the day."""
    here = timezone.localtime(moment)
    return date(here, "H:i") if here.date() == timezone.localdate() else date(here, "j M")
