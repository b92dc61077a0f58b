from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from inbox.outgoing.checks import BadMessage, text


@dataclass(frozen=True)
class Outgoing:
    """A message that keeps WhatsApp's limits. `content` is what goes into the POST beside the address and the type.

    `body` is what people read of it in the thread. A file of ours stands in `content` as `{"asset": <its pk>}`.
    """

    type: str
    content: dict
    body: str = ""

    def quoting(self, wamid: str) -> "Outgoing":
        """The same message as an answer to that one."""
        if self.type == "reaction":
            raise BadMessage("context", _("A reaction belongs to its message already and cannot quote one."))
        quoted = text("context.message_id", _("The message to answer"), wamid)
        return replace(self, content={**self.content, "context": {"message_id": quoted}})
