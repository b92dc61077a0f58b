"""Open pages hear of what they show within two seconds, and cost next to nothing while nothing changes."""

import time
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox import door
from inbox.models import Agent
from inbox.services import presence, receiving
from inbox.tests.factories import MentionFactory, MessageFactory, NoteFactory, ThreadFactory
from meta_integration.tests.factories import MediaAssetFactory
from workspaces import live
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def thread():
    return ThreadFactory()


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership.user


def colleague(thread, name="Ben", role=Role.AGENT):
    user = UserFactory(first_name=name)
    return MembershipFactory(workspace=thread.workspace, user=user, role=role).user


def ask(thread, version="", *, person=None, of=None, doing=""):
    """What a page of the inbox asks, with the conversation open or with the list alone."""
    token = live.token_for(thread.workspace_id, person.pk if person else 0)
    given = {"token": token, "thread": of.pk if of else 0, "version": version, "doing": doing}
    return door.answer(urlencode(given))


class Call:
    """One request at the door, with what came back."""

    def __init__(self, path: str, query: str = "", method: str = "GET"):
        self.went_on = False
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method}
        self.body = b"".join(door.LiveDoor(self._django)(environ, self._start))

    def _start(self, status, headers):
        self.status, self.headers = status, dict(headers)

    def _django(self, environ, start_response):
        self.went_on = True
        return []


def test_the_door_answers_its_own_path_alone_and_without_postgresql(thread, django_assert_num_queries):
    assert Call("/inbox/").went_on
    query = urlencode({"token": live.token_for(thread.workspace_id), "thread": thread.pk})
    with django_assert_num_queries(0):
        call = Call("/inbox/live/", query)
    assert (call.status, call.headers["Cache-Control"], call.went_on) == ("200 OK", "no-store", False)
    again = Call("/inbox/live/", query + "&version=" + call.body.decode())
    assert (again.status, again.body) == ("204 No Content", b"")
    assert Call("/inbox/live/", query, method="DELETE").status == "405 Method Not Allowed"
    assert Call("/inbox/live/", "token=forged").status == "403 Forbidden"


@pytest.mark.parametrize("query", ["", "token=", "token=%00", "thread=9&thread=x", "version=" + "9" * 5000, "%ff=%fe"])
def test_the_door_takes_any_question(query):
    assert Call("/inbox/live/", query).status == "403 Forbidden"


def test_a_token_counts_for_twelve_hours(thread, time_machine):
    token = live.token_for(thread.workspace_id)
    time_machine.move_to(time.time() + live.TOKEN_LIVES + 1)
    assert live.holder_of(token) is None
    assert Call("/inbox/live/", urlencode({"token": token})).status == "403 Forbidden"


def test_a_page_hears_of_its_own_conversation_and_the_list_but_not_of_another_conversation(
    thread, django_capture_on_commit_callbacks
):
    other = ThreadFactory(number=thread.number)
    _, mine = ask(thread, of=thread)
    _, its = ask(thread, of=other)
    with django_capture_on_commit_callbacks(execute=True):
        live.touch(thread.workspace_id, thread.pk)
    (everything, row, messages, _), was = ask(thread, mine, of=thread)[1].split("."), mine.split(".")
    assert (everything == was[0], row != was[1], messages != was[2]) == (True, True, True)
    assert ask(thread, its, of=other)[1].split(".")[2] == its.split(".")[2]
    assert ask(thread)[1].split(".")[1] == row


@pytest.mark.parametrize("told", [{"status": "delivered"}, {"status": "failed", "errors": [{"code": 131050}]}])
def test_what_becomes_of_a_campaign_makes_no_list_fetch_itself(
    thread, deliver, told, django_capture_on_commit_callbacks
):
    message = MessageFactory(thread=thread, status="sent", wamid="wamid.1", priority=2)
    _, before = ask(thread, of=thread)
    status = {"id": "wamid.1", "timestamp": "1750000000", **told}
    value = {"metadata": {"phone_number_id": thread.number.phone_number_id}, "statuses": [status]}
    with django_capture_on_commit_callbacks(execute=True):
        deliver({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
    message.refresh_from_db()
    assert message.status == told["status"]
    after = ask(thread, before, of=thread)[1].split(".")
    assert after[:2] == before.split(".")[:2]
    assert after[2] != before.split(".")[2]


def test_what_changes_everything_reaches_every_page(thread, django_capture_on_commit_callbacks):
    _, before = ask(thread, of=thread)
    with django_capture_on_commit_callbacks(execute=True):
        live.touch(thread.workspace_id)
    assert ask(thread, before, of=thread)[1].split(".")[0] != before.split(".")[0]


def test_a_change_in_another_process_is_seen_within_a_second(thread, time_machine):
    _, before = ask(thread, of=thread)
    assert ask(thread, before, of=thread)[0] == 204
    there = live.Board()
    live.board, here = there, live.board
    try:
        live.renew(thread.workspace_id, [live.thread_key(thread.workspace_id, thread.pk)])
    finally:
        live.board = here
    assert live.Board.FRESH_SECONDS < 0.5
    here._read_at -= live.Board.FRESH_SECONDS
    assert ask(thread, before, of=thread)[0] == 200


def test_without_valkey_pages_look_for_themselves(thread, no_valkey):
    assert ask(thread, "?", of=thread) == (200, "?")


# Presence -------------------------------------------------------------------------------------------------------------
def test_two_agents_in_one_conversation_see_each_other(client, agent, thread):
    ben = colleague(thread)
    assert "Ben" not in client.get(f"/inbox/{thread.pk}/present/").content.decode()
    ask(thread, person=ben, of=thread, doing="reading.1")
    assert "Ben is reading this, too." in client.get(f"/inbox/{thread.pk}/present/").content.decode()
    ask(thread, person=ben, of=thread, doing="writing.2")
    assert "Ben is writing an answer" in client.get(f"/inbox/{thread.pk}/").content.decode()
    ask(thread, person=ben, of=thread, doing="gone.3")
    assert "Ben" not in client.get(f"/inbox/{thread.pk}/present/").content.decode()


def test_a_page_hears_at_once_that_somebody_comes_writes_and_goes(thread):
    ben, seen = colleague(thread), []
    for doing in ("reading.1", "writing.2", "gone.3"):
        ask(thread, person=ben, of=thread, doing=doing)
        seen.append(ask(thread, of=thread)[1])
    assert len(set(seen)) == 3
    ask(thread, person=ben, of=thread, doing="reading.4")
    _, version = ask(thread, of=thread)
    presence._said.clear()  # As another process of the web, which has not heard of it.
    ask(thread, person=ben, of=thread, doing="reading.4")
    assert ask(thread, version, of=thread)[0] == 204


def test_who_closed_the_page_without_a_word_is_soon_gone(agent, thread, time_machine):
    ask(thread, person=colleague(thread), of=thread, doing="reading.1")
    assert presence.others(thread, agent)
    time_machine.move_to(time.time() + presence.GONE_AFTER_SECONDS + 1)
    assert not presence.others(thread, agent)


@pytest.mark.parametrize("role", [Role.ANALYST, None])
def test_analysts_and_support_look_without_a_trace(client, thread, role):
    watcher = MembershipFactory(workspace=thread.workspace, role=role).user if role else UserFactory(is_support=True)
    client.force_login(watcher)
    client.post("/workspaces/", {"workspace": thread.workspace_id})
    page = client.get(f"/inbox/{thread.pk}/")
    assert live.holder_of(page.context["live_token"]) == (thread.workspace_id, 0)
    ask(thread, person=watcher, of=thread, doing="reading.1")  # Even with a token of theirs from another time.
    assert not presence.others(thread, colleague(thread))


def test_nobody_is_seen_from_another_workspace(agent, thread):
    stranger = ThreadFactory()
    ask(stranger, person=colleague(stranger), of=thread, doing="writing.1")
    assert not presence.others(thread, agent)


def test_who_writes_hears_that_somebody_else_has_just_answered(client, agent, thread):
    url = f"/inbox/{thread.pk}/present/"
    MessageFactory(thread=thread, author=agent)
    assert "has just answered" not in client.get(url).content.decode()
    MessageFactory(thread=thread, author=colleague(thread))
    assert "Ben has just answered." in client.get(url).content.decode()


def test_presence_is_for_those_who_are_logged_in_here(client, thread):
    assert client.get(f"/inbox/{thread.pk}/present/").status_code == 302
    client.force_login(MembershipFactory().user)
    assert client.get(f"/inbox/{thread.pk}/present/").status_code == 404


# What waits -----------------------------------------------------------------------------------------------------------
def test_title_and_navigation_count_what_is_unread_of_mine_and_nobodys(client, agent, thread):
    ThreadFactory(number=thread.number, unread_count=1)
    ThreadFactory(number=thread.number, unread_count=4, assignee=agent)
    ThreadFactory(number=thread.number, unread_count=1, assignee=colleague(thread))
    ThreadFactory(unread_count=1)
    page = client.get("/inbox/").content.decode()
    assert "<title>(2) Inbox · Galantis</title>" in page
    assert 'id="nav-unread" class="nav-count">2</span>' in page
    assert 'data-unread="2"' in client.get("/inbox/", headers=HTMX).content.decode()


def test_of_very_many_unread_it_says_that_there_are_more(client, agent, thread, monkeypatch):
    monkeypatch.setattr("inbox.news.COUNTED", 2)
    for _ in range(3):
        ThreadFactory(number=thread.number, unread_count=1)
    assert "<title>(1+) Inbox · Galantis</title>" in client.get("/inbox/").content.decode()


def test_what_is_new_names_the_customer_and_repeats_no_word_of_theirs(client, agent, thread, deliver):
    deliver_to(thread, deliver)
    page = client.get("/inbox/", headers=HTMX).content.decode()
    (item,) = client.get("/inbox/").context["news"].items
    assert item.words == "New message from Example Customer"
    news = page[page.index('id="news"') :]
    assert "Example Customer" in news and "secret words" not in news[: news.index("</div>")]


def deliver_to(thread, deliver):
    who = receiving.Identity(wa_id=thread.contact.wa_id, user_id=None)
    type(thread.contact).objects.filter(pk=thread.contact_id).update(name="Example Customer")
    content = {"id": "wamid.new", "type": "text", "text": {"body": "secret words"}, "timestamp": str(int(time.time()))}
    receiving.receive(thread.number, content, who)


def test_a_mention_is_news_and_old_news_is_none(client, agent, thread):
    MentionFactory(note=NoteFactory(thread=thread, author=colleague(thread)), user=agent)
    ThreadFactory(number=thread.number, unread_count=1, last_message_at="2026-01-01T00:00:00Z")
    assert [each.words for each in client.get("/inbox/").context["news"].items] == ["Ben mentions you in a note"]


def test_what_waits_takes_the_same_queries_for_one_and_for_many(client, agent, thread, django_assert_num_queries):
    client.get("/inbox/", headers=HTMX)
    with CaptureQueriesContext(connection) as few:
        client.get("/inbox/", headers=HTMX)
    ThreadFactory.create_batch(12, number=thread.number, unread_count=1)
    MentionFactory.create_batch(4, note=NoteFactory(thread=thread), workspace=thread.workspace)
    with django_assert_num_queries(len(few)):
        client.get("/inbox/", headers=HTMX)


def test_a_page_rings_only_where_it_is_wished(client, agent, thread):
    assert "data-wants-sound" not in client.get("/inbox/").content.decode()
    Agent.objects.create(workspace=thread.workspace, user=agent, wants_sound=True)
    page = client.get("/inbox/").content.decode()
    assert "data-wants-sound" in page and "data-wants-notifications" not in page


# Who may no longer look ----------------------------------------------------------------------------------------------
def test_open_pages_of_who_logged_out_or_left_the_team_hear_of_it(
    client, agent, thread, django_capture_on_commit_callbacks
):
    def changes(action) -> bool:
        before = ask(thread)[1]
        with django_capture_on_commit_callbacks(execute=True):
            action()
        return ask(thread)[1].split(".")[0] != before.split(".")[0]

    assert changes(client.logout)
    membership = agent.memberships.get()
    membership.role = Role.ANALYST
    assert changes(membership.save)
    assert changes(membership.delete)


@pytest.mark.parametrize("url", ["/inbox/", "/inbox/{pk}/", "/inbox/{pk}/present/", "/inbox/{pk}/customer/"])
def test_a_page_whose_person_may_no_longer_look_is_led_away_and_shown_nothing(client, agent, thread, url):
    part = {**HTMX, "HX-Current-URL": f"http://testserver/inbox/{thread.pk}/"}
    url = url.format(pk=thread.pk)
    assert client.get(url, headers=part).status_code == 200
    agent.memberships.all().delete()
    answer = client.get(url, headers=part)
    assert (answer.headers["HX-Redirect"], answer.content) == ("/workspaces/", b"")
    client.logout()
    answer = client.get(url, headers=part)
    assert (answer.headers["HX-Redirect"], answer.content) == (f"/login/?next=/inbox/{thread.pk}/", b"")


def test_no_part_of_another_workspace_is_put_into_a_page_that_shows_this_one(client, agent, thread):
    other = MembershipFactory(user=agent, role=Role.AGENT).workspace
    shown = {**HTMX, "X-Galantis-Workspace": str(thread.workspace_id)}
    assert client.get("/inbox/", headers=shown).status_code == 200
    client.post("/workspaces/", {"workspace": other.pk})
    answer = client.get("/inbox/", headers=shown)
    assert (answer.headers["HX-Redirect"], answer.content) == ("/", b"")


def test_nobody_acts_in_the_name_of_who_logged_in_after_the_page_was_drawn(client, agent, thread):
    shown = {**HTMX, "X-Galantis-Person": str(agent.pk)}
    assert client.get(f"/inbox/{thread.pk}/", headers=shown).status_code == 200
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.AGENT).user)
    answer = client.post(f"/inbox/{thread.pk}/work/", {"do": "status", "status": "RESOLVED"}, headers=shown)
    assert (answer.headers["HX-Redirect"], answer.content) == ("/", b"")
    thread.refresh_from_db()
    assert thread.status == "OPEN"


def test_files_are_for_those_who_are_in_the_workspace(client, agent, thread):
    asset = MediaAssetFactory(workspace=thread.workspace)
    client.logout()
    assert "/login/" in client.get(f"/media/{asset.pk}/").url
    client.force_login(MembershipFactory().user)
    assert client.get(f"/media/{asset.pk}/").status_code == 404
