"""The merchant's way to connect, and the error book."""

import secrets
import time

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from meta_integration import serving
from meta_integration.error_book import chapters
from meta_integration.forms import ChooseNumberForm
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, ConnectAttempt, MediaAsset
from meta_integration.services import connect
from meta_integration.services import connect_problems as problems
from workspaces import services as workspaces
from workspaces.middleware import workspace_required

STATE_KEY = "connect_state"
STATE_LIVES = 600


# Connecting ----------------------------------------------------------------------------------------------------------
def manager_required(view):
    """For people who may connect numbers in the workspace they are in."""

    @login_required
    def inner(request, *args, **kwargs):
        if not request.workspace:
            return redirect("workspaces:switch")
        if not workspaces.may_manage(request.role):
            raise PermissionDenied
        return csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(view)(request, *args, **kwargs)

    return inner


@manager_required
def start(request):
    """Off to Meta's log-in, with a mark that only this browser can bring back, once, within ten minutes."""
    if request.method != "POST":  # After a log-in in between, a browser comes back here with GET.
        return redirect("admin:meta_integration_waba_changelist")
    account = None
    if request.POST.get("account"):  # To renew this one's access.
        mine = WABA.objects.for_workspace(request.workspace)
        account = get_object_or_404(mine, pk=as_int(request.POST["account"]))
    state = secrets.token_urlsafe(32)
    request.session[STATE_KEY] = {
        "state": state,
        "workspace": request.workspace.pk,
        "account": account and account.pk,
        "at": time.time(),
    }
    return redirect(connect.login_url(state, redirect_uri()))


@manager_required
def callback(request):
    """Back from Meta's log-in, with a code or with a refusal."""
    known = request.session.pop(STATE_KEY, None)
    if not known or not constant_time_compare(known["state"], request.GET.get("state", "")):
        return _problem(request, problems.not_ours())
    if time.time() - known["at"] > STATE_LIVES or known["workspace"] != request.workspace.pk:
        return _problem(request, problems.not_ours())
    if "code" not in request.GET:
        return _problem(request, problems.refused_by_person())
    account = WABA.objects.for_workspace(request.workspace).filter(pk=known.get("account")).first()
    try:
        attempt = connect.take_code(
            request.workspace, request.user, request.GET["code"], redirect_uri(), account=account
        )
    except problems.ConnectProblem as problem:
        return _problem(request, problem, account)
    # A page of its own: reloading it must not use the code again.
    return redirect("meta_integration:difference" if account else "meta_integration:choose", attempt.pk)


@manager_required
def choose(request, pk):
    """Choose the number to send from, and its PIN."""
    attempts = ConnectAttempt.objects.for_workspace(request.workspace)
    attempt = get_object_or_404(attempts.select_related("workspace", "user"), pk=pk, user=request.user)
    form = ChooseNumberForm(attempt.found, request.POST or None)
    if form.is_valid():
        try:
            account = connect.finish(attempt, form.cleaned_data["number"], form.cleaned_data["pin"])
        except connect.WrongPin:
            form.wrong_pin()
        except problems.ConnectProblem as problem:
            return _problem(request, problem)
        else:
            messages.success(request, _("“%(name)s” is connected. Messages can flow now.") % {"name": account})
            return redirect("admin:meta_integration_waba_changelist")
    return _page(request, "meta_integration/choose.html", {"title": _("Choose your number"), "form": form})


def redirect_uri() -> str:
    return settings.PUBLIC_URL + reverse("meta_integration:callback")


def _problem(request, problem: problems.ConnectProblem, account: WABA | None = None):
    context = {"title": problem.title, "problem": problem, "account": account}
    return _page(request, "meta_integration/problem.html", context, status=400)


def _page(request, template: str, context: dict, status: int = 200):
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


@workspace_required
def banner(request):
    """The trouble to be shown above every page, alone: open pages ask again when something changed."""
    return render(request, "meta_integration/_banner.html")


# Files ---------------------------------------------------------------------------------------------------------------
@workspace_required
def media_file(request, pk):
    """A file of this workspace's messages."""
    asset = get_object_or_404(MediaAsset.objects.for_workspace(request.workspace).exclude(file=""), pk=pk)
    try:
        file = asset.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return serving.response_for(asset, file, request.headers.get("Range", ""))


# The error book ------------------------------------------------------------------------------------------------------
def error_book(request):
    """What Meta's codes mean. Inside the admin, and for everybody who may go there."""
    wanted = request.GET.get("q", "")
    context = {
        **admin.site.each_context(request),
        "title": _("Error book"),
        "wanted": wanted,
        "chapters": chapters(wanted),
    }
    return TemplateResponse(request, "meta_integration/error_book.html", context)
