"""A new token for an account that is connected already, by somebody who has one: a system user's, for example."""

from django.db import transaction
from django.utils import timezone

from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, Incident
from meta_integration.sealed import seal
from meta_integration.services import clients, connect, incidents
from meta_integration.services.connect_problems import ConnectProblem
from workspaces import services as workspaces


class CannotRenew(Exception):
    """The token was not stored. The text says why."""


def renew(account: WABA, token: str) -> None:
    """Store the token once Meta has confirmed that it is ours, has the permissions and reaches this very account.

    Messages that waited go out with the next sweep. Raises CannotRenew, and nothing is changed then.
    """
    client = clients.graph_client_with(token, workspace=account.workspace)
    try:
        facts = clients.app_client(account.workspace).debug_token(token)
        found = client.waba(account.waba_id)
        scopes = connect.checked_scopes(facts)
    except ConnectProblem as exc:
        raise CannotRenew(exc.title) from exc
    except GraphError as exc:
        raise CannotRenew(f"Meta does not let this token read account {account.waba_id}: {exc}") from exc
    if str(found.get("id")) != account.waba_id:
        raise CannotRenew(f"Meta answered with another account than {account.waba_id}.")
    with transaction.atomic():
        WABA.objects.filter(pk=account.pk).update(
            access_token=seal(token, account.workspace_id),
            token_expires_at=connect.expiry(facts),
            scopes=scopes,
            state=WABA.State.CONNECTED,
            state_reason="",
            state_since=timezone.now(),
            connected_at=timezone.now(),
            held_until=None,
        )
        incidents.close_incidents(Incident.Kind.CONNECTION_BROKEN, account.waba_id, "a new token was set")
        workspaces.note(account.workspace, None, "set a new token", account.waba_id)
