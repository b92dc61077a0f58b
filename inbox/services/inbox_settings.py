"""How a shop wants its inbox to work."""

from django.db import transaction

from inbox.models import InboxSettings
from workspaces import live
from workspaces import services as workspaces
from workspaces.models import User, Workspace


def of(workspace_pk: int) -> InboxSettings:
    """The shop's settings; the defaults, not stored, where it never chose any."""
    return InboxSettings.objects.for_workspace(workspace_pk).first() or InboxSettings(workspace_id=workspace_pk)


@transaction.atomic
def change(workspace: Workspace, actor: User, values: dict) -> list[str]:
    """Keep what a manager wants; return which settings changed."""
    row, _ = InboxSettings.objects.get_or_create(workspace=workspace)
    row = InboxSettings.objects.select_for_update().get(pk=row.pk)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if changed:
        InboxSettings.objects.filter(pk=row.pk).update(**{name: values[name] for name in changed})
        workspaces.note(workspace, actor, "inbox settings", changed=changed)
        live.touch(workspace.pk)
    return changed
