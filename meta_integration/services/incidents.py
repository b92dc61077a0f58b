"""Incidents: one row for one trouble, however often it shows itself."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from meta_integration.models import WABA, Incident, PhoneNumber


def open_incident(kind: str, subject: str, *, account: WABA | None = None, evidence: str = "") -> None:
    """Open the incident of this kind about this subject, or count one more sign of the open one."""
    key = f"{kind}:{subject}"
    if _count_again(key, evidence):
        return
    try:
        with transaction.atomic():
            workspace_id = account.workspace_id if account else None
            Incident.objects.create(
                kind=kind, key=key, account=account, workspace_id=workspace_id, evidence=evidence[:500]
            )
    except IntegrityError:
        _count_again(key, evidence)


def close_incidents(kind: str, subject: str, because: str) -> None:
    Incident.objects.filter(key=f"{kind}:{subject}", closed_at=None).update(
        closed_at=timezone.now(), closed_because=because
    )


def mark_broken(account: WABA, reason: str) -> None:
    """The account's token is no longer taken. Its messages wait; one incident says so. Harmless to repeat."""
    WABA.objects.filter(pk=account.pk, state=WABA.State.CONNECTED).update(
        state=WABA.State.BROKEN, state_reason=reason[:300], state_since=timezone.now()
    )
    open_incident(Incident.Kind.CONNECTION_BROKEN, account.waba_id, account=account, evidence=reason)


def pause_number(number: PhoneNumber, reason: str) -> None:
    """Meta stopped the number. Its messages wait until a person resumes it or connects again."""
    PhoneNumber.objects.filter(pk=number.pk).update(paused_reason=reason[:300])
    open_incident(Incident.Kind.NUMBER_STOPPED, number.phone_number_id, account=number.account, evidence=reason)


def resume_number(number: PhoneNumber, because: str) -> None:
    PhoneNumber.objects.filter(pk=number.pk).update(paused_reason="")
    close_incidents(Incident.Kind.NUMBER_STOPPED, number.phone_number_id, because)


def _count_again(key: str, evidence: str) -> int:
    return Incident.objects.filter(key=key, closed_at=None).update(
        count=F("count") + 1, last_seen_at=timezone.now(), evidence=evidence[:500]
    )
