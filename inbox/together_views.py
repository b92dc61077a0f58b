"""What is done with several conversations of the list at once: one form, with or without JavaScript."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseNotAllowed, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inbox import list_pane, listing, news
from inbox.listing import Filters
from inbox.models import Tag, Thread
from inbox.services import snoozing, together, work
from inbox.services.work import NotDone
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def do_together(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    threads = _chosen(request)
    if not workspaces.may_reply(request.role):
        raise PermissionDenied
    try:
        outcome = together.each(threads, _verb(request))
    except NotDone as exc:
        outcome = together.Outcome(problems=[str(exc)])
    return _answer(request, _words(outcome), is_problem=bool(outcome.problems))


def _chosen(request) -> list[Thread]:
    """All that were ticked. Of a workspace that is not this one there is none, and then nothing is done at all."""
    wanted = request.POST.getlist("threads")[: together.MOST]
    pks = {pk for each in wanted if (pk := listing.pk_of(each))}
    mine = Thread.objects.for_workspace(request.workspace).filter(pk__in=pks)
    threads = list(mine.select_related("contact", "number", "workspace").order_by("pk"))
    if len(threads) != len(set(wanted)):
        raise Http404
    return threads


def _verb(request) -> Callable[[Thread], bool]:
    """What is to be done with each. Raises NotDone where the form does not say it."""
    do, actor = request.POST.get("do", ""), request.user
    if not request.POST.getlist("threads"):
        raise NotDone(_("Nothing was done: choose some conversations first."))
    if do == "assign":
        to = work.teammate(request.workspace, pk) if (pk := listing.pk_of(request.POST.get("to"))) else None
        if request.POST.get("to") and to is None:
            raise NotDone(_("Not assigned: this person is no longer in the team, or cannot answer customers."))
        return lambda thread: work.assign(thread, to, actor)
    if do in Thread.Status.values:
        return lambda thread: work.set_status(thread, do, actor)
    if do == "snooze":
        until = snoozing.moment_of(request.POST.get("moment", ""), "")
        if until is None:
            raise NotDone(_("Not snoozed: choose a day and a time."))
        return lambda thread: work.snooze(thread, until, actor)
    if do in ("tag", "untag"):
        tag = get_object_or_404(Tag.objects.for_workspace(request.workspace), pk=listing.pk_of(request.POST.get("tag")))
        change = together.add_tag if do == "tag" else together.remove_tag
        return lambda thread: change(thread, tag, actor)
    if do == "read":
        return together.mark_read
    if do == "unread":
        return lambda thread: work.mark_unread(thread, actor)
    raise NotDone(_("Nothing was done: the page is older than this version of Galantis. Load it again."))


def _words(outcome: together.Outcome) -> str:
    """One reason of many is enough: they are nearly always the same."""
    said = []
    if outcome.done:
        said.append(
            ngettext("%(count)d conversation changed.", "%(count)d conversations changed.", outcome.done)
            % {"count": outcome.done}
        )
    if outcome.same:
        said.append(
            ngettext("%(count)d stood so already.", "%(count)d stood so already.", outcome.same)
            % {"count": outcome.same}
        )
    said += dict.fromkeys(outcome.problems)
    return " ".join(said)


def _answer(request, words: str, *, is_problem: bool):
    filters = QueryDict(request.POST.get("filters", "")[:2000].lstrip("?"))
    if not request.htmx:
        (messages.error if is_problem else messages.success)(request, words)
        return redirect(reverse("inbox:list") + Filters.read(filters).query())
    selected = str(listing.pk_of(request.POST.get("selected")) or "")
    context = {**news.context(request), **list_pane.rows_context(request, selected, filters)}
    context |= {"is_part": True, "said": words, "said_is_problem": is_problem}
    return render(request, "inbox/_threads.html", context)
