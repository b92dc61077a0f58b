"""What the composer's buttons need: words at each message, and the addresses of pickers."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html

from inbox import composer
from inbox.models import Message, Thread
from inbox.picker import Picker

register = template.Library()
# Those that WhatsApp offers first.
REACTIONS = ("👍", "❤️", "😂", "😮", "😢", "🙏")


@register.simple_tag
def reaction_choices() -> tuple[str, ...]:
    return REACTIONS


@register.filter
def quote(message: Message) -> str:
    """What stands above the text of whoever answers it."""
    return composer.words_of(message)


@register.simple_tag
def pick_address(thread: Thread, picker: Picker) -> str:
    return f"{reverse('inbox:pick', args=[thread.pk])}?{urlencode({'key': picker.key, 'mode': picker.mode})}"


@register.simple_tag
def press(thread: Thread, picker: Picker, *what) -> str:
    """What makes a button do something in a picker: it sends the form, or with htmx asks for the picker alone."""
    return format_html(
        ' type="submit" name="{}.do" value="{}" formnovalidate formaction="#{}" hx-post="{}"',
        picker.key,
        ":".join(map(str, what)),
        picker.id,
        pick_address(thread, picker),
    )
