"""Words that the composer's buttons need at each message."""

from django import template

from inbox import composer
from inbox.models import Message

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
