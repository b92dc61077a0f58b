"""What a rule is, what it is told and what it says."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps

from django.utils.functional import Promise

# The order of the form. What is named by no field of it comes last.
FIELDS = (
    "name",
    "language",
    "category",
    "parameter_format",
    "message_send_ttl_seconds",
    "header",
    "body",
    "footer",
    "offer",
    "buttons",
    "cards",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` names the place, such as `name`, `buttons[1].url` or `cards[0].body`. `todo` is how to mend it."""

    rule: str
    field: str
    words: str | Promise
    todo: str | Promise
    is_error: bool = True

    def place(self) -> tuple:
        """For sorting: where in the form it is."""
        steps = re.findall(r"[a-z_]+|\d{1,9}", self.field)
        return tuple(int(step) if step.isdecimal() else _place_of(step) for step in steps)


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule must know besides the design."""

    # The places of `design.sample_places` that have an example file, and its type, such as `image/jpeg`.
    samples: dict[str, str] = field(default_factory=dict)
    has_catalog: bool = False
    # The account's other templates: (name, language, category, body and footer as one text).
    others: tuple[tuple[str, str, str, str], ...] = ()


Said = tuple[str, str | Promise, str | Promise]
Rule = Callable[[dict, Around], Iterator[Finding]]


def error(rule: Callable[[dict, Around], Iterator[Said]]) -> Rule:
    """Marks a rule that Meta enforces. It yields (field, words, todo), and its name is the rule's."""
    return _rule(rule, is_error=True)


def advice(rule: Callable[[dict, Around], Iterator[Said]]) -> Rule:
    """Marks a rule that Meta's reviewers, or good sense, may see in another way."""
    return _rule(rule, is_error=False)


def _rule(rule: Callable[[dict, Around], Iterator[Said]], *, is_error: bool) -> Rule:
    @wraps(rule)
    def find(design: dict, around: Around) -> Iterator[Finding]:
        for place, words, todo in rule(design, around):
            yield Finding(rule.__name__, place, words, todo, is_error)

    return find


def _place_of(name: str) -> int:
    return FIELDS.index(name) if name in FIELDS else len(FIELDS)
