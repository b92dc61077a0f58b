"""What every answer of Meta's must have."""

from meta_integration.graph.errors import GraphUnreachable


def id_in(what: str, answer: dict) -> str:
    """The id of what was made. Raises GraphUnreachable for an answer without one: whether it was made is not known."""
    if not answer.get("id"):
        raise GraphUnreachable(f"{what}: an answer without an id")
    return str(answer["id"])
