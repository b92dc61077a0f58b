"""The work with a thread: whose it is, how it stands, when it comes back. The conversation tells of each change."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.models import Agent, Thread, ThreadEvent
from inbox.services import cases, events
from workspaces import live
from workspaces.models import REPLIERS, User, Workspace

ANYBODY = object()
# Further ahead nobody plans, and there are moments that PostgreSQL keeps and Python cannot read.
LONGEST_SNOOZE = timedelta(days=366)
Status, Kind = Thread.Status, ThreadEvent.Kind


class NotDone(Exception):
    """The thread was left as it is. The text says why, in the agent's words."""


def team_of(workspace: Workspace) -> list[User]:
    """Who may be given a thread: the members who may answer, by name."""
    members = User.objects.filter(memberships__workspace=workspace, memberships__role__in=REPLIERS, is_active=True)
    return sorted(members, key=lambda user: user.label.lower())


def teammate(workspace: Workspace, pk: int | None) -> User | None:
    return next((user for user in team_of(workspace) if user.pk == pk), None)


def may_be_given(workspace_pk: int, user: User) -> bool:
    return user.is_active and user.memberships.filter(workspace=workspace_pk, role__in=REPLIERS).exists()


@transaction.atomic
def assign(thread: Thread, to: User | None, actor: User | None, *, expected=ANYBODY) -> bool:
    """Give a thread to somebody, or to nobody. False where it was theirs already. Raises NotDone.

    `expected` is the key of the person whom the page showed (None: nobody): what somebody took meanwhile stays theirs.
    """
    if to and not may_be_given(thread.workspace_id, to):
        raise NotDone(_("Not assigned: %(who)s cannot answer in this shop.") % {"who": to.label})
    locked = _locked(thread)
    if locked.assignee_id == (to.pk if to else None):
        return False
    if expected is not ANYBODY and locked.assignee_id != expected:
        if locked.assignee:
            raise NotDone(_("%(who)s took it a moment ago. It stays with them.") % {"who": locked.assignee.label})
        raise NotDone(_("Somebody gave it back a moment ago. Nobody has it now."))
    before = locked.assignee
    _change(thread, assignee=to)
    if to:
        events.note(thread, Kind.ASSIGNED, actor, to=to.label)
    else:
        events.note(thread, Kind.UNASSIGNED, actor, **{"from": before.label})
    return True


@transaction.atomic
def take_if_nobodys(thread: Thread, user: User) -> bool:
    """Whoever answers first has it. Later answers change nothing."""
    if not Thread.objects.filter(pk=thread.pk, assignee=None).update(assignee=user):
        return False
    thread.assignee = user
    events.note(thread, Kind.ASSIGNED, None, to=user.label, by_itself="answered first")
    return True


@transaction.atomic
def set_status(thread: Thread, status: str, actor: User | None, *, by_itself: str = "") -> bool:
    """Open, pending or resolved, by hand. False where it stood so already. Resolved, it is put off no more."""
    locked = _locked(thread)
    if locked.status == status:
        return False
    changes, now = {"status": status}, timezone.now()
    if status == Status.RESOLVED:
        changes |= {"snoozed_until": None, "waiting_since": None, "resolved_at": now}
        cases.resolve(thread, actor, now)
    elif locked.status == Status.RESOLVED:
        changes["resolved_at"] = None
        cases.reopen_last(thread)
    _change(thread, **changes)
    detail = {"by_itself": by_itself} if by_itself else {}
    events.note(thread, Kind.STATUS, actor, to=str(status), **detail)
    return True


@transaction.atomic
def resolve_silent(thread: Thread, before: datetime, hours: int) -> bool:
    """By itself, unless somebody wrote or did something with it meanwhile."""
    locked = _locked(thread)
    if locked.waiting_since or locked.snoozed_until or locked.last_message_at >= before:
        return False
    return set_status(thread, Status.RESOLVED, None, by_itself=str(hours))


@transaction.atomic
def snooze(thread: Thread, until: datetime, actor: User | None) -> bool:
    """Out of sight until then, or until the customer writes. Raises NotDone for a time that has passed or is far."""
    now = timezone.now()
    if until <= now:
        raise NotDone(_("Not snoozed: that time has passed. Choose a later one."))
    if until > now + LONGEST_SNOOZE:
        raise NotDone(_("Not snoozed: that is too far ahead. Choose a day within a year."))
    locked = _locked(thread)
    if locked.snoozed_until == until:
        return False
    if locked.status == Status.RESOLVED:
        raise NotDone(_("Not snoozed: this conversation is resolved. Open it first."))
    _change(thread, snoozed_until=until)
    events.note(thread, Kind.SNOOZED, actor, until=until.isoformat())
    return True


@transaction.atomic
def wake(thread: Thread, actor: User | None = None, *, due_at: datetime | None = None) -> bool:
    """Back again, and unread where its time is over. False where it is not put off, or `due_at` another time by now."""
    locked = _locked(thread)
    if locked.snoozed_until is None or due_at not in (None, locked.snoozed_until):
        return False
    changes = {"snoozed_until": None}
    if actor is None:
        changes |= {"unread_count": max(locked.unread_count, 1), "stays_unread": True}
    _change(thread, **changes)
    events.note(thread, Kind.WOKEN, actor, **({} if actor else {"by_itself": "time"}))
    return True


def mark_unread(thread: Thread, actor: User | None) -> bool:
    """As if nobody had read it yet. False where it is unread already."""
    if not Thread.objects.filter(pk=thread.pk, unread_count=0).update(unread_count=1, stays_unread=True):
        return False
    thread.unread_count, thread.stays_unread = 1, True
    live.touch(thread.workspace_id, thread.pk)
    return True


@transaction.atomic
def left(workspace_pk: int, user: User) -> int:
    """They are no longer in the team, or may no longer answer: what was theirs is nobody's, for others to find."""
    theirs = Thread.objects.for_workspace(workspace_pk).filter(assignee=user).select_for_update(no_key=True)
    pks = list(theirs.values_list("pk", flat=True))
    Thread.objects.filter(pk__in=pks).update(assignee=None)
    Agent.objects.for_workspace(workspace_pk).filter(user=user).update(is_on_duty=False, on_duty_since=None)
    detail = {"from": user.label, "by_itself": "left"}
    ThreadEvent.objects.bulk_create(
        [ThreadEvent(workspace_id=workspace_pk, thread_id=pk, kind=Kind.UNASSIGNED, detail=detail) for pk in pks]
    )
    live.touch(workspace_pk)
    return len(pks)


def _locked(thread: Thread) -> Thread:
    """As it stands now, and stays until the end of the transaction. New messages may be written meanwhile."""
    return Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)


def _change(thread: Thread, **changes) -> None:
    Thread.objects.filter(pk=thread.pk).update(**changes)
    for name, value in changes.items():
        setattr(thread, name, value)
