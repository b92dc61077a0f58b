"""Incidents: one row for one trouble, however often it shows itself, and the people who are told of it."""

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import ErrorClass, KnownError, verdict_of
from meta_integration.models import WABA, Incident, PhoneNumber
from meta_integration.services import history, telling
from workspaces import live


def open_incident(
    kind: str,
    subject: str,
    *,
    account: WABA | None = None,
    evidence: str = "",
    code: int | None = None,
    tell_again: bool = False,
) -> None:
    """Open the incident of this kind about this subject and tell the people, or count one more sign of the open one.

    They are told once, unless `tell_again`.
    """
    key = f"{kind}:{subject}"[:120]  # What Meta sends as an id may be anything.
    is_new = not _count_again(key, evidence)
    if is_new:
        try:
            with transaction.atomic():
                workspace_id = account.workspace_id if account else None
                Incident.objects.create(
                    kind=kind,
                    key=key,
                    account=account,
                    workspace_id=workspace_id,
                    evidence=evidence[:500],
                    error_code=code,
                )
        except IntegrityError:
            is_new = not _count_again(key, evidence)
    if account and (is_new or tell_again):
        opened = Incident.objects.select_related("workspace", "account").filter(key=key, closed_at=None).first()
        if opened:  # Unless somebody has closed it already.
            telling.tell(opened)
        live.touch(account.workspace_id)


def close_incidents(kind: str, subject: str, because: str) -> None:
    close(Incident.objects.filter(key=f"{kind}:{subject}"[:120]), because)


def close(incidents: QuerySet[Incident], because: str) -> int:
    """Close those of them that are open; return how many."""
    still_open = incidents.filter(closed_at=None)
    workspaces = set(still_open.exclude(workspace=None).values_list("workspace_id", flat=True))
    count = still_open.update(closed_at=timezone.now(), closed_because=because[:200])
    for workspace_id in workspaces if count else ():
        live.touch(workspace_id)
    return count


def mark_broken(account: WABA, reason: str, code: int | None = None) -> None:
    """The account's token is no longer taken. Its messages wait; one incident says so. Harmless to repeat.

    `account` as it was when the token was used: should it have been connected again since, the verdict is about a
    token that is gone, and changes nothing.
    """
    with transaction.atomic():
        same = WABA.objects.select_for_update().filter(pk=account.pk, connected_at=account.connected_at)
        if not same.exclude(state=WABA.State.DISCONNECTED).exists():
            return
        now = timezone.now()
        nothing_to_ask = {"suspected_at": None, "suspicion": "", "suspected_code": None, "event_checks_left": 0}
        if same.filter(state=WABA.State.CONNECTED).update(
            state=WABA.State.BROKEN, state_reason=reason[:300], state_since=now, **nothing_to_ask
        ):
            history.note(account, "broken", reason, source=history.Source.META)
        same.update(checked_at=now, check_after=None)
        open_incident(Incident.Kind.CONNECTION_BROKEN, account.waba_id, account=account, evidence=reason, code=code)


def mark_whole(account: WABA, because: str) -> bool:
    """A broken connection works again with the access it has: its messages go out."""
    now, broken = timezone.now(), WABA.objects.filter(pk=account.pk, connected_at=account.connected_at)
    with transaction.atomic():
        whole = {"state": WABA.State.CONNECTED, "state_reason": "", "state_since": now, "checked_at": now}
        if not broken.filter(state=WABA.State.BROKEN).update(**whole, check_after=None):
            return False
        history.note(account, "whole", because, source=history.Source.CHECK)
        close_incidents(Incident.Kind.CONNECTION_BROKEN, account.waba_id, because)
    return True


def stop_sending(number: PhoneNumber, error: KnownError) -> None:
    """Meta stopped the number, or its whole account: messages wait until a person resumes or connects again."""
    stopped = PhoneNumber.objects.filter(pk=number.pk)
    kind, subject = Incident.Kind.NUMBER_STOPPED, number.phone_number_id
    if verdict_of(error).error_class is ErrorClass.ACCOUNT_STOPPED:
        stopped = PhoneNumber.objects.filter(account=number.account)
        kind, subject = Incident.Kind.ACCOUNT_STOPPED, number.account.waba_id
    reason = plain_words(error.code, error.subcode)
    with transaction.atomic():
        stopped.update(paused_reason=reason[:300])
        open_incident(kind, subject, account=number.account, evidence=reason, code=error.code)


def resume_number(number: PhoneNumber, because: str) -> None:
    PhoneNumber.objects.filter(pk=number.pk).update(paused_reason="")
    close_incidents(Incident.Kind.NUMBER_STOPPED, number.phone_number_id, because)
    if not PhoneNumber.objects.filter(account=number.account).exclude(paused_reason="").exists():
        close_incidents(Incident.Kind.ACCOUNT_STOPPED, number.account.waba_id, because)


def _count_again(key: str, evidence: str) -> int:
    return Incident.objects.filter(key=key, closed_at=None).update(
        count=F("count") + 1, last_seen_at=timezone.now(), evidence=evidence[:500]
    )
