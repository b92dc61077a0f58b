"""What is wanted goes to Meta: only differences, in batches, within the limits."""


def push(catalog_pk: int) -> int:
    """Send all that waits and may go now; return how many calls that took."""
    return 0


def sweep() -> int:
    return 0


def account_reconnected(account_pk: int) -> int:
    return 0
