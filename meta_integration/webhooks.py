"""Handlers for the fields about numbers, and for errors. Harmless to run twice, late and out of order."""

import re
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from meta_integration import tiers
from meta_integration.error_book import plain_words
from meta_integration.graph.errors import as_int
from meta_integration.models import ConnectionEvent, Incident, PhoneNumber
from meta_integration.services import changes, health, history, incidents
from meta_integration.walk import Item, text_in

Source = ConnectionEvent.Source
# The words of the webhook for what the number's own field calls otherwise.
NAME_DECISIONS = {"REJECTED": "DECLINED", "PENDING": "PENDING_REVIEW", "DEFERRED": "PENDING_REVIEW"}
PIN_EVENTS = {
    "PIN_CHANGED": _("The PIN of %(number)s was changed, but not here: Galantis has forgotten the old one."),
    "PIN_RESET_REQUEST": _("Somebody asked Meta to switch off two-step verification of %(number)s."),
    "PIN_REQUEST_SUCCESS": _("Two-step verification of %(number)s was switched off at Meta: it has no PIN now."),
}
PIN_TODO = _(
    "If it was nobody of yours, set a new PIN on the number's page, and look who has access in WhatsApp Manager."
)
# Meta reports what we set ourselves within this.
OURS_WITHIN = timedelta(minutes=2)


def handle_errors(item: Item) -> None:
    """An error without a message: trouble of the account, shown as an incident."""
    number, code = connected_number(item.phone_number_id), as_int(item.content.get("code"))
    incidents.open_incident(
        Incident.Kind.ACCOUNT_ERROR,
        f"{item.phone_number_id}:{code}",
        account=number.account if number else None,
        evidence=plain_words(code) or f"code {code}",
        code=code,
    )


def handle_quality_update(item: Item) -> None:
    """New quality, limit or throughput."""
    event, keys = text_in(item.content, "event"), ("max_daily_conversations_per_business", "current_limit")
    limits = [tiers.tier_of(item.content.get(key)) for key in keys]
    facts = {"messaging_limit_tier": next(filter(None, limits), "")}
    if event == "THROUGHPUT_UPGRADE":
        facts["throughput_level"] = "HIGH"
    for number in _numbers_named_in(item):
        quality = {}
        if event == "FLAGGED":  # Meta flags a number whose quality has become low.
            quality = {"quality_rating": "RED"}
        elif event == "UNFLAGGED" and number.quality_rating == "RED":  # At least; the check tells more.
            quality = {"quality_rating": "YELLOW"}
        if changes.apply(number, {**facts, **quality}, at=item.at, source=Source.META) or "FLAGGED" in event:
            health.ask_soon(number.account)


def handle_name_update(item: Item) -> None:
    """Meta looked at the name that customers see."""
    decision, name = text_in(item.content, "decision"), text_in(item.content, "requested_verified_name")
    facts = {"name_status": NAME_DECISIONS.get(decision, decision)[:40]}
    if decision == "APPROVED":
        facts["verified_name"] = name[:255]
    for number in _numbers_named_in(item):
        changes.apply(number, facts, at=item.at, source=Source.META)
        if reason := text_in(item.content, "rejection_reason"):
            was = {"was": name[:120], "number": number}
            history.note_once(number.account, "name_refused", reason, at=item.at, source=Source.META, **was)


def handle_security(item: Item) -> None:
    """Somebody changed the number's PIN, or is about to switch it off."""
    event, who = text_in(item.content, "event"), text_in(item.content, "requester")
    for number in _numbers_named_in(item) if event in PIN_EVENTS else []:
        told = history.note_once(number.account, event, who, at=item.at, source=Source.META, number=number)
        # What we set ourselves Meta reports too; and what we set later is not changed by it.
        ours = number.events.filter(what__in=["pin", "registered"], at__gt=item.at - OURS_WITHIN)
        if told and not ours.exists():
            _act_on_pin(number, event)


def _act_on_pin(number: PhoneNumber, event: str) -> None:
    if event != "PIN_RESET_REQUEST":
        PhoneNumber.objects.filter(pk=number.pk).update(pin=None, is_pin_enabled=event == "PIN_CHANGED")
    evidence = f"{PIN_EVENTS[event] % {'number': number.display_phone_number}} {PIN_TODO}"
    incidents.open_incident(
        Incident.Kind.ACCOUNT_WARNING, f"{number.phone_number_id}:pin", account=number.account, evidence=evidence
    )


def connected_number(phone_number_id: str) -> PhoneNumber | None:
    """The number's row in the one workspace that has it connected."""
    return (
        PhoneNumber.objects.select_related("account", "workspace")
        .filter(phone_number_id=phone_number_id, state=PhoneNumber.State.CONNECTED)
        .first()
    )


def _numbers_named_in(item: Item) -> list[PhoneNumber]:
    """By their display form, inside their account; none when it happened before the account was connected."""
    digits = re.sub(r"\D", "", text_in(item.content, "display_phone_number"))
    numbers = PhoneNumber.objects.filter(account__waba_id=item.waba_id, state=PhoneNumber.State.CONNECTED)
    numbers = numbers.filter(account__connected_at__lt=item.at).select_related("account", "workspace")
    return [each for each in numbers if digits and re.sub(r"\D", "", each.display_phone_number) == digits]
