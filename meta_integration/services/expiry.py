"""Accesses that end by themselves: people are told before, again and again as the day comes closer."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, Incident
from meta_integration.services import incidents

TELL_AT_DAYS = (1, 3, 7, 14)


def moment(seconds) -> datetime | None:
    """A time in Meta's facts of a token: seconds since the epoch, and 0 for never."""
    seconds = as_int(seconds)
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None


def note(account: WABA, facts: dict) -> None:
    """Keep what Meta says about the end of the access, and tell the people when it is near."""
    account.token_expires_at = moment(facts.get("expires_at"))
    account.data_access_expires_at = moment(facts.get("data_access_expires_at"))
    WABA.objects.filter(pk=account.pk, connected_at=account.connected_at).update(
        token_expires_at=account.token_expires_at, data_access_expires_at=account.data_access_expires_at
    )
    warn(account)


def ends_at(account: WABA) -> datetime | None:
    """When the first of its accesses ends."""
    return min(filter(None, [account.token_expires_at, account.data_access_expires_at]), default=None)


def warn(account: WABA) -> bool:
    """Tell once at 14, 7, 3 and 1 days before the end. Returns whether somebody was told now."""
    end = ends_at(account)
    left = end - timezone.now() if end else None
    step = next((days for days in TELL_AT_DAYS if left is not None and left <= timedelta(days=days)), None)
    if step is None:
        if WABA.objects.filter(pk=account.pk).exclude(expiry_told_at_days=None).update(expiry_told_at_days=None):
            incidents.close_incidents(Incident.Kind.ACCESS_EXPIRES, account.waba_id, _("the access lasts longer now"))
        return False
    unsaid = WABA.objects.filter(pk=account.pk).exclude(expiry_told_at_days__lte=step)
    if not unsaid.update(expiry_told_at_days=step):
        return False
    incidents.open_incident(
        Incident.Kind.ACCESS_EXPIRES, account.waba_id, account=account, evidence=words(end, left), tell_again=True
    )
    return True


def words(end: datetime, left: timedelta) -> str:
    days = max(0, left.days + (1 if left.seconds else 0))
    text = ngettext(
        "The access to WhatsApp ends in %(days)s day, on %(date)s. After that, messages wait. Reconnect before: it "
        "takes a minute.",
        "The access to WhatsApp ends in %(days)s days, on %(date)s. After that, messages wait. Reconnect before: it "
        "takes a minute.",
        days,
    )
    return text % {"days": days, "date": date_format(timezone.localtime(end), "j F Y")}
