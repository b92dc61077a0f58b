"""Who is on duty, and whose turn it is.

A person goes on duty by a switch and off by it, by logging out, by leaving the team, and by themselves after a day's
work: a switch that was forgotten gives nobody work at night.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from inbox.models import Agent, Thread, ThreadEvent
from inbox.services import events
from workspaces import live
from workspaces.models import REPLIERS, Membership, User, Workspace

LASTS = timedelta(hours=14)


def switch(workspace: Workspace, user: User, *, on: bool) -> None:
    since = {"is_on_duty": on, "on_duty_since": timezone.now() if on else None}
    Agent.objects.update_or_create(workspace=workspace, user=user, defaults=since)
    live.touch(workspace.pk)


def end_everywhere(user: User) -> None:
    """They logged out."""
    Agent.objects.filter(user=user, is_on_duty=True).update(is_on_duty=False, on_duty_since=None)


def is_on_duty(workspace: Workspace, user: User) -> bool:
    return on_duty(workspace.pk).filter(user=user).exists()


def on_duty(workspace_pk: int):
    may_answer = Membership.objects.filter(workspace=workspace_pk, user=OuterRef("user"), role__in=REPLIERS)
    working = Agent.objects.for_workspace(workspace_pk).filter(
        is_on_duty=True, on_duty_since__gt=timezone.now() - LASTS, user__is_active=True
    )
    return working.filter(Exists(may_answer))


@transaction.atomic
def give(thread: Thread) -> User | None:
    """Give nobody's thread to whose turn it is. None where somebody has it, or nobody is on duty."""
    if thread.assignee_id:
        return None
    agent = _next(thread.workspace_id)
    if agent is None:
        return None
    if not Thread.objects.filter(pk=thread.pk, assignee=None).update(assignee=agent.user):
        return None
    Agent.objects.filter(pk=agent.pk).update(last_given_at=timezone.now())
    thread.assignee = agent.user
    events.note(thread, ThreadEvent.Kind.ASSIGNED, None, to=agent.user.label, by_itself="turn")
    return agent.user


def _next(workspace_pk: int) -> Agent | None:
    """Whoever waited longest and is not being given something by another worker right now.

    Where all of them are, the first of those: their turn comes again, and no thread is left lying for it.
    """
    turn = on_duty(workspace_pk).select_related("user").order_by(F("last_given_at").asc(nulls_first=True), "pk")
    return (
        turn.select_for_update(of=("self",), skip_locked=True, no_key=True).first()
        or turn.select_for_update(of=("self",), no_key=True).first()
    )
