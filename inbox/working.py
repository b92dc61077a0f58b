"""What the head of a conversation shows of the work with it: whose it is, how it stands, when it comes back."""

from inbox.models import Thread
from inbox.services import duty as duties
from inbox.services import inbox_settings, snoozing, work
from workspaces import services as workspaces


def team(request, thread: Thread) -> dict:
    """Whom a note can name."""
    return {"team": work.team_of(thread.workspace) if workspaces.may_reply(request.role) else []}


def context(request, thread: Thread, problem: str = "") -> dict:
    if not workspaces.may_reply(request.role):
        return {"assignee": thread.assignee, "work_problem": ""}
    team = work.team_of(thread.workspace)
    if thread.assignee and thread.assignee not in team:
        team.append(thread.assignee)
    return {
        "assignee": thread.assignee,
        "team": team,
        "work_problem": problem,
        "statuses": Thread.Status,
        "moments": snoozing.moments(),
    }


def duty(request) -> dict:
    """The person's own switch, where the shop gives out work in turn: else it would do nothing."""
    has_turns = workspaces.may_reply(request.role) and inbox_settings.of(request.workspace.pk).gives_out_work
    return {"has_turns": has_turns, "is_on_duty": has_turns and duties.is_on_duty(request.workspace, request.user)}
