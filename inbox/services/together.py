"""The same done with several conversations at once: each as if somebody had opened it and done it there."""

from collections.abc import Callable
from dataclasses import dataclass, field

from inbox import tasks
from inbox.models import Tag, Thread
from inbox.services import customers, reading
from inbox.services.work import NotDone
from workspaces import live, wakeups
from workspaces.models import User

MOST = 100


@dataclass
class Outcome:
    """How many were changed, how many stood so already, and why others were left as they are."""

    done: int = 0
    same: int = 0
    problems: list[str] = field(default_factory=list)


def each(threads: list[Thread], do: Callable[[Thread], bool]) -> Outcome:
    """One that cannot be changed does not keep the others from it."""
    outcome = Outcome()
    for thread in threads:
        try:
            if do(thread):
                outcome.done += 1
            else:
                outcome.same += 1
        except NotDone as exc:
            outcome.problems.append(str(exc))
    return outcome


def mark_read(thread: Thread) -> bool:
    """As if somebody had opened it; the customer sees it, too. False where nothing was unread."""
    newest = reading.newest_unsaid(thread)
    if not Thread.objects.filter(pk=thread.pk, unread_count__gt=0).update(unread_count=0):
        return False
    if newest:
        wakeups.wake_on_commit(tasks.mark_as_read, newest)
    live.touch(thread.workspace_id, thread.pk)
    return True


def add_tag(thread: Thread, tag: Tag, actor: User) -> bool:
    if thread.contact.tags.filter(pk=tag.pk).exists():
        return False
    customers.add_tag(thread, tag.name, actor)
    return True


def remove_tag(thread: Thread, tag: Tag, actor: User) -> bool:
    if not thread.contact.tags.filter(pk=tag.pk).exists():
        return False
    customers.remove_tag(thread, tag, actor)
    return True
