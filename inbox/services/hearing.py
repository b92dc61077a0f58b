"""What a customer's message asks of the shop: offers, or no more of them. Done at once, and confirmed."""

import hashlib
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from inbox import outgoing
from inbox.models import ConsentEntry, Message, Priority, Thread
from inbox.services import consent, sending, words
from inbox.services.words import STOP, Wish

Source = ConsentEntry.Source
# Later than this an answer would surprise.
ANSWERED_WITHIN = timedelta(minutes=15)
# Two programs that answer each other must come to an end.
MOST_ANSWERS, IN_TIME = 4, timedelta(hours=24)
# How its messages are named, in the reader's language.
AFTER_STOP, AFTER_START = gettext_noop("Answer to STOP"), gettext_noop("Answer to START")


def hear(message: Message | None) -> None:
    """Change what the customer wants, if that is what the message says. Harmless to repeat."""
    if message is None or message.direction != Message.Direction.IN:
        return
    wish, said = words.wish_of(message)
    if wish is None:
        return
    source = Source.KEYWORD if message.type == "text" else Source.BUTTON
    thread = Thread.objects.select_related("contact", "number", "workspace").get(pk=message.thread_id)
    is_new = consent.note(
        thread.contact, wish.state, source, at=message.occurred_at, thread=thread, message=message, proof=said
    )
    if is_new:
        _confirm(thread, message, wish)


def is_about_offers(message: Message) -> bool:
    """Whether it has an answer of its own."""
    return words.wish_of(message)[0] is not None


def _confirm(thread: Thread, message: Message, wish: Wish) -> None:
    """Once, soon after, and only while it can be sent. Nobody who is blocked hears from us."""
    now = timezone.now()
    if thread.contact.blocked_at or message.occurred_at < now - ANSWERED_WITHIN:
        return
    heard = ConsentEntry.objects.filter(contact=thread.contact, source__in=[Source.KEYWORD, Source.BUTTON])
    if heard.filter(at__gt=now - IN_TIME).count() > MOST_ANSWERS:
        return
    built = outgoing.text(words.answer(wish, _speaks(thread)))
    origin = AFTER_STOP if wish.state == STOP else AFTER_START
    key = "consent-" + hashlib.sha256(str(message.wamid).encode()).hexdigest()[:48]
    try:
        sending.queue(thread, built, key=key, priority=Priority.AUTOMATIC, origin=origin)
    except sending.CannotSend:  # The window is closed: what they want is written down all the same.
        return


def _speaks(thread: Thread) -> str:
    """The customer's language: as noted, else the one of the last template that they were sent."""
    if thread.contact.language:
        return thread.contact.language
    last = Message.objects.filter(thread=thread, template__isnull=False).order_by("-occurred_at", "-id")
    return last.values_list("template__language", flat=True).first() or ""
