"""Taking an account out of Galantis: Meta sends nothing more, its secrets are forgotten, its history stays."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, ConnectAttempt, Incident, PhoneNumber
from meta_integration.services import clients, history, incidents
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User

FORGOTTEN = {
    "access_token": None,
    "token_expires_at": None,
    "data_access_expires_at": None,
    "expiry_told_at_days": None,
    "catalog_token": None,
    "catalog_token_expires_at": None,
    "scopes": [],
    "meta_user_id": "",
    "suspected_at": None,
    "suspicion": "",
    "suspected_code": None,
    "check_after": None,
    "event_checks_left": 0,
    "held_until": None,
    "is_subscribed": False,
}


def disconnect(account: WABA, actor: User | None, because: str) -> bool:
    """Disconnect it whatever Meta says; messages that wait stay. Returns whether Meta agreed to send nothing more.

    `because` is read by people, as in "disconnected by ...". Harmless to repeat.
    """
    # First, as long as nobody else can have the account: it is one and the same app that would be unsubscribed.
    meta_knows = _unsubscribe(account)
    with transaction.atomic():
        locked = WABA.objects.select_for_update().get(pk=account.pk)
        if locked.state == WABA.State.DISCONNECTED:
            return meta_knows
        WABA.objects.filter(pk=account.pk).update(
            state=WABA.State.DISCONNECTED, state_reason=because[:300], state_since=timezone.now(), **FORGOTTEN
        )
        PhoneNumber.objects.filter(account=account).update(state=PhoneNumber.State.DISCONNECTED, pin=None)
        ConnectAttempt.objects.filter(account=account).delete()
        incidents.close(Incident.objects.filter(account=account), because)
        history.note(account, "state", f"disconnected: {because}", was=locked.state, source=history.Source.SHOP)
        workspaces.note(
            account.workspace, actor, "disconnected WhatsApp", account.waba_id, because=because, meta_knows=meta_knows
        )
    live.touch(account.workspace_id)
    return meta_knows


def _unsubscribe(account: WABA) -> bool:
    if account.state == WABA.State.DISCONNECTED:
        return False
    try:
        clients.graph_client_for(account, read_timeout=settings.GRAPH_PAGE_TIMEOUT).unsubscribe_app(account.waba_id)
    except (GraphError, clients.NoToken):
        return False
    return True
