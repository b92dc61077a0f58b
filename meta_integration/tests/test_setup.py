"""Several numbers at once: what works is connected, what fails says why and can be tried again, nothing runs twice."""

import json
from datetime import timedelta

import pytest
import requests
import responses
import time_machine
from django.utils import timezone

from meta_integration.models import WABA, ConnectAttempt, ConnectionEvent, PhoneNumber
from meta_integration.services import connect, setup
from meta_integration.tests.factories import PhoneNumberFactory, WABAFactory
from meta_integration.tests.login import GRAPH, NUMBER, SECOND, TOKEN, Meta, come_back
from templates_app.tasks import sync_templates
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
THIRD = {**NUMBER, "id": "203", "display_phone_number": "+1 555-010-0003"}


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def browser(client, owner):
    client.force_login(owner.user)
    return client


@pytest.fixture
def meta(graph):
    return Meta(graph)


@pytest.fixture
def two(browser, meta):
    """A log-in that came back with two numbers."""
    meta.all_is_well(numbers=[NUMBER, SECOND])
    come_back(browser)
    return ConnectAttempt.objects.get()


def choose(browser, *ids, pin="123456", **more):
    attempt = ConnectAttempt.objects.latest("pk")
    pins = {f"pin-{each}": pin for each in ids}
    return browser.post(f"/connection/{attempt.pk}/choose/", {"number": ids, **pins, **more}, follow=True)


def numbers() -> dict:
    return {number.phone_number_id: number for number in PhoneNumber.objects.all()}


def test_several_numbers_are_registered_each_with_its_pin(browser, two, meta, owner):
    page = choose(browser, "201", "202", default="202", **{"pin-202": "654321"}).content.decode()
    assert [json.loads(call.body)["pin"] for call in meta.calls("/register")] == ["654321", "123456"]
    found = numbers()
    assert found["202"].is_default and not found["201"].is_default
    assert found["202"].pin.open(owner.workspace.pk) == "654321"
    assert all(number.is_registered and len(number.registrations) == 1 for number in found.values())
    assert page.count("Can send") == 2
    assert ConnectionEvent.objects.filter(what="is_registered").count() == 2


def test_one_number_that_fails_does_not_lose_the_others(browser, two, meta):
    meta.refuses("POST", "201/register", 133006)
    page = choose(browser, "201", "202", default="201").content.decode()
    found = numbers()
    assert (found["201"].is_registered, found["202"].is_registered) == (False, True)
    assert found["202"].is_default, "no default would be left"
    assert "is connected" in page
    assert "Meta wants the phone number to be verified again" in page
    assert "Meta&#x27;s code 133006" in page or "Meta's code 133006" in page


def test_what_failed_can_be_tried_again_on_the_page_of_the_account(browser, two, meta, owner):
    meta.refuses("POST", "201/register", 133005)
    choose(browser, "201", "202")
    number = numbers()["201"]
    url = f"/connection/setup/{number.account_id}/"
    wrong = browser.post(url, {"number": number.pk, "pin": "000000"}, follow=True).content.decode()
    assert "was not registered. Meta has another PIN" in wrong
    meta.graph.replace("POST", f"{GRAPH}/201/register", json={"success": True})
    assert "can send now" in browser.post(url, {"number": number.pk, "pin": "123456"}, follow=True).content.decode()
    number.refresh_from_db()
    assert (number.is_registered, number.pin.open(owner.workspace.pk)) == (True, "123456")
    assert len(number.registrations) == 3
    calls = len(meta.calls("/register"))
    browser.post(url, {"number": number.pk, "pin": "123456"})
    assert len(meta.calls("/register")) == calls, "a second press registers nothing anew"


def test_a_pin_that_is_no_pin_is_named_on_the_page_of_the_account(browser, owner):
    number = PhoneNumberFactory(account__workspace=owner.workspace, is_registered=False)
    page = browser.post(f"/connection/setup/{number.account_id}/", {"number": number.pk, "pin": "12"}).content.decode()
    assert "A PIN is exactly six digits." in page


@pytest.mark.parametrize("code", [190, 0])
def test_a_refused_access_makes_the_connection_be_checked(browser, owner, graph, code):
    number = PhoneNumberFactory(account__workspace=owner.workspace, is_registered=False)
    graph.post(
        f"{GRAPH}/{number.phone_number_id}/register", status=401, json={"error": {"code": code, "message": "no"}}
    )
    browser.post(f"/connection/setup/{number.account_id}/", {"number": number.pk, "pin": "123456"})
    assert WABA.objects.get().suspected_at


def test_ten_registrations_in_72_hours_are_respected_without_asking_meta(browser, two, meta, owner):
    tried = [(timezone.now() - timedelta(hours=71 - n)).isoformat() for n in range(10)]
    account = WABAFactory(workspace=owner.workspace, waba_id="101", state="disconnected")
    PhoneNumberFactory(account=account, phone_number_id="201", state="disconnected", registrations=tried)
    page = choose(browser, "201").content.decode()
    assert "ten times in 72 hours" in page
    assert "possible again on" in page
    assert not meta.calls("/register")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        two.created_at = timezone.now()
        two.save()
        choose(browser, "201")
    assert len(meta.calls("/register")) == 1


def test_tries_of_a_number_that_is_not_stored_yet_count_too(browser, two, meta):
    meta.refuses("POST", "201/register", 133005)
    for _ in range(12):
        page = choose(browser, "201").content.decode()
    assert len(meta.calls("/register")) == 10
    assert "ten times in 72 hours" in page


def test_a_number_that_sends_already_needs_no_pin_and_is_not_registered_again(browser, meta):
    meta.all_is_well(numbers=[{**NUMBER, "status": "CONNECTED"}])
    page = come_back(browser)
    assert "no PIN is needed" in browser.get(page.url).content.decode()
    attempt = ConnectAttempt.objects.get()
    browser.post(f"/connection/{attempt.pk}/choose/", {"number": "201"})
    assert PhoneNumber.objects.get().is_registered
    assert not meta.calls("/register")


def test_when_meta_does_not_answer_the_other_numbers_are_not_tried_in_vain(browser, two, meta):
    meta.graph.replace("POST", f"{GRAPH}/201/register", body=requests.ConnectionError())
    page = choose(browser, "201", "202", default="201").content.decode()
    assert "Meta gave no answer" in page
    assert len(meta.calls("/register")) == 1


def test_reloading_going_back_and_pressing_twice_connect_once(browser, two, meta):
    choose(browser, "201")
    account = WABA.objects.get()
    again = choose(browser, "201")
    assert again.redirect_chain[-1][0] == f"/connection/setup/{account.pk}/"
    assert browser.get(f"/connection/{two.pk}/choose/").url == f"/connection/setup/{account.pk}/"
    assert len(meta.calls("/register")) == len(meta.calls("/subscribed_apps")) == 1


def test_two_presses_at_the_same_moment_register_once(browser, two, meta):
    """The second comes while Meta is still being asked by the first."""
    seen = []

    def slowly(request):
        if not seen:
            seen.append(choose(browser, "201").content.decode())
        return 200, {}, '{"success": true}'

    meta.graph.remove("POST", f"{GRAPH}/201/register")
    meta.graph.add_callback(responses.POST, f"{GRAPH}/201/register", slowly)
    choose(browser, "201")
    assert "connecting the numbers just now" in seen[0]
    assert len(meta.calls("/register")) == 1
    assert WABA.objects.get().state == "connected"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("path", ["201/register", "101/subscribed_apps", "202/register"])
def test_a_process_that_dies_in_the_middle_leaves_what_the_same_steps_finish(browser, two, meta, path):
    meta.graph.remove("POST", f"{GRAPH}/{path}")
    meta.graph.add_callback(responses.POST, f"{GRAPH}/{path}", _killed)
    with pytest.raises(Killed):
        setup.connect_numbers(two, "101", {"201": "123456", "202": "123456"}, "201")
    ConnectAttempt.objects.filter(pk=two.pk).update(found=_still_at_work(two.found))  # No `finally` runs in a kill.
    meta.graph.remove("POST", f"{GRAPH}/{path}")
    meta.graph.post(f"{GRAPH}/{path}", json={"success": True})
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        choose(browser, "201", "202", default="201")
    found = numbers()
    assert found["201"].is_registered and found["201"].is_default and found["201"].pin
    if path == "202/register":  # The account was stored before: what is left is offered on its page.
        url = f"/connection/setup/{found['202'].account_id}/"
        browser.post(url, {"number": found["202"].pk, "pin": "123456"})
    assert numbers()["202"].is_registered


def _killed(request):
    raise Killed


def _still_at_work(found: list) -> list:
    return [{**waba, "at_work": timezone.now().isoformat()} for waba in found]


def test_several_accounts_are_connected_one_after_the_other_by_one_log_in(browser, meta, owner):
    meta.all_is_well(wabas=["101"], numbers=[NUMBER])
    meta.graph.remove("GET", f"{GRAPH}/debug_token")
    meta.token_is(["101", "102"], ["whatsapp_business_management", "whatsapp_business_messaging"])
    meta.graph.get(f"{GRAPH}/102", json={"id": "102", "name": "Second account"})
    meta.graph.get(f"{GRAPH}/102/phone_numbers", json={"data": [SECOND]})
    meta.graph.post(f"{GRAPH}/102/subscribed_apps", json={"success": True})
    meta.graph.post(f"{GRAPH}/202/register", json={"success": True})
    page = browser.get(come_back(browser).url).content.decode()
    assert "Second account" in page and "Choose this account" in page
    choose(browser, "201", waba_id="101")
    attempt = ConnectAttempt.objects.get()
    assert attempt.access_token.open(owner.workspace.pk) == TOKEN, "it is still needed"
    form = browser.get(f"/connection/{attempt.pk}/choose/?waba_id=102").content.decode()
    assert "Still from +1 555-010-0001" in form
    choose(browser, "202", waba_id="102", default="")
    assert set(WABA.objects.values_list("waba_id", "state")) == {("101", "connected"), ("102", "connected")}
    assert numbers()["201"].is_default and not numbers()["202"].is_default
    assert ConnectAttempt.objects.get().access_token.open(owner.workspace.pk) == ""


def test_an_account_that_is_connected_is_led_to_the_difference_and_keeps_its_default(browser, two, meta):
    choose(browser, "201")
    listed = {"data": [{**NUMBER, "status": "CONNECTED"}, SECOND]}
    meta.graph.replace("GET", f"{GRAPH}/101/phone_numbers", json=listed)
    come_back(browser)
    attempt = ConnectAttempt.objects.latest("pk")
    answer = browser.get(f"/connection/{attempt.pk}/choose/")
    assert (answer.status_code, answer.url.rsplit("/", 2)[1]) == (302, "difference")
    choose(browser, "202", default="")
    found = numbers()
    assert found["201"].is_default and not found["202"].is_default and not found["202"].is_registered


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"number": []}, "Choose at least one number"),
        ({"number": ["201"]}, "Type six digits."),
        ({"number": ["201"], "pin-201": "123456", "default": "202"}, "The default must be one of the numbers"),
        ({"number": ["201", "999"], "pin-201": "123456"}, "Choose among the numbers shown"),
    ],
)
def test_a_bad_choice_is_named_and_asks_meta_nothing(browser, two, meta, data, words):
    assert words in browser.post(f"/connection/{two.pk}/choose/", data).content.decode()
    assert not meta.calls("/register")


def test_an_attempt_is_its_persons_own(client, two, owner):
    client.force_login(MembershipFactory(workspace=owner.workspace).user)
    assert client.get(f"/connection/{two.pk}/choose/").status_code == 404
    assert client.post(f"/connection/{two.pk}/checked/").status_code == 404


def test_an_old_attempt_is_forgotten_with_its_results(two):
    with time_machine.travel(timezone.now() + connect.ATTEMPT_LIVES + timedelta(minutes=1)):
        assert connect.forget_old_attempts() == 1


# Templates -----------------------------------------------------------------------------------------------------------
def listed(template_id: str) -> dict:
    return {"id": template_id, "name": f"example_{template_id}", "language": "en", "status": "APPROVED"}


def test_templates_are_counted_over_all_pages(owner, graph, browser):
    account = WABAFactory(workspace=owner.workspace)
    paging = {"cursors": {"after": "next"}, "next": "https://graph.facebook.com/more"}
    edge = f"{GRAPH}/{account.waba_id}/message_templates"
    graph.get(edge, json={"data": [listed("1"), listed("2")], "paging": paging})
    graph.get(edge, json={"data": [listed("3")]})
    url = f"/connection/setup/{account.pk}/templates/"
    assert 'hx-trigger="load' in browser.get(url).content.decode()
    assert sync_templates(account.pk) == 3
    page = browser.get(url).content.decode()
    assert "3 templates found." in page
    assert "hx-trigger" not in page
    steps = page.split('id="steps" hx-swap-oob="true"')[1]
    assert 'Read templates <span class="g-hidden">(done)' in steps, "the steps above it are true again"


def test_templates_that_cannot_be_read_are_no_zero_and_the_page_says_why(owner, graph, browser):
    account = WABAFactory(workspace=owner.workspace)
    edge = f"{GRAPH}/{account.waba_id}/message_templates"
    graph.get(edge, status=403, json={"error": {"code": 200, "message": "no"}})
    assert sync_templates(account.pk) == 0
    account.refresh_from_db()
    assert account.template_count is None
    page = browser.get(f"/connection/setup/{account.pk}/templates/").content.decode()
    assert "code 200" in page and "hx-trigger" not in page
    graph.replace("GET", edge, body=requests.ConnectionError())
    assert sync_templates(account.pk) == 0
    assert "Meta gave no answer" in browser.get(f"/connection/setup/{account.pk}/templates/").content.decode()


def test_the_last_count_stays_when_the_list_breaks_off(owner, graph):
    account = WABAFactory(workspace=owner.workspace, template_count=7, templates_read_at=timezone.now())
    paging = {"cursors": {"after": "next"}, "next": "https://graph.facebook.com/more"}
    edge = f"{GRAPH}/{account.waba_id}/message_templates"
    graph.get(edge, json={"data": [listed("1")], "paging": paging})
    graph.get(edge, status=500, body="oops")
    assert sync_templates(account.pk) == 1
    account.refresh_from_db()
    assert account.template_count == 7


def test_the_page_of_an_account_asks_the_same_few_questions_however_many_numbers(
    browser, owner, django_assert_max_num_queries
):
    account = WABAFactory(workspace=owner.workspace)
    for n in range(20):
        PhoneNumberFactory(account=account, is_default=n == 0)
    with django_assert_max_num_queries(12):
        browser.get(f"/connection/setup/{account.pk}/")


def test_a_number_that_was_in_another_account_before_is_connected_once(browser, two, meta, owner):
    for waba_id in ("55", "56"):
        old = WABAFactory(workspace=owner.workspace, waba_id=waba_id, state="disconnected")
        PhoneNumberFactory(account=old, phone_number_id="201", is_default=False, state="disconnected")
    choose(browser, "201")
    assert PhoneNumber.objects.filter(phone_number_id="201", state="connected").count() == 1
    assert PhoneNumber.objects.filter(phone_number_id="201").count() == 2
