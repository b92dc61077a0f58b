"""What was done with a thread: told in the conversation, for whoever reads it later."""

from inbox.models import Thread, ThreadEvent
from workspaces import live
from workspaces.models import User

# Of these no list shows anything.
NOT_IN_LISTS = {ThreadEvent.Kind.CONSENT}


def note(thread: Thread, kind: ThreadEvent.Kind, actor: User | None = None, **detail) -> ThreadEvent:
    """Write it down and tell open pages. `detail` holds names as they are now; without an actor it was Galantis."""
    event = ThreadEvent.objects.create(
        workspace_id=thread.workspace_id, thread=thread, kind=kind, actor=actor, detail=detail
    )
    live.touch(thread.workspace_id, thread.pk, in_list=kind not in NOT_IN_LISTS)
    return event
