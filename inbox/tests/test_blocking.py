"""A blocked sender: heard by nobody here at once, blocked at Meta where it allows that, never lost on the way back."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import outgoing, tasks
from inbox.models import Thread, ThreadEvent
from inbox.services import blocking, sending
from inbox.tests.factories import ThreadFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread():
    return ThreadFactory(unread_count=3, waiting_since=timezone.now(), contact__wa_id="15550301234")


@pytest.fixture
def ann(client, thread):
    user = MembershipFactory(workspace=thread.workspace, role=Role.AGENT).user
    client.force_login(user)
    return user


def edge(thread) -> str:
    return f"https://graph.facebook.com/v23.0/{thread.number.phone_number_id}/block_users"


def now(thread) -> Thread:
    return Thread.objects.select_related("contact").get(pk=thread.pk)


def test_blocking_asks_first_and_is_told_and_written_down(client, thread, ann):
    page = client.get(f"/inbox/{thread.pk}/block/").content.decode()
    assert "Nobody in the shop hears of their messages" in page
    assert now(thread).contact.blocked_at is None
    client.post(f"/inbox/{thread.pk}/block/", {"do": "block"})
    after = now(thread)
    assert after.contact.blocked_by == ann
    assert (after.unread_count, after.waiting_since) == (0, None)
    assert ThreadEvent.objects.get().kind == "blocked"
    assert AuditEntry.objects.get().action == "blocked a customer"


def test_a_second_person_who_blocks_changes_nothing(client, thread, ann):
    for _ in range(2):
        client.post(f"/inbox/{thread.pk}/block/", {"do": "block"})
    assert ThreadEvent.objects.count() == 1


def test_the_conversation_says_so_instead_of_taking_an_answer(client, thread, ann):
    blocking.block(thread.contact, ann)
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert "WhatsApp keeps delivering; Galantis hides it." in page
    assert 'id="composer"' not in page
    Thread.objects.update(blocked_at_meta=timezone.now())
    assert "WhatsApp blocks them too" in client.get(f"/inbox/{thread.pk}/").content.decode()


def test_nothing_is_sent_to_whom_the_shop_blocked(thread, ann):
    blocking.block(thread.contact, ann)
    with pytest.raises(sending.CannotSend, match="blocked this customer"):
        sending.queue(now(thread), outgoing.text("Hello"))


def test_meta_blocks_and_unblocks_as_the_shop_decided(thread, ann, graph):
    graph.post(edge(thread), json={"block_users": {"added_users": [{"input": "+15550301234"}]}})
    graph.delete(edge(thread), json={"block_users": {"removed_users": [{"input": "+15550301234"}]}})
    blocking.block(thread.contact, ann)
    assert tasks.settle_block(thread.pk)
    assert not tasks.settle_block(thread.pk)
    assert json.loads(graph.calls[0].request.body) == {
        "messaging_product": "whatsapp",
        "block_users": [{"user": "+15550301234"}],
    }
    assert now(thread).blocked_at_meta
    blocking.unblock(thread.contact, ann)
    assert tasks.settle_block(thread.pk)
    assert now(thread).blocked_at_meta is None
    assert [call.request.method for call in graph.calls] == ["POST", "DELETE"]


def test_what_meta_refuses_stays_blocked_here(thread, ann, graph):
    failed = [{"input": "+15550301234", "errors": [{"code": 131047}]}]
    error = {"code": 139100, "message": "Bulk blocking failed for some users"}
    graph.post(edge(thread), status=400, json={"block_users": {"failed_users": failed}, "error": error})
    blocking.block(thread.contact, ann)
    assert not tasks.settle_block(thread.pk)
    assert (now(thread).blocked_at_meta, now(thread).contact.blocked_by) == (None, ann)


def test_an_unblocking_that_meta_missed_is_tried_again(thread, ann, graph):
    Thread.objects.update(blocked_at_meta=timezone.now() - timedelta(days=1))
    graph.delete(edge(thread), status=500)
    assert tasks.settle_blocks() == 0
    graph.replace("DELETE", edge(thread), json={"block_users": {"removed_users": []}})
    assert tasks.settle_blocks() == 1
    assert tasks.settle_blocks() == 0
    assert now(thread).blocked_at_meta is None


def test_only_who_may_answer_blocks(client, thread):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert client.get(f"/inbox/{thread.pk}/block/").status_code == 403
    assert client.post(f"/inbox/{thread.pk}/block/", {"do": "block"}).status_code == 403
    assert now(thread).contact.blocked_at is None
