"""What became of the batches that Meta works on."""


def poll_due() -> int:
    """Ask about those that are due; return how many."""
    return 0
