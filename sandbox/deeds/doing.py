"""The table of all deeds, and doing one."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import inbound, people
from ..errors import BadRequest
from ..examples import example_files
from ..state import ChatMessage, Customer, Number
from . import answers, messages, shopping
from .given import Given

GHOST_SECONDS = 1.0


@dataclass(frozen=True)
class Deed:
    run: Callable[[Given], ChatMessage | None]
    label: str = ""  # in the phone's list of other things to send; empty for what has its own place


def _sends(make: Callable[[Given], dict | None], label: str = "", *, ghost_seconds: float = 0) -> Deed:
    def run(given: Given) -> ChatMessage | None:
        content = make(given)
        if content is None:
            return None
        return inbound.receive(given.meta, given.customer, given.number, content, ghost_seconds=ghost_seconds)

    return Deed(run, label)


def _file(given: Given) -> ChatMessage:
    kind = given.text("file")
    if kind not in example_files():
        raise BadRequest("There is no such example file.")
    data, mime_type, filename = example_files()[kind]
    caption = {kind: {"caption": given.text("text")}} if given.text("text") and kind in answers.WITH_CAPTION else {}
    content = {"type": kind, **caption, **given.context()}
    return inbound.receive_file(given.meta, given.customer, given.number, content, data, mime_type, filename)


def _new_number(given: Given) -> ChatMessage:
    return people.change_number(given.meta, given.customer, given.number)


def _offers(given: Given) -> None:
    people.set_offers(given.meta, given.customer, given.number, given.text("value"))


DEEDS = {
    "text": _sends(messages.text),
    "file": Deed(_file),
    "reaction": _sends(answers.reaction),
    "edit": _sends(answers.edit),
    "revoke": _sends(answers.revoke),
    "button": _sends(answers.button),
    "button_reply": _sends(answers.button_reply),
    "list_reply": _sends(answers.list_reply),
    "cart": Deed(shopping.cart),
    "order": _sends(shopping.order),
    "question": _sends(shopping.question),
    "offers": Deed(_offers),
    "new_number": Deed(_new_number),
    "location": _sends(messages.location, "A place"),
    "contact_card": _sends(messages.contact_card, "A contact card"),
    "forwarded": _sends(messages.forwarded, "A forwarded message"),
    "from_ad": _sends(messages.from_ad, "A first message from an ad"),
    "form_answer": _sends(messages.form_answer, "A filled-in form"),
    "ghost": _sends(messages.late, "A message that arrives empty first", ghost_seconds=GHOST_SECONDS),
    "poll": _sends(messages.poll, "A poll, which WhatsApp does not pass on"),
    "welcome": _sends(messages.welcome, "Opening the chat for the first time"),
    "new_security_code": _sends(messages.new_security_code, "A new security code"),
    "of_tomorrow": _sends(messages.of_tomorrow, "A type of tomorrow"),
}


def do(meta, customer: Customer, number: Number, what: str, words: dict) -> ChatMessage | None:
    """What comes to the app's ears, as a message of the chat; None for what is none. Raises BadRequest."""
    deed = DEEDS.get(what)
    if deed is None:
        raise BadRequest(f"There is no such thing to do; there are {', '.join(DEEDS)}.")
    return deed.run(Given(meta, customer, number, words))
