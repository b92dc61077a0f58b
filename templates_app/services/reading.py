"""What Meta says of a template, in our columns' words, whether it came in a list or as a single answer."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from meta_integration import walk
from meta_integration.graph.errors import as_int
from meta_integration.walk import text_in
from templates_app import design
from templates_app.models import MessageTemplate

# A reading counts as so much older than it is: Meta's clock is not ours, and its webhooks tell whole seconds. What
# happened while it was read is told by them, and must not look older than a reading that did not see it.
CLOCKS_APART = timedelta(seconds=2)
LONGEST = {name: MessageTemplate._meta.get_field(name).max_length for name in ("name", "language", "template_id")}


class Unreadable(ValueError):
    """A row of Meta's list that cannot be a template of ours. The text says why, in plain words."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was said. None where nothing was said of it."""

    status: str | None = None
    reason: str = ""
    info: dict = field(default_factory=dict)
    category: str | None = None
    previous_category: str | None = None
    # Empty: no change is announced.
    next_category: str | None = None
    next_category_at: datetime | None = None
    quality: str | None = None
    components: list | None = None
    parameter_format: str | None = None
    ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A template as Meta lists it."""

    template_id: str
    name: str
    language: str
    facts: Facts

    @property
    def title(self) -> tuple[str, str]:
        return self.name, self.language


def moment(started: datetime) -> datetime:
    """The moment on which an answer rests that was asked for then."""
    return started - CLOCKS_APART


def language_of(code: str) -> str:
    """One spelling of a language: Meta writes `en-US` and `en_US`."""
    first, _sign, region = code.strip().replace("-", "_").partition("_")
    return f"{first.lower()}_{region.upper()}" if region else first.lower()


def listed(row) -> Listed:
    """A row of Meta's list. Raises Unreadable."""
    row = walk.storable(row)
    values = {"name": text_in(row, "name"), "template_id": text_in(row, "id")}
    values["language"] = language_of(text_in(row, "language"))
    for name, words in (("name", _("It has no name.")), ("template_id", _("It has no id."))):
        if not values[name]:
            raise Unreadable(words)
    if not values["language"] or not text_in(row, "status"):
        raise Unreadable(_("It has no language.") if not values["language"] else _("It has no status."))
    if any(len(value) > LONGEST[name] for name, value in values.items()):
        raise Unreadable(_("Its name is longer than Meta allows."))
    return Listed(**values, facts=facts_of(row))


def facts_of(row: dict) -> Facts:
    """Raises Unreadable."""
    components = row.get("components")
    if components is not None and not (
        isinstance(components, list) and all(isinstance(each, dict) for each in components)
    ):
        raise Unreadable(_("What it is made of cannot be read."))
    reason = text_in(row, "rejected_reason")
    return Facts(
        status=text_in(row, "status").upper()[:40] or None,
        reason="" if reason == "NONE" else reason[:60],
        category=text_in(row, "category").upper()[:40] or None,
        previous_category=text_in(row, "previous_category").upper()[:40] or None,
        next_category=text_in(row, "correct_category").upper()[:40],
        quality=text_in(row.get("quality_score"), "score").upper()[:20] or None,
        components=components,
        parameter_format=text_in(row, "parameter_format").upper()[:20] or None,
        ttl_seconds=as_int(text_in(row, "message_send_ttl_seconds")),
    )


def without_handles(components: list) -> list:
    """To compare: the addresses of example files are others in each of Meta's answers."""
    stripped = copy.deepcopy(components)
    for _at, part in design.parts(stripped):
        for each in part:
            if isinstance(each.get("example"), dict):
                each["example"].pop("header_handle", None)
    return stripped


def looks_alike(mine: list, theirs: list) -> bool:
    """The same to a customer. What else differs is how Meta writes it down: it adds examples and types of its own."""
    return _shape(mine) == _shape(theirs)


def _shape(components: list) -> list:
    return [(at, *_of_part(part)) for at, part in design.parts(components)]


def _of_part(part: list[dict]) -> Iterable:
    texts = {kind: text_in(design.component(part, kind), "text").strip() for kind in ("HEADER", "BODY", "FOOTER")}
    buttons = [
        tuple(text_in(each, name) for name in ("text", "url", "phone_number")) + (text_in(each, "type").upper(),)
        for each in design.buttons(part)
    ]
    return design.header_format(part), texts, buttons


def at_epoch() -> datetime:
    """Before all news: of this Meta has said nothing yet."""
    return datetime.fromtimestamp(0, tz=UTC)
