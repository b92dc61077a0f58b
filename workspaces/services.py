"""The verbs of workspaces: who is where, and the audit log."""

from django.db.models import QuerySet

from workspaces.models import MANAGERS, MARKETERS, REPLIERS, AuditEntry, Membership, User, Workspace


def note(
    workspace: Workspace, actor: User | None, action: str, target: str = "", *, by: str = "", **detail
) -> AuditEntry:
    """Write the audit log. `detail` must hold no secret and no customer's words.

    `by` says who it was where nobody was logged in; without both it was Galantis itself.
    """
    label = actor.label if actor else by or "Galantis"
    return AuditEntry.objects.create(
        workspace=workspace,
        actor=actor,
        actor_label=label[:160],
        action=action[:60],
        target=target[:200],
        detail=detail,
    )


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """The workspaces a person may enter: their own, or all of them with the support role."""
    if user.is_support:
        return Workspace.objects.all()
    return Workspace.objects.filter(membership__user=user)


def role_in(user: User, workspace: Workspace | None) -> str | None:
    """The person's role there; None for strangers and for support, who look but do not touch."""
    if workspace is None:
        return None
    return Membership.objects.for_workspace(workspace).filter(user=user).values_list("role", flat=True).first()


def may_manage(role: str | None) -> bool:
    """May connect numbers, change the team and the settings."""
    return role in MANAGERS


def may_market(role: str | None) -> bool:
    """May write templates and run campaigns."""
    return role in MARKETERS


def may_reply(role: str | None) -> bool:
    return role in REPLIERS
