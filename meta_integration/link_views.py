"""Reconnecting by a link, without a log-in here: the only pages of a shop that are open to everybody who has one.

They show the workspace's name, and after the log-in at Meta what that log-in itself reaches. The log-in's state and its
attempt are kept in the browser's session, so no address but the link's own holds a secret, and none an id.
"""

import secrets
import time
from contextlib import suppress
from functools import wraps

from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from meta_integration.models import ConnectAttempt, ReconnectLink
from meta_integration.pages import STATE_LIVES
from meta_integration.services import connect, reconnect, reconnect_links, reconnect_problems
from meta_integration.services import connect_problems as problems
from meta_integration.services.reconnect_links import LinkState
from workspaces.throttle import throttled

# In the session: {"link", "state", "at"} on the way to Meta, {"link", "attempt"} after it, {"done"} at the end.
SESSION_KEY = "reconnect"


def public(view):
    """Never kept by a cache, never named to another site, not opened at will."""

    @never_cache
    @throttled("reconnect", most=60, seconds=300)
    @wraps(view)
    def inner(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        # Only where there is a form this would make a browser post it as from nowhere; see `check`.
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return inner


@require_GET
@public
def opened(request, signed: str):
    link = reconnect_links.find(signed)
    if problem := _problem_of(request, link):
        return problem
    reconnect_links.note_opened(link)
    return _page(request, "link.html", {"shop": link.workspace, "signed": signed})


@require_GET
@public
def start(request, signed: str):
    """Off to Meta's log-in. By GET: nothing is changed, and a page that tells no address cannot post a form here."""
    return _to_meta(request, reconnect_links.find(signed))


@require_GET
@public
def again(request):
    """Off to Meta's log-in once more, in the browser in which the link was opened."""
    link = _link_of_session(request.session.get(SESSION_KEY) or {})
    return _to_meta(request, link) if link else _nothing_under_way(request)


@require_GET
@public
def back(request):
    """Back from Meta's log-in, with a code or with a refusal."""
    known = request.session.pop(SESSION_KEY, None) or {}
    if not constant_time_compare(known.get("state", ""), request.GET.get("state", "")) or not known.get("state"):
        return _stopped(request, problems.not_ours())
    link = _link_of_session(known)
    if problem := _problem_of(request, link):
        return problem
    request.session[SESSION_KEY] = {"link": link.pk}
    if time.time() - known["at"] > STATE_LIVES:
        return _stopped(request, problems.not_ours())
    if "code" not in request.GET:
        return _stopped(request, problems.refused_by_person())
    try:
        attempt = connect.take_code(
            link.workspace, None, request.GET["code"], _redirect_uri(), account=link.account, link=link
        )
    except problems.ConnectProblem as problem:
        # Who has another account is no matter for whoever came by a link.
        return _stopped(request, reconnect_problems.another_account() if _is_elsewhere(problem) else problem)
    request.session[SESSION_KEY] = {"link": link.pk, "attempt": attempt.pk}
    return redirect("public:reconnect_check")


@require_http_methods(["GET", "POST"])
@public
def check(request):
    """What the log-in would change, and the button that changes it."""
    known = request.session.get(SESSION_KEY) or {}
    if "done" in known:  # The button was pressed twice.
        return redirect("public:reconnect_done")
    attempts = ConnectAttempt.objects.exclude(link=None).select_related("workspace", "account", "link__workspace")
    attempt = attempts.filter(pk=known.get("attempt")).first()
    if attempt is None:
        return _nothing_under_way(request)
    attempt.link.account = attempt.account
    if problem := _problem_of(request, attempt.link):
        return problem
    try:
        if request.method == "POST":
            return _renew(request, attempt)
        found = reconnect.compare(attempt)
    except problems.ConnectProblem as problem:
        problem = reconnect_problems.for_the_sender() if _is_elsewhere(problem) else problem
        return _stopped(request, problem, can_try_again=True)
    page = _page(request, "link_difference.html", {"found": found, "shop": attempt.workspace})
    # Its address holds no secret, and a form of a page without a referrer comes from "null", which Django refuses.
    page.headers["Referrer-Policy"] = "same-origin"
    return page


def _renew(request, attempt: ConnectAttempt):
    with suppress(reconnect.AlreadyDone):
        reconnect.apply(attempt, None)
    request.session[SESSION_KEY] = {"done": attempt.workspace.name}
    return redirect("public:reconnect_done")


@require_GET
@public
def done(request):
    name = (request.session.get(SESSION_KEY) or {}).get("done")
    if not name:
        return _nothing_under_way(request)
    return _page(request, "link_done.html", {"shop": name})


def _to_meta(request, link: ReconnectLink | None):
    if problem := _problem_of(request, link):
        return problem
    state = secrets.token_urlsafe(32)
    request.session[SESSION_KEY] = {"link": link.pk, "state": state, "at": time.time()}
    return redirect(connect.login_url(state, _redirect_uri()))


def _link_of_session(known: dict) -> ReconnectLink | None:
    return ReconnectLink.objects.select_related("workspace", "account").filter(pk=known.get("link")).first()


def _redirect_uri() -> str:
    return settings.PUBLIC_URL + reverse("public:reconnect_back")


def _problem_of(request, link: ReconnectLink | None):
    """The page that says why the link leads nowhere; None for one that is good."""
    if link is None:
        return _page(request, "link_closed.html", {"state": "forged"}, status=404)
    state = reconnect_links.state_of(link)
    return None if state == LinkState.OPEN else _page(request, "link_closed.html", {"state": state}, status=410)


def _is_elsewhere(problem: problems.ConnectProblem) -> bool:
    return problem.title == problems.elsewhere().title


def _nothing_under_way(request):
    return _page(request, "link_closed.html", {"state": "unknown"}, status=404)


def _stopped(request, problem: problems.ConnectProblem, *, can_try_again: bool = False):
    has_link = "link" in (request.session.get(SESSION_KEY) or {})
    context = {"problem": problem, "can_try_again": can_try_again, "can_log_in_again": has_link}
    return _page(request, "link_problem.html", context, status=400)


def _page(request, template: str, context: dict, status: int = 200):
    return render(request, f"meta_integration/{template}", context, status=status)
