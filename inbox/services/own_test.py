"""The message that a person sends to their own phone, to see that everything works."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from inbox import outgoing
from inbox.models import Message, Priority
from inbox.services import contacts, receiving, sending
from inbox.services.contacts import Identity
from inbox.services.sending import CannotSend
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.models import PhoneNumber
from meta_integration.services import clients
from workspaces.models import User

# Meta's own sample, which real numbers may be refused: only where there is no other.
SAMPLE = "hello_world"
GAP = re.compile(r"\{\{")


def e164(typed: str) -> str:
    """The digits of a phone number in its international form. Raises CannotSend."""
    plain = re.sub(r"[\s().\-/\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", typed)
    plain = f"+{plain[2:]}" if plain.startswith("00") else plain
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", plain):
        raise CannotSend(_("Type the number with + and its country code, such as +1 555 010 0101."))
    return plain[1:]


def send(number: PhoneNumber, phone: str, *, author: User, key: str) -> Message:
    """Queue a template without gaps, the shop's own where it has one, to this phone. Raises CannotSend.

    The same key twice is one message.
    """
    wa_id = e164(phone)
    already = Message.objects.for_workspace(number.workspace).filter(idempotency_key=key).first() if key else None
    if already:
        return already
    waits = number.why_it_waits()
    if waits or not number.is_registered:
        raise CannotSend(waits or _("This number is not registered for sending yet."))
    name, language, shown = _template(number)
    contact = contacts.resolve(number.workspace, Identity(wa_id=wa_id))
    thread = receiving.thread_with(number, contact, contact.created_at)
    built = outgoing.template(name, language, shown=shown)
    return sending.queue(thread, built, author=author, key=key, priority=Priority.AGENT)


def _template(number: PhoneNumber) -> tuple[str, str, str]:
    """Name, language and text of one that can go out as it is. Raises CannotSend."""
    try:
        client = clients.graph_client_for(number.account, read_timeout=settings.GRAPH_PAGE_TIMEOUT)
        found = [each for each in client.message_templates(number.account.waba_id) if _can_go_as_it_is(each)]
    except GraphAPIError as exc:
        said = plain_words(exc.code, exc.subcode) or exc.details
        words = _("Not sent. Meta refused to list the templates (code %(code)s): %(why)s")
        raise CannotSend(words % {"code": exc.code, "why": said}) from exc
    except (GraphError, clients.NoToken) as exc:
        raise CannotSend(_("Not sent. Meta did not list the templates just now. Try again in a minute.")) from exc
    if not found:
        raise CannotSend(
            _(
                "Not sent. This account has no approved template that can go out as it is, and WhatsApp allows nothing "
                "else to somebody who has not written. Write to the number from your phone, and answer in the inbox."
            )
        )
    best = min(found, key=lambda each: (each["name"] == SAMPLE, each.get("category") != "UTILITY"))
    return best["name"], best["language"], _text_of(best)


def _can_go_as_it_is(template: dict) -> bool:
    """Approved, and nothing in it is to be filled in."""
    components = template.get("components")
    if template.get("status") != "APPROVED" or not isinstance(components, list) or not _is_named(template):
        return False
    return not GAP.search(str(components)) and all(_needs_nothing(each) for each in components)


def _is_named(template: dict) -> bool:
    return isinstance(template.get("name"), str) and isinstance(template.get("language"), str)


def _needs_nothing(component) -> bool:
    if not isinstance(component, dict) or component.get("type") not in ("HEADER", "BODY", "FOOTER", "BUTTONS"):
        return False
    if component["type"] == "HEADER":
        return component.get("format") == "TEXT"
    buttons = component.get("buttons") or []
    return all(
        isinstance(each, dict) and each.get("type") in ("QUICK_REPLY", "URL", "PHONE_NUMBER") for each in buttons
    )


def _text_of(template: dict) -> str:
    texts = [each.get("text") for each in template["components"]]
    return "\n\n".join(text for text in texts if isinstance(text, str))
