"""Deleting at Meta."""

from templates_app.models import MessageTemplate
from workspaces.models import User


class CannotDelete(Exception):
    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


def delete(template: MessageTemplate, user: User | None, *, all_languages: bool = False) -> None:
    raise CannotDelete("Not yet.")
