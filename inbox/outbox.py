"""The life of a message going out: claimed, marked, posted, settled. Killed anywhere, nothing is lost or sent twice.

`claimed` is safe to give back. `sending` is written durably before the POST starts; from there on only Meta's answer,
a status with our reference, or a person says what became of it.
"""

import time
import uuid
from collections import defaultdict, deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox import live
from inbox.models import Message
from inbox.services import statuses
from inbox.services.moves import move_messages
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import (
    GraphAPIError,
    GraphError,
    GraphNotReached,
    GraphUnreachable,
    RateLimited,
    SenderStopped,
    TemporaryFailure,
    TokenRejected,
)
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import incidents
from meta_integration.services.calls import CallBuffer
from meta_integration.services.clients import graph_client_for

log = structlog.get_logger(__name__)
S = Message.Status
CLAIM = 100
MOST_ATTEMPTS = 5
# A pump gives its worker back after this; what is left is announced anew.
RUN_SECONDS = 20


@dataclass
class _Pump:
    """One run over one number's queue. Only the main thread touches the database; the others do HTTP."""

    number: PhoneNumber
    client: MetaGraphClient
    # Marks this run's claims: a row that another run has claimed since is no longer ours to start or to give back.
    token: uuid.UUID = field(default_factory=uuid.uuid4)
    waiting: deque = field(default_factory=deque)
    in_flight: dict[Future, Message] = field(default_factory=dict)
    is_stopped: bool = False
    done: int = 0


def pump(number_pk: int) -> int:
    """Send what is queued for this number until nothing is, or the number stops. Returns how many Meta answered."""
    number = PhoneNumber.objects.select_related("account").filter(pk=number_pk).first()
    if number is None or number.why_it_waits():
        return 0
    fail_what_is_too_late(number)
    calls = CallBuffer()
    try:
        run = _Pump(number, graph_client_for(number.account, recorder=calls))
    except (ValueError, InvalidToken):
        incidents.mark_broken(number.account, _("The stored token cannot be opened. Connect the account again."))
        return 0
    until = time.monotonic() + RUN_SECONDS
    with ThreadPoolExecutor(settings.SENDING_THREADS, thread_name_prefix="send") as threads:
        try:
            while True:
                if not run.waiting and not run.is_stopped and time.monotonic() < until:
                    run.waiting.extend(claim(number, run.token))
                if not run.waiting and not run.in_flight:
                    return run.done
                _start(run, threads)
                answered, _rest = wait(run.in_flight, return_when=FIRST_COMPLETED)
                _settle(run, {future: run.in_flight.pop(future) for future in answered})
        finally:
            give_back(run)
            calls.flush()


@transaction.atomic
def claim(number: PhoneNumber, token: uuid.UUID, limit: int = CLAIM) -> list[Message]:
    """Take the next messages of a number that may send now. A broken or paused one yields none: its messages wait."""
    in_time = Q(type="template") | Q(thread__window_expires_at__gt=timezone.now())
    ready = _due().filter(in_time, number=number).select_related("thread__contact").order_by("priority", "id")
    messages = {message.pk: message for message in ready.select_for_update(of=("self",), skip_locked=True)[:limit]}
    moved = move_messages(messages, S.CLAIMED, claimed_by=token, lease_until=_lease())
    return [messages[pk] for pk in messages if pk in set(moved)]


def give_back(run: _Pump) -> None:
    """Claimed by this run but not begun: back in the queue."""
    pks = [message.pk for message in run.waiting]
    run.waiting.clear()
    move_messages(pks, S.QUEUED, where={"status": S.CLAIMED, "claimed_by": run.token}, lease_until=None)


def has_due(number_pk: int) -> bool:
    """Whether something of this number could go out right now."""
    return _due().filter(number=number_pk).exists()


def sweep() -> list[int]:
    """Mend what dead workers left, and name the numbers that have something to send."""
    # Looked at twice, when chosen and when moved: a pump may have begun one of them in between.
    is_over = {"lease_until__lt": timezone.now()}
    claimed = list(Message.objects.filter(status=S.CLAIMED, **is_over).values_list("pk", flat=True))
    move_messages(claimed, S.QUEUED, where={"status": S.CLAIMED, **is_over}, lease_until=None)
    # Meta may have these, and twice is worse than late: they are never sent again blindly.
    sending = list(Message.objects.filter(status=S.SENDING, **is_over).values_list("pk", flat=True))
    _tell_pages(move_messages(sending, S.UNKNOWN, where=is_over, **_unknown()))
    # A number that is being worked on goes on by itself: another pump would only take a worker from other numbers.
    at_work = Message.objects.filter(status__in=[S.CLAIMED, S.SENDING], lease_until__gt=timezone.now())
    due = _due().exclude(number__in=at_work.values("number"))
    return list(due.values_list("number_id", flat=True).distinct().order_by())


def fail_what_is_too_late(number: PhoneNumber) -> None:
    """Free text whose window closed while it waited fails with that reason, instead of going out to be refused."""
    late = Message.objects.filter(number=number, status=S.QUEUED, thread__window_expires_at__lte=timezone.now())
    reason = _("It waited until the 24 hours after the customer's last message were over, so it was not sent.")
    failed = move_messages(list(late.exclude(type="template").values_list("pk", flat=True)), S.FAILED, error=reason)
    _tell_pages(failed)


def body_of(message: Message) -> dict:
    """The body for `POST /messages`. Reads the thread's contact."""
    contact = message.thread.contact
    # With "+", or Meta may put the shop's own country code before it.
    to = {"to": f"+{contact.wa_id}"} if contact.wa_id else {"recipient": contact.user_id}
    return {**to, "type": message.type, **message.content, "biz_opaque_callback_data": str(message.reference)}


def _due():
    """What is queued, may go out by now, and belongs to a number that can send. Served by the index `outbox_claim`."""
    return Message.objects.filter(
        status=S.QUEUED,
        not_before__lte=timezone.now(),
        number__state=PhoneNumber.State.CONNECTED,
        number__paused_reason="",
        number__account__state=WABA.State.CONNECTED,
    )


def _start(run: _Pump, threads: ThreadPoolExecutor) -> None:
    """Mark as many as there are free connections, durably, then let them go."""
    free = settings.SENDING_THREADS - len(run.in_flight)
    starting = {}
    while run.waiting and len(starting) < free:
        message = run.waiting.popleft()
        starting[message.pk] = message
    mine = {"claimed_by": run.token}
    for pk in move_messages(starting, S.SENDING, where=mine, lease_until=_lease(), attempts=F("attempts") + 1):
        message = starting[pk]
        future = threads.submit(run.client.send_message, run.number.phone_number_id, body_of(message))
        run.in_flight[future] = message


def _settle(run: _Pump, answered: dict[Future, Message]) -> None:
    accepted = {}
    for future, message in answered.items():
        error = future.exception()
        if error is None:
            accepted[message.pk] = future.result()
        else:
            _settle_error(run, message, error)
    if accepted:
        _record_accepted(run.number, accepted)
    run.done += len(answered)
    live.touch(run.number.workspace_id)


def _record_accepted(number: PhoneNumber, wamids: dict[int, str]) -> None:
    with transaction.atomic():
        messages = Message.objects.filter(pk__in=wamids, wamid=None).order_by("pk").select_for_update()
        for message in messages:
            message.wamid = wamids[message.pk]
        Message.objects.bulk_update(messages, ["wamid"])
        move_messages(wamids, S.SENT, lease_until=None, error="", error_code=None)
    statuses.adopt_orphans_of(number.pk, list(wamids.values()))


def _settle_error(run: _Pump, message: Message, error: BaseException) -> None:
    if isinstance(error, TokenRejected):
        _stop(run, message)
        incidents.mark_broken(run.number.account, _("Meta refused the connection's token (code %s).") % error.code)
    elif isinstance(error, SenderStopped):
        _stop(run, message)
        incidents.stop_sending(run.number, error.known)
    elif isinstance(error, GraphNotReached | RateLimited | TemporaryFailure):
        _try_later(run, message, error)
    elif isinstance(error, GraphAPIError):
        reason = error.known.meaning if error.known else error.details
        move_messages([message.pk], S.FAILED, error_code=error.code, error=reason[:500], lease_until=None)
    else:
        reason = str(error) if isinstance(error, GraphUnreachable) else type(error).__name__
        log.warning("not known whether a message went out", message=message.pk, reason=reason)
        move_messages([message.pk], S.UNKNOWN, **_unknown())


def _stop(run: _Pump, message: Message) -> None:
    """Nothing of this number can go out now: everything waits, nothing fails, no try is counted."""
    run.is_stopped = True
    move_messages([message.pk], S.QUEUED, where=_begun_by(run), lease_until=None, attempts=F("attempts") - 1)
    give_back(run)


def _begun_by(run: _Pump) -> dict:
    """Also when the lease ran out meanwhile and the message is `unknown`: Meta's answer has made it known."""
    return {"claimed_by": run.token, "status__in": [S.SENDING, S.UNKNOWN]}


def _try_later(run: _Pump, message: Message, error: GraphError) -> None:
    """Meta said "not now", or was not reached: certain not to have it. Waits longer each time; limits never fail it."""
    attempts = message.attempts + 1
    if attempts >= MOST_ATTEMPTS and isinstance(error, TemporaryFailure):
        reason = _("Meta could not take the message in %(count)s tries.") % {"count": attempts}
        move_messages([message.pk], S.FAILED, error_code=error.code, error=reason, lease_until=None)
        return
    pause = timedelta(seconds=min(2 * 4 ** min(attempts - 1, 5), 300))
    later = {"not_before": timezone.now() + pause, "lease_until": None, "error": ""}
    move_messages([message.pk], S.QUEUED, where=_begun_by(run), **later)


def _unknown() -> dict:
    reason = _(
        "WhatsApp did not confirm it, so it may or may not have gone out. Galantis does not send it again by itself."
    )
    return {"lease_until": None, "error": reason}


def _tell_pages(pks: list[int]) -> None:
    by_workspace = defaultdict(list)
    for pk, workspace_id in Message.objects.filter(pk__in=pks).values_list("pk", "workspace_id"):
        by_workspace[workspace_id].append(pk)
    for workspace_id in by_workspace:
        live.touch(workspace_id)


def _lease():
    return timezone.now() + timedelta(seconds=settings.SENDING_LEASE_SECONDS)
