"""How all workspaces' connections are, in a few queries."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration.desk.connection import ENDS_SOON, verdict
from meta_integration.models import WABA, Incident, PhoneNumber
from meta_integration.services.facts import PERMISSIONS
from workspaces.desk import WORST_FIRST, Glance, State

SEEN = ["workspace_id", "state", "state_since", "suspected_at", "is_subscribed", "token_expires_at", "scopes"]
SEEN += ["restricted_until", "held_until"]


def connections() -> dict[int, Glance]:
    """A workspace whose accounts are all disconnected says so; else the disconnected ones do not count.

    Only accounts in trouble become objects: of ten thousand shops nearly all are well.
    """
    well = Glance(State.GOOD, _("Meta accepts the access."))
    accounts = WABA.objects.exclude(state=WABA.State.DISCONNECTED)
    found = dict.fromkeys(accounts.values_list("workspace_id", flat=True), well)
    found |= _worst((each.workspace_id, _of_account(each)) for each in accounts.filter(_in_trouble()).only(*SEEN))
    gone = WABA.objects.filter(state=WABA.State.DISCONNECTED).only(*SEEN)
    return {each.workspace_id: Glance(*verdict(each)) for each in gone if each.workspace_id not in found} | found


def _in_trouble() -> Q:
    """Every account that `verdict` has something to say of, and perhaps more."""
    now = timezone.now()
    return (
        ~Q(state=WABA.State.CONNECTED)
        | Q(suspected_at__isnull=False)
        | Q(is_subscribed=False)
        | Q(restricted_until__gt=now)
        | Q(held_until__gt=now)
        | Q(token_expires_at__lte=now + ENDS_SOON)
        | ~Q(scopes=[]) & ~Q(scopes__contains=PERMISSIONS)
    )


def numbers() -> dict[int, Glance]:
    """Those with a stopped number, and with an open incident."""
    connected = PhoneNumber.objects.filter(state="connected", account__state=WABA.State.CONNECTED)
    stopped = connected.exclude(paused_reason="") | connected.filter(is_paused=True)
    text = _("A number does not send: %(number)s.")
    rows = stopped.values_list("workspace_id", "display_phone_number", "is_default")
    found = [(pk, Glance(State.BAD if bad else State.WARN, text % {"number": number})) for pk, number, bad in rows]
    kinds = dict(Incident.Kind.choices)
    open_ = Incident.objects.filter(closed_at=None).exclude(workspace=None).values_list("workspace_id", "kind")
    text = _("Open: %(what)s.")
    return _worst([*found, *((pk, Glance(State.WARN, text % {"what": kinds.get(kind, kind)})) for pk, kind in open_)])


def _of_account(account: WABA) -> Glance:
    state, sentence = verdict(account)
    if account.is_subscribed is False and state in (State.GOOD, State.WARN):
        return Glance(State.BAD, _("Meta no longer posts this account's webhooks."))
    return Glance(state, sentence)


def _worst(found: Iterable[tuple[int, Glance]]) -> dict[int, Glance]:
    worst: dict[int, Glance] = {}
    for pk, glance in found:
        if pk not in worst or WORST_FIRST.index(glance.state) < WORST_FIRST.index(worst[pk].state):
            worst[pk] = glance
    return worst
