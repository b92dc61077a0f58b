"""The inbox pages: fast, scoped to the workspace, honest about what happened, and useful without JavaScript."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import Message, Thread
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import WABA
from workspaces import live
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def thread():
    return ThreadFactory(unread_count=2, preview="Do you have it in blue?", last_type="text")


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


def received(thread: Thread, text: str, **fields) -> Message:
    return MessageFactory(thread=thread, direction="in", status="received", body=text, **fields)


def test_list_shows_who_what_and_how_many_wait(client, agent, thread):
    page = client.get("/inbox/").content.decode()
    assert str(thread.contact) in page
    assert "Do you have it in blue?" in page
    assert "2 unread messages" in page


def test_list_takes_the_same_queries_for_one_and_for_fifty_threads(client, agent, thread, django_assert_num_queries):
    client.get("/inbox/")
    few = _count(client, "/inbox/")
    ThreadFactory.create_batch(49, number=thread.number)
    with django_assert_num_queries(few):
        assert client.get("/inbox/").content.count(b'id="thread-') == 50


def test_thread_takes_the_same_queries_for_one_and_for_fifty_messages(
    client, agent, thread, django_assert_max_num_queries
):
    url = f"/inbox/{thread.pk}/"
    client.get(url)
    few = _count(client, url)
    for _ in range(25):
        received(thread, "Hello")
        MessageFactory(thread=thread, author=UserFactory(), status="read")
    with django_assert_max_num_queries(few):
        assert client.get(url).content.count(b"<article") == 50


def _count(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def test_opening_a_thread_marks_it_read(client, agent, thread):
    client.get(f"/inbox/{thread.pk}/")
    thread.refresh_from_db()
    assert thread.unread_count == 0


def test_looking_as_an_analyst_leaves_no_trace_and_offers_no_answer(client, thread):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert 'id="reply"' not in page
    assert client.post(f"/inbox/{thread.pk}/", {"text": "Hello"}).status_code == 403
    thread.refresh_from_db()
    assert thread.unread_count == 2
    assert not Message.objects.exists()


def test_answer_without_javascript_is_queued_and_shown(client, agent, thread):
    answer = client.post(f"/inbox/{thread.pk}/", {"text": " Yes \n", "key": "k"}, follow=True)
    message = Message.objects.get()
    assert (message.body, message.status, message.author, message.priority) == ("Yes", "queued", agent.user, 0)
    assert f'id="message-{message.pk}"' in answer.content.decode()
    thread.refresh_from_db()
    assert thread.preview == "Yes"


def test_answer_with_htmx_comes_back_as_the_conversation_with_an_empty_composer(client, agent, thread):
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "key": "k"}, headers=HTMX)
    page = answer.content.decode()
    assert "<html" not in page
    assert 'data-status="queued"' in page
    assert "></textarea>" in page


def test_pressing_send_twice_is_one_message(client, agent, thread):
    for _ in range(2):
        client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "key": "k"})
    assert Message.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_closed_window_is_said_and_the_text_is_kept(client, agent, thread, headers):
    Thread.objects.update(window_expires_at=timezone.now() - timedelta(hours=1))
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "My long answer", "key": "k"}, headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "more than 24 hours ago" in page
    assert "My long answer</textarea>" in page
    assert not Message.objects.exists()


def test_a_broken_connection_is_said_and_answers_wait(client, agent, thread):
    WABA.objects.update(state="broken")
    page = client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "key": "k"}, follow=True).content.decode()
    assert "The connection to WhatsApp is broken" in page
    assert Message.objects.get().status == "queued"


def test_a_failed_message_says_why(client, agent, thread):
    MessageFactory(thread=thread, status="failed", error="The customer is not on WhatsApp.", error_code=131026)
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert "The customer is not on WhatsApp." in page
    assert "131026" in page


def test_customers_words_are_escaped_and_their_links_tell_nothing(client, agent, thread):
    received(thread, "<script>alert(1)</script> https://example.com/?a=1&b=2")
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert "<script>alert" not in page
    assert 'href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer"' in page


@pytest.mark.parametrize("kind", ["image", "order", "system", "unsupported", "invented_tomorrow"])
def test_every_type_shows_something_even_without_content(client, agent, thread, kind):
    received(thread, "", type=kind)
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert f'data-type="{kind}"' in page
    assert 'class="placeholder"></p>' not in page


def test_live_says_nothing_new_without_asking_postgresql(client, agent, thread, django_assert_num_queries):
    token = live.token_for(thread.workspace_id)
    version = client.get("/inbox/live/", {"token": token}).content.decode()
    with django_assert_num_queries(0):
        assert client.get("/inbox/live/", {"token": token, "version": version}).status_code == 204


def test_live_tells_of_a_change_of_its_own_workspace_only(client, agent, thread, django_capture_on_commit_callbacks):
    token, version = live.token_for(thread.workspace_id), live.version(thread.workspace_id)
    with django_capture_on_commit_callbacks(execute=True):
        live.touch(ThreadFactory().workspace_id)
    assert client.get("/inbox/live/", {"token": token, "version": version}).status_code == 204
    with django_capture_on_commit_callbacks(execute=True):
        live.touch(thread.workspace_id)
    assert client.get("/inbox/live/", {"token": token, "version": version}).status_code == 200


def test_logged_out_in_the_middle_leads_to_the_log_in_and_keeps_the_draft(client, agent, thread):
    client.logout()
    page = {**HTMX, "HX-Current-URL": f"http://testserver/inbox/{thread.pk}/"}
    answer = client.post(f"/inbox/{thread.pk}/", {"text": "A long answer", "key": "k"}, headers=page)
    assert answer.headers["HX-Redirect"] == f"/login/?next=/inbox/{thread.pk}/"
    assert "X-Galantis-Queued" not in answer.headers  # What makes the page forget its draft.


def test_every_conversation_and_every_message_can_be_reached(client, agent, thread):
    ThreadFactory.create_batch(120, number=thread.number)
    seen, url = set(), "/inbox/"
    while url:
        page = client.get(url).content.decode()
        seen |= set(re.findall(r'id="thread-(\d+)"', page))
        older = re.search(r'href="([^"]+)">Older conversations', page)
        url = older and html.unescape(older[1])
    assert len(seen) == 121
    for _ in range(130):
        received(thread, "Hello")
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    older = client.get(html.unescape(re.search(r'href="([^"]+)">Older messages', page)[1])).content.decode()
    assert (page.count("<article"), older.count("<article")) == (50, 50)


@pytest.mark.parametrize("place", ["x", "_", "2026-01-01T00:00:00_x", "2026-99-01_3"])
def test_a_place_in_the_list_that_makes_no_sense_is_the_beginning(client, agent, thread, place):
    assert f'id="thread-{thread.pk}"' in client.get("/inbox/", {"older_than": place}).content.decode()


@pytest.mark.parametrize("headers", [{}, {**HTMX, "HX-Target": "messages"}])
def test_no_browser_shows_a_part_as_the_page_or_anything_after_the_log_out(client, agent, thread, headers):
    assert client.get(f"/inbox/{thread.pk}/", headers=headers).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["", "forged", "MQ:1abc:xyz"])
def test_live_wants_a_token_of_ours(client, token):
    assert client.get("/inbox/live/", {"token": token}).status_code == 403


def test_without_valkey_the_inbox_still_works(client, agent, thread, no_valkey):
    assert client.post(f"/inbox/{thread.pk}/", {"text": "Yes", "key": "k"}, follow=True).status_code == 200
    assert client.get("/inbox/live/", {"token": live.token_for(thread.workspace_id)}).content == b"?"
    assert Message.objects.get().status == "queued"


def test_policy_lets_no_foreign_and_no_inline_script_run(client, agent):
    policy = client.get("/inbox/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
