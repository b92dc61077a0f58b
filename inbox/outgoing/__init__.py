"""Every message a shop can send but templates, which are filled by `templates_app/services/render.py`.

Each builder checks WhatsApp's limits and raises `BadMessage`, so that nothing is queued which Meta would refuse for its
shape. `sending.queue` takes what they return.
"""

from inbox.outgoing.checks import BadMessage
from inbox.outgoing.interactive import (
    Button,
    Row,
    Section,
    buttons,
    catalog_message,
    choices,
    link,
    location_request,
    product,
    product_list,
)
from inbox.outgoing.message import Outgoing
from inbox.outgoing.parts import (
    MediaHeader,
    Products,
    Source,
    TextHeader,
)
from inbox.outgoing.plain import (
    LONGEST_TEXT,
    ContactCard,
    Phone,
    audio,
    contacts,
    document,
    image,
    location,
    of_file,
    reaction,
    reaction_removed,
    sticker,
    text,
    video,
)

__all__ = [
    "BadMessage",
    "Button",
    "ContactCard",
    "LONGEST_TEXT",
    "MediaHeader",
    "Outgoing",
    "Phone",
    "Products",
    "Row",
    "Section",
    "Source",
    "TextHeader",
    "audio",
    "buttons",
    "catalog_message",
    "choices",
    "contacts",
    "document",
    "image",
    "link",
    "of_file",
    "location",
    "location_request",
    "product",
    "product_list",
    "reaction",
    "reaction_removed",
    "sticker",
    "text",
    "video",
]
