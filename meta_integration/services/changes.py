"""What Meta says of a number, applied once, never over something newer, and written into the number's history."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from meta_integration import number_words, tiers
from meta_integration.models import ConnectionEvent, Incident, PhoneNumber
from meta_integration.services import history, incidents

Source = ConnectionEvent.Source
# Of these Meta tells by webhook too: what is older than what we have seen changes nothing.
SEEN_AT = {
    "quality_rating": "quality_seen_at",
    "messaging_limit_tier": "limit_seen_at",
    "throughput_level": "limit_seen_at",
    "verified_name": "name_seen_at",
    "name_status": "name_seen_at",
}
QUALITIES = {"RED": 0, "YELLOW": 1, "GREEN": 2}


@transaction.atomic
def apply(number: PhoneNumber, facts: dict, *, at: datetime, source: str) -> dict[str, tuple]:
    """Take over what is new in `facts` (columns), as it was `at` that time. Returns {column: (was, became)}.

    What Meta leaves out or empty changes nothing. A drop in quality or limit warns and slows campaigns.
    """
    number = (
        PhoneNumber.objects.select_for_update(of=("self",)).select_related("account", "workspace").get(pk=number.pk)
    )
    seen, changes = {}, {}
    for column, value in facts.items():
        seen_at = SEEN_AT.get(column)
        if value is None or value == "" or _is_older(number, seen_at, at):
            continue
        if seen_at:
            seen[seen_at] = at
        if getattr(number, column) != value:
            changes[column] = (getattr(number, column), value)
    values = {column: became for column, (_was, became) in changes.items()}
    for column, (was, became) in changes.items():
        if source == Source.META or _is_news(column, was, became):
            history.note(number.account, column, str(became), was=str(was), number=number, source=source, at=at)
    direction = _direction(changes)
    if direction < 0:
        values["dropped_at"] = at
    PhoneNumber.objects.filter(pk=number.pk).update(**values, **seen)
    for column, value in values.items():
        setattr(number, column, value)
    if direction < 0:
        _warn_of_drop(number, changes)
    elif direction > 0 and number.quality_rating not in ("YELLOW", "RED"):
        incidents.close_incidents(Incident.Kind.QUALITY_DROPPED, number.phone_number_id, "it recovered")
    return changes


def _is_news(column: str, was, became) -> bool:
    """Not what a check finds out for the first time, nor the same number written in another way."""
    if column == "display_phone_number":
        return re.sub(r"\D", "", was) != re.sub(r"\D", "", became)
    return was not in ("", "NOT_APPLICABLE")


def _is_older(number: PhoneNumber, seen_at: str | None, at: datetime) -> bool:
    return bool(seen_at and getattr(number, seen_at) and getattr(number, seen_at) > at)


def _direction(changes: dict) -> int:
    """-1 when quality or limit went down, 1 when one went up and none down, else 0."""
    found = {0}
    was, became = (QUALITIES.get(each) for each in changes.get("quality_rating", ("", "")))
    if was is not None and became is not None:
        found.add((became > was) - (became < was))
    elif was is None and became == QUALITIES["RED"]:  # The first that is heard of it, and it is bad.
        found.add(-1)
    if "messaging_limit_tier" in changes:
        was, became = changes["messaging_limit_tier"]
        found.add(tiers.compare(became, was))
    return -1 if -1 in found else max(found)


def _warn_of_drop(number: PhoneNumber, changes: dict) -> None:
    parts = []
    if "quality_rating" in changes:
        was, became = map(number_words.quality, changes["quality_rating"])
        parts.append(
            _("The quality of %(number)s went from %(was)s to %(became)s: customers blocked or reported its messages.")
            % {"number": number.display_phone_number, "was": was, "became": became}
        )
    if "messaging_limit_tier" in changes:
        was, became = map(number_words.tier, changes["messaging_limit_tier"])
        parts.append(
            _("The limit of %(number)s changed from %(was)s to %(became)s.")
            % {"number": number.display_phone_number, "was": was, "became": became}
        )
    parts.append(
        _(
            "Write only to customers who asked for it, less often, and with an easy way to stop. Quality recovers by "
            "itself within days."
        )
    )
    incidents.open_incident(
        Incident.Kind.QUALITY_DROPPED, number.phone_number_id, account=number.account, evidence=" ".join(parts)
    )
