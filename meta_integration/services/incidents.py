"""Incidents: one row for one trouble, however often it shows itself."""

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import ErrorClass, KnownError, verdict_of
from meta_integration.models import WABA, Incident, PhoneNumber


def open_incident(
    kind: str, subject: str, *, account: WABA | None = None, evidence: str = "", code: int | None = None
) -> None:
    """Open the incident of this kind about this subject, or count one more sign of the open one."""
    key = f"{kind}:{subject}"[:120]  # What Meta sends as an id may be anything.
    if _count_again(key, evidence):
        return
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
        _count_again(key, evidence)


def close_incidents(kind: str, subject: str, because: str) -> None:
    close(Incident.objects.filter(key=f"{kind}:{subject}"[:120]), because)


def close(incidents: QuerySet[Incident], because: str) -> int:
    """Close those of them that are open; return how many."""
    return incidents.filter(closed_at=None).update(closed_at=timezone.now(), closed_because=because[:200])


def mark_broken(account: WABA, reason: str, code: int | None = None) -> None:
    """The account's token is no longer taken. Its messages wait; one incident says so. Harmless to repeat.

    `account` as it was when the token was used: should it have been connected again since, the verdict is about a
    token that is gone, and changes nothing.
    """
    with transaction.atomic():
        same = WABA.objects.select_for_update().filter(pk=account.pk, connected_at=account.connected_at)
        if not same.exclude(state=WABA.State.DISCONNECTED).exists():
            return
        same.filter(state=WABA.State.CONNECTED).update(
            state=WABA.State.BROKEN, state_reason=reason[:300], state_since=timezone.now()
        )
        open_incident(Incident.Kind.CONNECTION_BROKEN, account.waba_id, account=account, evidence=reason, code=code)


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
