"""Renewing and ending a connection: pages for a shop's owners and admins, and the support desk's way to make a link."""

from functools import wraps

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from meta_integration.forms import MakeLinkForm
from meta_integration.models import WABA, ConnectAttempt
from meta_integration.pages import manager_required
from meta_integration.services import reconnect, reconnect_links, waiting
from meta_integration.services.connect_problems import ConnectProblem
from meta_integration.services.disconnect import disconnect as disconnect_account
from workspaces import mail
from workspaces import services as workspaces
from workspaces.admin_base import visible

# In the session: the account and attempt renewed last, how much waited and since when it was broken.
RENEWED_KEY = "renewed"


# A new access --------------------------------------------------------------------------------------------------------
@manager_required
@never_cache
def difference(request, pk):
    """What the new log-in would change, asked of Meta now; and the button that changes it."""
    kept = request.session.get(RENEWED_KEY, {})
    if kept.get("attempt") == pk:  # The button was pressed twice, or the browser went back.
        return redirect("meta_integration:renewed", kept["account"])
    attempts = ConnectAttempt.objects.for_workspace(request.workspace).exclude(account=None)
    attempt = get_object_or_404(attempts.select_related("workspace", "account", "link"), pk=pk, user=request.user)
    try:
        if request.method == "POST":
            return _renew(request, attempt)
        found = reconnect.compare(attempt)
    except ConnectProblem as problem:
        context = {"title": problem.title, "problem": problem, "account": attempt.account}
        return _page(request, "meta_integration/reconnect_problem.html", context, status=400)
    context = {"title": _("Renew the access"), "found": found, "account": attempt.account, "attempt": attempt}
    context["trouble"] = {}  # The banner's button would begin anew, right above the one that ends the trouble.
    return _page(request, "meta_integration/difference.html", context)


def _renew(request, attempt: ConnectAttempt):
    account = attempt.account
    since = account.state_since if account.state != WABA.State.CONNECTED else None
    waited = waiting.of_account(account, since)
    kept = {"account": account.pk, "attempt": attempt.pk, "waited": waited.count, "since": since and since.isoformat()}
    try:
        reconnect.apply(attempt, request.user)
    except reconnect.AlreadyDone:  # The other press of the button has said what there is to say.
        return redirect("meta_integration:renewed", account.pk)
    request.session[RENEWED_KEY] = kept
    return redirect("meta_integration:renewed", account.pk)


@manager_required
@never_cache
def renewed(request, pk):
    """What flows now, and what waited in vain."""
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace), pk=pk)
    kept = request.session.get(RENEWED_KEY, {})
    kept = kept if kept.get("account") == pk else {}
    since = parse_datetime(kept.get("since") or "")
    context = {
        "title": _("The connection"),
        "account": account,
        "is_connected": account.state == WABA.State.CONNECTED,
        "waited": kept.get("waited", 0),
        "now": waiting.of_account(account, since),
    }
    return _page(request, "meta_integration/renewed.html", context)


# The end of a connection ---------------------------------------------------------------------------------------------
@manager_required
@never_cache
def disconnect(request, pk):
    """Says what stops, and stops it when asked to."""
    account = get_object_or_404(WABA.objects.for_workspace(request.workspace).select_related("workspace"), pk=pk)
    if request.method == "POST" and account.state != WABA.State.DISCONNECTED:
        knows = disconnect_account(account, request.user, f"disconnected by {request.user.label}")
        messages.success(request, _("“%(name)s” is disconnected. Its history is kept.") % {"name": account})
        if not knows:
            text = _(
                "Meta did not confirm that it stops sending to Galantis. What still comes is not applied to your shop. "
                "To be sure, remove Galantis in your business settings at Meta."
            )
            messages.warning(request, text)
        return redirect("admin:meta_integration_waba_changelist")
    context = {
        "title": _("Disconnect"),
        "account": account,
        "is_disconnected": account.state == WABA.State.DISCONNECTED,
        "numbers": account.numbers.filter(state="connected").order_by("pk"),
        "now": waiting.of_account(account),
    }
    return _page(request, "meta_integration/disconnect.html", context)


# For support ---------------------------------------------------------------------------------------------------------
def support_required(view):
    """For support staff; those of the shop are told that this is not theirs."""

    @login_required
    @wraps(view)
    def inner(request, pk):
        if not request.user.is_support and not workspaces.may_manage(request.role):
            raise PermissionDenied
        account = get_object_or_404(visible(request, WABA.objects.select_related("workspace")), pk=pk)
        if not request.user.is_support:
            raise PermissionDenied
        return csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(view)(request, account)

    return inner


@support_required
@never_cache
def make_link(request, account: WABA):
    """A reason, then a link that is mailed to the shop's owners and admins and shown this once."""
    form = MakeLinkForm(request.POST or None)
    context = {"title": _("Send a reconnect link"), "account": account, "form": form}
    if form.is_valid() and account.state != WABA.State.DISCONNECTED:
        link, address = reconnect_links.make_link(
            account, request.user, form.cleaned_data["reason"], is_mailed=form.cleaned_data["is_mailed"]
        )
        context |= {"link": link, "address": address}
    context["addresses"] = mail.managers_of(account.workspace)
    return _page(request, "meta_integration/make_link.html", context)


def _page(request, template: str, context: dict, status: int = 200):
    with timezone.override(request.workspace.timezone if request.workspace else "UTC"):
        return render(request, template, {**admin.site.each_context(request), **context}, status=status)
