"""The steps of connecting, as they are shown above each of its pages."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from meta_integration.models import WABA

TITLES = {
    "authorize": _("Log in at Meta"),
    "account": _("Choose the account"),
    "numbers": _("Choose numbers"),
    "register": _("Register"),
    "subscribe": _("Receive messages"),
    "templates": _("Read templates"),
    "test": _("Test message"),
}
DONE, NOW, OPEN, PROBLEM = "done", "now", "open", "problem"


@dataclass(frozen=True)
class Step:
    title: str
    state: str


def steps(now: str) -> list[Step]:
    """All before `now` are done, all after it are open."""
    place = list(TITLES).index(now)
    states = [DONE] * place + [NOW] + [OPEN] * (len(TITLES) - place - 1)
    return [Step(title, state) for title, state in zip(TITLES.values(), states, strict=True)]


def steps_of(account: WABA, *, is_registered: bool, now: str = "") -> list[Step]:
    """Of an account that is connected: each step as it really stands."""
    states = dict.fromkeys(TITLES, DONE)
    states["register"] = DONE if is_registered else PROBLEM
    states["subscribe"] = DONE if account.is_subscribed else PROBLEM
    states["templates"] = DONE if account.templates_read_at else OPEN
    states["test"] = DONE if account.tested_at else OPEN
    if now:
        states[now] = NOW
    return [Step(title, states[name]) for name, title in TITLES.items()]
