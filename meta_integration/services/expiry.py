"""Accesses that end by themselves: made longer where Meta allows it, and people are told before where it does not."""

from datetime import datetime, timedelta

import structlog
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, Incident
from meta_integration.sealed import seal
from meta_integration.services import clients, facts, history, incidents
from workspaces import services as workspaces

log = structlog.get_logger(__name__)

TELL_AT_DAYS = (1, 3, 7, 14)
# Tried at each daily check from then on: long before anybody has to be told.
EXTEND_BEFORE = timedelta(days=21)


def note(account: WABA, known: dict) -> None:
    """Keep what Meta says about the end of the access; when it is near, make it longer or tell the people."""
    account.token_expires_at = facts.ends_at(known)
    account.data_access_expires_at = facts.data_access_ends_at(known)
    WABA.objects.filter(pk=account.pk, connected_at=account.connected_at).update(
        token_expires_at=account.token_expires_at, data_access_expires_at=account.data_access_expires_at
    )
    extend(account)
    warn(account)


def extend(account: WABA) -> bool:
    """A token that lives 60 days is exchanged for a new one while it lives. An expired one cannot be."""
    end, now = account.token_expires_at, timezone.now()
    if end is None or not now < end < now + EXTEND_BEFORE:
        return False
    try:
        token, known = clients.extended_token(account)
    except (GraphError, clients.NoToken) as exc:
        log.warning("an access could not be made longer", account=account.pk, reason=str(exc))
        return False
    if facts.trouble_of(known, account.waba_id):
        return False
    longer_until = facts.ends_at(known)
    if longer_until and longer_until < end + timedelta(days=1):  # Meta gave one that ends no later.
        return False
    account.token_expires_at = longer_until
    same = WABA.objects.filter(pk=account.pk, connected_at=account.connected_at)
    changes = {"access_token": seal(token, account.workspace_id), "token_expires_at": account.token_expires_at}
    if not same.update(**changes):
        return False
    until = date_format(account.token_expires_at, "j F Y") if account.token_expires_at else _("without an end")
    history.note(account, "extended", until, source=history.Source.CHECK)
    workspaces.note(account.workspace, None, "made the access longer", account.waba_id, until=until)
    return True


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
