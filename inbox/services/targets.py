"""Reactions, edits and deletions are about another message, which may come later or never."""

from meta_integration.walk import text_in

NAMED_BY = {"reaction": "message_id", "edit": "original_message_id", "revoke": "original_message_id"}


def target_of(kind: str, content: dict) -> str | None:
    """Meta's id of the message that this one is about; None for a message of its own."""
    return text_in(content.get(kind), NAMED_BY[kind]) or None if kind in NAMED_BY else None
