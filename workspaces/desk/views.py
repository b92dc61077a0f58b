"""The pages of the support desk, inside the admin. Support sees all; a manager the own workspace, to read."""

import json

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from workspaces import desk, services
from workspaces.desk import Action, Refused, Section, bundle
from workspaces.desk.forms import ActionForm
from workspaces.models import Workspace

PER_PAGE = 50
BUNDLE = "bundle"


def desk_list(request):
    """All workspaces, the worst first."""
    if not request.user.is_support:
        if not services.may_manage(request.role):
            raise Http404
        return redirect("support_desk", request.workspace.pk)
    wanted = request.GET.get("q", "").replace("\x00", "")
    found = services.workspaces_of(request.user).values_list("pk", "name", "slug")
    words = wanted.lower().split()
    named = [row for row in found if all(word in f"{row[1]} {row[2]}".lower() for word in words)]
    glances, nothing = desk.glances(), desk.nothing_known()
    rows = [(pk, name, slug, glances.get(pk, nothing)) for pk, name, slug in named]
    rows.sort(key=lambda row: (desk.WORST_FIRST.index(row[3].state), row[1].lower()))
    context = {
        **admin.site.each_context(request),
        "title": _("Support desk"),
        "wanted": wanted,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("p")),
        "bad": sum(row[3].state == desk.State.BAD for row in rows),
    }
    return render(request, "workspaces/desk_list.html", context)


def desk_page(request, pk):
    """One workspace: why, and what support can do about it."""
    workspace = _workspace(request, pk)
    is_support = request.user.is_support
    with timezone.override(workspace.timezone):
        sections = [each for each in desk.sections_of(workspace) if is_support or not each.for_support]
        if request.method == "POST":
            if not is_support:
                raise Http404
            return _act(request, workspace, sections)
        return _page(request, workspace, sections)


def _workspace(request, pk: int) -> Workspace:
    """Support finds each; a member the one they are in, as its manager. Any other is 404."""
    workspace = get_object_or_404(services.workspaces_of(request.user), pk=pk)
    if not request.user.is_support and not services.may_manage(services.role_in(request.user, workspace)):
        raise Http404
    return workspace


def _act(request, workspace: Workspace, sections: list[Section]):
    """Do what was asked, once there is a reason; what cannot be taken back is asked again."""
    action = _find(request.POST.get("action", ""), sections)
    form = ActionForm(action, request.POST)
    if not form.is_valid():
        messages.error(request, form.first_error())
        return _page(request, workspace, sections, status=400)
    answers = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
    if action.confirm and request.POST.get("sure") != "yes":
        return _ask_again(request, workspace, action, answers)
    # Before it is done: what dies halfway is still in the log.
    said = json.loads(json.dumps(answers, default=str))
    services.note(
        workspace, request.user, f"support: {action.label}", **{**said, "reason": form.cleaned_data["reason"]}
    )
    if action.name == BUNDLE:
        return _download(workspace)
    try:
        messages.success(request, action.run(workspace, request.user, answers))
    except Refused as exc:
        messages.error(request, str(exc))
    return redirect("support_desk", workspace.pk)


def _find(name: str, sections: list[Section]) -> Action:
    """Only what the page offers just now can be done."""
    offered = [action for section in sections for action in section.actions if action.run] + [bundle_action()]
    for action in offered:
        if action.name == name:
            return action
    raise Http404


def bundle_action() -> Action:
    return Action(BUNDLE, _("Download the support bundle"))


def _download(workspace: Workspace) -> HttpResponse:
    name = f"support-{slugify(workspace.slug)}-{timezone.now():%Y%m%d-%H%M}.zip"
    return HttpResponse(
        bundle.of(workspace),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _ask_again(request, workspace: Workspace, action: Action, answers: dict):
    try:
        what = action.confirm(workspace, answers)
    except Refused as exc:
        messages.error(request, str(exc))
        return redirect("support_desk", workspace.pk)
    kept = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "sure")}
    context = {"title": action.label, "what": what, "kept": kept, "subject": workspace, "action": action}
    return render(request, "workspaces/desk_confirm.html", {**admin.site.each_context(request), **context})


def _page(request, workspace: Workspace, sections: list[Section], status: int = 200):
    context = {
        **admin.site.each_context(request),
        "title": _("Support desk"),
        "subject": workspace,
        "sections": sections,
        "worst": sections[0].state if sections else desk.State.UNKNOWN,
        "headline": desk.headline(sections),
        "may_act": request.user.is_support,
        "bundle": bundle_action(),
        "here": reverse("support_desk", args=[workspace.pk]),
        "asked": request.POST.get("action", ""),
    }
    return render(request, "workspaces/desk.html", context, status=status)
