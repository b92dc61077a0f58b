"""The history of a connection, as people read it."""

from datetime import datetime

from django.utils import timezone

from meta_integration.models import WABA, ConnectionEvent, PhoneNumber

Source = ConnectionEvent.Source


def note(
    account: WABA,
    what: str,
    became: str = "",
    *,
    was: str = "",
    number: PhoneNumber | None = None,
    source: str,
    at: datetime | None = None,
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
        at=at or timezone.now(),
    )


def note_once(account: WABA, what: str, became: str = "", *, at: datetime, **more) -> ConnectionEvent | None:
    """Write what Meta told, unless it is written already: Meta tells some things twice. None in that case."""
    WABA.objects.select_for_update(no_key=True).filter(pk=account.pk).first()  # Two at once would both find nothing.
    what, became, was = what[:80], became[:300], more.get("was", "")[:120]
    same = account.events.filter(what=what, became=became, was=was, at=at, number=more.get("number"))
    return None if same.exists() else note(account, what, became, at=at, **more)


def removed_here(account: WABA) -> set[str]:
    """Meta's ids of the numbers that the shop itself took out of use: only its people bring them back."""
    told = account.events.filter(
        number__state=PhoneNumber.State.DISCONNECTED, what__in=("removed", "brought_back", "state")
    )
    last = {event.number.phone_number_id: event.what for event in told.select_related("number").order_by("at", "pk")}
    return {phone_number_id for phone_number_id, what in last.items() if what == "removed"}
