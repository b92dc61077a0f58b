"""A new token for an account that is connected already, by somebody who has one: a system user's, for example."""

from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, ConnectAttempt
from meta_integration.sealed import seal
from meta_integration.services import clients, connect, reconnect
from meta_integration.services.connect_problems import ConnectProblem


class CannotRenew(Exception):
    """The token was not stored. The text says why."""


def renew(account: WABA, token: str) -> None:
    """Store the token once Meta has confirmed that it is ours, has the permissions and reaches this very account.

    Messages that waited go out at once. Raises CannotRenew, and nothing is changed then.
    """
    try:
        facts = clients.app_client(account.workspace).debug_token(token)
        scopes = connect.checked_scopes(facts)
    except ConnectProblem as exc:
        raise CannotRenew(exc.title) from exc
    except GraphError as exc:
        raise CannotRenew(f"Meta does not let this token be looked at: {exc}") from exc
    attempt = ConnectAttempt.objects.create(
        workspace=account.workspace,
        account=account,
        access_token=seal(token, account.workspace_id),
        scopes=scopes,
        **connect.times_and_owner(facts),
        # Whether it reaches the account is proved by reading that.
        found=[{"waba_id": account.waba_id, "name": account.name, "numbers": [], "problem": ""}],
    )
    try:
        reconnect.apply(attempt, None, who="somebody with the command set_token")
    except ConnectProblem as exc:
        raise CannotRenew(f"{exc.title}. {exc.happened}") from exc
    finally:
        ConnectAttempt.objects.filter(pk=attempt.pk).delete()
