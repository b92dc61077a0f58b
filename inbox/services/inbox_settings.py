"""How a shop wants its inbox to work."""

from inbox.models import InboxSettings


def of(workspace_pk: int) -> InboxSettings:
    """The shop's settings; the defaults, not stored, where it never chose any."""
    return InboxSettings.objects.for_workspace(workspace_pk).first() or InboxSettings(workspace_id=workspace_pk)
