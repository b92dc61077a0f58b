"""Words that the composer's buttons need at each message."""

from django import template

from inbox import composer
from inbox.models import Message

register = template.Library()


@register.filter
def quote(message: Message) -> str:
    """What stands above the text of whoever answers it."""
    return composer.words_of(message)
