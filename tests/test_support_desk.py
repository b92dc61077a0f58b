"""The support desk says why a shop's messages do not flow, and lets support, and nobody else, do something about it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inbox.desk import queue
from inbox.models import Message, Priority
from inbox.tests.factories import MessageFactory, MessageStatusFactory, ThreadFactory
from meta_integration.models import WABA, Incident, PhoneNumber, WebhookDelivery
from meta_integration.tests.factories import (
    ConnectionEventFactory,
    GraphCallFactory,
    IncidentFactory,
    NumberTrafficFactory,
    PhoneNumberFactory,
    WABAFactory,
    WebhookDeliveryFactory,
)
from templates_app.tests.factories import MessageTemplateFactory
from workspaces import desk
from workspaces.desk import State
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
GRAPH = "https://graph.facebook.com/v23.0"
LIST = "/admin/desk/"
ALL_IS_WELL = "All is well: messages flow, and nothing is in the way."


@pytest.fixture
def number():
    """A number that works, of an account that Galantis knows all about."""
    now = timezone.now()
    return PhoneNumberFactory(account__is_subscribed=True, account__templates_read_at=now)


@pytest.fixture
def support():
    return UserFactory(username="sam", is_support=True)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(workspace, user) -> str:
    return browser(user).get(reverse("support_desk", args=[workspace.pk])).content.decode()


def act(user, workspace, action: str, reason: str = "the shop called", **answers):
    data = {"action": action, "reason": reason, **answers}
    return browser(user).post(reverse("support_desk", args=[workspace.pk]), data, follow=True)


def read(workspace) -> dict[str, desk.Section]:
    return {section.name: section for section in desk.sections_of(workspace)}


def headline(workspace) -> str:
    return desk.headline(desk.sections_of(workspace))


def since(minutes: int):
    return timezone.now() - timedelta(minutes=minutes)


# What it says ---------------------------------------------------------------------------------------------------------
def test_a_healthy_shop_is_well(number, support):
    assert headline(number.workspace) == ALL_IS_WELL
    assert ALL_IS_WELL in page_of(number.workspace, support)
    assert not [each for each in desk.sections_of(number.workspace) if each.state in (State.BAD, State.WARN)]


def test_an_empty_workspace_has_nothing_connected(support):
    workspace = WorkspaceFactory()
    assert headline(workspace) == "Nothing is connected yet."
    assert "Nothing is connected yet." in page_of(workspace, support)


def test_a_broken_connection_is_the_headline_with_what_waits_for_it(number, support):
    at = timezone.now() - timedelta(days=3)
    WABA.objects.update(state="broken", state_since=at, state_reason="The password was changed.")
    MessageFactory.create_batch(3, thread=ThreadFactory(number=number))
    said = headline(number.workspace)
    assert said.startswith("Messages stopped on ")
    assert said.endswith("because Meta no longer accepts the access. 3 messages wait.")
    page = page_of(number.workspace, support)
    assert said in page
    assert "The password was changed." in page
    queue = read(number.workspace)["inbox.desk.queue.section"]
    assert queue.state == State.WARN and "Messages wait and go out after you reconnect" in queue.sentence


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ({"suspected_at": timezone.now()}, "Messages wait since Meta refused a call"),
        ({"scopes": ["whatsapp_business_management"]}, "lacks a permission: whatsapp_business_messaging"),
        ({"token_expires_at": timezone.now() - timedelta(hours=1)}, "The access to WhatsApp ended"),
        ({"token_expires_at": timezone.now() + timedelta(days=3)}, "The access to WhatsApp ends on"),
        ({"restricted_until": timezone.now() + timedelta(days=3)}, "Meta has restricted the account"),
        ({"held_until": timezone.now() + timedelta(days=3)}, "Meta takes no more calls of this account"),
        ({"is_subscribed": False}, "Meta no longer posts this account&#x27;s webhooks"),
        ({"state": "disconnected"}, "Nothing is connected: the account was disconnected"),
    ],
)
def test_each_trouble_of_an_account_has_its_sentence(number, support, account, words):
    WABA.objects.update(**account)
    page = page_of(number.workspace, support)
    assert words in page[page.index('id="headline"') :][:400]
    assert words.split(":")[0] in browser(support).get(LIST).content.decode() or account == {"is_subscribed": False}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"paused_reason": "Too many complaints."}, "Too many complaints."),
        ({"is_paused": True}, "paused here"),
        ({"is_registered": False}, "not registered for sending"),
    ],
)
def test_each_number_says_why_it_waits(number, support, columns, words):
    PhoneNumber.objects.update(**columns)
    assert read(number.workspace)["meta_integration.desk.numbers.section"].state == State.BAD
    assert words in headline(number.workspace)


def test_what_waits_too_long_is_said_by_number_and_kind(number):
    MessageFactory(thread=ThreadFactory(number=number), priority=Priority.CAMPAIGN)
    MessageFactory(thread=ThreadFactory(number=number), priority=Priority.AGENT)
    Message.objects.update(created_at=since(30))
    section = read(number.workspace)["inbox.desk.queue.section"]
    assert (section.state, section.aside) == (State.BAD, "2 messages wait.")
    assert [row[1:3] for row in section.table.rows] == [["answers of people", "1"], ["campaign", "1"]]


def test_messages_in_doubt_and_failed_ones_are_counted(number):
    MessageFactory(thread=ThreadFactory(number=number), status="unknown")
    MessageFactory.create_batch(2, thread=ThreadFactory(number=number), status="failed", error_code=131047)
    sections = read(number.workspace)
    assert "nobody knows" in sections["inbox.desk.queue.section"].sentence
    failed = sections["inbox.desk.lately.errors"]
    assert failed.sentence == "2 messages failed in the last 24 hours."
    assert failed.table.rows[0][0].url.endswith("#131047")


def test_what_a_stopped_template_holds_is_said_as_that_and_not_as_late(number):
    template = MessageTemplateFactory(account=number.account, status="PAUSED")
    held = MessageFactory(thread__number=number, type="template", template=template)
    Message.objects.filter(pk=held.pk).update(created_at=since(180), not_before=since(180))
    section = read(number.workspace)["inbox.desk.queue.section"]
    assert (section.state, section.aside) == (State.WARN, "1 message waits.")
    assert "waits for a template that may not be sent" in section.sentence
    assert queue.glances() == {}


def test_the_way_in_shows_what_waits_and_how_late_it_comes(number, support):
    WebhookDeliveryFactory(retry_at=since(20))
    NumberTrafficFactory(phone_number_id=number.phone_number_id, messages=3, statuses=4)
    MessageStatusFactory(message=MessageFactory(thread=ThreadFactory(number=number), status="sent"), at=since(10))
    sections = read(number.workspace)
    assert "waits to be processed for 20 min" in sections["meta_integration.desk.flow.deliveries"].sentence
    assert "7 things" in sections["meta_integration.desk.flow.traffic"].sentence
    assert "10 min late" in sections["inbox.desk.lately.arrivals"].sentence


def test_incidents_calls_and_history_are_there(number, support):
    account = number.account
    IncidentFactory(account=account, kind=Incident.Kind.NUMBER_STOPPED, evidence="Meta stopped it.")
    GraphCallFactory(account=account, code=131047)
    ConnectionEventFactory(number=number, was="GREEN", became="RED")
    page = page_of(number.workspace, support)
    assert all(words in page for words in ("Meta stopped it.", "error-book/#131047", "Quality went from high to low."))


def test_a_section_that_raises_costs_itself_only(number, support, settings):
    settings.SUPPORT_DESK = [*settings.SUPPORT_DESK, "tests.test_support_desk.broken_section"]
    page = page_of(number.workspace, support)
    assert "This part could not be read just now (the database)." in page
    assert ALL_IS_WELL in page


def broken_section(workspace):
    WABA.objects.raw("SELECT nothing FROM nowhere")[0]


# Who may --------------------------------------------------------------------------------------------------------------
def test_a_manager_reads_the_own_page_and_can_do_nothing_there(number):
    owner = MembershipFactory(workspace=number.workspace).user
    page = page_of(number.workspace, owner)
    assert ALL_IS_WELL in page
    assert 'name="reason"' not in page
    assert "Webhooks of all workspaces" not in page
    assert act(owner, number.workspace, "check").status_code == 404
    assert browser(owner).get(LIST, follow=True).redirect_chain[-1][0] == f"{LIST}{number.workspace_id}/"
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("role", [Role.MARKETER, Role.AGENT, Role.ANALYST])
def test_other_members_and_strangers_find_nothing(number, role):
    for user in (MembershipFactory(workspace=number.workspace, role=role).user, MembershipFactory().user):
        response = browser(user).get(reverse("support_desk", args=[number.workspace_id]))
        assert response.status_code == 404
    agent = MembershipFactory(role=role).user
    assert browser(agent).get(LIST).status_code == 404


# The list -------------------------------------------------------------------------------------------------------------
def test_the_worst_stand_first_and_names_are_searched(support):
    WABAFactory(workspace__name="Aardvark")
    WABAFactory(workspace__name="Zebra", state="broken")
    WorkspaceFactory(name="Middle")
    page = browser(support).get(LIST).content.decode()
    assert page.index("Zebra") < page.index("Middle") < page.index("Aardvark")
    assert "1 workspace does not send" in page
    found = browser(support).get(LIST, {"q": "aard\x00"}).content.decode()
    assert "Aardvark" in found
    assert "Zebra" not in found


def test_the_list_asks_as_often_for_many_as_for_few(support, django_assert_max_num_queries):
    def count() -> int:
        with django_assert_max_num_queries(15) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    client = browser(support)
    make_troubled(2)
    few = count()
    make_troubled(40)
    assert count() == few


def make_troubled(count: int) -> None:
    for number in PhoneNumberFactory.create_batch(count, paused_reason="x"):
        MessageFactory(thread=ThreadFactory(number=number), not_before=since(60))
        IncidentFactory(account=number.account)


def test_the_page_asks_as_often_for_much_as_for_little(number, support, django_assert_max_num_queries):
    url, client = reverse("support_desk", args=[number.workspace_id]), browser(support)

    def fill(count: int) -> None:
        account = number.account
        others = PhoneNumberFactory.create_batch(count, account=account, is_default=False)
        for other in [number, *others]:
            thread = ThreadFactory(number=other)
            MessageFactory.create_batch(2, thread=thread, status="failed", error_code=131047)
            MessageStatusFactory(message=MessageFactory(thread=thread))
            NumberTrafficFactory(
                phone_number_id=other.phone_number_id,
                hour=timezone.now() - timedelta(hours=NumberTrafficFactory._meta.next_sequence() % 9),
            )
            ConnectionEventFactory(number=other)
        GraphCallFactory.create_batch(count, account=account)
        IncidentFactory.create_batch(count, account=account)

    def count() -> int:
        with django_assert_max_num_queries(75) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    fill(1)
    few = count()
    fill(8)
    assert count() == few


# What support can do --------------------------------------------------------------------------------------------------
def test_nothing_is_done_without_a_reason(number, support):
    MessageFactory(thread=ThreadFactory(number=number))
    response = act(support, number.workspace, "release", reason=" ", number=number.pk)
    assert response.status_code == 400
    assert "Say why" in response.content.decode()
    assert not AuditEntry.objects.exists()


def test_testing_the_connection_asks_meta_and_is_audited(number, support, graph):
    graph.get(f"{GRAPH}/debug_token", json={"data": {"is_valid": False}})
    graph.get(f"{GRAPH}/{number.account.waba_id}", status=400, json={"error": {"code": 190, "message": "no"}})
    page = act(support, number.workspace, "check", account=number.account_id).content.decode()
    assert "Messages stopped at" in page
    entry = AuditEntry.objects.get(actor=support)
    assert entry.action == "support: Test the connection"
    assert entry.detail == {"account": str(number.account_id), "reason": "the shop called"}


def test_subscribing_again_asks_meta_for_the_webhooks(number, support, graph):
    WABA.objects.update(is_subscribed=False)
    url = f"{GRAPH}/{number.account.waba_id}/subscribed_apps"
    graph.get(url, json={"data": []})
    graph.post(url, json={"success": True})
    act(support, number.workspace, "resubscribe", account=number.account_id)
    assert WABA.objects.get().is_subscribed


def test_subscribing_a_broken_account_is_refused(number, support, graph):
    WABA.objects.update(state="broken")
    page = act(support, number.workspace, "resubscribe", account=number.account_id).content.decode()
    assert "Meta would refuse" in page
    assert not graph.calls


def test_an_account_or_number_of_another_shop_is_not_a_choice(number, support):
    stranger = PhoneNumberFactory()
    MessageFactory(thread=ThreadFactory(number=number))
    for action, answers in (("check", {"account": stranger.account_id}), ("release", {"number": stranger.pk})):
        assert act(support, number.workspace, action, **answers).status_code == 400
    assert act(support, number.workspace, "no-such-action").status_code == 404


def test_only_deliveries_that_name_the_shop_are_processed_again(number, support):
    mine = WebhookDeliveryFactory(body=json.dumps({"id": number.phone_number_id}).encode(), state="processed")
    other = WebhookDeliveryFactory(body=b'{"id": "999"}', state="processed")
    early = WebhookDeliveryFactory(body=f" {number.phone_number_id}".encode(), state="processed")
    WebhookDelivery.objects.filter(pk=early.pk).update(received_at=since(300))
    answers = {"start": f"{since(60):%Y-%m-%dT%H:%M}", "end": f"{since(-1):%Y-%m-%dT%H:%M}"}
    page = act(support, number.workspace, "replay", **answers).content.decode()
    assert "1 delivery is processed again." in page
    states = dict(WebhookDelivery.objects.values_list("pk", "state"))
    assert states == {mine.pk: "received", other.pk: "processed", early.pk: "processed"}


@pytest.mark.parametrize(("start", "end"), [(since(3000), since(0)), (since(0), since(10)), ("", ""), ("x", "y")])
def test_a_range_that_is_none_or_too_long_changes_nothing(number, support, start, end):
    WebhookDeliveryFactory(body=number.phone_number_id.encode(), state="processed")
    act(support, number.workspace, "replay", start=start, end=end)
    assert WebhookDelivery.objects.get().state == "processed"


def test_what_pauses_is_released(number, support):
    paused = MessageFactory(thread=ThreadFactory(number=number), not_before=since(-30))
    page = act(support, number.workspace, "release", number=number.pk).content.decode()
    assert "1 message was pausing and goes now." in page
    paused.refresh_from_db()
    assert paused.not_before <= timezone.now()


def test_a_number_that_cannot_send_releases_nothing(number, support):
    paused = MessageFactory(thread=ThreadFactory(number=number), not_before=since(-30))
    PhoneNumber.objects.update(paused_reason="Too many complaints.")
    assert "Nothing was released." in act(support, number.workspace, "release", number=number.pk).content.decode()
    paused.refresh_from_db()
    assert paused.not_before > timezone.now()


def test_cancelling_asks_again_and_says_how_many(number, support):
    MessageFactory.create_batch(2, thread=ThreadFactory(number=number))
    at_work = MessageFactory(thread=ThreadFactory(number=number), status="sending")
    elsewhere = MessageFactory(
        thread=ThreadFactory(number=PhoneNumberFactory(account=number.account, is_default=False))
    )
    asked = act(support, number.workspace, "cancel", number=number.pk).content.decode()
    assert f"2 messages of {number.display_phone_number} are cancelled." in asked
    assert not AuditEntry.objects.exists()
    assert not Message.objects.filter(status="cancelled").exists()
    assert (
        "2 messages are cancelled."
        in act(support, number.workspace, "cancel", number=number.pk, sure="yes").content.decode()
    )
    assert Message.objects.filter(status="cancelled").count() == 2
    assert set(Message.objects.filter(pk__in=[at_work.pk, elsewhere.pk]).values_list("status", flat=True)) == {
        "sending",
        "queued",
    }
    assert AuditEntry.objects.get().detail["reason"] == "the shop called"
