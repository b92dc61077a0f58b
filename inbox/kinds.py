"""What each type of message is called where it has no words of its own to show."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    "button": gettext_lazy("Tapped a button"),
    "order": gettext_lazy("Order from your catalog"),
    "system": gettext_lazy("WhatsApp reports a change"),
    "edit": gettext_lazy("Changed an earlier message"),
    "revoke": gettext_lazy("Deleted an earlier message"),
    "unsupported": gettext_lazy("A message that WhatsApp does not pass on to businesses"),
    "unknown": gettext_lazy("A message that WhatsApp does not pass on to businesses"),
}


def name_of(kind: str) -> str:
    """The type in people's words; Meta's word for one that is new to us."""
    return str(NAMES.get(kind) or _("A message of the kind “%(type)s”") % {"type": kind})
