"""What the customer panel shows beside a conversation."""

from inbox.models import Thread


def context(thread: Thread) -> dict:
    """A constant number of queries, whatever the customer has."""
    return {}
