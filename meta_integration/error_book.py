"""The error book in the reader's language: the words of graph/words.py, translated where they are shown."""

from django.utils.translation import gettext

from meta_integration.graph.errors import classify


def plain_words(code: int | None, subcode: int | None = None) -> str:
    """What happened, for a shop owner; empty for a code that nobody knows."""
    words = classify(code, subcode).plain_words
    return gettext(words) if words else ""
