"""Handlers for the fields about accounts and numbers. Harmless to run twice, late and out of order."""

import re

from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from meta_integration.error_book import plain_words
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, Incident, PhoneNumber
from meta_integration.services import incidents, watch
from meta_integration.walk import Item, text_in

# Account events after which the access may be gone, in the merchant's words.
ACCESS_TAKEN_AWAY = {
    "PARTNER_REMOVED": _("The access was taken away at Meta (partner removed)."),
    "PARTNER_APP_UNINSTALLED": _("The app was removed from the account at Meta."),
    "ACCOUNT_DELETED": _("The WhatsApp Business Account was deleted at Meta."),
}


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


def handle_account_update(item: Item) -> None:
    """Access withdrawn on Meta's side: a sign of a break. Other events are kept in their delivery."""
    reason = ACCESS_TAKEN_AWAY.get(text_in(item.content, "event"))
    account = _account_of(item) if reason else None
    # An event from before the account was connected (again) is about an access that is gone.
    if account and item.at > account.connected_at:
        watch.suspect(account, str(reason), event=True)


def _account_of(item: Item) -> WABA | None:
    """For partner events `entry.id` is the partner's business; the account is named inside, or only its number."""
    connected = WABA.objects.exclude(state=WABA.State.DISCONNECTED)
    waba_id = text_in(item.content.get("waba_info"), "waba_id") or item.waba_id
    account = connected.filter(waba_id=waba_id).first()
    digits = re.sub(r"\D", "", text_in(item.content, "phone_number"))
    if account or not digits:
        return account
    as_digits = Func(F("display_phone_number"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
    numbers = PhoneNumber.objects.annotate(digits=as_digits).filter(digits=digits, state=PhoneNumber.State.CONNECTED)
    return connected.filter(numbers__in=numbers).first()


def handle_quality_update(item: Item) -> None:
    """New limit or throughput. The number is named by its display form only, inside its account."""
    values = {}
    tier = item.content.get("max_daily_conversations_per_business") or item.content.get("current_limit")
    if tier:
        values["messaging_limit_tier"] = str(tier)[:40]
    if item.content.get("event") == "THROUGHPUT_UPGRADE":
        values["throughput_level"] = "HIGH"
    _update_by_display(item, "limit_seen_at", values)


def handle_name_update(item: Item) -> None:
    values = {"name_status": str(item.content.get("decision") or "")[:40]}
    if item.content.get("decision") == "APPROVED" and item.content.get("requested_verified_name"):
        values["verified_name"] = str(item.content["requested_verified_name"])[:255]
    _update_by_display(item, "name_seen_at", values)


def connected_number(phone_number_id: str) -> PhoneNumber | None:
    """The number's row in the one workspace that has it connected."""
    return (
        PhoneNumber.objects.select_related("account", "workspace")
        .filter(phone_number_id=phone_number_id, state=PhoneNumber.State.CONNECTED)
        .first()
    )


def _update_by_display(item: Item, seen_at: str, values: dict) -> None:
    """Unless something newer of the same kind was seen already."""
    digits = re.sub(r"\D", "", str(item.content.get("display_phone_number") or ""))
    numbers = PhoneNumber.objects.filter(account__waba_id=item.waba_id, state=PhoneNumber.State.CONNECTED)
    for number in numbers if values else []:
        if re.sub(r"\D", "", number.display_phone_number) == digits:
            not_older = Q(**{seen_at: None}) | Q(**{f"{seen_at}__lte": item.at})
            PhoneNumber.objects.filter(not_older, pk=number.pk).update(**values, **{seen_at: item.at})
