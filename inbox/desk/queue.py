"""What waits to go out, and what support can do with it."""

from datetime import datetime, timedelta

from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox import tasks
from inbox.models import Message, Priority
from inbox.outbox import claims
from inbox.services.moves import move_messages
from meta_integration import pacing
from meta_integration.models import PhoneNumber
from workspaces import wakeups
from workspaces.desk import Action, Field, Glance, Refused, Section, State, Table, ago, moment
from workspaces.models import User, Workspace

S = Message.Status
SLOW, STUCK = timedelta(minutes=2), timedelta(minutes=15)
SLICE = 2000


def section(workspace: Workspace) -> Section:
    """What waits, by number and priority. A long queue of a campaign is no trouble by itself; an old one is.

    What is held by its template may be as old as it likes.
    """
    numbers = {each.pk: each for each in _numbers(workspace)}
    queued = Message.objects.for_workspace(workspace).filter(status=S.QUEUED, number__in=numbers)
    may_go = claims.not_held()
    figures = {"n": Count("pk"), "may_go": Count("pk", filter=may_go), "oldest": Min("created_at", filter=may_go)}
    groups = queued.order_by().values("number_id", "priority").annotate(**figures)
    groups = sorted(groups, key=lambda group: (group["number_id"], group["priority"]))
    total = sum(group["n"] for group in groups)
    held = total - sum(group["may_go"] for group in groups)
    unknown = _unknown(workspace)
    words = {
        Priority.AGENT: _("answers of people"),
        Priority.AUTOMATIC: _("automatic"),
        Priority.CAMPAIGN: _("campaign"),
    }
    head = [_("Number"), _("Kind"), _("Waiting"), _("Oldest"), _("Pace of the number")]
    rows = [
        [
            numbers[group["number_id"]].display_phone_number,
            words.get(group["priority"], "–"),
            str(group["n"]),
            moment(group["oldest"]) if group["oldest"] else "–",
            _("%(n)s a second") % {"n": round(pacing.pace_of(numbers[group["number_id"]]), 1)},
        ]
        for group in groups
    ]
    oldest = min((group["oldest"] for group in groups if group["oldest"]), default=None)
    waiting = {group["number_id"] for group in groups}
    stopped = next(filter(None, (numbers[pk].why_it_waits() for pk in sorted(waiting))), "")
    state, sentence = _verdict(total, oldest, unknown, stopped, held)
    return Section(
        _("Messages that wait"),
        state,
        sentence,
        rows=[
            (_("Not known whether they went out, last 24 hours"), str(unknown)),
            (_("Held because their template may not be sent"), str(held)),
        ],
        table=Table(head, rows) if rows else None,
        actions=_actions([numbers[pk] for pk in sorted(waiting)]),
        aside=ngettext("%(n)s message waits.", "%(n)s messages wait.", total) % {"n": total} if total else "",
    )


def glances() -> dict[int, Glance]:
    """Workspaces whose oldest waiting message should have gone long ago: one query over the index of what is queued."""
    late = Message.objects.filter(claims.not_held(), status=S.QUEUED, not_before__lt=timezone.now() - STUCK).order_by()
    found = late.values_list("workspace_id").annotate(n=Count("pk"))
    return {
        pk: Glance(State.WARN, ngettext("%(n)s message waits.", "%(n)s messages wait.", n) % {"n": n})
        for pk, n in found
    }


def _verdict(total: int, oldest: datetime | None, unknown: int, stopped: str, held: int) -> tuple[State, str]:
    age = timezone.now() - oldest if oldest else timedelta()
    if age > SLOW:
        text = _("Messages wait: the oldest for %(age)s already.")
        state = State.BAD if age > STUCK else State.WARN
        return state, text % {"age": ago(age.total_seconds())}
    if unknown:
        text = ngettext(
            "Of %(n)s message nobody knows whether it went out.",
            "Of %(n)s messages nobody knows whether they went out.",
            unknown,
        )
        return State.WARN, text % {"n": unknown}
    if stopped:
        return State.WARN, stopped
    if held:
        text = ngettext(
            "%(n)s message waits for a template that may not be sent now.",
            "%(n)s messages wait for templates that may not be sent now.",
            held,
        )
        return State.WARN, text % {"n": held}
    if total:
        return State.GOOD, _("Messages are on their way.")
    return State.GOOD, _("Nothing waits.")


def _unknown(workspace: Workspace) -> int:
    lately = timezone.now() - timedelta(days=1)
    sent = Message.objects.for_workspace(workspace).filter(direction=Message.Direction.OUT, created_at__gt=lately)
    return sent.filter(status=S.UNKNOWN).order_by().count()


# What support can do -------------------------------------------------------------------------------------------------
def release(workspace: Workspace, actor: User, answers: dict) -> str:
    """What waits for its next try is tried now. Refused where the number cannot send at all."""
    number = _chosen(workspace, answers)
    PhoneNumber.objects.filter(pk=number.pk).update(rests_until=None, rest_count=0)
    number.refresh_from_db()
    if why := number.why_it_waits():
        raise Refused(_("Nothing was released. %(why)s") % {"why": why})
    now = timezone.now()
    count = _queued(number).filter(not_before__gt=now).update(not_before=now)
    wakeups.wake(tasks.pump, number.pk)
    text = ngettext("%(n)s message was pausing and goes now.", "%(n)s messages were pausing and go now.", count)
    return text % {"n": count} if count else _("None of them was pausing. The number's sender was woken.")


def ask_to_cancel(workspace: Workspace, answers: dict) -> str:
    number = _chosen(workspace, answers)
    count = _queued(number).order_by().count()
    if not count:
        raise Refused(_("Nothing of this number waits any more."))
    text = ngettext(
        "%(n)s message of %(number)s is cancelled. Its customer will not get it, and this cannot be taken back.",
        "%(n)s messages of %(number)s are cancelled. Their customers will not get them, and this cannot be taken back.",
        count,
    )
    return text % {"n": count, "number": number.display_phone_number}


def cancel(workspace: Workspace, actor: User, answers: dict) -> str:
    """In slices, each a transaction of its own: what is being sent meanwhile goes out, and is not counted."""
    number, count = _chosen(workspace, answers), 0
    while pks := list(_queued(number).order_by("pk").values_list("pk", flat=True)[:SLICE]):
        moved = move_messages(pks, S.CANCELLED, error=_("Support cancelled it before it went out."))
        claims.tell_pages(moved)
        count += len(moved)
    return ngettext("%(n)s message is cancelled.", "%(n)s messages are cancelled.", count) % {"n": count}


def _actions(numbers: list[PhoneNumber]) -> list[Action]:
    if not numbers:
        return []
    which = (Field("number", _("Number"), tuple((str(each.pk), str(each)) for each in numbers)),)
    return [
        Action("release", _("Try now what pauses"), release, which),
        Action("cancel", _("Cancel what waits"), cancel, which, confirm=ask_to_cancel),
    ]


def _chosen(workspace: Workspace, answers: dict) -> PhoneNumber:
    number = _numbers(workspace).filter(pk=answers["number"]).first()
    if number is None:
        raise Refused(_("This number is no longer there."))
    return number


def _numbers(workspace: Workspace):
    return PhoneNumber.objects.for_workspace(workspace).select_related("account")


def _queued(number: PhoneNumber):
    return Message.objects.filter(number=number, status=S.QUEUED)
