"""What is known of a customer and the shop, for the gaps of a template."""

from inbox.models import Thread


def of_thread(thread: Thread) -> dict:
    """In the form in which `templates_app.services.sources` reads facts."""
    contact = thread.contact
    first, _space, last = contact.name.strip().partition(" ")
    customer = {"name": contact.name, "first_name": first, "last_name": last}
    if contact.wa_id:
        customer["phone"] = f"+{contact.wa_id}"
    return {"customer": customer, "shop": {"name": thread.workspace.name}}
