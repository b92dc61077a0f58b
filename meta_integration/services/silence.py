"""Numbers of which Meta suddenly tells us nothing any more: often the webhooks are lost, and nobody notices."""

from datetime import datetime, timedelta

from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meta_integration.models import WABA, Incident, NumberTraffic, PhoneNumber, WebhookDelivery
from meta_integration.services import incidents, watch
from meta_integration.services.traffic import hour_of

# A number is silent when nothing came in the last so many hours, while in the same hours of at least so many of the
# seven days before, today's weekday among them, so much came that it cannot be chance.
WINDOWS = (1, 2, 3, 6, 12, 24)
ENOUGH, DAYS = 20, 5
# What waits longer to be read has not been counted.
BEHIND = timedelta(minutes=5)


def look() -> int:
    """Open an incident for each number that has fallen silent, and close those of numbers that speak again."""
    now = hour_of(timezone.now())
    speaking = NumberTraffic.objects.filter(hour__gte=now - timedelta(hours=1)).values("phone_number_id")
    for number in _reported().filter(phone_number_id__in=speaking):
        incidents.close_incidents(Incident.Kind.NUMBER_SILENT, number.phone_number_id, _("messages come again"))
    if _has_unread():
        return 0
    found = {}
    for hours in WINDOWS:
        for phone_number_id, usual in _silent_for(hours, now):
            found.setdefault(phone_number_id, (hours, usual))
    numbers = _watched().filter(phone_number_id__in=found)
    for number in numbers:
        _report(number, *found[number.phone_number_id])
    return len(numbers)


def _has_unread() -> bool:
    """Whether deliveries wait for us: then the silence may be ours."""
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.RECEIVED)
    return waiting.filter(received_at__lt=timezone.now() - BEHIND).exists()


def _watched() -> QuerySet[PhoneNumber]:
    """Those that Meta should tell us of, and for long enough."""
    return PhoneNumber.objects.select_related("account__workspace").filter(
        state=PhoneNumber.State.CONNECTED,
        is_registered=True,
        account__state=WABA.State.CONNECTED,
        account__connected_at__lt=timezone.now() - timedelta(days=1),
    )


def _reported() -> QuerySet[PhoneNumber]:
    kind = Incident.Kind.NUMBER_SILENT
    keys = Incident.objects.filter(kind=kind, closed_at=None).values_list("key", flat=True)
    return PhoneNumber.objects.filter(phone_number_id__in=[key.partition(":")[2] for key in keys])


def _silent_for(hours: int, now: datetime) -> list[tuple[str, int]]:
    """(phone_number_id, the least that came in these hours on a usual day) of the silent ones."""
    came = {f"day{day}": _came_within(now - timedelta(days=day, hours=hours), hours) for day in range(1, 8)}
    rows = (
        NumberTraffic.objects.filter(hour__gte=now - timedelta(days=7, hours=hours))
        .values("phone_number_id")
        .annotate(latest=Max("hour"), **came)
        .filter(latest__lt=now - timedelta(hours=hours), day7__gte=ENOUGH)
    )
    found = []
    for row in rows:
        usual = sorted((row[f"day{day}"] or 0 for day in range(1, 8)), reverse=True)[:DAYS]
        if min(usual) >= ENOUGH:
            found.append((row["phone_number_id"], min(usual)))
    return found


def _came_within(begin: datetime, hours: int) -> Sum:
    within = Q(hour__gte=begin, hour__lt=begin + timedelta(hours=hours))
    return Sum("messages", filter=within, default=0) + Sum("statuses", filter=within, default=0)


def _report(number: PhoneNumber, hours: int, usual: int) -> None:
    latest = NumberTraffic.objects.filter(phone_number_id=number.phone_number_id).aggregate(at=Max("hour"))["at"]
    words = _(
        "Nothing has come from %(number)s since %(since)s. In these %(hours)s hours at least %(usual)s messages and "
        "statuses come on other days. %(subscription)s"
    ) % {
        "number": number.display_phone_number,
        "since": date_format(timezone.localtime(latest + timedelta(hours=1)), "j F, H:i"),
        "hours": hours,
        "usual": usual,
        "subscription": watch.repair_subscription(number.account),
    }
    incidents.open_incident(Incident.Kind.NUMBER_SILENT, number.phone_number_id, account=number.account, evidence=words)
