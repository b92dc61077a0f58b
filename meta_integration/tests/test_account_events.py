"""What Meta tells of accounts and numbers: the state it leads to, the words people read, and each only once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from meta_integration import history_words, intake, number_words
from meta_integration.models import WABA, ConnectionEvent, Incident, PhoneNumber, WebhookDelivery, WebhookItemError
from meta_integration.sealed import Sealed, seal
from meta_integration.services import changes, health, history, incidents
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ENDS = NOW + timedelta(days=400)
DISPLAY = "15550209876"
QUALITY, NAME = "phone_number_quality_update", "phone_number_name_update"


@pytest.fixture
def number():
    account = WABAFactory(waba_id="101", connected_at=NOW - timedelta(days=9))
    MembershipFactory(workspace=account.workspace, user__email="owner@example.com")
    return PhoneNumberFactory(
        account=account,
        phone_number_id="201",
        display_phone_number="+1 555-020-9876",
        quality_rating="GREEN",
        messaging_limit_tier="TIER_2K",
        throughput_level="STANDARD",
        pin=seal("123456", account.workspace_id),
        is_pin_enabled=True,
    )


@pytest.fixture
def nobody_answers(graph):
    """Meta, to whoever asks for more."""
    graph.get(re.compile(".*"), status=503)


def event(field: str, value: dict, at: datetime = NOW) -> dict:
    return {"entry": [{"id": "101", "time": int(at.timestamp()), "changes": [{"field": field, "value": value}]}]}


def about_number(**value) -> dict:
    return {"display_phone_number": DISPLAY, **value}


def restricted(*types: str, ends: datetime = ENDS) -> dict:
    info = [{"restriction_type": each, "expiration": int(ends.timestamp())} for each in types]
    return {"event": "ACCOUNT_RESTRICTION", "restriction_info": info}


def banned(state) -> dict:
    return {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state, "waba_ban_date": "April 17, 2027"}}


def alert(**more) -> dict:
    return {"alert_severity": "WARNING", "alert_status": "ACTIVE", "alert_type": "SOME_TROUBLE", **more}


def sentences() -> list[str]:
    return [history_words.sentence(each) for each in ConnectionEvent.objects.order_by("at", "pk")]


def open_incidents() -> list[str]:
    return sorted(Incident.objects.filter(closed_at=None).values_list("kind", flat=True))


def everything() -> list:
    """All that an event may change, whole."""
    return [row for model in (WABA, PhoneNumber, ConnectionEvent, Incident) for row in rows_of(model)]


def rows_of(model) -> list[dict]:
    return [
        {name: value.ciphertext if isinstance(value, Sealed) else value for name, value in row.items()}
        for row in model.objects.order_by("pk").values()
    ]


# Each: the field, the value, columns of the number or account afterwards, the sentences, the incidents that are open.
EVENTS = [
    (QUALITY, about_number(event="FLAGGED", current_limit="TIER_2K"), {"quality_rating": "RED"},
     ["Quality went from high to low."], ["quality_dropped"]),
    (QUALITY, about_number(event="UPGRADE", current_limit="TIER_10K", old_limit="TIER_2K"),
     {"messaging_limit_tier": "TIER_10K", "dropped_at": None},
     ["Limit went from 2,000 new customers a day to 10,000 new customers a day."], []),
    (QUALITY, about_number(event="DOWNGRADE", max_daily_conversations_per_business="TIER_250"),
     {"messaging_limit_tier": "TIER_250", "dropped_at": NOW},
     ["Limit went from 2,000 new customers a day to 250 new customers a day."], ["quality_dropped"]),
    (QUALITY, about_number(event="ONBOARDING", current_limit="TIER_NOT_SET"),
     {"messaging_limit_tier": "TIER_NOT_SET", "dropped_at": None},
     ["Limit went from 2,000 new customers a day to not known yet."], []),
    (QUALITY, about_number(event="THROUGHPUT_UPGRADE", current_limit="TIER_UNLIMITED"),
     {"messaging_limit_tier": "TIER_UNLIMITED", "throughput_level": "HIGH"},
     ["Limit went from 2,000 new customers a day to no limit.",
      "Speed went from 80 messages a second to 1,000 messages a second."], []),
    (QUALITY, about_number(event="UNFLAGGED"), {"quality_rating": "GREEN"}, [], []),
    (QUALITY, {"display_phone_number": "15550000000", "event": "FLAGGED"}, {"quality_rating": "GREEN"}, [], []),
    (NAME, about_number(decision="APPROVED", requested_verified_name="New Name", rejection_reason=None),
     {"verified_name": "New Name", "name_status": "APPROVED"},
     ["Review of the name: approved.", "Name that customers see went from Example Shop to New Name."], []),
    (NAME, about_number(decision="REJECTED", requested_verified_name="Best Shop", rejection_reason="It says too much."),
     {"verified_name": "Example Shop", "name_status": "DECLINED"},
     ["Review of the name: refused.", "Meta refused the name “Best Shop”: It says too much."], []),
    (NAME, about_number(decision="DEFERRED"), {"name_status": "PENDING_REVIEW"},
     ["Review of the name: being reviewed."], []),
    ("security", about_number(event="PIN_CHANGED"), {"pin": None, "is_pin_enabled": True},
     ["The PIN was changed."], ["account_warning"]),
    ("security", about_number(event="PIN_RESET_REQUEST", requester="61550000000001"), {"is_pin_enabled": True},
     ["Somebody asked Meta to switch off two-step verification."], ["account_warning"]),
    ("security", about_number(event="PIN_REQUEST_SUCCESS"), {"pin": None, "is_pin_enabled": False},
     ["Two-step verification was switched off at Meta."], ["account_warning"]),
    ("security", about_number(event="INVENTED_TOMORROW"), {"is_pin_enabled": True}, [], []),
    ("account_review_update", {"decision": "APPROVED"}, {"review_status": "APPROVED"},
     ["Meta's review of the account: approved."], []),
    ("account_review_update", {"decision": "REJECTED"}, {"review_status": "REJECTED"},
     ["Meta's review of the account: refused."], ["account_warning"]),
    ("account_alerts", {"entity_type": "WABA", "entity_id": "101", "alert_info": alert(alert_description="Look.")}, {},
     ["Meta wrote (some trouble): Look."], ["account_warning"]),
    ("account_alerts", {"entity_type": "PHONE_NUMBER", "entity_id": "201", **alert(alert_description="Look.")}, {},
     ["Meta wrote (some trouble): Look."], ["account_warning"]),
    ("account_alerts", {"alert_info": alert(alert_severity="INFORMATIONAL", alert_type="OBA_APPROVED")}, {},
     ["Meta wrote (oba approved): –"], []),
    ("business_capability_update", {"max_daily_conversations_per_business": 10000},
     {"messaging_limit_tier": "TIER_10K"},
     ["Limit went from 2,000 new customers a day to 10,000 new customers a day."], []),
    ("business_capability_update", {"max_daily_conversations_per_business": "TIER_100K"},
     {"messaging_limit_tier": "TIER_100K"},
     ["Limit went from 2,000 new customers a day to 100,000 new customers a day."], []),
    ("business_capability_update", {"max_daily_conversation_per_phone": -1},
     {"messaging_limit_tier": "TIER_UNLIMITED"}, ["Limit went from 2,000 new customers a day to no limit."], []),
    ("business_capability_update", {"max_daily_conversations_per_business": 250},
     {"messaging_limit_tier": "TIER_250", "dropped_at": NOW},
     ["Limit went from 2,000 new customers a day to 250 new customers a day."], ["quality_dropped"]),
    ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ALCOHOL"}}, {},
     ["Meta says that a rule was broken: alcohol."], ["account_warning"]),
    ("account_update", restricted("RESTRICTED_BIZ_INITIATED_MESSAGING"), {"restricted_until": ENDS},
     ["Meta restricted the account until 14 Apr 2027, 12:00: you cannot write to customers first."],
     ["account_restricted"]),
    ("account_update", restricted("RESTRICTED_ADD_PHONE_NUMBER_ACTION", "RESTRICTED_INVENTED_TOMORROW"),
     {"restricted_until": None},
     ["Meta restricted the account until 14 Apr 2027, 12:00: you cannot add phone numbers.",
      "Meta restricted the account until 14 Apr 2027, 12:00: invented tomorrow."], ["account_restricted"]),
    ("account_update", banned("SCHEDULE_FOR_DISABLE"), {"paused_reason": ""},
     ["Meta will disable the account on April 17, 2027."], ["account_warning"]),
    ("account_update", banned("DISABLE"), {"paused_reason": "Meta disabled the account."},
     ["Meta disabled the account."], ["account_stopped"]),
    ("account_update", banned(["DISABLE"]), {"paused_reason": "Meta disabled the account."},
     ["Meta disabled the account."], ["account_stopped"]),
    ("account_update", banned("REINSTATE"), {"paused_reason": ""}, ["Meta lets the account work again."], []),
    ("account_update", banned({"odd": 1}), {"paused_reason": ""}, ["not known yet"], []),
    ("account_update", {"event": "ACCOUNT_OFFBOARDED"}, {"paused_reason": ""},
     ["The phone app was moved or registered anew: its numbers were cut off."], []),
    ("account_update", {"event": "ACCOUNT_RECONNECTED"}, {"paused_reason": ""},
     ["The phone app's numbers are connected again."], []),
    ("account_update", {"event": "VERIFIED_ACCOUNT", "phone_number": DISPLAY}, {}, ["Meta verified the account."], []),
    ("account_update", {"event": "INVENTED_TOMORROW"}, {}, ["Meta reported: Invented tomorrow."], []),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "columns", "words", "troubles"), EVENTS)
def test_an_event_has_its_effect_once(deliver, number, field, value, columns, words, troubles):
    deliver(event(field, value))
    number.refresh_from_db()
    for name, expected in columns.items():
        assert getattr(number if hasattr(number, name) else number.account, name) == expected, name
    assert sentences() == words
    assert open_incidents() == troubles
    assert not WebhookItemError.objects.exists()
    before = everything()
    intake.replay(WebhookDelivery.objects.all())
    deliver({**event(field, value), "object": "whatsapp_business_account"})  # The same in other bytes.
    assert everything() == before


@pytest.mark.parametrize(("field", "value", "columns", "words", "troubles"), EVENTS)
def test_an_event_from_before_the_account_was_connected_is_history_at_most(
    deliver, number, field, value, columns, words, troubles
):
    WABA.objects.update(connected_at=NOW + timedelta(seconds=1))
    before = rows_of(PhoneNumber) + rows_of(WABA)
    deliver(event(field, value))
    assert rows_of(PhoneNumber) + rows_of(WABA) == before
    assert not Incident.objects.exists()


@pytest.mark.parametrize("trouble", [QUALITY, "account_update"])
def test_managers_are_told_of_a_trouble_once_by_e_mail(
    deliver, number, nobody_answers, tasks_at_once, trouble, django_capture_on_commit_callbacks
):
    value = about_number(event="FLAGGED") if trouble == QUALITY else restricted("RESTRICTED_BIZ_INITIATED_MESSAGING")
    with django_capture_on_commit_callbacks(execute=True):
        deliver(event(trouble, value))
        deliver(event(trouble, value, NOW + timedelta(hours=1)))
    (letter,) = mail.outbox
    assert letter.to == ["owner@example.com"]
    assert Incident.objects.get().evidence in letter.body
    assert [each["who"] for each in Incident.objects.get().told] == ["owner@example.com"]


# In any order --------------------------------------------------------------------------------------------------------
def test_a_ban_that_comes_after_its_end_stops_nothing(deliver, number):
    deliver(event("account_update", banned("REINSTATE"), NOW + timedelta(days=1)))
    deliver(event("account_update", banned("DISABLE")))
    number.refresh_from_db()
    assert number.paused_reason == ""
    assert not open_incidents()
    assert len(sentences()) == 2


def test_what_was_scheduled_happens_and_ends(deliver, number):
    stopped_by_itself = PhoneNumberFactory(account=number.account, is_default=False, paused_reason="its name")
    incidents.open_incident("number_stopped", stopped_by_itself.phone_number_id, account=number.account)
    for day, state in enumerate(("SCHEDULE_FOR_DISABLE", "DISABLE", "REINSTATE")):
        deliver(event("account_update", banned(state), NOW + timedelta(days=day)))
    number.refresh_from_db()
    stopped_by_itself.refresh_from_db()
    assert (number.paused_reason, stopped_by_itself.paused_reason) == ("", "its name")
    assert open_incidents() == ["number_stopped"]


def test_a_restriction_that_is_over_when_we_hear_of_it_restricts_nothing(deliver, number):
    ended = timezone.now() - timedelta(hours=1)
    deliver(event("account_update", restricted("RESTRICTED_BIZ_INITIATED_MESSAGING", ends=ended)))
    number.account.refresh_from_db()
    assert number.account.restricted_until is None
    assert not open_incidents()


def test_the_incident_of_a_restriction_closes_when_the_last_of_them_ends(deliver, number):
    long, short = timezone.now() + timedelta(days=3), timezone.now() + timedelta(days=1)
    deliver(event("account_update", restricted("RESTRICTED_BIZ_INITIATED_MESSAGING", ends=short)))
    deliver(event("account_update", restricted("RESTRICTED_ADD_PHONE_NUMBER_ACTION", ends=long), NOW + timedelta(1)))
    assert health.close_what_is_over() == 0
    ConnectionEvent.objects.update(became=(timezone.now() - timedelta(hours=1)).isoformat())
    assert health.close_what_is_over() == 1
    assert not open_incidents()


def test_a_restriction_without_an_end_that_a_person_closed_keeps_no_later_one_open(deliver, number):
    history.note(number.account, "ACCOUNT_RESTRICTION", "", source="meta", at=timezone.now() - timedelta(days=9))
    Incident.objects.create(
        kind="account_restricted", key="old", account=number.account, closed_at=timezone.now() - timedelta(days=8)
    )
    ends = timezone.now() + timedelta(hours=1)
    deliver(event("account_update", restricted("RESTRICTED_ADD_PHONE_NUMBER_ACTION", ends=ends), timezone.now()))
    assert health.close_what_is_over() == 0
    with time_machine.travel(ends):
        assert health.close_what_is_over() == 1


def test_older_news_of_quality_does_not_undo_a_newer_check(deliver, number):
    changes.apply(number, {"quality_rating": "YELLOW"}, at=NOW, source="check")
    deliver(event(QUALITY, about_number(event="FLAGGED"), NOW - timedelta(minutes=1)))
    number.refresh_from_db()
    assert number.quality_rating == "YELLOW"


def test_an_older_name_does_not_replace_a_newer_one(deliver, number):
    for minutes, name in ((5, "Newer"), (0, "Older")):
        value = about_number(decision="APPROVED", requested_verified_name=name)
        deliver(event(NAME, value, NOW + timedelta(minutes=minutes)))
    number.refresh_from_db()
    assert number.verified_name == "Newer"


def test_an_alert_that_meta_takes_back_is_closed(deliver, number):
    deliver(event("account_alerts", {"alert_info": alert()}))
    deliver(event("account_alerts", {"alert_info": alert(alert_status="NONE")}, NOW + timedelta(hours=1)))
    assert not open_incidents()


def test_a_phone_app_that_moved_stops_its_numbers_and_no_others_until_it_is_back(deliver, number):
    on_app = PhoneNumberFactory(account=number.account, is_default=False, is_on_biz_app=True)
    deliver(event("account_update", {"event": "ACCOUNT_OFFBOARDED"}))
    number.refresh_from_db()
    on_app.refresh_from_db()
    assert "moved to another phone" in on_app.why_it_waits()
    assert number.why_it_waits() == ""
    assert open_incidents() == ["number_stopped"]
    deliver(event("account_update", {"event": "ACCOUNT_RECONNECTED"}, NOW + timedelta(hours=1)))
    on_app.refresh_from_db()
    assert on_app.why_it_waits() == ""
    assert not open_incidents()


# The PIN -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("minutes", [-1, 0, 60])
def test_the_pin_that_was_set_here_is_not_forgotten_when_meta_reports_it(deliver, number, minutes):
    ours = NOW + timedelta(minutes=minutes)
    history.note(number.account, "pin", number=number, source="shop", at=ours)
    deliver(event("security", about_number(event="PIN_CHANGED")))
    number.refresh_from_db()
    assert number.pin.open(number.workspace_id) == "123456"
    assert not open_incidents()


def test_a_pin_that_was_changed_elsewhere_later_is_forgotten(deliver, number):
    history.note(number.account, "pin", number=number, source="shop", at=NOW - timedelta(hours=1))
    deliver(event("security", about_number(event="PIN_CHANGED")))
    number.refresh_from_db()
    assert number.pin is None


# Drops ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "is_open"),
    [
        ([{"quality_rating": "YELLOW"}], True),
        ([{"quality_rating": "RED"}, {"quality_rating": "YELLOW"}], True),
        ([{"quality_rating": "RED"}, {"quality_rating": "GREEN"}], False),
        ([{"quality_rating": "UNKNOWN"}], False),
        ([{"quality_rating": ""}], False),
        ([{"messaging_limit_tier": "TIER_1K"}], True),
        ([{"messaging_limit_tier": "TIER_1K"}, {"messaging_limit_tier": "TIER_2K"}], False),
        ([{"messaging_limit_tier": "TIER_UNLIMITED"}, {"messaging_limit_tier": "TIER_100K"}], True),
        ([{"messaging_limit_tier": "TIER_INVENTED"}], False),
        (
            [{"messaging_limit_tier": "TIER_1K"}, {"quality_rating": "YELLOW"}, {"messaging_limit_tier": "TIER_2K"}],
            True,
        ),
    ],
)
def test_a_drop_opens_one_incident_and_recovery_closes_it(number, facts, is_open):
    for hours, each in enumerate(facts):
        changes.apply(number, each, at=NOW + timedelta(hours=hours), source="check")
    assert open_incidents() == (["quality_dropped"] if is_open else [])
    assert Incident.objects.count() <= 1


def test_the_page_says_why_campaigns_are_slow(number):
    assert number_words.why_campaigns_are_slow(number) == ""
    number.quality_rating = "YELLOW"
    assert "half as fast, because its quality is medium" in number_words.why_campaigns_are_slow(number)
    number.quality_rating, number.dropped_at = "GREEN", timezone.now()
    assert "half as fast, because its quality or limit went down" in number_words.why_campaigns_are_slow(number)
