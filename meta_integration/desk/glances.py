"""How all workspaces' connections are, in three queries."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from meta_integration.desk.connection import verdict
from meta_integration.models import WABA, Incident, PhoneNumber
from workspaces.desk import WORST_FIRST, Glance, State

SEEN = ["workspace_id", "state", "state_since", "suspected_at", "is_subscribed", "token_expires_at", "scopes"]
SEEN += ["restricted_until", "held_until"]


def connections() -> dict[int, Glance]:
    """A workspace whose accounts are all disconnected says so; else the disconnected ones do not count."""
    accounts = WABA.objects.only(*SEEN)
    found = _worst((each.workspace_id, _of_account(each)) for each in accounts.exclude(state=WABA.State.DISCONNECTED))
    gone = accounts.filter(state=WABA.State.DISCONNECTED)
    return {each.workspace_id: Glance(*verdict(each)) for each in gone} | found


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
