"""What is known of a customer and the shop, for the gaps of a template."""

from inbox.models import Thread
from templates_app.models import MessageTemplate


def known(template: MessageTemplate, thread: Thread) -> dict[str, str]:
    """What the template's mapping fills by itself, by the keys of its gaps."""
    return {}
