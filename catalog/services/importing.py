"""Files of products: read in the background, and taken over when a person says so."""


def run(import_pk: int) -> bool:
    """One step of an import that waits for a worker. True when there was one."""
    return False


def sweep() -> int:
    return 0
