"""Canned replies: one for each shortcut, filled for the customer, written by those who answer."""

import pytest

from inbox.models import CannedReply
from inbox.services import canned
from inbox.tests.factories import CannedReplyFactory, ThreadFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    membership = MembershipFactory(role=Role.AGENT)
    client.force_login(membership.user)
    return membership


def test_one_is_written_changed_and_deleted_on_its_page(client, agent):
    assert "There are none yet" in client.get("/inbox/replies/").content.decode()
    page = client.post("/inbox/replies/", {"shortcut": "/hours", "text": "From 9 to 5."}, follow=True)
    assert "The reply /hours is saved." in page.content.decode()
    reply = CannedReply.objects.get()
    client.post(f"/inbox/replies/{reply.pk}/", {"shortcut": "hours", "text": "From 9 to 6."})
    reply.refresh_from_db()
    assert (reply.shortcut, reply.text) == ("hours", "From 9 to 6.")
    client.post(f"/inbox/replies/{reply.pk}/delete/")
    assert not CannedReply.objects.exists()
    assert AuditEntry.objects.count() == 3


def test_a_shortcut_is_taken_once_however_it_is_written(client, agent):
    CannedReplyFactory(workspace=agent.workspace, shortcut="Hours")
    answer = client.post("/inbox/replies/", {"shortcut": "hours", "text": "x"})
    assert answer.status_code == 409
    assert "There is a reply with the shortcut “/hours” already." in answer.content.decode()
    CannedReplyFactory(shortcut="other")  # Another shop's is no matter.
    assert client.post("/inbox/replies/", {"shortcut": "other", "text": "x"}).status_code == 302


def test_a_reply_may_keep_its_shortcut_when_it_is_changed(agent):
    reply = CannedReplyFactory(workspace=agent.workspace, shortcut="hours")
    canned.save(agent.workspace, "HOURS", "New", actor=agent.user, reply=reply)
    assert CannedReply.objects.get().text == "New"


@pytest.mark.parametrize(
    ("shortcut", "text", "field"),
    [
        ("two words", "x", "shortcut"),
        ("", "x", "shortcut"),
        ("x" * 41, "x", "shortcut"),
        ("ok", " ", "text"),
        ("ok", "x" * 4097, "text"),
        ("ok", "Hello {{order.id}}", "text"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field_and_stays_in_the_form(client, agent, shortcut, text, field):
    page = client.post("/inbox/replies/", {"shortcut": shortcut, "text": text}).content.decode()
    assert f'id="{field}-problem"' in page
    assert not CannedReply.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "Amira Example",
            "Hello {{customer.first_name}}, I am {{ agent.name }} of {{shop.name}}.",
            "Hello Amira, I am",
        ),
        ("", "Hello {{customer.first_name}}, how are you?", "Hello, how are you?"),
        ("", "{{customer.name}}\nWelcome", "\nWelcome"),
        ("{{shop.name}} <b>", "Hello {{customer.name}}", "Hello {{shop.name}} <b>"),
    ],
)
def test_it_is_filled_for_the_customer_and_leaves_no_hole(name, text, expected):
    thread = ThreadFactory(contact__name=name)
    CannedReplyFactory(workspace=thread.workspace, text=text)
    ((filled),) = canned.filled_for(thread, UserFactory(first_name="Ben", last_name="Agent"))
    assert filled["text"].startswith(expected)


def test_the_list_of_a_conversation_has_only_the_shops_own(client, agent, django_assert_max_num_queries):
    thread = ThreadFactory(number__workspace=agent.workspace, number__account__workspace=agent.workspace)
    CannedReplyFactory.create_batch(20, workspace=agent.workspace)
    CannedReplyFactory(workspace=WorkspaceFactory())
    with django_assert_max_num_queries(8):
        found = client.get(f"/inbox/{thread.pk}/replies/").json()["replies"]
    assert len(found) == 20


def test_those_who_only_look_write_none(client):
    client.force_login(MembershipFactory(role=Role.ANALYST).user)
    assert client.get("/inbox/replies/").status_code == 403
    assert client.post("/inbox/replies/", {"shortcut": "a", "text": "b"}).status_code == 403
