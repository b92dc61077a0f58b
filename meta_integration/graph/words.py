"""Every code of Meta's in words for a shop owner: what happened, what we did, who can mend it and how.

English, and marked for translation: graph/ knows no Django, so who shows a text translates it (`error_book.py`).
"""

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from meta_integration.graph.classes import ErrorClass


def _(text: str) -> str:
    """Marks a text for `makemessages`."""
    return text


class Who(StrEnum):
    """Who can mend it."""

    YOU_AT_META = _("You, at Meta")
    YOU_HERE = _("You, in Galantis")
    CUSTOMER = _("The customer")
    META = _("Meta")
    SUPPORT = _("Galantis support")


class Button(StrEnum):
    """What to press. Each as it is written on its page; `error_book.py` knows the pages."""

    NONE = ""
    CONNECT = _("Connect WhatsApp")
    CONNECT_AGAIN = _("Connect another account")  # Also for the same one: then it is chosen anew.
    RECONNECT = _("Reconnect")
    REGISTER = _("Register")
    RESUME = _("Resume sending")
    SETTLE = _("Not known: send it again")


@dataclass(frozen=True)
class Words:
    """What is left out is said by the class of the error."""

    happened: str | None = None
    we_did: str | None = None
    todo: str | None = None
    who: Who | None = None
    button: Button | None = None


TITLES = {
    ErrorClass.TOKEN_DEAD: _("The connection to Meta is broken"),
    ErrorClass.ACCOUNT_STOPPED: _("Meta stopped the account"),
    ErrorClass.NUMBER_STOPPED: _("Meta stopped the number"),
    ErrorClass.TEMPLATE_STOPPED: _("The template cannot be used"),
    ErrorClass.WINDOW_CLOSED: _("The 24 hours for a free answer are over"),
    ErrorClass.RECIPIENT_FINAL: _("This customer cannot get the message"),
    ErrorClass.REQUEST_WRONG: _("Something in the message or request is wrong"),
    ErrorClass.SLOW_NUMBER: _("Too fast for the number"),
    ErrorClass.SLOW_PAIR: _("Too fast for one customer"),
    ErrorClass.SLOW_ACCOUNT: _("Too many requests to Meta"),
    ErrorClass.TRY_AGAIN: _("Trouble at Meta that passes"),
    ErrorClass.UNKNOWN_OUTCOME: _("No clear answer"),
}
BY_CLASS = {
    ErrorClass.TOKEN_DEAD: Words(
        _("Meta no longer accepts the connection between your shop and Galantis."),
        _("Galantis stopped using this connection. Your messages wait, and go out by themselves once it works again."),
        _("Connect the account again. An owner or admin of the shop can do it, and it takes a minute."),
        Who.YOU_HERE,
        Button.RECONNECT,
    ),
    ErrorClass.ACCOUNT_STOPPED: Words(
        _("Meta stopped your WhatsApp Business Account."),
        _("All numbers of the account are paused. Their messages wait; none is lost."),
        _("Solve it at Meta first, in WhatsApp Manager. Then let the numbers send again."),
        Who.YOU_AT_META,
        Button.RESUME,
    ),
    ErrorClass.NUMBER_STOPPED: Words(
        _("Meta stopped this number."),
        _("The number is paused. Its messages wait; none is lost. Your other numbers go on sending."),
        _("Solve it at Meta first, in WhatsApp Manager. Then let the number send again."),
        Who.YOU_AT_META,
        Button.RESUME,
    ),
    ErrorClass.TEMPLATE_STOPPED: Words(
        _("Meta does not allow this template now."),
        _(
            "Galantis stopped sending this template and asks Meta how it is. Its messages wait, and go out by "
            "themselves once it may be sent again. One that Meta had taken before is marked as failed."
        ),
        _("Look at the template's page under Templates, or send another template."),
        Who.YOU_HERE,
        Button.NONE,
    ),
    ErrorClass.WINDOW_CLOSED: Words(
        _("The customer's last message is more than 24 hours old, and WhatsApp then allows templates only."),
        _("The message was not delivered, and is not tried again."),
        _("Send an approved template, or wait until the customer writes: then you can answer freely again."),
        Who.YOU_HERE,
        Button.NONE,
    ),
    ErrorClass.RECIPIENT_FINAL: Words(
        _("WhatsApp could not deliver this message to the customer."),
        _("The message is marked as failed and not tried again. Messages to other customers go on."),
        _("Reach the customer in another way, or wait until they write to you."),
        Who.CUSTOMER,
        Button.NONE,
    ),
    ErrorClass.REQUEST_WRONG: Words(
        _("Meta refused it."),
        _("It is marked as failed and not tried again: Meta would refuse it every time."),
        _("Send support this code: they can see what Meta means by it."),
        Who.SUPPORT,
        Button.NONE,
    ),
    ErrorClass.SLOW_NUMBER: Words(
        _("The number sent faster than Meta allows it."),
        _("Galantis sends more slowly from this number and tries the message again by itself."),
        _("Nothing: it goes out by itself."),
        Who.META,
        Button.NONE,
    ),
    ErrorClass.SLOW_PAIR: Words(
        _("This customer got too many messages from you in a short time."),
        _("Galantis waits some seconds and tries this customer again by itself. Messages to others go on."),
        _("Nothing: it goes out by itself."),
        Who.META,
        Button.NONE,
    ),
    ErrorClass.SLOW_ACCOUNT: Words(
        _("Galantis asked Meta for more than Meta allows in this time."),
        _("Galantis waits as long as Meta asks, and then goes on by itself."),
        _("Nothing: it goes on by itself. If it still shows after some hours, tell support."),
        Who.META,
        Button.NONE,
    ),
    ErrorClass.TRY_AGAIN: Words(
        _("Something went wrong at Meta."),
        _("Galantis tries it again by itself a few times, waiting longer each time."),
        _("Nothing for now. If it fails in the end, try again later."),
        Who.META,
        Button.NONE,
    ),
    ErrorClass.UNKNOWN_OUTCOME: Words(
        _("Meta's answer did not come, or could not be read. The message may have gone out or not."),
        _(
            "Galantis does not send it again by itself, so that no customer gets it twice. "
            "A report of Meta's that comes later settles it."
        ),
        _("Ask the customer, or decide yourself: under Messages, say that it went out or send it again."),
        Who.YOU_HERE,
        Button.SETTLE,
    ),
}


def complete(error_class: ErrorClass, words: Words | None) -> Words:
    """The row's own words, and those of its class where it has none."""
    own = {field.name: getattr(words, field.name) for field in fields(Words)} if words else {}
    return replace(BY_CLASS[error_class], **{name: value for name, value in own.items() if value is not None})
