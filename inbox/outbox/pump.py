"""One run over one number's queue. Only the main thread touches the database; the others do HTTP."""

import multiprocessing
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from inbox.apps import LATEST
from inbox.models import Priority
from inbox.outbox import claims, files
from inbox.outbox.claims import Claimed
from inbox.outbox.settle import NotStarted, settle
from meta_integration import pacing
from meta_integration.graph.client import MetaGraphClient
from meta_integration.models import PhoneNumber
from meta_integration.services import watch
from meta_integration.services.calls import CallBuffer
from meta_integration.services.clients import NoToken, graph_client_for
from workspaces.valkey import client as valkey

log = structlog.get_logger(__name__)
# A pump gives its worker back after this, and much sooner when other numbers wait for one.
RUN_SECONDS, SLICE_SECONDS = 60, 1
# So far ahead of their departure messages are claimed, and so often new ones are looked for.
CLAIM_SECONDS, LOOK_SECONDS = 0.5, 0.25
# With pauses that double: some 25 seconds, within which PostgreSQL's stand-in has taken over.
SETTLE_TRIES = 9
# Files on their way to Meta at the same time, beside the messages: they are large, and slow.
UPLOADS = 4
# Answers that come within this are written together.
ROUND_SECONDS = 0.02
# The rest of the connections is for agents, however slowly Meta answers a campaign.
CAMPAIGNS_SHARE = 0.8
# Set for all workers of this machine when they are asked to end: what is claimed and not begun goes back at once.
# A plain byte that they share: a lock could be taken with a worker that is killed.
stopping = multiprocessing.get_context("fork").RawValue("b", 0)


@dataclass
class Run:
    number: PhoneNumber
    client: MetaGraphClient
    threads: ThreadPoolExecutor
    uploads: ThreadPoolExecutor
    calls: CallBuffer
    priorities: tuple[int, ...] = tuple(Priority)
    # Marks this run's claims: a row that another run has claimed since is no longer ours to start or to give back.
    token: uuid.UUID = field(default_factory=uuid.uuid4)
    begun_at: float = field(default_factory=time.monotonic)
    looked_at: float = float("-inf")
    waiting: list[Claimed] = field(default_factory=list)
    in_flight: dict[int, Claimed] = field(default_factory=dict)
    # (message, answer) and (pk of a file, Meta's id), each with an error in place of the latter.
    answers: SimpleQueue = field(default_factory=SimpleQueue)
    media_ids: dict[int, str] = field(default_factory=dict)
    uploading: set[int] = field(default_factory=set)
    is_stopped: bool = False
    # After a rest: one message finds out for all whether Meta answers again.
    is_probing: bool = False
    unanswered: int = 0
    done: int = 0

    def stop(self) -> None:
        """Nothing of this number can go out now: everything waits, nothing fails."""
        self.is_stopped = True
        self.put_back(self.waiting)

    def put_back(self, rows: list[Claimed]) -> None:
        pks = {row.pk for row in rows}
        self.waiting = [row for row in self.waiting if row.pk not in pks]
        claims.give_back(pks, self.token)


def pump(number_pk: int, *, only_campaigns: bool = False) -> int:
    """Send what is queued for this number until nothing is, or the number stops. Returns how many Meta answered.

    A second process that helps takes campaigns only: the messages of a conversation leave one after the other.
    """
    number = PhoneNumber.objects.select_related("account").filter(pk=number_pk).first()
    if number is None or number.why_it_waits():
        return 0
    claims.fail_what_is_too_late(number)
    calls = CallBuffer()
    try:
        client = graph_client_for(number.account, recorder=calls)
    except NoToken:
        watch.token_unreadable(number.account)
        return 0
    with (
        ThreadPoolExecutor(settings.SENDING_THREADS, thread_name_prefix="send") as threads,
        ThreadPoolExecutor(UPLOADS, thread_name_prefix="upload") as uploads,
    ):
        run = Run(number, client, threads, uploads, calls, (Priority.CAMPAIGN,) if only_campaigns else tuple(Priority))
        run.is_probing = number.rest_count > 0
        try:
            _go_on(run)
        finally:
            _end(run)
    return run.done


def _go_on(run: Run) -> None:
    while True:
        _claim_more(run)
        if not run.waiting and not run.in_flight and not run.uploading:
            return
        pause = _start(run)
        answers = _answers(run, pause)
        if answers:
            _settle(run, answers)


def _end(run: Run) -> None:
    """Whatever ended it: what was not begun goes back, and no answer of Meta's is lost."""
    run.is_stopped = True
    try:
        run.put_back(run.waiting)
    except DatabaseError as exc:  # Its leases end by themselves.
        log.warning("claims not given back", reason=type(exc).__name__)
    while run.in_flight or run.uploading:
        if answers := _answers(run, 1):
            _settle(run, answers)
    run.calls.flush()


def _claim_more(run: Run) -> None:
    """Enough for the next moments. What is urgent and comes later is found all the same, and goes first."""
    now = time.monotonic()
    enough = max(2, int(pacing.limit_of(run.number) * CLAIM_SECONDS))
    has_enough = len(run.waiting) > enough // 2
    if (run.waiting or run.in_flight) and (has_enough or not run.waiting) and now - run.looked_at < LOOK_SECONDS:
        return
    if run.is_stopped or stopping.value or _is_over(run, now):
        # Those whose file is on its way stay, and hear what becomes of it.
        stay = not (run.is_stopped or stopping.value)
        run.put_back([row for row in run.waiting if not (stay and row.assets & run.uploading)])
        return
    if run.is_probing and (run.waiting or run.in_flight):
        return
    run.looked_at = now
    run.calls.flush()
    priorities = [each for each in run.priorities if each == Priority.AGENT or not has_enough]
    claimed = claims.claim(run.number, run.token, 1 if run.is_probing else enough // 2 + 1, priorities)
    files.look_up(run, claimed)
    run.waiting += claimed
    run.waiting.sort(key=lambda row: (row.priority, row.pk))


def _is_over(run: Run, now: float) -> bool:
    """Its time is over: a short one when other numbers wait for a worker."""
    lasted = now - run.begun_at
    if lasted < SLICE_SECONDS:
        return False
    try:
        return lasted > RUN_SECONDS or valkey().llen(settings.SENDING_QUEUE) > 0
    except RedisError:
        return lasted > RUN_SECONDS


def _start(run: Run) -> float:
    """Begin what has a departure and a free connection. Returns the seconds after which to look again."""
    pause = LOOK_SECONDS
    for is_urgent in (True, False):
        rows = _ready(run, is_urgent)
        if not rows:
            continue
        departures = pacing.book(run.number, len(rows), is_urgent=is_urgent)
        times = departures.times(time.monotonic())
        if len(times) < len(rows):
            pause = min(pause, max(departures.wait, ROUND_SECONDS))
        if not times:
            continue
        rows = rows[: len(times)]
        mine = claims.mark_sending(rows, run.token)
        begun = {row.pk for row in rows}
        run.waiting = [row for row in run.waiting if row.pk not in begun]
        for row, at in zip((row for row in rows if row.pk in mine), times, strict=False):
            run.in_flight[row.pk] = row
            row.media_ids = {pk: run.media_ids[pk] for pk in row.assets}
            run.threads.submit(_send, run, row, row.body(), at)
    return pause


def _ready(run: Run, is_urgent: bool) -> list[Claimed]:
    """Those that may begin: one at a time for each customer, so that their order holds; a free connection for each."""
    most = settings.SENDING_THREADS if is_urgent else max(1, int(settings.SENDING_THREADS * CAMPAIGNS_SHARE))
    free = most - len(run.in_flight)
    busy = {row.thread_id for row in run.in_flight.values()}
    ready = []
    for row in run.waiting:
        if len(ready) >= free:
            break
        if (row.priority == Priority.AGENT) == is_urgent and row.thread_id not in busy:
            busy.add(row.thread_id)
            if files.are_there(run, row):
                ready.append(row)
    return ready


def _send(run: Run, row: Claimed, body: dict, at: float) -> None:
    """In a thread: leave at the booked moment, and put the answer where the main thread finds it."""
    try:
        early = at - time.monotonic()
        if early > 0:
            time.sleep(early)
        pacing.wait_for_room(run.number)
        if run.is_stopped or time.monotonic() - at > LATEST:
            answer = NotStarted()
        else:
            answer = run.client.send_message(run.number.phone_number_id, body)
    except BaseException as exc:  # noqa: BLE001 - whatever it is, it is this message's answer
        answer = exc
    run.answers.put((row, answer))


def _answers(run: Run, pause: float) -> list[tuple]:
    """The answers that are there; waits up to `pause` seconds for the first."""
    answers = []
    try:
        answers.append(run.answers.get(timeout=pause))
        time.sleep(ROUND_SECONDS)
        while True:
            answers.append(run.answers.get_nowait())
    except Empty:
        return answers


def _settle(run: Run, answers: list[tuple]) -> None:
    uploads = [answer for answer in answers if not isinstance(answer[0], Claimed)]
    answers = [answer for answer in answers if isinstance(answer[0], Claimed)] + files.take(run, uploads)
    for attempt in range(SETTLE_TRIES):
        try:
            settle(run, answers)
            break
        except DatabaseError as exc:  # A deadlock, or PostgreSQL was away for a moment: the answers are not lost.
            if attempt == SETTLE_TRIES - 1:
                raise
            log.warning("answers written again", reason=type(exc).__name__)
            time.sleep(0.1 * 2**attempt)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
    answered = {row.pk for row, _answer in answers}
    run.done += sum(run.in_flight.pop(pk, None) is not None for pk in answered)
    run.waiting = [row for row in run.waiting if row.pk not in answered]
