"""Who else has a conversation open: asked by a page that has it open itself, when that changed."""

from datetime import timedelta

from django.shortcuts import render
from django.utils import timezone

from inbox.models import Message, Thread
from inbox.services import presence
from inbox.views import thread_of
from workspaces.middleware import workspace_required

# So long an answer of somebody else's is said to be new to whoever writes one.
JUST_NOW = timedelta(seconds=90)


@workspace_required
def present(request, pk):
    current = thread_of(request, pk)
    return render(request, "inbox/_presence.html", context(request, current))


def context(request, current: Thread) -> dict:
    return {"others": presence.others(current, request.user), "answered_by": _answered_by(request, current)}


def _answered_by(request, current: Thread) -> str:
    """Somebody else who answered a moment ago."""
    latest = Message.objects.for_workspace(request.workspace).filter(thread=current).select_related("author")
    latest = latest.order_by("-occurred_at", "-id").filter(occurred_at__gt=timezone.now() - JUST_NOW)
    answers = [each for each in latest[:20] if each.author_id and each.author_id != request.user.pk]
    return answers[0].author.label if answers else ""
