"""What a task does with a template at Meta: one worker at a time, begun anew when it dies, tried again after a pause.

`work_until` is the lease: whoever holds it has written it, and stops when it is another's.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from celery import Task
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from meta_integration.error_book import plain_words
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import (
    GraphAPIError,
    GraphUnreachable,
    RateLimited,
    TemporaryFailure,
    TokenRejected,
)
from meta_integration.models import WABA
from meta_integration.services import clients, watch
from templates_app.models import MessageTemplate
from workspaces import live, wakeups
from workspaces.models import User

Work = MessageTemplate.Work
LEASE = timedelta(minutes=2)
# A task that was announced begins at once; the sweeper finds one that did not.
BEGINS = timedelta(seconds=20)
FIRST_PAUSE, LONGEST_PAUSE, MOST_TRIES = timedelta(seconds=10), timedelta(minutes=30), 12


class Lost(Exception):
    """Another worker has it now, or nobody is to do it any more."""


class CannotDo(Exception):
    """It is over for this reason, as `problem_of` says it."""

    def __init__(self, problem: dict):
        super().__init__(problem["title"])
        self.problem = problem


class NotYet(Exception):
    """To be tried again after a pause."""

    retry_after = None


def attempt(
    template_pk: int,
    work: str,
    do: Callable[[MessageTemplate, MetaGraphClient], None],
    refused: Callable[[MessageTemplate, GraphAPIError], None],
) -> bool:
    """One try of a task at `do`, which may raise CannotDo, NotYet and GraphError. True when it is over, well or not.

    `refused` is told when Meta refuses the thing itself, and ends it.
    """
    row = claim(template_pk, work)
    if row is None:
        return False
    try:
        return _attempt(row, do, refused)
    except Lost:
        return False


def _attempt(row: MessageTemplate, do, refused) -> bool:
    if not is_askable(row):
        wait_for_connection(row)
        return False
    try:
        if is_hopeless(row):
            raise CannotDo(no_answer())
        do(row, clients.graph_client_for(row.account))
    except CannotDo as exc:
        end(row, exc.problem)
    except clients.NoToken:
        watch.token_unreadable(row.account)
        end(row, no_access())
    except TokenRejected as exc:
        watch.refused(row.account, exc)
        wait_for_connection(row)
        return False
    except (NotYet, GraphUnreachable, TemporaryFailure, RateLimited) as exc:
        if rest(row, exc.retry_after):
            return False
        end(row, no_answer())
    except GraphAPIError as exc:
        refused(row, exc)
    return True


def begin(template: MessageTemplate, work: str, user: User | None, task: Task, **state) -> None:
    """For a task, after the transaction. `template` is locked by the caller."""
    values = {"work": work, "work_until": timezone.now() + BEGINS, "work_by": user, "work_problem": None}
    _write(template, work_state={"is_free": True, "tries": 0, **state}, **values)
    wakeups.wake_on_commit(task, template.pk)


def claim(template_pk: int, work: str) -> MessageTemplate | None:
    """The template, ours until its lease is over. None if it is another's, or there is nothing to do now."""
    row = (
        MessageTemplate.objects.select_related("account__workspace", "work_by")
        .filter(pk=template_pk, work=work)
        .first()
    )
    if row is None or not (row.work_state.get("is_free") or row.work_until <= timezone.now()):
        return None
    tries = row.work_state.get("tries", 0) + 1
    until, state = timezone.now() + LEASE, {**row.work_state, "is_free": False, "rests": False, "tries": tries}
    mine = MessageTemplate.objects.filter(pk=row.pk, work=work, work_until=row.work_until)
    if not mine.update(work_until=until, work_state=state):
        return None
    row.work_until, row.work_state = until, state
    return row


def keep(row: MessageTemplate, **state) -> None:
    """Still at it. What is to be known after a kill is written down. Raises Lost."""
    until, new = timezone.now() + LEASE, {**row.work_state, **state}
    _held(row, work_until=until, work_state=new)
    row.work_until, row.work_state = until, new


def rest(row: MessageTemplate, seconds: float | None = None) -> bool:
    """Try again later, each time after a longer pause. False when it was tried often enough."""
    tries = row.work_state["tries"]
    if tries >= MOST_TRIES:
        return False
    pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
    until = timezone.now() + max(pause, timedelta(seconds=seconds or 0))
    _held(row, work_until=until, work_state={**row.work_state, "rests": True})
    live.touch(row.workspace_id)
    return True


def wait_for_connection(row: MessageTemplate) -> None:
    """It goes on by itself when the connection works again. Until then people may change what is written."""
    happened = _("The connection to WhatsApp is broken or being checked. Nothing was lost.")
    todo = _("It goes on by itself when the connection works again. Reconnect if the connection page says so.")
    problem = problem_of(_("It waits for the connection"), happened, todo)
    _held(
        row, work_until=timezone.now(), work_problem=problem, work_state={**row.work_state, "rests": False, "tries": 0}
    )
    live.touch(row.workspace_id)


def is_hopeless(row: MessageTemplate) -> bool:
    """It was begun too often, and not even an end of it came: something of ours dies of it."""
    return row.work_state["tries"] > MOST_TRIES


def end(row: MessageTemplate, problem: dict | None = None) -> None:
    _held(row, work=Work.NONE, work_until=None, work_state={}, work_by=None, work_problem=problem)
    live.touch(row.workspace_id)


def left_lying() -> QuerySet[MessageTemplate]:
    """Work whose lease or pause is over, of accounts that can be asked."""
    connected = MessageTemplate.objects.filter(account__state=WABA.State.CONNECTED, account__suspected_at=None)
    return connected.exclude(work=Work.NONE).filter(work_until__lte=timezone.now())


# What went wrong ------------------------------------------------------------------------------------------------------
def problem_of(title: str, happened: str, todo: str, *, code: str = "", said: str = "") -> dict:
    return {"title": title, "happened": happened, "todo": todo, "code": code, "said": said}


def refusal(exc: GraphAPIError, title: str) -> dict:
    """Meta's own words beside ours; hers are in the language of the log-in, and only shown."""
    said = ": ".join(text for text in (exc.user_title, exc.user_message) if text) or exc.details
    happened = plain_words(exc.code, exc.subcode) or _("Meta refused it.")
    code = exc.known.key if exc.known else "-".join(str(part) for part in (exc.code, exc.subcode) if part)
    todo = gettext(exc.verdict.words.todo) if exc.verdict.words.todo else ""
    return problem_of(title, happened, todo, code=code, said=said[:1000])


def no_answer() -> dict:
    return problem_of(
        _("Meta did not answer"),
        _("Galantis tried it several times over some hours. What you wrote is kept."),
        _("Submit it again later. If it stays so, ask support."),
    )


def no_access() -> dict:
    return problem_of(
        _("There is no access to Meta"),
        _("The stored access cannot be opened any more. What you wrote is kept."),
        _("Connect the account again, then submit it again."),
    )


def _held(row: MessageTemplate, **values) -> None:
    mine = MessageTemplate.objects.filter(pk=row.pk, work=row.work, work_until=row.work_until)
    if not mine.update(**values):
        raise Lost
    for name, value in values.items():
        setattr(row, name, value)


def _write(row: MessageTemplate, **values) -> None:
    MessageTemplate.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)
    live.touch(row.workspace_id)


def is_askable(row: MessageTemplate) -> bool:
    account = row.account
    return account.state == WABA.State.CONNECTED and account.suspected_at is None


def moment_of(row: MessageTemplate, name: str) -> datetime | None:
    """A moment that was kept in the state of the work."""
    text = row.work_state.get(name)
    return datetime.fromisoformat(text) if isinstance(text, str) else None
