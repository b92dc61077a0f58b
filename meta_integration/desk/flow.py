"""What comes from Meta, and whether it is processed."""

from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Func, IntegerField, Min, Q, Value
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meta_integration import intake, tasks
from meta_integration.models import NumberTraffic, PhoneNumber, WebhookDelivery, WebhookItemError
from workspaces import wakeups
from workspaces.desk import Action, Field, Refused, Section, State, Table, ago, moment
from workspaces.models import User, Workspace

WAITS_LONG, WAITS_TOO_LONG = timedelta(minutes=1), timedelta(minutes=5)
LONGEST_REPLAY = timedelta(days=1)
Delivery = WebhookDelivery.State


def deliveries(workspace: Workspace) -> Section:
    """The way in, which all workspaces share."""
    waiting = WebhookDelivery.objects.filter(state=Delivery.RECEIVED, retry_at__lte=timezone.now())
    oldest = waiting.aggregate(oldest=Min("retry_at"))["oldest"]
    last = WebhookDelivery.objects.order_by("-pk").values_list("received_at", flat=True).first()
    failed = WebhookItemError.objects.filter(resolved_at=None)[:1000].count()
    age = timezone.now() - oldest if oldest else timedelta()
    state, sentence = State.GOOD, _("What Meta posts is processed as it comes.")
    if age > WAITS_LONG:
        state = State.BAD if age > WAITS_TOO_LONG else State.WARN
        text = _("What Meta posted waits to be processed for %(age)s already. Is a worker running?")
        sentence = text % {"age": ago(age.total_seconds())}
    elif last is None:
        state, sentence = State.UNKNOWN, _("Meta has not posted anything yet, for any workspace.")
    rows = [
        (_("Last delivery, of any workspace"), moment(last)),
        (_("Waiting to be processed"), f"{waiting[:10_000].count()}"),
        (_("Failed items, not solved"), str(failed)),
    ]
    actions = [] if not _ids_of(workspace) else [_replay_action()]
    return Section(_("Webhooks of all workspaces"), state, sentence, rows=rows, actions=actions, for_support=True)


def traffic(workspace: Workspace) -> Section | None:
    """How much Meta told of the shop's numbers, hour by hour."""
    numbers = dict(
        PhoneNumber.objects.for_workspace(workspace).values_list("phone_number_id", "display_phone_number")[:200]
    )
    if not numbers:
        return None
    now = timezone.now()
    day = NumberTraffic.objects.filter(phone_number_id__in=numbers, hour__gt=now - timedelta(days=1))
    hours: dict[datetime, list[int]] = {}
    for hour, messages, statuses in day.order_by("-hour").values_list("hour", "messages", "statuses"):
        sums = hours.setdefault(hour, [0, 0])
        sums[0], sums[1] = sums[0] + messages, sums[1] + statuses
    head = [_("Hour"), _("Messages of customers"), _("Statuses")]
    rows = [[moment(hour), str(messages), str(statuses)] for hour, (messages, statuses) in hours.items()]
    if not rows:
        text = _("Meta has told nothing of this shop's numbers for 24 hours.")
        return Section(_("Traffic"), State.UNKNOWN, text)
    total = sum(sum(each) for each in hours.values())
    sentence = ngettext("Meta told %(n)s thing", "Meta told %(n)s things", total) % {"n": total}
    sentence = _("%(so_much)s of this shop's numbers in 24 hours.") % {"so_much": sentence}
    return Section(_("Traffic"), State.GOOD, sentence, table=Table(head, rows))


# Replay --------------------------------------------------------------------------------------------------------------
def replay(workspace: Workspace, actor: User, answers: dict) -> str:
    """Process again what names a number or account of the shop. Other shops' items in it run twice: no harm."""
    start, end = answers["start"], answers["end"]
    if not start < end <= start + LONGEST_REPLAY:
        raise Refused(_("Choose at most 24 hours, the earlier time first. Nothing was changed."))
    in_range = WebhookDelivery.objects.filter(received_at__gte=start, received_at__lt=end).exclude(
        state=Delivery.BROKEN
    )
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '20s'")  # Bodies are read for it.
            count = intake.replay(in_range.filter(_names_one_of(_ids_of(workspace))))
    except DatabaseError:
        raise Refused(_("There is too much in that time: choose a shorter one. Nothing was changed.")) from None
    wakeups.wake(tasks.process_webhooks)
    text = ngettext("%(count)s delivery is processed again.", "%(count)s deliveries are processed again.", count)
    return text % {"count": count}


def _replay_action() -> Action:
    now = timezone.localtime()
    start, end = (f"{each:%Y-%m-%dT%H:%M}" for each in (now - timedelta(hours=1), now + timedelta(minutes=1)))
    fields = (Field("start", _("From"), initial=start), Field("end", _("Until"), initial=end))
    return Action("replay", _("Process deliveries again"), replay, fields)


def _ids_of(workspace: Workspace) -> list[str]:
    numbers = PhoneNumber.objects.for_workspace(workspace).values_list("phone_number_id", "account__waba_id")
    return sorted({each for row in numbers for each in row if each})


def _names_one_of(ids: list[str]) -> Q:
    """Looks into the raw bytes: a body may have any shape, and may name several shops."""
    named = Q()
    for each in ids:
        place = {"template": "position(%(expressions)s)", "arg_joiner": " IN ", "output_field": IntegerField()}
        named |= Q(GreaterThan(Func(Value(each.encode()), F("body"), **place), 0))
    return named
