"""What a shop does with its numbers: Meta is asked once, within its limits, and every refusal says what to do."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from meta_integration.models import ConnectionEvent, Incident, PhoneNumber
from meta_integration.sealed import seal
from meta_integration.services import incidents, numbers
from meta_integration.tests.answers import GRAPH, NOT_THERE
from meta_integration.tests.factories import ConnectionEventFactory, PhoneNumberFactory, WABAFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/meta_integration/phonenumber/"


@pytest.fixture
def number():
    return PhoneNumberFactory(phone_number_id="201", display_phone_number="+1 555-020-9876", status="CONNECTED")


@pytest.fixture
def browser(client, number):
    client.force_login(MembershipFactory(workspace=number.workspace).user)
    return client


class Meta:
    """Meta's side of a number's edges."""

    def __init__(self, graph):
        self.graph = graph

    def takes(self, *edges: str, **answer):
        for edge in edges:
            self.graph.upsert("POST", f"{GRAPH}/{edge}", json=answer or {"success": True})

    def refuses(self, edge: str, code: int, status: int = 400):
        self.graph.upsert("POST", f"{GRAPH}/{edge}", status=status, json={"error": {"code": code, "message": "no"}})

    def heard(self, edge: str) -> list[dict]:
        calls = [call.request for call in self.graph.calls if call.request.url.split("?")[0] == f"{GRAPH}/{edge}"]
        return [json.loads(request.body or "{}") for request in calls]


@pytest.fixture
def meta(graph):
    return Meta(graph)


def url(number: PhoneNumber, page: str = "") -> str:
    return f"/connection/numbers/{number.pk}/{page and page + '/'}"


def done() -> list[tuple]:
    """What the audit log and the history say."""
    audited = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    return [*audited, *ConnectionEvent.objects.order_by("pk").values_list("what", flat=True)]


def page_of(response) -> str:
    return response.content.decode()


# Adding --------------------------------------------------------------------------------------------------------------
def test_a_number_is_added_verified_and_registered_step_by_step(browser, meta, number):
    account = number.account
    meta.takes(f"{account.waba_id}/phone_numbers", id="301")
    meta.takes("301/request_code", "301/verify_code", "301/register")
    form = {"account": account.pk, "country_code": "+1", "phone_number": "555 020-1111", "verified_name": "Example"}
    page = browser.post("/connection/numbers/add/", form, follow=True)
    new = PhoneNumber.objects.get(phone_number_id="301")
    assert meta.heard(f"{account.waba_id}/phone_numbers") == [
        {"cc": "1", "phone_number": "5550201111", "verified_name": "Example"}
    ]
    assert page.redirect_chain == [(url(new, "verify"), 302)]
    assert not new.is_registered
    # Left, and gone on with from the number's page.
    assert url(new, "verify") in page_of(browser.get(f"{LIST}{new.pk}/change/"))
    browser.post(url(new, "verify"), {"method": "VOICE", "language": "de"})
    assert meta.heard("301/request_code") == [{"code_method": "VOICE", "language": "de"}]
    page = browser.post(url(new, "verify"), {"code": "123-456"}, follow=True)
    assert meta.heard("301/verify_code") == [{"code": "123456"}]
    assert page.redirect_chain == [(url(new, "register"), 302)]
    browser.post(url(new, "register"), {"pin": "654321", "seen": ""})
    assert meta.heard("301/register") == [{"messaging_product": "whatsapp", "pin": "654321"}]
    new.refresh_from_db()
    assert (new.is_registered, new.status, new.why_it_waits()) == (True, "CONNECTED", "")
    assert new.pin.open(new.workspace_id) == "654321"
    assert done() == [
        "added a number", "asked for a code", "verified a number", "registered a number",
        "number_added", "code_verified", "registered",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"country_code": "1", "phone_number": "555 020 9876"}, "among your numbers already"),
        ({"country_code": "x"}, "one to three digits"),
        ({"phone_number": "12"}, "4 to 14 digits"),
        ({"verified_name": ""}, "Type the name"),
    ],
)
def test_what_cannot_be_added_is_said_before_meta_is_asked(browser, number, form, words):
    good = {"country_code": "1", "phone_number": "5550201111", "verified_name": "Example", "account": number.account_id}
    assert words in page_of(browser.post("/connection/numbers/add/", {**good, **form}))


def test_another_workspaces_account_cannot_be_chosen(browser, number):
    form = {"country_code": "1", "phone_number": "5550201111", "verified_name": "Example", "account": WABAFactory().pk}
    assert "Select a valid choice" in page_of(browser.post("/connection/numbers/add/", form))


def test_two_clicks_ask_for_one_code(browser, meta, number):
    PhoneNumber.objects.update(code_verification_status="NOT_VERIFIED", is_registered=False)
    meta.takes("201/request_code")
    pages = [browser.post(url(number, "verify"), {"method": "SMS", "language": "en_US"}) for _ in range(2)]
    assert "less than a minute ago" in page_of(pages[1])
    assert len(meta.heard("201/request_code")) == 1


def test_a_code_that_meta_refused_to_send_can_be_asked_for_again(browser, meta, number):
    PhoneNumber.objects.update(code_verification_status="NOT_VERIFIED", is_registered=False)
    meta.refuses("201/request_code", 2388091)
    for _ in range(2):
        assert "sends no verification code" in page_of(
            browser.post(url(number, "verify"), {"method": "SMS", "language": "en_US"})
        )
    assert len(meta.heard("201/request_code")) == 2


def test_a_number_that_is_verified_already_goes_on_to_the_registration(browser, meta, number):
    PhoneNumber.objects.update(code_verification_status="EXPIRED", is_registered=False)
    meta.refuses("201/request_code", 136024)
    page = browser.post(url(number, "verify"), {"method": "SMS", "language": "en_US"}, follow=True)
    assert page.redirect_chain[-1][0] == url(number, "register")


def test_a_wrong_code_is_said_at_its_field(browser, meta, number):
    PhoneNumber.objects.update(code_verification_status="NOT_VERIFIED", is_registered=False)
    meta.refuses("201/verify_code", 136025)
    page = browser.post(url(number, "verify"), {"code": "111111"})
    assert page.context["form"].errors["code"]
    assert "ask for another one" in page_of(page)


# Registering ---------------------------------------------------------------------------------------------------------
def register(browser, number, pin="", seen=None):
    number.refresh_from_db()
    seen = numbers.latest_try(number) if seen is None else seen
    return browser.post(url(number, "register"), {"pin": pin, "seen": seen})


def test_two_clicks_register_once(browser, meta, number):
    meta.takes("201/register")
    for _ in range(2):
        assert register(browser, number, "123456", seen="").status_code == 302
    assert len(meta.heard("201/register")) == 1
    assert done() == ["registered a number", "registered"]


def test_the_stored_pin_is_used_where_none_is_typed(browser, meta, number):
    PhoneNumber.objects.update(pin=seal("246810", number.workspace_id))
    meta.takes("201/register")
    register(browser, number)
    assert meta.heard("201/register")[0]["pin"] == "246810"


def test_without_a_stored_pin_one_must_be_typed(browser, number):
    assert "Type six digits" in page_of(register(browser, number))


REFUSALS = [
    (133005, "Meta has another PIN"),
    (133008, "takes none for a while"),
    (133009, "takes none for a while"),
    (133015, "Wait five minutes"),
    (131031, "code 131031"),
    (2388001, "does not prove to be yours"),
    (987654321, "send support this code"),
]


@pytest.mark.parametrize(("code", "words"), REFUSALS)
def test_a_refused_registration_says_why_and_changes_nothing(browser, meta, number, code, words):
    PhoneNumber.objects.update(is_registered=False)
    meta.refuses("201/register", code)
    page = register(browser, number, "123456")
    assert words in page_of(page)
    number.refresh_from_db()
    assert (number.is_registered, number.pin, done()) == (False, None, [])
    # The form that is shown now is good for another try.
    assert f'name="seen" value="{numbers.latest_try(number)}"' in page_of(page)
    meta.takes("201/register")
    register(browser, number, "123456")
    number.refresh_from_db()
    assert number.is_registered


def test_a_number_that_must_be_verified_first_is_led_there(browser, meta, number):
    PhoneNumber.objects.update(is_registered=False)
    meta.refuses("201/register", 133006)
    page = browser.post(url(number, "register"), {"pin": "123456", "seen": ""}, follow=True)
    assert page.redirect_chain[-1][0] == url(number, "verify")
    assert "wants the phone number to be verified first" in page_of(page)


def test_after_ten_tries_in_72_hours_meta_is_not_asked_and_the_time_is_named(browser, meta, number):
    began = timezone.now() - timedelta(hours=70)
    tries = [(began + timedelta(hours=n)).isoformat() for n in range(10)]
    PhoneNumber.objects.update(registrations=tries, pin=seal("123456", number.workspace_id))
    for page in ("register", "deregister"):
        text = page_of(browser.post(url(number, page), {"seen": tries[-1]}))
        assert f"possible again on {(began + timedelta(hours=72)):%-d %b %Y, %H:%M}" in text
    assert not meta.graph.calls
    assert "takes no registering" in page_of(browser.get(f"{LIST}{number.pk}/change/"))
    PhoneNumber.objects.update(registrations=[(began - timedelta(hours=3)).isoformat(), *tries[1:]])
    meta.takes("201/register")
    register(browser, number)
    assert len(meta.heard("201/register")) == 1


def test_when_meta_has_counted_more_than_we_it_is_not_asked_again_either(browser, meta, number):
    meta.refuses("201/register", 133016)
    assert "possible again on" in page_of(register(browser, number, "123456"))
    assert "possible again on" in page_of(register(browser, number, "123456"))
    assert len(meta.heard("201/register")) == 1


@pytest.mark.parametrize(("answer", "counted"), [({"body": NOT_THERE}, 1), ({"status": 502, "body": "<html>"}, 1)])
def test_no_answer_may_have_been_a_registration(browser, graph, number, answer, counted):
    graph.post(f"{GRAPH}/201/register", **answer)
    assert "did not answer in time" in page_of(register(browser, number, "123456"))
    number.refresh_from_db()
    assert len(number.registrations) == counted


def test_registering_lets_a_number_go_on_that_meta_did_not_know(browser, meta, number):
    meta.takes("201/register")
    for code, goes_on in ((133010, True), (131037, False)):
        PhoneNumber.objects.update(paused_reason="stopped")
        incidents.open_incident("number_stopped", "201", account=number.account, code=code)
        register(browser, number, "123456")
        number.refresh_from_db()
        assert (number.paused_reason == "") is goes_on
        assert Incident.objects.filter(closed_at=None).exists() is not goes_on


@pytest.mark.parametrize("page", ["register", "deregister", "pin"])
def test_a_number_of_the_phone_app_is_left_alone(browser, number, page):
    PhoneNumber.objects.update(is_on_biz_app=True)
    assert "WhatsApp Business app on a phone" in page_of(browser.post(url(number, page), {"pin": "123456", "seen": ""}))


def test_a_deregistered_number_waits_and_is_not_deregistered_twice(browser, meta, number):
    meta.takes("201/deregister")
    for _ in range(2):
        browser.post(url(number, "deregister"), {"seen": ""})
    number.refresh_from_db()
    assert "not registered" in number.why_it_waits()
    assert (len(meta.heard("201/deregister")), len(number.registrations)) == (1, 1)
    assert done() == ["deregistered a number", "deregistered"]


def test_a_refused_token_is_a_sign_that_the_connection_is_broken(browser, meta, number):
    meta.refuses("201", 190, 401)
    page = browser.post(url(number, "pin"), {"pin": "123456"})
    assert "no longer accepts" in page_of(page)
    number.account.refresh_from_db()
    assert number.account.suspected_at is not None


# The PIN -------------------------------------------------------------------------------------------------------------
def test_a_pin_is_set_at_meta_and_kept_sealed(browser, meta, number):
    meta.takes("201")
    for _ in range(2):
        browser.post(url(number, "pin"), {"pin": "135790"})
    number.refresh_from_db()
    assert number.pin.open(number.workspace_id) == "135790"
    assert meta.heard("201") == [{"pin": "135790"}]
    assert done() == ["set a PIN", "pin"]
    assert not [row for row in ConnectionEvent.objects.values() if "135790" in str(row)]
    assert "135790" not in page_of(browser.get(f"{LIST}{number.pk}/change/"))


def test_a_pin_that_meta_did_not_take_is_neither_kept_nor_shown_again(browser, meta, number):
    meta.refuses("201", 100)
    page = browser.post(url(number, "pin"), {"pin": "135790"})
    assert "135790" not in page_of(page)
    number.refresh_from_db()
    assert number.pin is None


# Ours ----------------------------------------------------------------------------------------------------------------
def test_pausing_holds_messages_and_resuming_lets_them_go_each_noted_once(browser, number):
    for what, waits in (("pause", True), ("pause", True), ("resume", False), ("resume", False)):
        browser.post(url(number), {"do": what})
        number.refresh_from_db()
        assert bool(number.why_it_waits()) is waits
    assert done() == ["paused sending", "resumed sending", "paused", "resumed"]


def test_one_number_is_the_default(browser, number):
    other = PhoneNumberFactory(account=number.account, is_default=False)
    for _ in range(2):
        browser.post(url(other), {"do": "default"})
    assert list(PhoneNumber.objects.filter(is_default=True)) == [other]
    assert done() == ["default number", "default"]


def test_the_last_number_is_removed_by_those_who_know_what_it_means(browser, number):
    assert "tick that you know" in page_of(browser.post(url(number, "remove")))
    number.refresh_from_db()
    assert number.state == "connected"
    browser.post(url(number, "remove"), {"is_sure": "on"})
    number.refresh_from_db()
    assert (number.state, number.is_default) == ("disconnected", False)
    assert "removed the number here" in page_of(browser.get(f"{LIST}{number.pk}/change/"))


def test_another_number_becomes_the_default_when_it_is_removed_and_it_can_be_brought_back(browser, number):
    other = PhoneNumberFactory(account=number.account, is_default=False)
    for _ in range(2):
        browser.post(url(number, "remove"))
    assert list(PhoneNumber.objects.filter(is_default=True)) == [other]
    assert "until somebody brings it back" in page_of(browser.get(f"{LIST}{number.pk}/change/"))
    assert "Not used here" in page_of(browser.get("/admin/meta_integration/waba/"))
    setup = page_of(browser.get(f"/connection/setup/{number.account_id}/"))
    assert other.display_phone_number in setup and number.display_phone_number not in setup
    for _ in range(2):
        browser.post(url(number), {"do": "bring_back"})
    number.refresh_from_db()
    assert number.state == "connected"
    assert done() == ["removed a number", "brought a number back", "removed", "brought_back"]


def test_a_number_that_another_workspace_connected_meanwhile_is_not_brought_back(browser, number):
    PhoneNumber.objects.update(state="disconnected")
    PhoneNumberFactory(phone_number_id="201")
    page = browser.post(url(number), {"do": "bring_back"}, follow=True)
    assert "connected to another workspace now" in page_of(page)


def test_meta_is_asked_now_when_a_person_wants_to_know(browser, graph, number):
    answer = {"data": [{"id": "201", "quality_rating": "RED"}]}
    graph.get(f"{GRAPH}/{number.account.waba_id}/phone_numbers", json=answer)
    assert "What changed stands in the history" in page_of(browser.post(url(number), {"do": "read_again"}, follow=True))
    assert "Quality low" in page_of(browser.get(f"{LIST}{number.pk}/change/"))


# Who sees what -------------------------------------------------------------------------------------------------------
def test_those_who_may_not_change_a_number_see_its_page_without_buttons(client, number):
    ConnectionEventFactory(number=number, account=number.account, workspace=number.workspace)
    agent = MembershipFactory(workspace=number.workspace, role=Role.AGENT).user
    for person in (agent, UserFactory(is_support=True)):
        client.force_login(person)
        text = page_of(client.get(f"{LIST}{number.pk}/change/"))
        assert "Quality went from high to medium." in text
        assert "/connection/numbers/" not in text


def test_the_list_says_it_in_the_merchants_words_with_as_many_queries_for_many(
    browser, number, django_assert_max_num_queries
):
    PhoneNumber.objects.update(
        messaging_limit_tier="TIER_2K", quality_rating="YELLOW", throughput_level="HIGH", is_paused=True,
        name_status="APPROVED", code_verification_status="VERIFIED",
    )  # fmt: skip
    browser.get(LIST)
    PhoneNumberFactory.create_batch(20, account=number.account, is_default=False)
    with django_assert_max_num_queries(12):
        text = page_of(browser.get(LIST))
    for words in ("2,000 new customers a day", "1,000 messages a second", "Medium", "paused here", "Add a number"):
        assert words in text


def test_the_history_is_told_newest_first_and_can_be_narrowed(browser, number, django_assert_max_num_queries):
    def write(what, became, hours):
        at = timezone.now() - timedelta(hours=hours)
        ConnectionEventFactory(
            number=number, account=number.account, workspace=number.workspace, what=what, became=became, was="", at=at
        )

    for n in range(60):
        write("paused", f"Person {n}", n)
    write("quality_rating", "RED", 0.5)
    with django_assert_max_num_queries(14):
        text = page_of(browser.get("/admin/meta_integration/connectionevent/"))
    assert text.index("Person 0 paused") < text.index("Quality: low.") < text.index("Person 1 paused")
    assert "Person 59" not in text  # It is on the next page.
    assert "Person 59" in page_of(browser.get("/admin/meta_integration/connectionevent/?p=2"))
    narrowed = page_of(browser.get(f"/admin/meta_integration/connectionevent/?about=quality&number={number.pk}"))
    assert "Quality: low." in narrowed
    assert "paused sending" not in narrowed
