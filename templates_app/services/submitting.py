"""A template on its way to Meta."""

from templates_app.models import MessageTemplate
from workspaces.models import User


class NotReady(Exception):
    def __init__(self, findings: list):
        super().__init__(findings)
        self.findings = findings


class CannotSubmit(Exception):
    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


def submit(template: MessageTemplate, user: User | None) -> None:
    raise CannotSubmit("Not yet.")
