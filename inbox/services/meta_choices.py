"""What customers choose about offers in WhatsApp's own settings."""

from inbox.models import ConsentEntry, Thread
from inbox.services import consent, contacts, receiving
from inbox.services.consent import SUBSCRIBED, UNKNOWN, UNSUBSCRIBED
from inbox.services.contacts import Identity
from meta_integration.models import PhoneNumber
from meta_integration.walk import text_in

OFFERS = "marketing_messages"
# "resume" asks for nothing: it only lets through again what they had told us.
SAID = {"stop": UNSUBSCRIBED, "resume": UNKNOWN, "signup": SUBSCRIBED}


def note(number: PhoneNumber, content: dict, who: Identity) -> None:
    """Do as they chose, for the whole shop. What is new to us, or about something else, changes nothing."""
    state = SAID.get(text_in(content, "value"))
    if state is None or text_in(content, "category") != OFFERS:
        return
    contact = contacts.resolve(number.workspace, who)
    thread = Thread.objects.filter(number=number, contact=contact).first()
    at = receiving.time_of(content)
    consent.note(contact, state, ConsentEntry.Source.META, at=at, thread=thread, proof=text_in(content, "detail"))
