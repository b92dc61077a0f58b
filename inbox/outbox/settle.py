"""What each of Meta's answers means for its message, and for all that still waits behind it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_noop

from inbox.models import Message, Priority, Thread
from inbox.outbox import claims, files
from inbox.outbox.claims import Claimed
from inbox.services import consent, statuses, template_refusals
from inbox.services.moves import move_messages, record_sent
from meta_integration import pacing
from meta_integration.graph.errors import ErrorClass, GraphAPIError, GraphNotReached, GraphUnreachable
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import incidents, watch
from templates_app.services import news
from workspaces import live

log = structlog.get_logger(__name__)
S = Message.Status
# With their pauses some ten minutes: an outage of Meta's fails nothing.
MOST_ATTEMPTS = 7
TRIED_OFTEN = gettext_noop("Meta could not take the message in %(count)s tries.")
# So many answers in a row that are no answers, and the number rests. After a rest one message tries for all.
UNANSWERED = 10
FIRST_REST, LONGEST_REST_OF_NUMBER = timedelta(seconds=5), timedelta(minutes=1)
# When Meta gives no hint for how long an account must rest.
ACCOUNT_RESTS = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=24)


class NotStarted(Exception):
    """The number stopped before this one was posted. Meta has not heard of it."""

    error_class = None


@dataclass
class Verdicts:
    """The answers of one round, sorted by what becomes of their messages."""

    accepted: dict[int, str] = field(default_factory=dict)
    # (seconds from now, tries so far) -> messages.
    later: dict[tuple[float, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    # Nothing was wrong with them, so no try is counted.
    waiting: list[int] = field(default_factory=list)
    failed: dict[tuple[int | None, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    unknown: list[int] = field(default_factory=list)


def settle(run, answers: list[tuple[Claimed, str | BaseException]]) -> None:
    """Write what Meta said about these, in one transaction; then what it means for the number, account or customer."""
    verdicts, consequences = Verdicts(), {}
    for row, answer in answers:
        if isinstance(answer, str):
            verdicts.accepted[row.pk] = answer
        else:
            consequence = _judge(verdicts, row, answer)
            consequences.setdefault((consequence, _subject(consequence, row, answer)), (row, answer))
    with transaction.atomic():
        _without_waiting_for_the_disk()
        _write(verdicts, run.token)
        _calm_pairs([row for row, answer in answers if isinstance(answer, str) and row.pair_strikes])
    if verdicts.accepted:
        statuses.adopt_orphans_of(run.number.pk, list(verdicts.accepted.values()))
    for (consequence, _of), (row, answer) in consequences.items():
        if consequence:
            consequence(run, row, answer)
    _mind_an_outage(run, [answer for _row, answer in answers])
    has_a_persons = any(row.priority == Priority.AGENT for row, _ in answers)
    live.touch(run.number.workspace_id, *{row.thread_id for row, _ in answers}, in_list=has_a_persons)


def _without_waiting_for_the_disk() -> None:
    """Should PostgreSQL's machine lose these, they are still `sending` there: not known, and settled by a status."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _write(verdicts: Verdicts, token) -> None:
    # Also when the lease ran out meanwhile and the message is `unknown`: Meta's answer has made it known.
    ours = {"claimed_by": token, "status__in": [S.CLAIMED, S.SENDING, S.UNKNOWN]}
    record_sent(verdicts.accepted)
    one_less = Greatest(F("attempts") - 1, 0)
    move_messages(verdicts.waiting, S.QUEUED, where=ours, lease_until=None, attempts=one_less)
    for (seconds, attempts), pks in verdicts.later.items():
        later = {"not_before": timezone.now() + timedelta(seconds=seconds), "attempts": attempts}
        move_messages(pks, S.QUEUED, where=ours, lease_until=None, error="", **later)
    for (code, reason), pks in verdicts.failed.items():
        move_messages(pks, S.FAILED, where=ours, error_code=code, error=reason, lease_until=None)
    move_messages(verdicts.unknown, S.UNKNOWN, where=ours, **claims.unknown())


# One answer ----------------------------------------------------------------------------------------------------------
def _judge(verdicts: Verdicts, row: Claimed, answer: BaseException):
    """Sort one message that Meta did not take; return what else must happen, if anything."""
    # An error of ours comes from somewhere around the call: it may have happened.
    error_class = getattr(answer, "error_class", ErrorClass.UNKNOWN_OUTCOME)
    if isinstance(answer, NotStarted) or error_class in STOPS or _is_held(row, answer, error_class):
        verdicts.waiting.append(row.pk)
    elif error_class in SLOWS or _may_be_tried_again(row, answer, error_class):
        # A customer who is written to too fast rests as a whole, so that the order holds.
        pause = 0 if error_class is ErrorClass.SLOW_PAIR else _pause(row)
        verdicts.later[pause, row.attempts + 1].append(row.pk)
    elif error_class is ErrorClass.UNKNOWN_OUTCOME:
        reason = str(answer) if isinstance(answer, GraphUnreachable) else type(answer).__name__
        log.warning("not known whether a message went out", message=row.pk, reason=reason)
        verdicts.unknown.append(row.pk)
    else:
        verdicts.failed[answer.code, _reason(row, answer)].append(row.pk)
    if getattr(answer, "code", None) == consent.REFUSED_OFFERS:
        return _note_no_offers
    if row.template_id and template_refusals.is_about_template(getattr(answer, "code", None)):
        return _mind_template
    return _upload_anew if _needs_its_files_anew(row, answer) else CONSEQUENCES.get(error_class)


def _subject(consequence, row: Claimed, answer: BaseException):
    """It happens once in a round for each message, for each template and code, or else for the number."""
    if consequence is _mind_template:
        return row.template_id, answer.code
    return row.pk if consequence in FOR_EACH else None


def _is_held(row: Claimed, answer: BaseException, error_class: ErrorClass) -> bool:
    """Nothing is wrong with the message: it waits until Meta lets its template be sent again."""
    is_stopped = error_class is ErrorClass.TEMPLATE_STOPPED and answer.code != news.UNKNOWN_TO_META
    return is_stopped and row.template_id is not None


def _may_be_tried_again(row: Claimed, answer: BaseException, error_class: ErrorClass) -> bool:
    """Meta's own trouble, and a template that it does not know, a few times; not reached at all, without end; a file it
    does not find any more, once."""
    if _needs_its_files_anew(row, answer):
        return True
    if row.template_id and getattr(answer, "code", None) == news.UNKNOWN_TO_META:
        return row.attempts + 1 < MOST_ATTEMPTS
    is_networks_fault = isinstance(answer, GraphNotReached) or getattr(answer, "is_networks_fault", False)
    has_tries_left = is_networks_fault or row.attempts + 1 < MOST_ATTEMPTS
    return error_class is ErrorClass.TRY_AGAIN and has_tries_left


def _needs_its_files_anew(row: Claimed, answer: BaseException) -> bool:
    """The id may have expired at Meta. In the first try only: a file that is wrong stays so."""
    is_refused = isinstance(answer, GraphAPIError) and answer.code == statuses.MEDIA_REFUSED
    return bool(is_refused and row.attempts == 0 and row.assets)


def _pause(row: Claimed) -> float:
    """Seconds; longer each time. What limits hold back is tried for ever, Meta's own trouble a few times."""
    return min(2 * 4 ** min(row.attempts, 5), 300)


def _reason(row: Claimed, answer: GraphAPIError) -> str:
    if answer.error_class is ErrorClass.TRY_AGAIN and not isinstance(answer, files.UploadFailed):
        return TRIED_OFTEN % {"count": row.attempts + 1}
    if row.template_id and answer.code in news.DIFFERS:
        return template_refusals.words(row.content, answer.code, answer.details)
    return statuses.reason_of(answer.code, answer.subcode, answer.details)


# What it means for the others ----------------------------------------------------------------------------------------
def _doubt_connection(run, row: Claimed, answer: GraphAPIError) -> None:
    run.stop()
    watch.refused(run.number.account, answer)


def _stop_number(run, row: Claimed, answer: GraphAPIError) -> None:
    run.stop()
    incidents.stop_sending(run.number, answer.known)


def _hold_account(run, row: Claimed, answer: GraphAPIError) -> None:
    """Until the time that Meta names, or a minute. Every number of the account waits."""
    run.stop()
    rest = min(timedelta(seconds=answer.retry_after), LONGEST_REST) if answer.retry_after else ACCOUNT_RESTS
    WABA.objects.filter(pk=run.number.account_id).update(held_until=timezone.now() + rest)


def _slow_number(run, row: Claimed, answer: GraphAPIError) -> None:
    pacing.slow_down(run.number)


def _slow_pair(run, row: Claimed, answer: GraphAPIError) -> None:
    """This customer only: 1 second, 4, 16, ... as Meta advises, until one goes through."""
    not_before = timezone.now() + timedelta(seconds=4 ** min(row.pair_strikes, 6))
    Thread.objects.filter(pk=row.thread_id).update(not_before=not_before, pair_strikes=F("pair_strikes") + 1)
    run.put_back([each for each in run.waiting if each.thread_id == row.thread_id])


def _mind_an_outage(run, answers: list) -> None:
    """While Meta gives no readable answer the number rests, longer each time: what waits cannot get lost meanwhile."""
    for answer in answers:
        if isinstance(answer, NotStarted | files.UploadFailed):  # Not posted, so not in doubt.
            continue
        is_silence = getattr(answer, "error_class", None) in NO_ANSWER
        run.unanswered = run.unanswered + 1 if is_silence else 0
        if not is_silence and run.is_probing:
            run.is_probing = False
            PhoneNumber.objects.filter(pk=run.number.pk).update(rests_until=None, rest_count=0)
            run.number.rest_count = 0
    if run.unanswered >= (1 if run.is_probing else UNANSWERED) and not run.is_stopped:
        run.stop()
        rest = min(FIRST_REST * 2 ** min(run.number.rest_count, 10), LONGEST_REST_OF_NUMBER)
        awake = PhoneNumber.objects.filter(pk=run.number.pk, rest_count=run.number.rest_count)
        awake.update(rests_until=timezone.now() + rest, rest_count=F("rest_count") + 1)
        log.warning("Meta does not answer: a number rests", number=run.number.pk, seconds=rest.total_seconds())


def _mind_template(run, row: Claimed, answer: GraphAPIError) -> None:
    """It is told what Meta said of it. What is claimed with it goes back, if Meta would refuse that too."""
    template_refusals.tell(row.template_id, answer.code, timezone.now())
    if answer.error_class is ErrorClass.TEMPLATE_STOPPED:
        run.put_back([each for each in run.waiting if each.template_id == row.template_id])


def _upload_anew(run, row: Claimed, answer: GraphAPIError) -> None:
    files.forget(run, row)


def _note_no_offers(run, row: Claimed, answer: GraphAPIError) -> None:
    consent.refused([row.pk], timezone.now())


def _calm_pairs(rows: Iterable[Claimed]) -> None:
    pks = [row.thread_id for row in rows]
    if pks:
        Thread.objects.filter(pk__in=pks).update(not_before=None, pair_strikes=0)


STOPS = {ErrorClass.TOKEN_DEAD, ErrorClass.ACCOUNT_STOPPED, ErrorClass.NUMBER_STOPPED, ErrorClass.SLOW_ACCOUNT}
SLOWS = {ErrorClass.SLOW_NUMBER, ErrorClass.SLOW_PAIR}
NO_ANSWER = {ErrorClass.UNKNOWN_OUTCOME, ErrorClass.TRY_AGAIN}
FOR_EACH = {_slow_pair, _upload_anew, _note_no_offers}
CONSEQUENCES = {
    ErrorClass.TOKEN_DEAD: _doubt_connection,
    ErrorClass.ACCOUNT_STOPPED: _stop_number,
    ErrorClass.NUMBER_STOPPED: _stop_number,
    ErrorClass.SLOW_ACCOUNT: _hold_account,
    ErrorClass.SLOW_NUMBER: _slow_number,
    ErrorClass.SLOW_PAIR: _slow_pair,
}
