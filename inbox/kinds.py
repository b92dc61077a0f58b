"""What each type of message is called where it has no words of its own to show."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import harmless
from inbox.models import Message, Thread

NAMES = {
    "image": gettext_lazy("Picture"),
    "video": gettext_lazy("Video"),
    "audio": gettext_lazy("Voice message or sound"),
    "document": gettext_lazy("Document"),
    "sticker": gettext_lazy("Sticker"),
    "location": gettext_lazy("Location"),
    "contacts": gettext_lazy("Contact card"),
    "reaction": gettext_lazy("Reaction"),
    "interactive": gettext_lazy("Chose from your message"),
    "template": gettext_lazy("Message template"),
    "button": gettext_lazy("Tapped a button"),
    "order": gettext_lazy("Order from your catalog"),
    "system": gettext_lazy("WhatsApp reports a change"),
    "request_welcome": gettext_lazy("Opened the chat"),
    "media_placeholder": gettext_lazy("File"),
    "deleted": gettext_lazy("Deleted message"),
    "edit": gettext_lazy("Changed an earlier message"),
    "revoke": gettext_lazy("Deleted a message"),
    "unsupported": gettext_lazy("A message that WhatsApp does not pass on to businesses"),
    "unknown": gettext_lazy("A message that WhatsApp does not pass on to businesses"),
}
# What the shop sends: the kind inside an interactive message says more.
SENT = {
    "button": gettext_lazy("Message with buttons"),
    "list": gettext_lazy("Message with a list"),
    "cta_url": gettext_lazy("Message with a link"),
    "location_request_message": gettext_lazy("Question for the location"),
    "product": gettext_lazy("Product"),
    "product_list": gettext_lazy("Products"),
    "catalog_message": gettext_lazy("Your catalog"),
}


def name_of(holder: Message | Thread) -> str:
    """What a message, or the last one of a thread, is in people's words; Meta's word for a type that is new to us."""
    if isinstance(holder, Thread):
        said = getattr(holder, "last_said", None) or {}
        sent = said.get("direction") == Message.Direction.OUT and SENT.get(said.get("kind"))
        return str(sent) if sent and holder.last_type == "interactive" else name_of_type(holder.last_type)
    content = holder.content.get(holder.type) if isinstance(holder.content, dict) else None
    if holder.direction == Message.Direction.OUT and isinstance(content, dict):
        if holder.type == "interactive" and content.get("type") in SENT:
            return str(SENT[content["type"]])
        if holder.type == "reaction" and not content.get("emoji"):
            return _("Reaction taken back")
    return name_of_type(holder.type)


def name_of_type(kind: str) -> str:
    return str(NAMES.get(kind) or _("A message of the kind “%(type)s”") % {"type": harmless.line(kind)})
