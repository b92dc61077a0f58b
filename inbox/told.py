"""What is stored is English, whoever was at work; what a reader sees of it is in their language.

Whole sentences are found in the catalog as they are. Those with gaps are found by what stands around the gaps.
"""

import re

from django.utils.translation import gettext

from inbox.outbox import settle
from inbox.services import away, hearing, own_test, sending, template_refusals

# A name, a number or a template's name stands in the gaps, except in this one.
WORDS_OF_OURS = "part"
WITH_GAPS = (
    sending.TAKEN_BACK,
    settle.TRIED_OFTEN,
    *template_refusals.WORDS.values(),
    template_refusals.ONE_BUTTON,
)
ORIGINS = {away.ORIGIN, hearing.AFTER_STOP, hearing.AFTER_START}
PROOFS = {own_test.PROOF}


def reason(stored: str) -> str:
    """Why a message did not go out, as far as the sentence is ours or the error book's."""
    for words, pattern in PATTERNS:
        if found := pattern.fullmatch(stored):
            gaps = {name: reason(gap) if name == WORDS_OF_OURS else gap for name, gap in found.groupdict().items()}
            return gettext(words) % gaps
    return gettext(stored) if stored else ""


def origin(stored: str) -> str:
    """What sent a message: ours have a name of their own, a campaign has the one that people gave it."""
    return gettext(stored) if stored in ORIGINS else stored


def proof(stored: str) -> str:
    """How somebody said that they want offers: mostly in the words of whoever noted it."""
    return gettext(stored) if stored in PROOFS else stored


def _pattern_of(words: str) -> re.Pattern:
    texts = re.split(r"%\((\w+)\)s", words)
    around, gaps = map(re.escape, texts[::2]), [f"(?P<{name}>.*)" for name in texts[1::2]]
    return re.compile("".join(part for pair in zip(around, [*gaps, ""], strict=True) for part in pair), re.DOTALL)


PATTERNS = [(words, _pattern_of(words)) for words in WITH_GAPS]
