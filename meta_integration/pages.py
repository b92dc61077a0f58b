"""What the pages about the connection share: who may see them, what a browser may do there, and the log-in's mark."""

import secrets
import time
from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from meta_integration.models import WABA
from meta_integration.services import connect_problems as problems
from workspaces import services as workspaces

STATE_KEY = "connect_state"
STATE_LIVES = 600
# How a log-in is to come back.
FULL_PAGE, POP_UP, CATALOGS = "full_page", "pop_up", "catalogs"


# Who may, and what their browser may ---------------------------------------------------------------------------------
def manager_required(view):
    """For people who may connect numbers in the workspace they are in."""

    @login_required
    @wraps(view)
    def inner(request, *args, **kwargs):
        if not request.workspace:
            return redirect("workspaces:switch")
        if not workspaces.may_manage(request.role):
            raise PermissionDenied
        with timezone.override(request.workspace.timezone):
            return csp_update(settings.ADMIN_CONTENT_SECURITY_POLICY)(view)(request, *args, **kwargs)

    return inner


def with_sdk(view):
    """Outside of `manager_required`: on this page Meta's SDK may run, and its window may answer."""

    @wraps(view)
    def inner(request, *args, **kwargs):
        theirs = [settings.SDK_BASE_URL, settings.DIALOG_BASE_URL]
        policy = {
            **settings.ADMIN_CONTENT_SECURITY_POLICY,
            "script-src": [*settings.ADMIN_CONTENT_SECURITY_POLICY["script-src"], settings.SDK_BASE_URL],
            "connect-src": [SELF, *theirs],
            "frame-src": [SELF, *theirs],
        }
        response = csp_update(policy)(view)(request, *args, **kwargs)
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return response

    return inner


# The log-in's mark ---------------------------------------------------------------------------------------------------
def redirect_uri() -> str:
    return settings.PUBLIC_URL + reverse("meta_integration:callback")


def new_mark(request, way: str, account: WABA | None = None) -> str:
    state = secrets.token_urlsafe(32)
    request.session[STATE_KEY] = {
        "state": state,
        "way": way,
        "workspace": request.workspace.pk,
        "account": account and account.pk,
        "at": time.time(),
    }
    return state


def known_mark(request, state: str, *ways: str) -> dict | None:
    """What was noted with this mark; None for one that was not given here, for this, or is used or too old."""
    known = request.session.pop(STATE_KEY, None)
    if not known or not constant_time_compare(known["state"], state) or known.get("way") not in ways:
        return None
    if time.time() - known["at"] > STATE_LIVES or known["workspace"] != request.workspace.pk:
        return None
    return known


# Pages ---------------------------------------------------------------------------------------------------------------
def problem_page(request, problem: problems.ConnectProblem, *, again: str = "", account: WABA | None = None):
    """What happened and what to do.

    `again` is where the same thing can be tried once more without a new log-in; `account` the one to be renewed.
    """
    context = {"title": problem.title, "problem": problem, "again": again, "account": account}
    return page(request, "meta_integration/problem.html", context, status=400)


def page(request, template: str, context: dict, status: int = 200):
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)
