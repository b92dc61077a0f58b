"""What only Meta, or the way to it and back, can tell."""

import secrets
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from meta_integration.graph.errors import GraphAPIError, GraphError
from meta_integration.services import clients
from workspaces.doctor import Result, Visit, check, fault, not_known, ok, warning

# A wrong secret is refused with one of these.
WRONG_APP = {101, 190}
TIMEOUT = (3, 5)
# Seconds. Meta's header has whole seconds, and the way takes some too.
CLOCK_OFF, CLOCK_WRONG = 5, 60


@check("callback", asks_meta=True)
def callback(visit: Visit) -> Iterator[Result]:
    """Our public address answers Meta's challenge, asked from here as Meta asks it."""
    url, challenge = settings.PUBLIC_URL + settings.META_WEBHOOK_PATH, secrets.token_hex(8)
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": settings.META_VERIFY_TOKEN}
    try:
        answer = requests.get(url, params=asked, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as exc:
        text = _("%(url)s does not answer (%(kind)s).") % {"url": url, "kind": type(exc).__name__}
        step = _("Does web run, does PUBLIC_URL name it, and do DNS, proxy and certificate lead there?")
        yield fault("callback", text, step)
        return
    if answer.status_code == 200 and answer.text == challenge:
        yield ok("callback", _("%(url)s answers Meta's question.") % {"url": url})
    elif answer.status_code == 403:
        text = _("%(url)s refuses the verify token that is set here.") % {"url": url}
        step = _("META_VERIFY_TOKEN differs between web and here: set the same, restart web, and enter it at Meta.")
        yield fault("callback", text, step)
    else:
        text = _("%(url)s answers HTTP %(status)s, not Meta's question.")
        step = _("Something else than Galantis answers there: look at PUBLIC_URL and at the proxy. Meta follows no")
        yield fault("callback", text % {"url": url, "status": answer.status_code}, step + " " + _("redirects."))


@check("meta", "clock-meta", asks_meta=True)
def meta(visit: Visit) -> Iterator[Result]:
    """Meta answers at all, whatever it says; and by its `Date` our clock is right."""
    try:
        answer = requests.get(settings.GRAPH_BASE_URL, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as exc:
        text = _("%(url)s cannot be reached (%(kind)s): nothing is sent.")
        text %= {"url": settings.GRAPH_BASE_URL, "kind": type(exc).__name__}
        yield fault("meta", text, _("Look at our own network, DNS and firewall, then at Meta's status page."))
        yield not_known("clock-meta", _("Not asked: “%(name)s” comes first.") % {"name": "meta"})
        return
    yield ok("meta", _("It answers."))
    yield _clock(answer.headers.get("Date", ""))


def _clock(date: str) -> Result:
    try:
        seconds = abs(time.time() - parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError):
        return not_known("clock-meta", _("Meta did not say what time it is."))
    if seconds <= CLOCK_OFF:
        return ok("clock-meta", _("The same as Meta's."))
    text = _("Our clock and Meta's differ by %(n)s seconds.") % {"n": int(seconds)}
    step = _("Let this machine take the time from NTP: windows, pauses and log-ins depend on it.")
    return (fault if seconds > CLOCK_WRONG else warning)("clock-meta", text, step)


@check("app", needs=("meta",), asks_meta=True)
def app(visit: Visit) -> Iterator[Result]:
    """Meta takes the app's own token, which is made of META_APP_ID and META_APP_SECRET."""
    try:
        facts = clients.app_client().debug_token(f"{settings.META_APP_ID}|{settings.META_APP_SECRET}")
    except GraphAPIError as exc:
        if exc.code in WRONG_APP:
            text = _("Meta refuses the app's id and secret (code %(code)s): nobody can connect.") % {"code": exc.code}
            step = _("Compare META_APP_ID and META_APP_SECRET with the app's dashboard at Meta, and restart all.")
            yield fault("app", text, step)
        else:
            yield not_known("app", _("Meta answered with code %(code)s.") % {"code": exc.code})
        return
    except GraphError:
        yield not_known("app", _("Meta gave no readable answer."), _("Ask again in a minute."))
        return
    if facts.get("app_id") and str(facts["app_id"]) != settings.META_APP_ID:
        step = _("Compare META_APP_ID with the app's dashboard at Meta.")
        yield fault("app", _("Meta says that this is another app."), step)
    else:
        yield ok("app", _("Meta takes the app's id and secret."))
