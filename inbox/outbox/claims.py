"""Which messages may go out, who has them, and what comes back when nobody has them any more."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DurationField, Exists, F, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_noop

from inbox.models import Message, Priority
from inbox.outbox import reach
from inbox.services import consent, fitting
from inbox.services.moves import move_messages
from inbox.services.waiting import TOO_LATE, TOO_OLD
from meta_integration import pacing
from meta_integration.models import WABA, PhoneNumber
from meta_integration.services import media
from templates_app.design import AUTHENTICATION, MARKETING
from templates_app.models import MessageTemplate
from workspaces import live

S = Message.Status
# Campaigns are fed no further ahead than this: what waits in their own lists can still be stopped or changed.
SECONDS_AHEAD = 60
# Failed in one go; the rest in the next.
MOST_TOO_OLD = 10_000
# So long Meta tries to deliver a one-time code whose template does not say.
CODES_LIVE = timedelta(minutes=10)
# Messages a second that one process is sure to send, with the machine's other work beside it.
ONE_PROCESS_SENDS = 400


@dataclass(slots=True)
class Claimed:
    """What a pump needs of a message: one row of a claim, without the models' weight."""

    pk: int
    thread_id: int
    contact_id: int
    priority: int
    attempts: int
    reference: uuid.UUID
    type: str
    content: dict
    wa_id: str | None
    user_id: str | None
    marketing_state: str
    pair_strikes: int
    window_expires_at: datetime | None
    reached_at: datetime | None
    template_id: int | None
    filling: dict | None
    # The files of ours it needs at Meta.
    assets: set[int] = field(init=False)
    # Meta's ids for them, once it leaves.
    media_ids: dict[int, str] = field(default_factory=dict, init=False)

    def __post_init__(self):
        self.assets = media.assets_in(self.content)

    def body(self) -> dict:
        """The body for `POST /messages`, each of its files named by Meta's id."""
        # With "+", or Meta may put the shop's own country code before it.
        to = {"to": f"+{self.wa_id}"} if self.wa_id else {"recipient": self.user_id}
        content = media.with_ids(self.content, self.media_ids) if self.assets else self.content
        return {**to, "type": self.type, **content, "biz_opaque_callback_data": str(self.reference)}


COLUMNS = ["pk", "thread_id", "thread__contact_id", "priority", "attempts", "reference", "type", "content"]
COLUMNS += ["thread__contact__wa_id", "thread__contact__user_id", "thread__contact__marketing_state"]
COLUMNS += ["thread__pair_strikes"]
COLUMNS += ["thread__window_expires_at", "thread__reached_at", "template_id", "filling"]


def claim(number: PhoneNumber, token: uuid.UUID, limit: int, priorities=tuple(Priority)) -> list[Claimed]:
    """Take the next messages of a number that may send now, the most urgent first; only of these priorities.

    A broken or paused number yields none: its messages wait. So do those of a template that Meta has stopped, whatever
    it was when they were queued. Offers to customers who want none are skipped. `token` marks this run's claims.
    """
    while True:
        rows, skipped = _claim(number, token, limit, priorities)
        if rows or not skipped:  # Or what stands behind them would wait for another to wake the pump.
            return rows


@transaction.atomic
def _claim(number: PhoneNumber, token: uuid.UUID, limit: int, priorities) -> tuple[list[Claimed], list[int]]:
    """What is claimed, and what is not sent after all."""
    now = timezone.now()
    in_time = Q(type="template") | Q(thread__window_expires_at__gt=now)
    ready = due(number).filter(in_time, priority__in=priorities)
    # What another run has of this customer goes first.
    at_work = Message.objects.filter(thread=OuterRef("thread"), status__in=[S.CLAIMED, S.SENDING])
    ready = ready.exclude(Exists(at_work.exclude(claimed_by=token)))
    room = reach.room(number)
    ready = reach.allowed(ready, room, now).order_by("priority", "id").select_for_update(of=("self",), skip_locked=True)
    rows = [Claimed(*row) for row in ready.values_list(*COLUMNS)[:limit]]
    rows, skipped = _wanted(rows)
    rows = reach.within(number, rows, room, now)
    moved = set(move_messages([row.pk for row in rows], S.CLAIMED, claimed_by=token, lease_until=lease()))
    return fitting.fitted([row for row in rows if row.pk in moved]), skipped


def _wanted(rows: list[Claimed]) -> tuple[list[Claimed], list[int]]:
    """Without the offers to customers who did not ask for any, or no longer want them: those are skipped.

    What is an offer is asked of the few templates in question alone, as Meta has them now.
    """
    asked = {row.template_id for row in rows if row.marketing_state != consent.SUBSCRIBED and row.template_id}
    if not asked:
        return rows, []
    offers = set(MessageTemplate.objects.filter(pk__in=asked, category=MARKETING).values_list("pk", flat=True))
    unwanted = defaultdict(list)
    for row in rows:
        if row.template_id in offers and row.marketing_state != consent.SUBSCRIBED:
            unwanted[row.marketing_state].append(row.pk)
    skipped = {pk for pks in unwanted.values() for pk in pks}
    for state, pks in unwanted.items():
        move_messages(pks, S.SKIPPED, error=consent.why_skipped(state))
    tell_pages(skipped)
    return [row for row in rows if row.pk not in skipped], list(skipped)


def give_back(pks: Iterable[int], token: uuid.UUID) -> None:
    """Claimed by this run but not begun: back in the queue."""
    move_messages(list(pks), S.QUEUED, where={"status": S.CLAIMED, "claimed_by": token}, lease_until=None)


def due(number: PhoneNumber | None = None):
    """What is queued, may go out by now, is not held by its template, and belongs to a number that can send.

    Of this number, if one is named. Served by the index `outbox_claim`.
    """
    now = timezone.now()
    messages = Message.objects.filter(not_held(number))
    if number:
        messages = messages.filter(number=number)
    return messages.filter(
        Q(thread__not_before=None) | Q(thread__not_before__lte=now),
        Q(number__account__held_until=None) | Q(number__account__held_until__lte=now),
        Q(number__rests_until=None) | Q(number__rests_until__lte=now),
        status=S.QUEUED,
        not_before__lte=now,
        number__state=PhoneNumber.State.CONNECTED,
        number__is_registered=True,
        number__paused_reason="",
        number__is_paused=False,
        number__account__state=WABA.State.CONNECTED,
        number__account__suspected_at=None,
    )


def not_held(number: PhoneNumber | None = None) -> Q:
    """Without a template, or with one that may be sent; for messages of this number, if one is named.

    A list of the few that may be sent, and no join: what is held is then passed over at a look, however much it is.
    """
    sendable = MessageTemplate.objects.sendable()
    if number:
        sendable = sendable.filter(account=number.account_id)
    return Q(template=None) | Q(template__in=sendable.values("pk"))


def has_due(number_pk: int) -> bool:
    """Whether something of this number could go out right now."""
    number = PhoneNumber.objects.select_related("account").get(pk=number_pk)
    ready, now = due(number), timezone.now()
    return reach.allowed(ready, reach.room(number), now).exists()


def wants_help(number_pk: int) -> bool:
    """Whether a second process should send for this number: one alone does not reach a high limit."""
    number = PhoneNumber.objects.get(pk=number_pk)
    limit = pacing.limit_of(number)
    if limit <= ONE_PROCESS_SENDS:
        return False
    campaigns = Message.objects.filter(not_held(number), number=number, status=S.QUEUED, priority=Priority.CAMPAIGN)
    return campaigns.order_by()[:limit].count() == limit


def room_for_campaigns(number: PhoneNumber) -> int:
    """How many messages campaigns may queue now. A deep queue takes none: it has enough for the next minute.

    What a stopped template holds does not count, or it would hold up the campaigns of the others.
    """
    most = int(pacing.limit_of(number) * pacing.campaign_share(number) * SECONDS_AHEAD)
    waiting = Message.objects.filter(not_held(number), number=number, status=S.QUEUED).order_by()[:most].count()
    return max(0, most - waiting)


def sweep() -> list[int]:
    """Mend what dead workers left, and name the numbers that have something to send."""
    # Looked at twice, when chosen and when moved: a pump may have begun one of them in between.
    is_over = {"lease_until__lt": timezone.now()}
    claimed = list(Message.objects.filter(status=S.CLAIMED, **is_over).values_list("pk", flat=True))
    move_messages(claimed, S.QUEUED, where={"status": S.CLAIMED, **is_over}, lease_until=None)
    # Meta may have these, and twice is worse than late: they are never sent again blindly.
    sending = list(Message.objects.filter(status=S.SENDING, **is_over).values_list("pk", flat=True))
    tell_pages(move_messages(sending, S.UNKNOWN, where=is_over, **unknown()))
    # A number that is being worked on goes on by itself: another pump would only take a worker from other numbers.
    at_work = Message.objects.filter(status__in=[S.CLAIMED, S.SENDING], lease_until__gt=timezone.now())
    waiting = due().exclude(number__in=at_work.values("number"))
    return numbers_of(waiting)


def numbers_of(messages: QuerySet[Message]) -> list[int]:
    """The pks of the numbers that these go out from, each once."""
    return list(messages.values_list("number_id", flat=True).distinct().order_by())


def fail_what_is_too_late(number: PhoneNumber) -> None:
    """Free text whose window closed while it waited fails with that reason, instead of going out to be refused."""
    is_closed = Q(thread__window_expires_at=None) | Q(thread__window_expires_at__lte=timezone.now())
    late = Message.objects.filter(is_closed, number=number, status=S.QUEUED).exclude(type="template")
    _fail(late, TOO_LATE)
    _fail(_too_old().filter(number=number), TOO_OLD)


def fail_what_is_too_old() -> int:
    """The same for what waits where nothing goes out: a connection nobody mends, a template that stays stopped."""
    return _fail(_too_old().order_by("pk")[:MOST_TOO_OLD], TOO_OLD)


def _too_old() -> QuerySet[Message]:
    """Templates may go out at any time, and so would wait for ever. None waits for longer than Meta would try."""
    now = timezone.now()
    waiting = Message.objects.filter(type="template", status=S.QUEUED)
    since = now - timedelta(hours=settings.TEMPLATES_WAIT_HOURS)
    a_second = Value(timedelta(seconds=1), DurationField())
    has_no_time = Q(template__ttl_seconds=None, template__category=AUTHENTICATION, not_before__lt=now - CODES_LIVE)
    is_over = Q(template__ttl_seconds__gt=0, not_before__lt=now - F("template__ttl_seconds") * a_second)
    return waiting.filter(Q(not_before__lt=since) | has_no_time | is_over)


def _fail(messages: QuerySet[Message], because: str) -> int:
    failed = move_messages(messages.values_list("pk", flat=True), S.FAILED, error=because)
    tell_pages(failed)
    return len(failed)


def unknown() -> dict:
    """The columns of a message of which nobody knows whether Meta has it."""
    reason = gettext_noop(
        "WhatsApp did not confirm it, so it may or may not have gone out. Galantis does not send it again by itself."
    )
    return {"lease_until": None, "error": reason}


def mark_sending(rows: Iterable[Claimed], token: uuid.UUID) -> set[int]:
    """Durably, before any of them is posted. Returns those that are still this run's to begin."""
    pks = [row.pk for row in rows]
    mine = {"claimed_by": token}
    return set(move_messages(pks, S.SENDING, where=mine, lease_until=lease(), attempts=F("attempts") + 1))


def lease() -> datetime:
    return timezone.now() + timedelta(seconds=settings.SENDING_LEASE_SECONDS)


def tell_pages(pks: list[int]) -> None:
    for workspace_id, thread_id in set(Message.objects.filter(pk__in=pks).values_list("workspace_id", "thread_id")):
        live.touch(workspace_id, thread_id, in_list=False)
