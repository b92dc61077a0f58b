"""What is wrong with a template before Meta says so. Errors are what Meta refuses; advice is only advice.

Each module beside this one has rules: functions that take a design and what is known around it, and yield what is
wrong.
"""

from templates_app.lint import (
    authentication,
    buttons,
    carousel,
    fields,
    gaps,
    mixes,
    others,
    parts,
    review,
    samples,
    texts,
)
from templates_app.lint.findings import Around, Finding, Rule

__all__ = ["RULES", "Around", "Finding", "Rule", "check"]

RULES: list[Rule] = [
    *fields.RULES,
    *parts.RULES,
    *texts.RULES,
    *gaps.RULES,
    *samples.RULES,
    *buttons.RULES,
    *mixes.RULES,
    *carousel.RULES,
    *authentication.RULES,
    *others.RULES,
    *review.RULES,
]


def check(design: dict, around: Around) -> list[Finding]:
    """All findings, errors first, in the order of the form. Never raises, whatever the design holds."""
    found = [finding for rule in RULES for finding in rule(design, around)]
    return sorted(found, key=lambda each: (not each.is_error, each.place()))
