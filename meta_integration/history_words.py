"""What happened to an account or a number, as a sentence."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meta_integration import number_words as words
from meta_integration.models import ConnectionEvent

# Columns that changed: what they are called, and how their values are said.
COLUMNS = {
    "quality_rating": (gettext_lazy("Quality"), words.quality),
    "messaging_limit_tier": (gettext_lazy("Limit"), words.tier),
    "throughput_level": (gettext_lazy("Speed"), words.throughput_level),
    "name_status": (gettext_lazy("Review of the name"), words.name_review),
    "verified_name": (gettext_lazy("Name that customers see"), str),
    "display_phone_number": (gettext_lazy("Number"), str),
    "code_verification_status": (gettext_lazy("Check by code"), words.code_check),
    "state": (gettext_lazy("Connection"), words.spoken),
    "status": (gettext_lazy("Status at Meta"), words.status),
    "review_status": (gettext_lazy("Meta's review of the account"), words.review),
    "is_registered": (gettext_lazy("Registered for sending"), words.yes_or_no),
    "is_pin_enabled": (gettext_lazy("Has a PIN"), words.yes_or_no),
    "is_on_biz_app": (gettext_lazy("Also in the phone app"), words.yes_or_no),
}
# Events: a sentence each, in which %(became)s and %(was)s stand for what is known of it.
EVENTS = {
    "number_added": gettext_lazy("%(became)s added the number."),
    "number_found": gettext_lazy("Meta lists %(became)s in this account now."),
    "code_verified": gettext_lazy("%(became)s verified the number by a code."),
    "registered": gettext_lazy("%(became)s registered the number for sending."),
    "deregistered": gettext_lazy("%(became)s deregistered the number: it cannot send until it is registered again."),
    "pin": gettext_lazy("%(became)s set a PIN."),
    "default": gettext_lazy("%(became)s made it the default number."),
    "paused": gettext_lazy("%(became)s paused sending."),
    "resumed": gettext_lazy("%(became)s let it send again."),
    "removed": gettext_lazy("%(became)s removed the number here."),
    "brought_back": gettext_lazy("%(became)s brought the number back."),
    "suspected": gettext_lazy("A sign that the connection is broken: %(became)s"),
    "broken": gettext_lazy("The connection broke: %(became)s"),
    "whole": gettext_lazy("The connection works again: %(became)s"),
    "name_refused": gettext_lazy("Meta refused the name “%(was)s”: %(became)s"),
    "PIN_CHANGED": gettext_lazy("The PIN was changed."),
    "PIN_RESET_REQUEST": gettext_lazy("Somebody asked Meta to switch off two-step verification."),
    "PIN_REQUEST_SUCCESS": gettext_lazy("Two-step verification was switched off at Meta."),
    "ACCOUNT_OFFBOARDED": gettext_lazy("The phone app was moved or registered anew: its numbers were cut off."),
    "ACCOUNT_RECONNECTED": gettext_lazy("The phone app's numbers are connected again."),
    "ACCOUNT_DELETED": gettext_lazy("The account was deleted at Meta."),
    "VERIFIED_ACCOUNT": gettext_lazy("Meta verified the account."),
    "PARTNER_ADDED": gettext_lazy("Galantis was given access at Meta."),
    "PARTNER_REMOVED": gettext_lazy("The access was taken away at Meta."),
    "PARTNER_APP_INSTALLED": gettext_lazy("The app of Galantis was added at Meta."),
    "PARTNER_APP_UNINSTALLED": gettext_lazy("The app of Galantis was removed at Meta."),
    "AD_ACCOUNT_LINKED": gettext_lazy("An advertising account was linked at Meta."),
    "MM_LITE_TERMS_SIGNED": gettext_lazy("The terms for marketing messages were accepted at Meta."),
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": gettext_lazy("Meta's prices for login codes to other countries changed."),
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": gettext_lazy("The country of the business was changed at Meta."),
    "VOLUME_BASED_PRICING_TIER_UPDATE": gettext_lazy("Meta's price for your volume of messages changed."),
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": gettext_lazy("Meta's check of the business went on."),
}
BANS = {
    "SCHEDULE_FOR_DISABLE": gettext_lazy("Meta will disable the account on %(was)s."),
    "DISABLE": gettext_lazy("Meta disabled the account."),
    "REINSTATE": gettext_lazy("Meta lets the account work again."),
}


def sentence(event: ConnectionEvent) -> str:
    """What people read of it. An event that nobody has words for is told in Meta's own."""
    if event.what in COLUMNS:
        return _change(event)
    if event.what in OWN_WORDS:
        return OWN_WORDS[event.what](event)
    if event.what in EVENTS:
        return str(EVENTS[event.what]) % {"was": event.was or "–", "became": event.became or "–"}
    name = words.spoken(event.what).capitalize()
    return f"{name}: {event.became}" if event.became else _("Meta reported: %(what)s.") % {"what": name}


def _change(event: ConnectionEvent) -> str:
    name, say = COLUMNS[event.what]
    values = {"name": name, "was": say(event.was), "became": say(event.became)}
    if not event.was or say is words.yes_or_no:
        return _("%(name)s: %(became)s.") % values
    return _("%(name)s went from %(was)s to %(became)s.") % values


def _violation(event: ConnectionEvent) -> str:
    return _("Meta says that a rule was broken: %(rule)s.") % {"rule": words.spoken(event.became)}


def _restriction(event: ConnectionEvent) -> str:
    values = {"what": words.restriction(event.was), "until": words.when(event.became)}
    if event.became:
        return _("Meta restricted the account until %(until)s: %(what)s.") % values
    return _("Meta restricted the account: %(what)s.") % values


def _ban(event: ConnectionEvent) -> str:
    return str(BANS.get(event.became) or words.spoken(event.became)) % {"was": event.was or "?"}


def _alert(event: ConnectionEvent) -> str:
    return _("Meta wrote (%(what)s): %(words)s") % {"what": words.spoken(event.was), "words": event.became or "–"}


OWN_WORDS = {
    "ACCOUNT_VIOLATION": _violation,
    "ACCOUNT_RESTRICTION": _restriction,
    "DISABLED_UPDATE": _ban,
    "account_alert": _alert,
}
