"""What waits for an account. The apps that have something to send say so, each by a function named in the settings."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string
from django.utils.translation import ngettext

from meta_integration.models import WABA


@dataclass(frozen=True)
class Waiting:
    """How much waits and since when; how much has become too late to go out, and the page that lists it."""

    count: int = 0
    oldest: datetime | None = None
    too_late: int = 0
    list_url: str = ""

    @property
    def words(self) -> str:
        """For people; empty where nothing waits and nothing was too late."""
        parts = []
        if self.count:
            since = date_format(timezone.localtime(self.oldest), "j F, H:i")
            text = ngettext(
                "%(count)s message waits, since %(since)s.",
                "%(count)s messages wait, the oldest since %(since)s.",
                self.count,
            )
            parts.append(text % {"count": self.count, "since": since})
        if self.too_late:
            text = ngettext("%(count)s is too late to go out.", "%(count)s are too late to go out.", self.too_late)
            parts.append(text % {"count": self.too_late})
        return " ".join(parts)


def of_account(account: WABA, since: datetime | None = None) -> Waiting:
    """What waits for this account now. With `since` also what has failed as too late since then is counted.

    One query for each app, and one more for `since`.
    """
    found = [import_string(path)(account, since) for path in settings.META_WAITING]
    return Waiting(
        count=sum(each.count for each in found),
        oldest=min((each.oldest for each in found if each.oldest), default=None),
        too_late=sum(each.too_late for each in found),
        list_url=next((each.list_url for each in found if each.list_url), ""),
    )
