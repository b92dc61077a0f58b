"""The statuses of a template: Meta's own, ours for what Meta has not seen, and what a shop may do in each.

Meta may add others. What is not named here is shown as Meta spells it, and can neither be sent nor changed.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Ours: not at Meta yet; and at Meta, but we have not been told how it is.
DRAFT, UNKNOWN = "DRAFT", "UNKNOWN"
APPROVED, PENDING, REJECTED = "APPROVED", "PENDING", "REJECTED"
PAUSED, DISABLED, IN_APPEAL = "PAUSED", "DISABLED", "IN_APPEAL"
PENDING_DELETION, DELETED = "PENDING_DELETION", "DELETED"
LIMIT_EXCEEDED, ARCHIVED = "LIMIT_EXCEEDED", "ARCHIVED"
# Another one may be made in its place.
GOING = (PENDING_DELETION, DELETED)


@dataclass(frozen=True, slots=True)
class Status:
    """`words` for people, `means` in a sentence; `tone` is good, bad, waiting or quiet."""

    words: str | Promise
    means: str | Promise
    tone: str
    may_send: bool = False
    may_edit: bool = False
    may_delete: bool = False


STATUSES = {
    DRAFT: Status(_("Draft"), _("Meta has not seen it yet."), "quiet", may_edit=True, may_delete=True),
    UNKNOWN: Status(_("Not known yet"), _("Galantis asks Meta about it."), "waiting"),
    PENDING: Status(
        _("In review"),
        _("Meta reviews it: minutes to hours mostly, a day at most."),
        "waiting",
        may_delete=True,
    ),
    APPROVED: Status(_("Approved"), _("It can be sent."), "good", may_send=True, may_edit=True, may_delete=True),
    REJECTED: Status(
        _("Rejected"), _("Meta refused it. Mend it and submit it again."), "bad", may_edit=True, may_delete=True
    ),
    PAUSED: Status(
        _("Paused by Meta"),
        _("Customers blocked or reported it. Meta lets it go on by itself after some hours, or after a change."),
        "bad",
        may_edit=True,
        may_delete=True,
    ),
    DISABLED: Status(_("Disabled by Meta"), _("Meta stopped it for good. Use another one."), "bad"),
    IN_APPEAL: Status(
        _("In appeal"), _("Meta looks at it once more, within a day mostly."), "waiting", may_delete=True
    ),
    PENDING_DELETION: Status(
        _("Being deleted"), _("Meta still delivers what was sent with it, and deletes it then."), "quiet"
    ),
    DELETED: Status(_("Deleted"), _("It is gone at Meta. Its history stays here."), "quiet"),
    LIMIT_EXCEEDED: Status(
        _("Over the limit"),
        _("The account has as many templates as Meta allows. Delete one that is not needed."),
        "bad",
        may_delete=True,
    ),
    ARCHIVED: Status(
        _("Archived"), _("It was put aside at Meta, and cannot be sent from there."), "quiet", may_delete=True
    ),
}


def status_of(name: str) -> Status:
    """Also of one that Meta has added since: it may do nothing."""
    unknown = Status(
        name, _("Galantis does not know this status of Meta's. It is not sent until it is Approved."), "bad"
    )
    return STATUSES.get(name, unknown)
