"""One deed as it is asked for: who, to which number, and the words that came with it."""

from dataclasses import dataclass, field

from ..errors import BadRequest
from ..state import ChatMessage, Customer, Number

LONGEST_TEXT = 4096


@dataclass
class Given:
    meta: object
    customer: Customer
    number: Number
    words: dict = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """As it was typed, without the edges."""
        text = str(self.words.get(name) or "").replace("\r\n", "\n").strip()
        return text[:LONGEST_TEXT] or default

    def message(self, *, is_own: bool = False) -> ChatMessage:
        """The message of this chat that `wamid` names."""
        found = self.meta.world.messages.get(str(self.words.get("wamid", "")))
        is_here = found and (found.wa_id, found.phone_number_id) == (self.customer.wa_id, self.number.phone_number_id)
        if not is_here:
            raise BadRequest("The message this answers is not in this chat.")
        if is_own and not found.is_from_customer:
            raise BadRequest("Only an own message can be changed or deleted.")
        return found

    def context(self) -> dict:
        """The quote of the message that is answered; nothing without one."""
        if not self.words.get("wamid"):
            return {}
        message = self.message()
        sender = self.customer.wa_id if message.is_from_customer else self.number.digits
        return {"context": {"from": sender, "id": message.wamid}}
