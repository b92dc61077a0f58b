"""The history of a connection, as people read it."""

from meta_integration.models import WABA, ConnectionEvent, PhoneNumber

Source = ConnectionEvent.Source


def note(
    account: WABA, what: str, became: str = "", *, was: str = "", number: PhoneNumber | None = None, source: str
) -> ConnectionEvent:
    """Write one event. `what` is the column that changed, or Meta's name of the event."""
    return ConnectionEvent.objects.create(
        workspace_id=account.workspace_id,
        account=account,
        number=number,
        what=what[:80],
        was=was[:120],
        became=became[:300],
        source=source,
    )
