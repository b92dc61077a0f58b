"""What people can do in the admin about messages in doubt, and what the first page tells them."""

import pytest

from inbox.models import Message
from inbox.tests.factories import MessageFactory
from meta_integration.models import Incident
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
S = Message.Status
URL = "/admin/inbox/message/"


@pytest.fixture
def message():
    return MessageFactory(status=S.UNKNOWN, error="not confirmed")


def act(client, message: Message, action: str, role: str = Role.AGENT):
    client.force_login(MembershipFactory(workspace=message.workspace, role=role).user)
    return client.post(URL, {"action": action, "_selected_action": [message.pk]}, follow=True)


@pytest.mark.parametrize(("action", "status"), [("it_went_out", S.SENT), ("send_again", S.QUEUED)])
def test_a_person_settles_what_nobody_else_knows(client, message, action, status):
    assert "1 message is settled" in act(client, message, action).content.decode()
    message.refresh_from_db()
    assert (message.status, message.error) == (status, "")
    assert AuditEntry.objects.get().target == f"message {message.pk}"


@pytest.mark.parametrize("status", [S.SENT, S.SENDING, S.READ, S.FAILED])
def test_what_is_known_is_not_sent_again_by_a_click(client, message, status):
    Message.objects.update(status=status)
    assert "nothing was changed" in act(client, message, "send_again").content.decode()
    message.refresh_from_db()
    assert message.status == status


def test_an_analyst_settles_nothing(client, message):
    act(client, message, "send_again", Role.ANALYST)
    message.refresh_from_db()
    assert message.status == S.UNKNOWN


def test_the_overview_names_what_is_wrong_and_what_waits(client, message):
    account = message.number.account
    Incident.objects.create(
        kind="connection_broken", key="k", account=account, workspace=account.workspace, evidence="code 190"
    )
    account.state = "broken"
    account.save()
    MessageFactory(thread=message.thread)
    client.force_login(MembershipFactory(workspace=message.workspace).user)
    page = client.get("/admin/").content.decode()
    for words in ("Connection broken", "code 190", "Reconnect", "The connection to WhatsApp is broken"):
        assert words in page


def test_an_incident_that_is_dealt_with_can_be_closed_by_support(client, message):
    incident = Incident.objects.create(kind="account_error", key="k", account=message.number.account)
    support = UserFactory(is_support=True)
    client.force_login(support)
    page = client.post(
        "/admin/meta_integration/incident/", {"action": "close", "_selected_action": [incident.pk]}, follow=True
    )
    assert "1 incident is closed" in page.content.decode()
    incident.refresh_from_db()
    assert incident.closed_because == f"closed by {support.label}"


def test_a_number_that_cannot_send_does_not_become_the_default(client, message):
    number = message.number
    number.is_default, number.is_registered = False, False
    number.save()
    client.force_login(MembershipFactory(workspace=message.workspace).user)
    page = client.post(
        "/admin/meta_integration/phonenumber/",
        {"action": "make_default", "_selected_action": [number.pk]},
        follow=True,
    )
    assert "cannot send yet" in page.content.decode()
    number.refresh_from_db()
    assert not number.is_default
