"""The ways in which something with a number can stop, in people's words: what happened, and what to do."""

from datetime import datetime

from django.utils.translation import gettext as _

from meta_integration import number_words
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError, classify
from meta_integration.models import PhoneNumber

WRONG_PIN, NOT_VERIFIED, NOT_REGISTERED, TOO_MANY = 133005, 133006, 133010, 133016
PIN_LOCKED, PIN_TOO_FAST, DELETED_LATELY = 133008, 133009, 133015
# Meta's codes about codes by SMS and voice; its own documents name the first only.
IS_VERIFIED, WRONG_CODE = 136024, 136025
IN_LIST_ALREADY = 2388012


class NumberProblem(Exception):
    """It was not done. Says to the person what happened and what to do. `field` is the one to mend in their form."""

    def __init__(self, happened: str, todo: str, *, field: str | None = None, code: int | None = None):
        super().__init__(happened)
        self.happened, self.todo, self.field, self.code = happened, todo, field, code

    @property
    def text(self) -> str:
        return f"{self.happened} {self.todo}"


def refused(exc: GraphAPIError, number: PhoneNumber | None = None) -> NumberProblem:
    """Meta answered with a code."""
    known = {
        WRONG_PIN: _wrong_pin,
        PIN_LOCKED: _pin_locked,
        PIN_TOO_FAST: _pin_locked,
        NOT_VERIFIED: _not_verified,
        WRONG_CODE: _wrong_code,
        IN_LIST_ALREADY: _in_list_already,
        NOT_REGISTERED: _not_registered,
        DELETED_LATELY: _deleted_lately,
    }
    if exc.code in known:
        return known[exc.code]()
    words = plain_words(exc.code, exc.subcode) or exc.details
    happened = _("Meta refused it (code %(code)s): %(words)s Nothing was changed.") % {"code": exc.code, "words": words}
    todo = classify(exc.code, exc.subcode).words.todo if plain_words(exc.code, exc.subcode) else None
    return NumberProblem(
        happened, _(todo) if todo else _("Try again. If it stays, send support this code."), code=exc.code
    )


def no_answer() -> NumberProblem:
    return NumberProblem(
        _("Meta did not answer in time. It may have done it or not."),
        _("Wait a minute, press “Ask Meta now” on the number's page to see how it stands, and try again."),
    )


def not_connected() -> NumberProblem:
    return NumberProblem(
        _("The account is not connected to Meta just now. Nothing was changed."),
        _("Connect it again on the connection page, then come back here."),
    )


def too_many(possible_at: datetime) -> NumberProblem:
    return NumberProblem(
        _(
            "This number was registered or deregistered ten times within 72 hours, and Meta takes no more for now. "
            "Nothing was changed."
        ),
        _("It is possible again on %(time)s.") % {"time": number_words.when(possible_at)},
        code=TOO_MANY,
    )


def on_phone_app() -> NumberProblem:
    return NumberProblem(
        _("This number is also used in the WhatsApp Business app on a phone, which keeps it registered itself."),
        _("There is nothing to do here. Its PIN is set in the app on the phone."),
    )


def pin_needed() -> NumberProblem:
    return NumberProblem(_("Galantis has no PIN for this number."), _("Type its six digits."), field="pin")


def is_removed() -> NumberProblem:
    return NumberProblem(
        _("This number is removed here. Nothing was changed."), _("Bring it back first, on the number's page.")
    )


def is_elsewhere() -> NumberProblem:
    return NumberProblem(
        _("This number is connected to another workspace now. Nothing was changed."),
        _("Ask support: they can see which workspace has it."),
    )


def cannot_send_yet() -> NumberProblem:
    return NumberProblem(
        _("This number cannot send yet. Nothing was changed."), _("Register it first: its page has the button for it.")
    )


def code_sent_already() -> NumberProblem:
    return NumberProblem(
        _("A code was asked for less than a minute ago, so Galantis did not ask for another one."),
        _("Wait for it to arrive: only the latest code counts."),
    )


def is_there_already(number: PhoneNumber) -> NumberProblem:
    return NumberProblem(
        _("%(number)s is among your numbers already.") % {"number": number.display_phone_number},
        _("Choose it from the list of your numbers and go on there."),
        field="phone_number",
    )


def _wrong_pin() -> NumberProblem:
    return NumberProblem(
        _("Meta has another PIN for this number. Nothing was changed."),
        _(
            "Type the PIN that was set last. If nobody knows it, turn two-step verification off in Meta's WhatsApp "
            "Manager; then any PIN you type here is taken."
        ),
        field="pin",
        code=WRONG_PIN,
    )


def _pin_locked() -> NumberProblem:
    return NumberProblem(
        _("The PIN was tried too often or too fast, so Meta takes none for a while. Nothing was changed."),
        _("Wait as long as WhatsApp Manager says, find the right PIN, and try again."),
        field="pin",
        code=PIN_LOCKED,
    )


def _not_verified() -> NumberProblem:
    return NumberProblem(
        _("Meta wants the phone number to be verified first."),
        _("Ask for a code by text message or call, and type it here."),
        code=NOT_VERIFIED,
    )


def _wrong_code() -> NumberProblem:
    return NumberProblem(
        _("Meta did not take the code: it is wrong, too old, or a newer one was asked for."),
        _("Type the latest code exactly as it came, or ask for another one."),
        field="code",
        code=WRONG_CODE,
    )


def _in_list_already() -> NumberProblem:
    return NumberProblem(
        _("This number is in your account already."),
        _("Press “Ask Meta now” on one of your numbers: it appears in the list then."),
        field="phone_number",
        code=IN_LIST_ALREADY,
    )


def _not_registered() -> NumberProblem:
    return NumberProblem(
        _("At Meta this number is not registered, so there was nothing to take away."),
        _("Register it when it should send again."),
        code=NOT_REGISTERED,
    )


def _deleted_lately() -> NumberProblem:
    return NumberProblem(
        _("This number was deleted at Meta a short while ago, and Meta has not finished that."),
        _("Wait five minutes and try again."),
        code=DELETED_LATELY,
    )
