"""An agent's emoji on a customer's message."""

import unicodedata

from django.db import transaction
from django.utils.translation import gettext as _

from inbox import outgoing
from inbox.models import Message, Thread
from inbox.services import sending
from workspaces.models import User

LONGEST_EMOJI = 24
# From these a reaction never came to the customer.
WITHOUT_EFFECT = (Message.Status.FAILED, Message.Status.CANCELLED, Message.Status.SKIPPED)


@transaction.atomic
def react(message: Message, emoji: str, *, author: User) -> Message | None:
    """Queue the reaction; an empty emoji takes back what is there. What is there already is not sent again.

    None where there was nothing to take back. Raises CannotSend.
    """
    if message.direction != Message.Direction.IN or not message.wamid:
        raise sending.CannotSend(_("Not sent: a reaction belongs on a message of the customer's."))
    if emoji and not is_emoji(emoji):
        raise sending.CannotSend(_("Not sent: a reaction is one emoji."))
    # Of two taps at the same moment the second sees the first.
    thread = Thread.objects.for_workspace(message.workspace).select_for_update(of=("self",)).get(pk=message.thread_id)
    last = last_of(message)
    if (emoji_of(last) if last else "") == emoji:
        return last
    built = outgoing.reaction(message.wamid, emoji) if emoji else outgoing.reaction_removed(message.wamid)
    return sending.queue(thread, built, author=author)


def last_of(message: Message) -> Message | None:
    """Our latest reaction to it, taking one back included."""
    ours = Message.objects.for_workspace(message.workspace).filter(
        thread=message.thread_id,
        target_wamid=message.wamid,
        direction=Message.Direction.OUT,
        type="reaction",
    )
    return ours.exclude(status__in=WITHOUT_EFFECT).order_by("-id").first()


def emoji_of(reaction: Message) -> str:
    content = reaction.content.get("reaction") if isinstance(reaction.content, dict) else None
    return str(content.get("emoji") or "") if isinstance(content, dict) else ""


def is_emoji(text: str) -> bool:
    """Whether WhatsApp could take it for one: signs and what joins them, without letters."""
    kinds = {unicodedata.category(each) for each in text}
    is_sign = "So" in kinds or "\u20e3" in text
    return is_sign and len(text) <= LONGEST_EMOJI and not kinds & {"Lu", "Ll", "Lt", "Lo", "Zs", "Cc", "Cs"}
