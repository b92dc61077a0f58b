"""The ways in which connecting can stop, each in the person's words: what happened, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words, url_of
from meta_integration.graph.errors import GraphAPIError, GraphError, classify
from meta_integration.services import registering


class ConnectProblem(Exception):
    """Connecting stopped. Says to the person what happened and what to do; nothing was saved.

    `may_go_on` where the same log-in can be used for another try.
    """

    def __init__(self, title: str, happened: str, todo: str, *, may_go_on: bool = False):
        super().__init__(title)
        self.title, self.happened, self.todo, self.may_go_on = title, happened, todo, may_go_on


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
        raise no_number(found[0]["name"] or found[0]["waba_id"])
    if all(waba["problem"] for waba in found):
        raise elsewhere()


def no_number(name: str) -> ConnectProblem:
    return ConnectProblem(
        _("This account has no phone number"),
        _(
            "“%(name)s” exists, but no phone number belongs to it yet, so there is nothing to send from. Nothing was "
            "saved."
        )
        % {"name": name},
        _("Add a phone number to it in Meta's WhatsApp Manager, or start again and choose another account."),
    )


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
    if exc.code == registering.TOO_MANY:
        todo = _("Wait 72 hours, then start again. Meta allows 10 registrations of a number in that time.")
    else:
        todo = _("Start again. If it stays, send support this code: they can see what Meta means by it.")
    happened = _("Meta refused it (code %(code)s): %(words)s Nothing was saved.")
    words = {"words": plain_words(exc.code, exc.subcode) or exc.details, "code": exc.code}
    return ConnectProblem(_("Meta refused a step"), happened % words, _with_pin(todo, has_pin), may_go_on=True)


def meta_did_not_answer(*, has_pin: bool = False) -> ConnectProblem:
    return ConnectProblem(
        _("Meta did not answer"),
        _(
            "Galantis asked Meta and got no answer that could be read: Meta may be down or slow just now. Nothing was "
            "saved."
        ),
        _with_pin(_("Wait a few minutes and start again."), has_pin),
        may_go_on=True,
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


def token_not_ours() -> ConnectProblem:
    return ConnectProblem(
        _("The token does not work for Galantis"),
        _("Meta says that it is not valid, or that it was made for another app than Galantis."),
        _("In Meta's Business settings, under System users, make a new token and choose the app of Galantis for it."),
    )


def not_an_account() -> ConnectProblem:
    return ConnectProblem(
        _("This is not the account"),
        _("Meta answered with something else than a WhatsApp Business Account of this id."),
        _("Copy the id from WhatsApp Manager, under Account tools, Phone numbers: it stands there with the account."),
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


def no_answer_from_pop_up() -> ConnectProblem:
    return ConnectProblem(
        _("The log-in brought no code"),
        _("Meta's window closed without handing over what Galantis needs. Nothing was saved."),
        _("Start again. If it happens twice, choose “Log in on a full page”: it does not need that window."),
    )


def catalog_permission_missing(name: str) -> ConnectProblem:
    return ConnectProblem(
        _("The permission for catalogs is missing"),
        _("This access has no permission “%(name)s”, so Galantis cannot reach your products. Nothing was changed.")
        % {"name": name},
        _("Start again and leave all permissions ticked, or make a token that has this one."),
    )


def not_offered() -> ConnectProblem:
    return ConnectProblem(
        _("That number cannot be chosen"),
        _("It is not among the numbers that Meta listed for this log-in. Nothing was saved."),
        _("Start again and choose one of the numbers shown."),
    )


# One step of several -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Said:
    """Why a step failed: what happened, what to do, and where the error book tells more."""

    happened: str
    todo: str
    code: int | None = None
    book: str = ""


def said_of(result: dict) -> Said | None:
    """What `registering.register` returned, in words; None where the number works."""
    outcome, code, subcode = result.get("outcome"), result.get("code"), result.get("subcode")
    if outcome == registering.REFUSED and code == registering.WRONG_PIN:
        return Said(
            _("Meta has another PIN for this number."),
            _(
                "Type the PIN that was set when the number was first registered; if nobody knows it, change it in "
                "Meta's WhatsApp Manager under two-step verification."
            ),
            code,
            url_of(code),
        )
    if outcome == registering.REFUSED:
        return refusal(code, subcode, str(result.get("details") or ""))
    if outcome == registering.WAIT:
        until = timezone.localtime(datetime.fromisoformat(result["until"]))
        return Said(
            _("It was registered or removed ten times in 72 hours, and Meta takes no more. Galantis did not ask."),
            _("It is possible again on %(time)s.") % {"time": date_format(until, "j M Y, H:i")},
        )
    return silence() if outcome == registering.NO_ANSWER else None


def said_of_error(exc: GraphError) -> Said:
    return refusal(exc.code, exc.subcode, exc.details) if isinstance(exc, GraphAPIError) else silence()


def refusal(code: int | None, subcode: int | None, details: str = "") -> Said:
    """The error book's words, or Meta's own where the book knows none."""
    words, happened = classify(code, subcode).words, plain_words(code, subcode)
    if not happened:
        happened = _("Meta refused it: %(words)s") % {"words": details} if details else _(words.happened)
    return Said(happened, _(words.todo) if words.todo else "", code, url_of(code, subcode))


def silence() -> Said:
    return Said(
        _("Meta gave no answer that could be read. It may have been done all the same."),
        _("Wait a few minutes and try again. With a PIN, type the same one."),
    )
