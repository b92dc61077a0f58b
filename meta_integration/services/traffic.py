"""How much Meta tells us of each number, hour by hour."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from meta_integration.models import NumberTraffic

COUNTED = {"messages.messages": "messages", "messages.statuses": "statuses"}
KEPT = timedelta(days=35)
ADD = """
INSERT INTO meta_integration_numbertraffic (phone_number_id, hour, messages, statuses)
SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::int[], %s::int[])
ON CONFLICT (phone_number_id, hour) DO UPDATE SET
  messages = meta_integration_numbertraffic.messages + excluded.messages,
  statuses = meta_integration_numbertraffic.statuses + excluded.statuses
"""


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def add(counts: Counter) -> None:
    """Add what came: (phone_number_id, hour, "messages" or "statuses") -> how many. One statement for all."""
    places = sorted({(number, hour) for number, hour, _kind in counts})  # In one order: no deadlocks.
    if places:
        columns = [[counts[number, hour, kind] for number, hour in places] for kind in ("messages", "statuses")]
        numbers, hours = map(list, zip(*places, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(ADD, [numbers, hours, *columns])


def trim() -> int:
    return NumberTraffic.objects.filter(hour__lt=timezone.now() - KEPT).delete()[0]
