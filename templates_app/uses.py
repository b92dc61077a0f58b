"""What uses a template. The apps that send say so, each by a function named in the settings."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from templates_app.models import MessageTemplate


@dataclass(frozen=True, slots=True)
class Use:
    """`what` it is, in words; its `name`; how many messages it means; and its page."""

    what: str
    name: str
    count: int
    url: str = ""

    def __str__(self):
        return f"{self.what}: {self.name} ({self.count})" if self.count else f"{self.what}: {self.name}"


def uses_of(template: MessageTemplate) -> list[Use]:
    return [use for path in settings.TEMPLATE_USES for use in import_string(path)(template)]
