"""What can be done about a message that failed, in words and buttons. Nothing here asks the database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inbox import told
from inbox.models import Message, Thread
from inbox.services import waiting
from meta_integration import error_book
from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.errors import classify

TOO_MUCH_MARKETING, WRONG_FILE = 131049, 131053
REST_OF_MARKETING = timedelta(hours=24)
# Nothing in the message was at fault: the same goes once what stopped it is over.
PASSES = {ErrorClass.SLOW_NUMBER, ErrorClass.SLOW_PAIR, ErrorClass.SLOW_ACCOUNT, ErrorClass.TRY_AGAIN}
ONCE_CONNECTED = {ErrorClass.TOKEN_DEAD, ErrorClass.ACCOUNT_STOPPED, ErrorClass.NUMBER_STOPPED}
FILES_THAT_GO = gettext_lazy(
    "Pictures (JPEG, PNG) go up to 5 MB, videos (MP4, 3GP) and sound up to 16 MB, documents up to 100 MB. “Send again” "
    "uploads the file anew; if it fails again, send another file."
)
# Somebody can mend these, and then the same message goes: a link that did not open, a list or a block at Meta, a doubt.
ONCE_MENDED = {131014, 131030, 130403, 137000}


@dataclass(frozen=True)
class Remedy:
    """What a failed message is shown with: `why` it failed, what to do, and which buttons do it."""

    why: str
    todo: str = ""
    may_retry: bool = False
    to_templates: bool = False
    to_template: bool = False
    not_before: datetime | None = None
    # Of the error book.
    code: int | None = field(default=None)


def remedy_for(message: Message, thread: Thread, template_goes: bool = False) -> Remedy:
    """Of a failed message: only what is right for its error, by the classes of meta_integration/graph/errors.py.

    `template_goes` says that its template may be sent by now.
    """
    code, why = message.error_code, told.reason(message.error)
    verdict = classify(code)
    entry = error_book.entry_of(code)
    why = why or entry.happened
    closed = message.type != "template" and not thread.is_window_open()
    if code is None:
        return _of_ours(message, why, closed)
    said = {"why": why, "code": code}
    if code == TOO_MUCH_MARKETING:
        return _after_a_day(message, said, entry.todo)
    if code == WRONG_FILE:
        return _or_template(Remedy(todo=str(FILES_THAT_GO), may_retry=True, **said), closed)
    if verdict.error_class is ErrorClass.WINDOW_CLOSED:
        words = _("The customer has written since then, so the same message can go out now.")
        return _or_template(Remedy(todo="" if closed else words, may_retry=True, **said), closed)
    if verdict.error_class is ErrorClass.TEMPLATE_STOPPED:
        if template_goes:
            return Remedy(may_retry=True, **said)
        return Remedy(todo=entry.todo, to_template=True, to_templates=True, **said)
    if verdict.error_class in PASSES:
        return _or_template(Remedy(may_retry=True, **said), closed)
    may_retry = verdict.error_class in ONCE_CONNECTED or code in ONCE_MENDED
    remedy = Remedy(todo=entry.todo, may_retry=may_retry, **said)
    return _or_template(remedy, closed) if may_retry else remedy


def _of_ours(message: Message, why: str, closed: bool) -> Remedy:
    """Galantis itself did not send it: it waited too long, or its template changed meanwhile."""
    if message.type == "template" and message.error != waiting.TOO_OLD:
        return Remedy(why, to_templates=True)
    return _or_template(Remedy(why, may_retry=True), closed)


def _or_template(remedy: Remedy, closed: bool) -> Remedy:
    """Where the window is closed only a template goes."""
    if not closed:
        return remedy
    words = _("The customer last wrote more than 24 hours ago: a template can go out now.")
    return Remedy(remedy.why, f"{remedy.todo} {words}".strip(), to_templates=True, code=remedy.code)


def _after_a_day(message: Message, said: dict, todo: str) -> Remedy:
    rested = message.occurred_at + REST_OF_MARKETING
    if rested <= timezone.now():
        return Remedy(may_retry=True, **said)
    return Remedy(todo=todo, not_before=rested, **said)
