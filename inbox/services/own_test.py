"""The message that a person sends to their own phone, to see that everything works."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inbox.models import Message, Priority
from inbox.services import consent, contacts, receiving, sending
from inbox.services.contacts import Identity
from inbox.services.sending import CannotSend
from meta_integration.models import PhoneNumber
from templates_app.design import MARKETING
from templates_app.models import MessageTemplate, TemplateSync
from templates_app.services import render
from workspaces.models import User

# Meta's own sample, which real numbers may be refused: only where there is no other.
SAMPLE = "hello_world"
PROOF = gettext_noop("They sent a test message to their own phone.")


class NeverRead(CannotSend):
    """The account's templates were not read at Meta yet."""


def e164(typed: str) -> str:
    """The digits of a phone number in its international form. Raises CannotSend."""
    plain = re.sub(r"[\s().\-/\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", typed)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", plain):
        raise CannotSend(_("Type the number with + and its country code, such as +1 555 010 0101."))
    return plain[1:]


def send(number: PhoneNumber, phone: str, *, author: User, key: str) -> Message:
    """Queue a template that needs no values, the shop's own where it has one, to this phone. Raises CannotSend.

    The same key twice is one message.
    """
    wa_id = e164(phone)
    already = Message.objects.for_workspace(number.workspace).filter(idempotency_key=key).first() if key else None
    if already:
        return already
    waits = number.why_it_waits()
    if waits or not number.is_registered:
        raise CannotSend(waits or _("This number is not registered for sending yet."))
    template = _template(number)
    contact = contacts.resolve(number.workspace, Identity(wa_id=wa_id))
    thread = receiving.thread_with(number, contact, contact.created_at)
    if template.category == MARKETING and contact.marketing_state == consent.UNKNOWN:
        # Who types their own phone here wants the message.
        consent.note(contact, consent.SUBSCRIBED, consent.Source.PERSON, thread=thread, actor=author, proof=PROOF)
        thread.contact.refresh_from_db(fields=["marketing_state"])
    return sending.queue_template(thread, template, {}, author=author, key=key, priority=Priority.AGENT)


def _template(number: PhoneNumber) -> MessageTemplate:
    """One that can go out as it is. Raises CannotSend, and NeverRead where there is none because nobody looked."""
    mine = MessageTemplate.objects.for_workspace(number.workspace).filter(account=number.account)
    by_preference = sorted(mine.sendable(), key=lambda each: (each.name == SAMPLE, each.category != "UTILITY", each.pk))
    found = next(filter(_can_go_as_it_is, by_preference), None)
    if found:
        return found
    if not mine.exists() and not TemplateSync.objects.filter(account=number.account, is_full=True).exists():
        raise NeverRead(
            _("Not sent. Galantis has not read the templates of this account at Meta yet. Read them, then try again.")
        )
    raise CannotSend(
        _(
            "Not sent. This account has no approved template that can go out as it is, and WhatsApp allows nothing "
            "else to somebody who has not written. Write to the number from your phone, and answer in the inbox."
        )
    )


def _can_go_as_it_is(template: MessageTemplate) -> bool:
    """Nothing in it is to be filled in."""
    return not render.cannot_fill(template) and not any(
        gap.is_required and gap.default is None for gap in render.gaps(template)
    )
