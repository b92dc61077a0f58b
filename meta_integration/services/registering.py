"""Registering a number for sending: within Meta's limit, and with what became of it."""

from datetime import datetime, timedelta

from django.utils import timezone

from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, GraphError

# Meta counts every try, also a refused one, and removals with them.
MOST, PERIOD = 10, timedelta(hours=72)
WRONG_PIN, TOO_MANY = 133005, 133016

DONE, REFUSED, NO_ANSWER, WAIT = "done", "refused", "no_answer", "wait"


def is_needed(number: dict) -> bool:
    """A number that sends already needs none, and Meta forbids it for one that is also on the phone app."""
    return not number.get("is_on_biz_app") and number.get("status") != "CONNECTED"


def possible_again_at(moments: list[str]) -> datetime | None:
    """When Meta will take one more try; None where it takes one now. `moments` are the tries so far."""
    recent = _recent(moments)
    return datetime.fromisoformat(recent[-MOST]) + PERIOD if len(recent) >= MOST else None


def with_one_more(moments: list[str]) -> list[str]:
    return [*_recent(moments), timezone.now().isoformat()]


def register(client: MetaGraphClient, phone_number_id: str, pin: str) -> dict:
    """Ask Meta; return what became of it, as `connect_problems.said_of` puts it into words. Never raises."""
    try:
        client.register(phone_number_id, pin)
    except GraphAPIError as exc:
        return {"outcome": REFUSED, "code": exc.code, "subcode": exc.subcode, "details": exc.details[:300]}
    except GraphError:
        return {"outcome": NO_ANSWER}
    return {"outcome": DONE}


def _recent(moments: list[str]) -> list[str]:
    since = timezone.now() - PERIOD
    return sorted(each for each in moments if _is_after(each, since))


def _is_after(moment: str, since: datetime) -> bool:
    try:
        return datetime.fromisoformat(moment) > since
    except (TypeError, ValueError):
        return False
