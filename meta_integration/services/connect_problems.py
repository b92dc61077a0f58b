"""The ways in which connecting can stop, each in the person's words: what happened, and what to do."""

from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import GraphAPIError

TOO_MANY_REGISTRATIONS = 133016


class ConnectProblem(Exception):
    """Connecting stopped. Says to the person what happened and what to do; nothing was saved."""

    def __init__(self, title: str, happened: str, todo: str):
        super().__init__(title)
        self.title, self.happened, self.todo = title, happened, todo


def refuse_if_nothing_to_choose(found: list[dict], *, is_for_all: bool) -> None:
    if not found and is_for_all:
        raise ConnectProblem(
            _("Meta did not say which accounts"),
            _("The access was given for all accounts at once, and then Meta names none of them. Nothing was saved."),
            _("Start again, and in Meta's dialog choose “only these accounts” and tick the account of your shop."),
        )
    if not found:
        raise ConnectProblem(
            _("No WhatsApp Business Account was shared"),
            _("The log-in worked, but no account was ticked in Meta's dialog. Nothing was saved."),
            _("Start again and tick the account of your shop. If you have none, Meta's dialog offers to create one."),
        )
    if all(waba["problem"] == "no_numbers" for waba in found):
        raise ConnectProblem(
            _("This account has no phone number"),
            _(
                "“%(name)s” exists, but no phone number belongs to it yet, so there is nothing to send from. Nothing "
                "was saved."
            )
            % {"name": found[0]["name"] or found[0]["waba_id"]},
            _("Add a phone number to it in Meta's WhatsApp Manager, or start again and choose another account."),
        )
    if all(waba["problem"] for waba in found):
        raise elsewhere()


def elsewhere() -> ConnectProblem:
    return ConnectProblem(
        _("This account is already connected to another workspace"),
        _(
            "A WhatsApp Business Account can be connected to one workspace at a time, and another one has it. Nothing "
            "was changed here or there."
        ),
        _("Ask support: they can see which workspace has it."),
    )


def code_refused(exc: GraphAPIError) -> ConnectProblem:
    return ConnectProblem(
        _("The log-in could not be finished"),
        _(
            "Meta no longer takes the code it gave: it was used before, or it is too old (Meta's code %(code)s). This "
            "happens when the page is reloaded or left open. Nothing was saved."
        )
        % {"code": exc.code},
        _("Start again; it takes a minute."),
    )


def meta_refused(exc: GraphAPIError, *, has_pin: bool = False) -> ConnectProblem:
    if exc.code == TOO_MANY_REGISTRATIONS:
        todo = _("Wait 72 hours, then start again. Meta allows 10 registrations of a number in that time.")
    else:
        todo = _("Start again. If it stays, send support this code: they can see what Meta means by it.")
    happened = _("Meta refused it (code %(code)s): %(words)s Nothing was saved.")
    words = {"words": plain_words(exc.code, exc.subcode) or exc.details, "code": exc.code}
    return ConnectProblem(_("Meta refused a step"), happened % words, _with_pin(todo, has_pin))


def meta_did_not_answer(*, has_pin: bool = False) -> ConnectProblem:
    return ConnectProblem(
        _("Meta did not answer"),
        _(
            "Galantis asked Meta and got no answer that could be read: Meta may be down or slow just now. Nothing was "
            "saved."
        ),
        _with_pin(_("Wait a few minutes and start again."), has_pin),
    )


def _with_pin(todo: str, has_pin: bool) -> str:
    """Once the number is registered, Meta knows the PIN and will take no other."""
    return f"{todo} {_('The PIN you typed is set at Meta now: type the same one next time.')}" if has_pin else todo


def expired() -> ConnectProblem:
    return ConnectProblem(
        _("This log-in is too old"),
        _("More than the allowed time passed since you started, so Galantis no longer trusts it. Nothing was saved."),
        _("Start again; it takes a minute."),
    )


def not_ours() -> ConnectProblem:
    return ConnectProblem(
        _("This log-in did not start here"),
        _(
            "Meta sent you back with a mark that does not match one given in this browser, was used before, or is "
            "older than ten minutes. Nothing was saved."
        ),
        _("Start again from the connection page, and finish in the same browser."),
    )


def refused_by_person() -> ConnectProblem:
    return ConnectProblem(
        _("The log-in was cancelled"),
        _("In Meta's dialog the access was not given, so nothing was connected and nothing was saved."),
        _("Start again when you are ready. Galantis needs the access to send and receive your shop's messages."),
    )


def not_for_us() -> ConnectProblem:
    return ConnectProblem(
        _("Meta gave an access that does not work"),
        _("The log-in came back, but Meta itself says that its access is not valid for Galantis. Nothing was saved."),
        _("Start again. If it happens twice, send support the time it happened."),
    )


def permissions_missing(missing: list[str]) -> ConnectProblem:
    return ConnectProblem(
        _("A permission is missing"),
        _(
            "In Meta's dialog these permissions were not given: %(names)s. Without them Galantis cannot send or "
            "receive messages. Nothing was saved."
        )
        % {"names": ", ".join(missing)},
        _("Start again and leave all permissions ticked in Meta's dialog."),
    )


def not_offered() -> ConnectProblem:
    return ConnectProblem(
        _("That number cannot be chosen"),
        _("It is not among the numbers that Meta listed for this log-in. Nothing was saved."),
        _("Start again and choose one of the numbers shown."),
    )
