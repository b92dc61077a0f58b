"""Handlers for the fields about accounts. Harmless to run twice, late and out of order.

Each event is written into the account's history once. It acts only then, only if nothing newer of its kind is known,
and only if the account was connected when it happened.
"""

import re
from datetime import UTC, datetime

from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meta_integration import number_words, tiers
from meta_integration.graph.errors import as_int
from meta_integration.models import WABA, ConnectionEvent, Incident, PhoneNumber
from meta_integration.services import changes, health, history, incidents, watch
from meta_integration.walk import Item, text_in

Kind, Source = Incident.Kind, ConnectionEvent.Source
# Account events after which the access may be gone, in the merchant's words.
ACCESS_TAKEN_AWAY = {
    "PARTNER_REMOVED": gettext_lazy("The access was taken away at Meta (partner removed)."),
    "PARTNER_APP_UNINSTALLED": gettext_lazy("The app was removed from the account at Meta."),
    "ACCOUNT_DELETED": gettext_lazy("The WhatsApp Business Account was deleted at Meta."),
}
NO_FIRST_WORD = "RESTRICTED_BIZ_INITIATED_MESSAGING"
MOVED = ("ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED")


def account_of(item: Item) -> WABA | None:
    """For partner events `entry.id` is the partner's business; the account is named inside, or only its number."""
    connected = WABA.objects.exclude(state=WABA.State.DISCONNECTED).select_related("workspace")
    waba_id = text_in(item.content.get("waba_info"), "waba_id") or item.waba_id
    account = connected.filter(waba_id=waba_id).first()
    digits = re.sub(r"\D", "", text_in(item.content, "phone_number"))
    if account or not digits:
        return account
    as_digits = Func(F("display_phone_number"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace")
    numbers = PhoneNumber.objects.annotate(digits=as_digits).filter(digits=digits, state=PhoneNumber.State.CONNECTED)
    return connected.filter(numbers__in=numbers).first()


# account_update ------------------------------------------------------------------------------------------------------
def handle_account_update(item: Item) -> None:
    """What became of the account: access, violations, restrictions, bans. Others are in its history."""
    event, account = text_in(item.content, "event"), account_of(item)
    if not account or not event:
        return
    # An event from before the account was connected (again) is about an access that is gone.
    if event in ACCESS_TAKEN_AWAY and item.at > account.connected_at:
        watch.suspect(account, str(ACCESS_TAKEN_AWAY[event]), event=True)
    EVENTS.get(event, _only_note)(account, item, event)


def _only_note(account: WABA, item: Item, event: str) -> None:
    _note(account, item, event)


def _violation(account: WABA, item: Item, event: str) -> None:
    violation = text_in(item.content.get("violation_info"), "violation_type")[:60]
    if _acts(account, _note(account, item, event, violation)):
        happened = _("Meta says that this account broke a rule of WhatsApp: %(rule)s.")
        todo = _("Look at it in WhatsApp Manager, under Account quality. You can ask there for another look.")
        incidents.open_incident(
            Kind.ACCOUNT_WARNING,
            f"{account.waba_id}:violation:{violation}",
            account=account,
            evidence=f"{happened % {'rule': number_words.spoken(violation)}} {todo}",
        )


def _restriction(account: WABA, item: Item, event: str) -> None:
    """Each with its end; the account's incident tells of all that came together."""
    words = []
    for each in _dicts(item.content.get("restriction_info")):
        restriction, ends_at = text_in(each, "restriction_type")[:80], _moment(each.get("expiration"))
        ends = ends_at.isoformat() if ends_at else ""
        told = _note(account, item, event, ends, was=restriction)
        if not _acts(account, told, Q(was=restriction)) or (ends_at and ends_at <= timezone.now()):
            continue
        if restriction == NO_FIRST_WORD and ends_at:
            WABA.objects.filter(pk=account.pk).update(restricted_until=ends_at)
        with timezone.override(account.workspace.timezone):
            until = _(" until %(time)s") % {"time": number_words.when(ends_at)} if ends_at else ""
        words.append(number_words.restriction(restriction) + until)
    if words:
        happened = _("Meta restricted this account: %(what)s.") % {"what": "; ".join(words)}
        todo = _(
            "Messages that Meta does not take now wait and go out when it is over; answers to customers go out. Look "
            "in WhatsApp Manager, under Account quality, for the reason."
        )
        incidents.open_incident(
            Kind.ACCOUNT_RESTRICTED, account.waba_id, account=account, evidence=f"{happened} {todo}"
        )


def _ban(account: WABA, item: Item, event: str) -> None:
    info = item.content.get("ban_info")
    state = info.get("waba_ban_state") if isinstance(info, dict) else None
    # A text; in an old sample of Meta's a list, of which the last is the latest.
    state = state[-1] if isinstance(state, list) and state else state
    state, on = state[:40] if isinstance(state, str) else "", text_in(info, "waba_ban_date")[:60]
    if _acts(account, _note(account, item, event, state, was=on)) and state in BANS:
        BANS[state](account, on)


def _will_be_disabled(account: WABA, on: str) -> None:
    happened = _("Meta will disable this account on %(day)s. Until then messages go out.") % {"day": on or "?"}
    todo = _("Look at it in WhatsApp Manager, under Account quality, and ask there for another look before that day.")
    incidents.open_incident(
        Kind.ACCOUNT_WARNING, f"{account.waba_id}:ban", account=account, evidence=f"{happened} {todo}"
    )


def _disabled(account: WABA, on: str) -> None:
    reason = _("Meta disabled the account.")
    for number in account.numbers.filter(state=PhoneNumber.State.CONNECTED, paused_reason=""):
        PhoneNumber.objects.filter(pk=number.pk).update(paused_reason=reason)
    todo = _("All its messages wait. Ask for another look in WhatsApp Manager, under Account quality.")
    incidents.close_incidents(Kind.ACCOUNT_WARNING, f"{account.waba_id}:ban", "Meta disabled the account")
    incidents.open_incident(Kind.ACCOUNT_STOPPED, account.waba_id, account=account, evidence=f"{reason} {todo}")


def _reinstated(account: WABA, on: str) -> None:
    """Numbers that Meta stopped for reasons of their own stay stopped."""
    stopped = Incident.objects.filter(kind=Kind.NUMBER_STOPPED, account=account, closed_at=None)
    stay = [key.removeprefix(f"{Kind.NUMBER_STOPPED}:") for key in stopped.values_list("key", flat=True)]
    account.numbers.exclude(phone_number_id__in=stay).update(paused_reason="")
    for kind, subject in ((Kind.ACCOUNT_WARNING, f"{account.waba_id}:ban"), (Kind.ACCOUNT_STOPPED, account.waba_id)):
        incidents.close_incidents(kind, subject, "Meta reinstated the account")


def _moved(account: WABA, item: Item, event: str) -> None:
    """Numbers that are on the phone app too: the phone was changed, and Meta takes the app back by itself, or did."""
    if not _acts(account, _note(account, item, event), also=MOVED):
        return
    for number in account.numbers.filter(state=PhoneNumber.State.CONNECTED, is_on_biz_app=True):
        if event == "ACCOUNT_RECONNECTED":
            incidents.resume_number(number, "Meta connected it again")
            continue
        reason = _("the WhatsApp Business app was moved to another phone or registered anew.")
        PhoneNumber.objects.filter(pk=number.pk).update(paused_reason=reason)
        todo = _("Finish the set-up of the app on the phone and leave Galantis ticked there; or connect again here.")
        incidents.open_incident(
            Kind.NUMBER_STOPPED, number.phone_number_id, account=account, evidence=f"{number}: {reason} {todo}"
        )


EVENTS = {
    "ACCOUNT_VIOLATION": _violation,
    "ACCOUNT_RESTRICTION": _restriction,
    "DISABLED_UPDATE": _ban,
    **dict.fromkeys(MOVED, _moved),
}
BANS = {"SCHEDULE_FOR_DISABLE": _will_be_disabled, "DISABLE": _disabled, "REINSTATE": _reinstated}


# Other fields --------------------------------------------------------------------------------------------------------
def handle_review(item: Item) -> None:
    """Meta looked at the account."""
    account, decision = account_of(item), text_in(item.content, "decision")[:40]
    if not account or not decision or not _acts(account, _note(account, item, "review_status", decision)):
        return
    WABA.objects.filter(pk=account.pk).update(review_status=decision)
    subject = f"{account.waba_id}:review"
    if decision == "REJECTED":
        happened = _("Meta looked at this account and refused it.")
        todo = _("Look in WhatsApp Manager for the reason, and ask there for another look.")
        incidents.open_incident(Kind.ACCOUNT_WARNING, subject, account=account, evidence=f"{happened} {todo}")
    elif decision == "APPROVED":
        incidents.close_incidents(Kind.ACCOUNT_WARNING, subject, "Meta approved the account")


def handle_alert(item: Item) -> None:
    """A note of Meta's in its own words. Warnings are shown as incidents until Meta takes them back."""
    account, inner = account_of(item), item.content.get("alert_info")
    alert = inner if isinstance(inner, dict) else item.content
    name, words = text_in(alert, "alert_type")[:60], text_in(alert, "alert_description")
    if not account or not name:
        return
    number = account.numbers.filter(phone_number_id=text_in(item.content, "entity_id")).first()
    told = _note(account, item, "account_alert", words, was=name, number=number)
    if not _acts(account, told, Q(was=name)):
        return
    subject = f"{account.waba_id}:{name}:{number.phone_number_id if number else ''}"
    if text_in(alert, "alert_status") == "NONE":
        incidents.close_incidents(Kind.ACCOUNT_WARNING, subject, "Meta took it back")
    elif text_in(alert, "alert_severity") in ("WARNING", "CRITICAL"):
        evidence = _("Meta warns (%(what)s): %(words)s") % {"what": number_words.spoken(name), "words": words}
        incidents.open_incident(Kind.ACCOUNT_WARNING, subject, account=account, evidence=evidence)
    health.ask_soon(account)


def handle_capability(item: Item) -> None:
    """A new limit, which all numbers of the business share."""
    account = account_of(item)
    for key in ("max_daily_conversations_per_business", "max_daily_conversation_per_phone"):
        tier = tiers.tier_of(item.content.get(key))
        if account and tier and item.at > account.connected_at:
            for number in account.numbers.filter(state=PhoneNumber.State.CONNECTED).order_by("pk"):
                changes.apply(number, {"messaging_limit_tier": tier}, at=item.at, source=Source.META)
            return


# Parts ---------------------------------------------------------------------------------------------------------------
def _note(account: WABA, item: Item, what: str, became: str = "", **more) -> ConnectionEvent | None:
    return history.note_once(account, what, became, at=item.at, source=Source.META, **more)


def _acts(account: WABA, told: ConnectionEvent | None, of_its_kind: Q | None = None, also: tuple = ()) -> bool:
    """Whether this event, just written, says something new about the account as it is connected now."""
    if told is None or told.at <= account.connected_at:
        return False
    newer = account.events.filter(of_its_kind or Q(), what__in=also or [told.what], at__gt=told.at)
    return not newer.filter(source=Source.META).exists()


def _dicts(value) -> list[dict]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _moment(seconds) -> datetime | None:
    seconds = as_int(seconds)
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds and seconds > 0 else None
