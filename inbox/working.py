"""What the head of a conversation shows of the work with it: whose it is, how it stands, when it comes back."""

from inbox.models import Thread
from inbox.services import snoozing, work
from workspaces import services as workspaces


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
