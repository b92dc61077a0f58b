"""The support desk: why a workspace's messages do or do not flow, from facts that each app contributes.

Apps are named in settings by dotted paths, because arrows point one way: `SUPPORT_DESK` lists functions that make a
`Section` of a workspace, `SUPPORT_DESK_GLANCES` functions that say of all workspaces at once how they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from workspaces.models import User, Workspace

log = structlog.get_logger(__name__)


class State(StrEnum):
    """How something is, the worst first."""

    BAD = "bad"
    WARN = "warn"
    UNKNOWN = "unknown"
    GOOD = "good"


WORST_FIRST = list(State)
TROUBLE = {State.BAD: 0, State.WARN: 1}


class Refused(Exception):
    """An action was not done. The text says why, in the supporter's words."""


@dataclass(frozen=True)
class Link:
    text: str
    url: str

    def __str__(self):
        return self.text


@dataclass(frozen=True)
class Table:
    head: list[str]
    rows: list[list]

    def labelled(self) -> list[list[tuple[str, object]]]:
        """Each value beside its column's name: on a phone a row is a list of them."""
        return [list(zip(self.head, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Field:
    """What an action asks besides the reason: one of `choices` ((value, words), ...), or a time of day and date."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...] = ()
    initial: str = ""

    @property
    def is_time(self) -> bool:
        return not self.choices


@dataclass(frozen=True)
class Action:
    """Something that support can do here.

    `run(workspace, actor, answers)` returns its result in words, or raises Refused. `confirm(workspace, answers)` says
    what would happen: then it is asked again before anything is done. With `url` it is a page of its own.
    """

    name: str
    label: str
    run: Callable[[Workspace, User, dict], str] | None = None
    fields: tuple[Field, ...] = ()
    confirm: Callable[[Workspace, dict], str] | None = None
    url: str = ""


@dataclass
class Section:
    """One answer to "why?". `sentence` stands alone, and is the page's headline where nothing is worse.

    `aside` follows the headline whatever the trouble is: how many messages wait. `actions` are offered to support
    alone; `for_support` marks what holds other workspaces' facts too.
    """

    title: str
    state: State
    sentence: str
    rows: list[tuple[str, object]] = field(default_factory=list)
    table: Table | None = None
    actions: list[Action] = field(default_factory=list)
    aside: str = ""
    for_support: bool = False
    name: str = ""


@dataclass(frozen=True)
class Glance:
    """How a workspace is, in the list of all."""

    state: State
    sentence: str


def sections_of(workspace: Workspace) -> list[Section]:
    """All sections: troubles first, the worst before the others; the rest as the setting orders them."""
    found = [_read(path, workspace) for path in settings.SUPPORT_DESK]
    return sorted((each for each in found if each), key=lambda section: TROUBLE.get(section.state, len(TROUBLE)))


def headline(sections: list[Section]) -> str:
    """The one sentence: the worst trouble, and what it means for the messages that wait.

    What is merely not known is no trouble, but where it is the first of all things, the connection.
    """
    worst = sections[0] if sections else None
    if worst is None or worst.state == State.GOOD:
        return _("All is well: messages flow, and nothing is in the way.")
    asides = [each.aside for each in sections if each.aside and each is not worst]
    return " ".join([worst.sentence, *asides])


def glances() -> dict[int, Glance]:
    """The worst that is known of each workspace, in a number of queries that does not grow with them."""
    worst: dict[int, Glance] = {}
    for path in settings.SUPPORT_DESK_GLANCES:
        for pk, glance in import_string(path)().items():
            if pk not in worst or WORST_FIRST.index(glance.state) < WORST_FIRST.index(worst[pk].state):
                worst[pk] = glance
    return worst


def nothing_known() -> Glance:
    return Glance(State.UNKNOWN, _("Nothing is connected yet."))


def moment(at: datetime | None) -> str:
    """A time as people read it: of today the time, else with its day."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if is_today else "j M Y, H:i")


def since(at: datetime | None) -> str:
    """ "at 10:12" or "on 3 Mar 2026, 10:12", for the middle of a sentence."""
    if at is None:
        return _("some time ago")
    is_today = timezone.localtime(at).date() == timezone.localdate()
    return (_("at %(time)s") if is_today else _("on %(time)s")) % {"time": moment(at)}


def ago(seconds: float) -> str:
    """How long, roughly."""
    if seconds < 1:
        return _("less than a second")
    for size, words in ((86400, _("%(n)s d")), (3600, _("%(n)s h")), (60, _("%(n)s min")), (1, _("%(n)s s"))):
        if seconds >= 2 * size or size == 1:
            return words % {"n": int(seconds // size)}
    return ""


def _read(path: str, workspace: Workspace) -> Section | None:
    try:
        with transaction.atomic():  # What fails in the database ends here, and the others are still read.
            section = import_string(path)(workspace)
    except Exception as exc:
        log.warning("a section of the support desk could not be read", section=path, reason=type(exc).__name__)
        title = path.rpartition(".")[2].replace("_", " ").capitalize()
        kind = _("the database") if isinstance(exc, DatabaseError) else type(exc).__name__
        text = _("This part could not be read just now (%(kind)s). The others are not touched by it.") % {"kind": kind}
        section = Section(title, State.UNKNOWN, text)
    if section:
        section.name = path
    return section
