"""How the numbers of an account are, read from Meta: each change once in their history, nothing deleted.

Webhooks are hints, and some are lost; this reading is the truth. Daily for each connected account, spread over the day,
after events that leave something open, and when a person asks.
"""

import time
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration import tasks
from meta_integration.graph.errors import GraphError, TokenRejected
from meta_integration.models import WABA, ConnectionEvent, Incident, PhoneNumber
from meta_integration.services import changes, clients, history, incidents, watch
from workspaces import wakeups

log = structlog.get_logger(__name__)
Source = ConnectionEvent.Source
EVERY, AFTER_A_FAILURE = timedelta(hours=24), timedelta(hours=1)
# One run of the task takes a hundredth of the accounts, and ends after so many seconds: what is left is next.
SHARE_OF_A_RUN, RUN_SECONDS = 100, 60
# Two readings without a number count as two only when they are so far apart: a moment of Meta's may last longer.
APART = timedelta(hours=1)
GONE = "DELETED"  # Meta's word for a number that its account no longer has.


def refresh(account: WABA, *, read_timeout: float | None = None) -> int:
    """Read all numbers of the account; return how many things changed. Raises GraphError and NoToken.

    Nothing is changed unless Meta's whole list came.
    """
    asked_at = timezone.now()
    client = clients.graph_client_for(account, read_timeout=read_timeout)
    found = {str(each["id"]): facts_of(each) for each in client.phone_numbers(account.waba_id) if each.get("id")}
    if WABA.objects.filter(pk=account.pk).exclude(state=WABA.State.DISCONNECTED).update(numbers_asked_at=asked_at):
        return _take_over(account, found, asked_at)
    return 0


def refresh_due() -> int:
    """Refresh connected accounts whose last reading is a day old, the oldest first. Returns how many."""
    connected = WABA.objects.filter(state=WABA.State.CONNECTED)
    day_ago, until, done = timezone.now() - EVERY, time.monotonic() + RUN_SECONDS, 0
    due = connected.filter(Q(numbers_asked_at=None) | Q(numbers_asked_at__lte=day_ago)).select_related("workspace")
    most = 1 + connected.count() // SHARE_OF_A_RUN
    for account in due.order_by(F("numbers_asked_at").asc(nulls_first=True), "pk")[:most]:
        if time.monotonic() > until:
            break
        done += refresh_quietly(account)
    close_what_is_over()
    return done


def refresh_quietly(account: WABA) -> bool:
    """Refresh; when Meta does not let us, only say so in the log, and let it be tried again in an hour."""
    # Whoever comes first: another worker may have chosen the same account.
    same = WABA.objects.filter(pk=account.pk, numbers_asked_at=account.numbers_asked_at)
    if not same.update(numbers_asked_at=timezone.now() - EVERY + AFTER_A_FAILURE):
        return False
    try:
        refresh(account)
    except (GraphError, clients.NoToken) as exc:
        log.warning("the numbers of an account could not be read", account=account.pk, reason=str(exc))
        if isinstance(exc, TokenRejected):
            watch.refused(account, exc)
        return False
    return True


def refresh_one(account_pk: int) -> bool:
    connected = WABA.objects.filter(state=WABA.State.CONNECTED).select_related("workspace")
    account = connected.filter(pk=account_pk).first()
    return refresh_quietly(account) if account else False


def ask_soon(account: WABA) -> None:
    """Have the numbers read by a task, after the transaction: an event said that there is more to know."""
    wakeups.wake_on_commit(tasks.refresh_account, account.pk)


def close_what_is_over() -> int:
    """Close incidents about restrictions that have ended; return how many."""
    now, closed = timezone.now(), 0
    restricted = Incident.objects.filter(kind=Incident.Kind.ACCOUNT_RESTRICTED)
    for incident in restricted.filter(closed_at=None).exclude(account=None).select_related("account"):
        ends = incident.account.events.filter(what="ACCOUNT_RESTRICTION").values_list("became", flat=True)
        before = restricted.filter(account=incident.account).aggregate(at=Max("closed_at"))["at"]
        if before:  # What was told until then is done with.
            ends = ends.filter(at__gt=before)
        # One without an end is open until a person closes it.
        if ends and all(end and datetime.fromisoformat(end) <= now for end in ends):
            closed += incidents.close(Incident.objects.filter(pk=incident.pk), "the restriction ended")
    return closed


def facts_of(each: dict) -> dict:
    """Our columns of what Meta says of a number. Empty or None for what it leaves out."""
    throughput, facts = each.get("throughput"), {}
    for column, name in TEXTS.items():
        value = each.get(name)
        facts[column] = value[: LONGEST[column]] if isinstance(value, str) else ""
    facts["throughput_level"] = str(throughput.get("level") or "")[:20] if isinstance(throughput, dict) else ""
    for column in ("is_on_biz_app", "is_pin_enabled"):
        facts[column] = each[column] if isinstance(each.get(column), bool) else None
    if facts["status"] in ("CONNECTED", "DISCONNECTED"):
        facts["is_registered"] = facts["status"] == "CONNECTED"
    return facts


TEXTS = {
    "display_phone_number": "display_phone_number",
    "verified_name": "verified_name",
    "quality_rating": "quality_rating",
    "messaging_limit_tier": "whatsapp_business_manager_messaging_limit",
    "name_status": "name_status",
    "status": "status",
    "code_verification_status": "code_verification_status",
}
LONGEST = {name: PhoneNumber._meta.get_field(name).max_length for name in TEXTS}


def _take_over(account: WABA, found: dict[str, dict], asked_at: datetime) -> int:
    """In this order: who is missing is told by when the others were last seen."""
    mine = PhoneNumber.objects.for_workspace(account.workspace).filter(account=account)
    last_reading = mine.aggregate(at=Max("checked_at"))["at"]
    known, count = {number.phone_number_id: number for number in mine}, 0
    for phone_number_id, facts in found.items():
        number = known.get(phone_number_id)
        if number is None:
            count += _add(account, phone_number_id, facts, asked_at)
        elif number.state == PhoneNumber.State.CONNECTED:
            if number.status == GONE:
                incidents.resume_number(number, "Meta lists it again")
            count += len(changes.apply(number, facts, at=asked_at, source=Source.CHECK))
            PhoneNumber.objects.filter(pk=number.pk).update(checked_at=asked_at)
    is_another = last_reading is not None and asked_at - last_reading >= APART
    if found and is_another:  # A list without any number is no list.
        for number in known.values():
            if number.phone_number_id not in found:
                count += _miss(account, number, last_reading)
    return count


def _add(account: WABA, phone_number_id: str, facts: dict, asked_at: datetime) -> int:
    values = {name: value for name, value in facts.items() if value is not None}
    try:
        with transaction.atomic():
            live = WABA.objects.select_for_update().filter(pk=account.pk).exclude(state=WABA.State.DISCONNECTED)
            if not live.exists():  # Disconnected while Meta was asked: its numbers are free for others.
                return 0
            number = PhoneNumber.objects.create(
                workspace=account.workspace,
                account=account,
                phone_number_id=phone_number_id[:64],
                checked_at=asked_at,
                **values,
            )
            history.note(account, "number_found", number.display_phone_number, number=number, source=Source.CHECK)
    except IntegrityError:  # Another workspace has it connected, or the other worker was faster.
        return 0
    return 1


def _miss(account: WABA, number: PhoneNumber, last_reading: datetime) -> int:
    """Mark a number that was missing in the reading before this one too. Its row, messages and history stay."""
    was_missing_before = number.checked_at is None or number.checked_at < last_reading
    if not was_missing_before or number.state != PhoneNumber.State.CONNECTED or number.status == GONE:
        return 0
    reason = _("Meta no longer lists it in this account.")
    with transaction.atomic():
        history.note(account, "status", GONE, was=number.status, number=number, source=Source.CHECK)
        PhoneNumber.objects.filter(pk=number.pk).update(status=GONE, paused_reason=reason)
        kind = Incident.Kind.NUMBER_STOPPED
        incidents.open_incident(kind, number.phone_number_id, account=account, evidence=f"{number}: {reason}")
    return 1
