"""What Meta says of numbers and accounts, in people's words."""

from datetime import datetime

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from meta_integration import pacing, tiers
from meta_integration.models import WABA, PhoneNumber

QUALITY = {"GREEN": gettext_lazy("high"), "YELLOW": gettext_lazy("medium"), "RED": gettext_lazy("low")}
NAME_REVIEW = {
    "APPROVED": gettext_lazy("approved"),
    "AVAILABLE_WITHOUT_REVIEW": gettext_lazy("usable without a review"),
    "DECLINED": gettext_lazy("refused"),
    "EXPIRED": gettext_lazy("expired: ask Meta again"),
    "PENDING_REVIEW": gettext_lazy("being reviewed"),
    "NON_EXISTS": gettext_lazy("not asked for yet"),
    "NONE": gettext_lazy("not asked for yet"),
}
CODE_CHECK = {
    "VERIFIED": gettext_lazy("done"),
    "NOT_VERIFIED": gettext_lazy("not done yet"),
    "EXPIRED": gettext_lazy("expired: to be done again"),
}
STATUS = {
    "CONNECTED": gettext_lazy("connected"),
    "PENDING": gettext_lazy("not ready yet"),
    "OFFLINE": gettext_lazy("offline"),
    "FLAGGED": gettext_lazy("flagged for low quality"),
    "RESTRICTED": gettext_lazy("restricted"),
    "RATE_LIMITED": gettext_lazy("slowed down by Meta"),
    "BANNED": gettext_lazy("banned"),
    "DISCONNECTED": gettext_lazy("not registered"),
    "DELETED": gettext_lazy("no longer listed by Meta"),
    "MIGRATED": gettext_lazy("moved to another account"),
    "UNVERIFIED": gettext_lazy("not verified"),
}
REVIEW = {
    "APPROVED": gettext_lazy("approved"),
    "REJECTED": gettext_lazy("refused"),
    "PENDING": gettext_lazy("Meta is looking at it"),
    "DEFERRED": gettext_lazy("Meta is looking at it"),
}
RESTRICTION = {
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": gettext_lazy("you cannot add phone numbers"),
    "RESTRICTED_BIZ_INITIATED_MESSAGING": gettext_lazy("you cannot write to customers first"),
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": gettext_lazy("you cannot answer customers who write to you"),
    "RESTRICTED_BUSINESS_INITIATED_CALLING": gettext_lazy("you cannot call customers"),
    "RESTRICTED_USER_INITIATED_CALLING": gettext_lazy("customers cannot call you"),
    "RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING": gettext_lazy("you cannot make or take calls"),
    "RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN": gettext_lazy("customers do not see the button to call you"),
    "RESTRICTED_UTILITY_TEMPLATES": gettext_lazy("you cannot create utility templates"),
    "RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES": gettext_lazy("you cannot send utility templates directly"),
}


def quality(value: str) -> str:
    return str(QUALITY.get(value) or _("not known yet"))


def tier(value: str) -> str:
    if value == tiers.UNLIMITED:
        return _("no limit")
    count = tiers.customers_a_day(value)
    if count is None:
        return _("not known yet")
    return ngettext("%(count)s new customer a day", "%(count)s new customers a day", count) % {"count": intcomma(count)}


def throughput(number: PhoneNumber) -> str:
    limit = pacing.limit_of(number)
    return ngettext("%(count)s message a second", "%(count)s messages a second", limit) % {"count": intcomma(limit)}


def throughput_level(value: str) -> str:
    return throughput(PhoneNumber(throughput_level=value)) if value in pacing.LIMITS else _("not known yet")


def name_review(value: str) -> str:
    return str(NAME_REVIEW.get(value) or spoken(value))


def code_check(value: str) -> str:
    return str(CODE_CHECK.get(value) or spoken(value))


def status(value: str) -> str:
    return str(STATUS.get(value) or spoken(value))


def review(value: str) -> str:
    return str(REVIEW.get(value) or spoken(value))


def restriction(value: str) -> str:
    # One of Meta's own libraries spells one of them so.
    value = value.replace("RESTRICTION_ADD", "RESTRICTED_ADD")
    return str(RESTRICTION.get(value) or spoken(value.removeprefix("RESTRICTED_")))


def spoken(value: str) -> str:
    """A word of Meta's that we have none for: NEW_THING becomes "new thing"."""
    return value.replace("_", " ").strip().lower() if value else _("not known yet")


def yes_or_no(value: str) -> str:
    return _("yes") if value in ("True", True) else _("no")


def when(at: datetime | str | None) -> str:
    """A time on the page's clock; as it stands where it cannot be read."""
    moment = parse_datetime(at) if isinstance(at, str) and "T" in at else at
    return date_format(timezone.localtime(moment), "j M Y, H:i") if isinstance(moment, datetime) else str(at or "")


# What people should know of a number --------------------------------------------------------------------------------
def why_templates_wait(account: WABA) -> str:
    """What holds back only messages that begin a conversation; empty when nothing does."""
    if account.restricted_until and account.restricted_until > timezone.now():
        return _(
            "Meta forbids this account to write to customers first until %(time)s. Such messages wait and go out then "
            "by themselves; answers to customers go out as always."
        ) % {"time": when(account.restricted_until)}
    return ""


def why_campaigns_are_slow(number: PhoneNumber) -> str:
    """Why campaigns do not have the number's full pace; empty when they do."""
    share = pacing.campaign_share(number)
    if share == 1:
        return ""
    words = {0.5: _("half as fast"), 0.25: _("at a quarter of the pace")}
    if number.quality_rating in pacing.SHARE_BY_QUALITY and pacing.SHARE_BY_QUALITY[number.quality_rating] == share:
        because = _("its quality is %(quality)s") % {"quality": quality(number.quality_rating)}
    else:
        because = _("its quality or limit went down on %(day)s") % {"day": when(number.dropped_at)}
    return _(
        "Campaigns go out %(pace)s, because %(because)s. It comes back by itself when fewer people block or report "
        "you. Answers to customers keep the full pace."
    ) % {"pace": words.get(share, _("more slowly")), "because": because}
