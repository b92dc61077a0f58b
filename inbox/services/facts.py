"""What is known of a customer and the shop, for the gaps of a template."""

from inbox.models import Thread
from templates_app.models import MessageTemplate
from templates_app.services.parameters import MissingValues
from templates_app.services.values import values_for


def of_thread(thread: Thread) -> dict:
    """In the form in which `templates_app.services.sources` reads facts."""
    contact = thread.contact
    first, _space, last = contact.name.strip().partition(" ")
    customer = {"name": contact.name, "first_name": first, "last_name": last}
    if contact.wa_id:
        customer["phone"] = f"+{contact.wa_id}"
    return {"customer": customer, "shop": {"name": thread.workspace.name}}


def known(template: MessageTemplate, thread: Thread) -> dict:
    """What the template's mapping fills by itself, by the keys of its gaps. The others are left to a person."""
    facts = of_thread(thread)
    try:
        return values_for(template, facts)
    except MissingValues as exc:
        missing = exc.keys
    filled = values_for(template, facts, dict.fromkeys(missing, "-"))
    return {key: value for key, value in filled.items() if key not in missing}
