"""The ways in which renewing an access can stop, in the person's words. The old access is never touched then."""

from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError
from meta_integration.services.connect_problems import ConnectProblem


def meta_did_not_answer() -> ConnectProblem:
    return ConnectProblem(
        _("Meta did not answer"),
        _(
            "Galantis asked Meta what the new log-in reaches, and got no answer that could be read: Meta may be down "
            "or slow just now. Nothing was changed."
        ),
        _("Wait a minute, then press Try again. You need not log in once more for half an hour."),
    )


def meta_refused(exc: GraphAPIError) -> ConnectProblem:
    words = {"words": plain_words(exc.code, exc.subcode) or exc.details, "code": exc.code}
    return ConnectProblem(
        _("Meta refused a step"),
        _("Meta refused it (code %(code)s): %(words)s Nothing was changed.") % words,
        _("Press Try again. If it stays, send support this code: they can see what Meta means by it."),
    )


def another_account() -> ConnectProblem:
    return ConnectProblem(
        _("That is another account"),
        _("The log-in does not reach the WhatsApp account whose access is to be renewed. Nothing was changed."),
        _("Log in again and tick the right account in Meta's dialog."),
    )


def for_the_sender() -> ConnectProblem:
    return ConnectProblem(
        _("Galantis has to look at this account first"),
        _(
            "Your log-in is the right one, but one of the account's phone numbers cannot be taken over. Nothing was "
            "changed."
        ),
        _("Tell whoever sent you the link."),
    )


def no_numbers() -> ConnectProblem:
    return ConnectProblem(
        _("Meta lists no number of this account"),
        _(
            "The log-in reaches the right account, but Meta names no phone number that belongs to it, so there would "
            "be nothing to send from. Nothing was changed."
        ),
        _(
            "Press Try again in a minute. If it stays, look in Meta's WhatsApp Manager whether the number is still "
            "there."
        ),
    )


def expired() -> ConnectProblem:
    return ConnectProblem(
        _("This log-in is too old"),
        _("More than half an hour passed since the log-in at Meta, so it is no longer used. Nothing was changed."),
        _("Log in at Meta again; it takes a minute."),
    )


def link_not_good() -> ConnectProblem:
    return ConnectProblem(
        _("This link is no longer good"),
        _("It was used, its time is over, or the connection was mended another way. Nothing was changed."),
        _("If messages still do not flow, ask for a new link."),
    )
