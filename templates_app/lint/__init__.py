"""What is wrong with a template before Meta says so. Errors are what Meta refuses; advice is only advice.

Each module beside this one has rules: functions that take a design and what is known around it, and yield findings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` names the place, such as `name`, `buttons[1].url` or `cards[0].body`. `todo` is how to mend it."""

    rule: str
    field: str
    words: str | Promise
    todo: str | Promise
    is_error: bool = True


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule must know besides the design."""

    # The places of `design.sample_places` that have an example file, and its type.
    samples: dict[str, str] = field(default_factory=dict)
    has_catalog: bool = False
    # The account's other templates: (name, language, category, body and footer as one text).
    others: tuple[tuple[str, str, str, str], ...] = ()


Rule = Callable[[dict, Around], Iterator[Finding]]
RULES: list[Rule] = []


def check(design: dict, around: Around) -> list[Finding]:
    """All findings, errors first, in the order of the form. Never raises, whatever the design holds."""
    found = [finding for rule in RULES for finding in rule(design, around)]
    return sorted(found, key=lambda each: not each.is_error)
