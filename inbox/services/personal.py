"""How one person wants the inbox: what they chose themselves, for all their pages or for this shop's."""

from inbox.models import Agent
from workspaces.models import User, Workspace


def of(workspace: Workspace, user: User) -> Agent:
    """The person's wishes; the defaults where they have said nothing yet."""
    mine = Agent.objects.for_workspace(workspace).filter(user=user).first()
    return mine or Agent(workspace=workspace, user=user)


def change(workspace: Workspace, user: User, *, language: str, **wishes: bool) -> None:
    Agent.objects.update_or_create(workspace=workspace, user=user, defaults=wishes)
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
