"""The doctor: is everything there that Galantis needs, and if not, what helps?

Checks are named in settings.DOCTOR_CHECKS by dotted paths, in the order in which they are asked.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Result:
    """What one check found. `name` is the fault's name in docs/operations.md, `about` whom it concerns."""

    name: str
    state: State
    meaning: str
    next_step: str = ""
    about: str = ""

    def as_json(self) -> dict:
        return {**asdict(self), "state": str(self.state)}


@dataclass
class Visit:
    """One examination: what may be asked, how long, and what is known already."""

    asks_meta: bool = True
    until: float | None = None
    accounts: int = 25
    results: list[Result] = field(default_factory=list)

    def has_time(self) -> bool:
        return self.until is None or time.monotonic() < self.until

    def missing(self, needs: Iterable[str]) -> str:
        """The first of these that is at fault, or was not asked itself."""
        bad = {each.name for each in self.results if each.state in (State.FAULT, State.NOT_KNOWN)}
        return next((name for name in needs if name in bad), "")


def check(*names: str, needs: tuple[str, ...] = (), asks_meta: bool = False):
    """Marks a check: the names of its results, and which other results it is not asked without."""

    def mark(function: Callable[[Visit], Iterable[Result]]):
        function.names, function.needs, function.asks_meta = names, needs, asks_meta
        return function

    return mark


def ok(name: str, meaning: str, about: str = "") -> Result:
    return Result(name, State.OK, meaning, about=about)


def warning(name: str, meaning: str, next_step: str, about: str = "") -> Result:
    return Result(name, State.WARNING, meaning, next_step, about)


def fault(name: str, meaning: str, next_step: str, about: str = "") -> Result:
    return Result(name, State.FAULT, meaning, next_step, about)


def not_known(name: str, meaning: str, next_step: str = "", about: str = "") -> Result:
    return Result(name, State.NOT_KNOWN, meaning, next_step, about)


def examine(*, asks_meta: bool = True, seconds: float | None = None, accounts: int = 25) -> list[Result]:
    """Ask every check. Never raises: a check that fails has not found out anything, and says so."""
    visit = Visit(asks_meta, time.monotonic() + seconds if seconds else None, accounts)
    for path in settings.DOCTOR_CHECKS:
        visit.results += _asked(import_string(path), visit)
    return visit.results


def names() -> list[str]:
    """All that can be at fault: each has its entry in docs/operations.md."""
    return [name for path in settings.DOCTOR_CHECKS for name in import_string(path).names]


def _asked(function, visit: Visit) -> list[Result]:
    why = ""
    if function.asks_meta and not visit.asks_meta:
        why = _("Not asked: Meta was left alone.")
    elif missing := visit.missing(function.needs):
        why = _("Not asked: “%(name)s” comes first.") % {"name": missing}
    elif not visit.has_time():
        why = _("Not asked: there was no time left.")
    if why:
        return [not_known(name, why) for name in function.names]
    try:
        return list(function(visit))
    except Exception as exc:
        log.warning("a check of the doctor failed", check=function.__name__, reason=type(exc).__name__)
        why = _("This could not be found out (%(kind)s).") % {"kind": type(exc).__name__}
        return [not_known(name, why) for name in function.names]
