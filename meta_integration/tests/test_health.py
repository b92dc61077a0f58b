"""Reading how numbers are: what changed is told once, what is new appears, and nothing disappears for a bad answer."""

from datetime import timedelta

import pytest
import requests
import time_machine
from django.utils import timezone

from meta_integration import history_words, tasks
from meta_integration.graph.errors import GraphError
from meta_integration.models import WABA, ConnectionEvent, Incident, PhoneNumber
from meta_integration.services import clients, health
from meta_integration.tests.answers import GRAPH, NOT_THERE
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory

pytestmark = pytest.mark.django_db
FACTS = {
    "display_phone_number": "+1 555-020-0001",
    "verified_name": "Example Shop",
    "quality_rating": "GREEN",
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
    "throughput": {"level": "STANDARD"},
    "name_status": "APPROVED",
    "code_verification_status": "VERIFIED",
    "status": "CONNECTED",
    "is_pin_enabled": True,
    "is_on_biz_app": False,
}


@pytest.fixture
def account():
    return WABAFactory(connected_at=timezone.now() - timedelta(days=9))


def lists(graph, account: WABA, *numbers: dict, **more) -> None:
    """From now on Meta lists these."""
    graph.upsert("GET", f"{GRAPH}/{account.waba_id}/phone_numbers", json={"data": list(numbers), **more})


def number_at(account: WABA, phone_number_id: str, **facts) -> PhoneNumber:
    values = {
        "display_phone_number": f"+1 555-020-0{phone_number_id}",
        "quality_rating": "GREEN",
        "status": "CONNECTED",
    }
    return PhoneNumberFactory(account=account, phone_number_id=phone_number_id, is_default=False, **{**values, **facts})


def seen(number: PhoneNumber, **facts) -> dict:
    """What Meta says of it."""
    values = {"display_phone_number": number.display_phone_number, "verified_name": number.verified_name}
    return {**FACTS, **values, "id": number.phone_number_id, **facts}


def sentences() -> list[str]:
    return [history_words.sentence(each) for each in ConnectionEvent.objects.order_by("pk")]


def test_each_change_is_told_once(graph, account):
    number = number_at(account, "201", is_pin_enabled=True)
    lists(graph, account, seen(number))
    health.refresh(account)
    assert sentences() == []  # Only got to know.
    changed = {"quality_rating": "YELLOW", "whatsapp_business_manager_messaging_limit": "TIER_10K"}
    lists(graph, account, seen(number, **changed, name_status="EXPIRED", verified_name="New Name"))
    for _ in range(2):
        health.refresh(account)
    assert sorted(sentences()) == [
        "Limit went from 2,000 new customers a day to 10,000 new customers a day.",
        "Name that customers see went from Example Shop to New Name.",
        "Quality went from high to medium.",
        "Review of the name went from approved to expired: ask Meta again.",
    ]
    assert set(ConnectionEvent.objects.values_list("source", flat=True)) == {"check"}
    number.refresh_from_db()
    assert (number.quality_rating, number.checked_at is None) == ("YELLOW", False)


def test_a_number_that_is_no_longer_registered_waits_and_can_be_registered_again(graph, account):
    number = number_at(account, "201")
    lists(graph, account, seen(number, status="DISCONNECTED"))
    health.refresh(account)
    number.refresh_from_db()
    assert not number.is_registered
    assert "not registered" in number.why_it_waits()


def test_a_new_number_appears_and_is_not_the_default(graph, account):
    lists(graph, account, {**FACTS, "id": "999", "status": "PENDING"})
    for _ in range(2):
        health.refresh(account)
    number = PhoneNumber.objects.get()
    assert (number.is_registered, number.is_default, number.workspace) == (False, False, account.workspace)
    assert sentences() == ["Meta lists +1 555-020-0001 in this account now."]


def test_a_number_that_another_workspace_has_does_not_appear(graph, account):
    elsewhere = PhoneNumberFactory(phone_number_id="999")
    lists(graph, account, {**FACTS, "id": "999"})
    health.refresh(account)
    assert PhoneNumber.objects.get() == elsewhere


def test_a_reading_of_an_account_that_is_disconnected_meanwhile_takes_no_number(account):
    old = WABA.objects.get(pk=account.pk)
    WABA.objects.filter(pk=account.pk).update(state="disconnected")
    assert health._take_over(old, {"4": health.facts_of({"id": "4", **FACTS})}, timezone.now()) == 0
    assert not PhoneNumber.objects.exists()


def test_a_number_that_was_removed_here_stays_removed(graph, account):
    removed = number_at(account, "201", state="disconnected")
    lists(graph, account, seen(removed))
    health.refresh(account)
    assert PhoneNumber.objects.get().state == "disconnected"


def test_a_number_is_marked_when_two_readings_in_a_row_miss_it_and_comes_back(graph, account):
    stays, goes = number_at(account, "201"), number_at(account, "202")
    lists(graph, account, seen(stays), seen(goes))
    health.refresh(account)
    lists(graph, account, seen(stays))
    health.refresh(account)
    goes.refresh_from_db()
    assert goes.why_it_waits() == ""
    for _ in range(3):  # The same moment of Meta's.
        health.refresh(account)
    goes.refresh_from_db()
    assert goes.why_it_waits() == ""
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        health.refresh(account)
    goes.refresh_from_db()
    assert (goes.state, goes.status) == ("connected", "DELETED")
    assert "no longer lists it" in goes.why_it_waits()
    assert Incident.objects.get(closed_at=None).kind == "number_stopped"
    assert sentences()[-1] == "Status at Meta went from connected to no longer listed by Meta."
    lists(graph, account, seen(stays), seen(goes))
    health.refresh(account)
    goes.refresh_from_db()
    assert goes.why_it_waits() == ""
    assert not Incident.objects.filter(closed_at=None).exists()


def test_missed_now_and_then_is_not_missed_in_a_row(graph, account):
    stays, flickers = number_at(account, "201"), number_at(account, "202")
    with time_machine.travel(timezone.now()) as clock:
        for _ in range(3):
            lists(graph, account, seen(stays), seen(flickers))
            health.refresh(account)
            clock.shift(timedelta(hours=2))
            lists(graph, account, seen(stays))
            health.refresh(account)
            clock.shift(timedelta(hours=2))
    flickers.refresh_from_db()
    assert flickers.why_it_waits() == ""


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"data": []}},
        {"json": {}},
        {"json": {"data": None}},
        {"json": {"data": [{}, None, {"id": "201"}]}},
        {
            "json": {
                "data": [{"id": "201", "quality_rating": None, "status": "", "throughput": None, "is_pin_enabled": 7}]
            }
        },
    ],
)
def test_an_empty_or_partial_answer_changes_nothing(graph, account, answer):
    number_at(account, "201")
    before = PhoneNumber.objects.values().get()
    graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", **answer)
    for _ in range(3):
        health.refresh(account)
    assert {**PhoneNumber.objects.values().get(), "checked_at": None} == before
    assert not ConnectionEvent.objects.exists()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "body": "<html>"},
        {"body": NOT_THERE},
        {"status": 401, "json": {"error": {"code": 190, "message": "no"}}},
    ],
)
def test_no_list_no_change_and_it_is_tried_again_in_an_hour(graph, account, answer):
    number = number_at(account, "201")
    graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", **answer)
    with pytest.raises(GraphError):
        health.refresh(account)
    assert tasks.refresh_account(account.pk) is False
    assert tasks.refresh_health() == 0  # Not at once again.
    before = number.quality_rating
    number.refresh_from_db()
    assert (number.quality_rating, number.checked_at) == (before, None)
    WABA.objects.update(numbers_asked_at=timezone.now() - health.EVERY)
    graph.reset()
    lists(graph, account, seen(number))
    if WABA.objects.filter(state="connected", suspected_at=None).exists():
        assert tasks.refresh_health() == 1


def test_a_page_that_does_not_come_spoils_the_whole_list(graph, account):
    stays, second = number_at(account, "201"), number_at(account, "202")
    following = {"paging": {"cursors": {"after": "x"}, "next": "https://example.com"}}
    lists(graph, account, seen(stays, quality_rating="RED"), **following)
    graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", body=requests.ConnectionError("cut"))
    graph.remove("GET", f"{GRAPH}/{account.waba_id}/phone_numbers")
    page = {"data": [seen(stays, quality_rating="RED")], **following}
    graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", json=page)
    graph.get(f"{GRAPH}/{account.waba_id}/phone_numbers", body=requests.ConnectionError("cut"))
    with pytest.raises(GraphError):
        health.refresh(account)
    assert set(PhoneNumber.objects.values_list("quality_rating", flat=True)) == {"GREEN"}
    assert second.why_it_waits() == ""


def test_what_a_webhook_told_after_the_question_is_newer_than_the_answer(graph, account):
    number = number_at(account, "201", quality_seen_at=timezone.now() + timedelta(seconds=5))
    lists(graph, account, seen(number, quality_rating="RED"))
    health.refresh(account)
    number.refresh_from_db()
    assert number.quality_rating == "GREEN"


def test_accounts_are_read_once_a_day_a_hundredth_of_them_in_each_run_the_oldest_first(graph):
    accounts = [WABAFactory() for _ in range(3)]
    old = timezone.now() - timedelta(hours=30)
    WABA.objects.filter(pk=accounts[1].pk).update(numbers_asked_at=old)
    WABA.objects.filter(pk=accounts[2].pk).update(numbers_asked_at=timezone.now())
    broken = WABAFactory(state="broken")
    for account in (*accounts, broken):
        lists(graph, account, {**FACTS, "id": f"9{account.pk}"})
    assert [tasks.refresh_health() for _ in range(3)] == [1, 1, 0]
    read = WABA.objects.filter(numbers__isnull=False).order_by("pk")
    assert list(read) == accounts[:2]


def test_an_account_without_a_token_is_passed_over(account):
    WABA.objects.update(access_token=None)
    account.refresh_from_db()
    with pytest.raises(clients.NoToken):
        health.refresh(account)
    assert tasks.refresh_health() == 0
