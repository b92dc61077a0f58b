"""The head of a conversation: giving, resolving, putting off. Each is a form that works without JavaScript."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from inbox import working
from inbox.models import Thread
from inbox.services import snoozing, work
from inbox.services.work import NotDone
from inbox.views import thread_of
from meta_integration.graph.errors import as_int
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def head(request, pk):
    """What was decided at the head of the conversation, done; or that part of the page, as it is now."""
    current = thread_of(request, pk)
    if request.method == "GET":
        return _shown(request, current)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "POST"])
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    do = VERBS.get(request.POST.get("do", ""))
    problem = ""
    try:
        if do is None:
            raise NotDone(_("Nothing was done: the page is older than this version of Galantis. Load it again."))
        do(request, current)
    except NotDone as exc:
        problem = str(exc)
    if request.POST.get("do") == "unread" and not problem:  # Left open, it would be read at once.
        return HttpResponseClientRedirect("/inbox/") if request.htmx else redirect("inbox:list")
    current.refresh_from_db()
    return _shown(request, current, problem)


def _shown(request, current: Thread, problem: str = ""):
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect("inbox:thread", current.pk)
    context = {"thread": current, **working.context(request, current, problem)}
    return render(request, "inbox/_work.html", context, status=409 if problem else 200)


def _assign(request, current: Thread) -> None:
    wanted = request.POST.get("to", "")
    to = work.teammate(current.workspace, as_int(wanted)) if wanted else None
    if wanted and to is None:
        raise NotDone(_("Not assigned: this person is no longer in the team, or cannot answer customers."))
    work.assign(current, to, request.user, expected=as_int(request.POST.get("seen", "")))


def _set_status(request, current: Thread) -> None:
    status = request.POST.get("status", "")
    if status not in Thread.Status.values:
        raise NotDone(_("Nothing was done: choose open, pending or resolved."))
    work.set_status(current, status, request.user)


def _snooze(request, current: Thread) -> None:
    until = snoozing.moment_of(request.POST.get("moment", ""), request.POST.get("at", ""))
    if until is None:
        raise NotDone(_("Not snoozed: choose a day and a time."))
    work.snooze(current, until, request.user)


VERBS = {
    "assign": _assign,
    "status": _set_status,
    "snooze": _snooze,
    "wake": lambda request, current: work.wake(current, request.user),
    "unread": lambda request, current: work.mark_unread(current, request.user),
}
