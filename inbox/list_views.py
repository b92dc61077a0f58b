"""The list of conversations, lists that are saved, and the help with the keyboard."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from inbox import conversation, list_pane, listing, news, shortcuts
from inbox.listing import Filters
from inbox.models import SavedView
from inbox.services import saved_lists
from workspaces import services as workspaces
from workspaces.middleware import workspace_required


@workspace_required
def thread_list(request):
    selected = str(listing.pk_of(request.GET.get("selected")) or "")
    if request.htmx:
        return _rows(request, selected)
    context = conversation.list_context(request, selected)
    return render(request, "inbox/inbox.html", {**context, "numbers": conversation.connected_numbers(request)})


def _rows(request, selected: str):
    """As htmx asks for them. What a person chose stands in the address; what the page asks by itself does not."""
    context = {**news.context(request), **list_pane.rows_context(request, selected)}
    answer = render(request, "inbox/_threads.html", {**context, "is_part": True})
    if request.htmx.trigger != "threads":
        place = reverse("inbox:thread", args=[selected]) if selected else reverse("inbox:list")
        answer.headers["HX-Replace-Url"] = place + context["filters"].query(older_than=context["older_than"])
    return answer


@workspace_required
def save_view(request):
    """Keep the filters that the page shows under a name."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    query = Filters.read(QueryDict(request.POST.get("filters", "")[:2000].lstrip("?"))).query().lstrip("?")
    for_team = request.POST.get("for_team") == "1"
    _check(request, is_teams=for_team)
    saved_lists.save(request.workspace, request.user, request.POST.get("name", ""), query, for_team=for_team)
    return redirect(f"{reverse('inbox:list')}?{query}")


@workspace_required
def saved_view(request, pk):
    """Look at it; rename it, or delete it."""
    mine = SavedView.objects.for_workspace(request.workspace)
    view = get_object_or_404(saved_lists.seen_by(mine, request.user), pk=pk)
    if request.method == "POST":
        _check(request, is_teams=view.user_id is None)
        if request.POST.get("do") == "delete":
            view.delete()
            return redirect("inbox:list")
        saved_lists.rename(view, request.POST.get("name", ""))
    elif request.method != "GET":
        return HttpResponseNotAllowed(["GET", "POST"])
    return redirect(f"{reverse('inbox:list')}?{view.query}")


@workspace_required
def keyboard(request):
    """All shortcuts: what the dialog shows, as a page."""
    return render(request, "inbox/keyboard.html", {"shortcuts": shortcuts.GROUPS})


def _check(request, *, is_teams: bool) -> None:
    """Support looks and leaves no trace; what the team sees, those who answer customers change."""
    if not request.role or (is_teams and not workspaces.may_reply(request.role)):
        raise PermissionDenied
