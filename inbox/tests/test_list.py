"""The list: filtered, ordered and counted as its address says, in pages of which none loses a conversation."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.listing import Filters
from inbox.models import Thread
from inbox.tests.factories import (
    ContactFactory,
    MentionFactory,
    MessageFactory,
    NoteFactory,
    TagFactory,
    ThreadFactory,
)
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
ROW = re.compile(r'id="thread-(\d+)"')


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def me(client, number):
    membership = MembershipFactory(workspace=number.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership.user


@pytest.fixture
def listed(client, me):
    """The keys of the conversations that the page lists, in its order."""

    def ask(**query) -> list[int]:
        answer = client.get("/inbox/", query)
        assert answer.status_code == 200
        return [int(pk) for pk in ROW.findall(answer.content.decode())]

    return ask


@pytest.fixture
def one(number):
    """A conversation of the shop."""

    def make(**fields) -> Thread:
        return ThreadFactory(number=fields.pop("number", number), **fields)

    return make


def later(**delta):
    return timezone.now() + timedelta(**delta)


def test_open_ones_are_listed_newest_first(listed, one):
    old, new = one(last_message_at=later(hours=-2)), one(last_message_at=later(hours=-1))
    one(status="PENDING"), one(status="RESOLVED")
    assert listed() == [new.pk, old.pk]


@pytest.mark.parametrize("status", ["OPEN", "PENDING", "RESOLVED"])
def test_each_status_has_its_list_and_all_have_one(listed, one, status):
    threads = {each: one(status=each).pk for each in ("OPEN", "PENDING", "RESOLVED")}
    assert listed(status=status) == [threads[status]]
    assert set(listed(status="any")) == set(threads.values())


def test_what_is_snoozed_is_hidden_until_it_is_due(listed, one):
    asleep, due = one(snoozed_until=later(hours=1)), one(snoozed_until=later(hours=-1))
    assert listed() == [due.pk]
    assert listed(status="snoozed") == [asleep.pk]


def test_whom_the_shop_blocked_stands_only_where_they_are_asked_for(listed, one, number):
    blocked = one(contact=ContactFactory(workspace=number.workspace, blocked_at=later(hours=-1)))
    other = one()
    assert listed() == [other.pk]
    assert listed(status="blocked") == [blocked.pk]
    assert set(listed(status="any")) == {blocked.pk, other.pk}


def test_mine_nobodys_and_where_a_note_names_me(listed, one, me, number):
    mine, nobodys = one(assignee=me), one()
    somebodys = one(assignee=MembershipFactory(workspace=number.workspace).user, status="RESOLVED")
    MentionFactory(note=NoteFactory(thread=somebodys), user=me)
    MentionFactory(note=NoteFactory(thread=nobodys))
    assert listed(who="mine") == [mine.pk]
    assert listed(who="nobody") == [nobodys.pk]
    assert listed(who="mentions") == [somebodys.pk]


def test_by_number_by_tag_and_only_unread(listed, one, number):
    tag = TagFactory(workspace=number.workspace)
    second = PhoneNumberFactory(account=number.account, is_default=False)
    there, tagged, unread = one(number=second), one(), one(unread_count=3)
    tagged.contact.tags.add(tag)
    assert listed(number=second.pk) == [there.pk]
    assert listed(tag=tag.pk) == [tagged.pk]
    assert listed(unread=1) == [unread.pk]
    assert listed(unread=1, tag=tag.pk) == []


def test_longest_waiting_begins_with_who_waits_longest(listed, one):
    short, long = one(waiting_since=later(minutes=-5)), one(waiting_since=later(hours=-5))
    one()
    assert listed(sort="waiting") == [long.pk, short.pk]


@pytest.mark.parametrize("sort", ["newest", "waiting"])
def test_pages_lose_none_and_show_none_twice_where_times_are_equal(client, me, number, sort):
    moment = later(hours=-1)
    ThreadFactory.create_batch(120, number=number, last_message_at=moment, waiting_since=moment)
    seen, url = [], f"/inbox/?sort={sort}"
    while url:
        page = client.get(url).content.decode()
        seen += ROW.findall(page)
        more = re.search(r'href="([^"]+)">(?:Older conversations|Shorter waiting)', page)
        url = more and html.unescape(more[1])
    assert len(seen) == len(set(seen)) == 120


def test_counts_say_how_many_stand_behind_each_list(client, me, one, number):
    one(assignee=me), one(), one(), one(status="RESOLVED"), one(snoozed_until=later(hours=1))
    MentionFactory(note=NoteFactory(thread=one(status="PENDING")), user=me)
    page = client.get("/inbox/").content.decode()
    assert re.findall(r'id="count-(\w+)">(\d*)<', page) == [
        ("all", "3"), ("mine", "1"), ("nobody", "2"), ("mentions", "1"),
    ]  # fmt: skip


def test_counts_end_where_nobody_counts_any_more(client, me, number, monkeypatch):
    monkeypatch.setattr("inbox.listing.COUNTED", 3)
    ThreadFactory.create_batch(4, number=number)
    assert 'id="count-all">2+<' in client.get("/inbox/").content.decode()


def test_the_list_takes_the_same_queries_for_one_and_for_fifty(client, me, number):
    tag = TagFactory(workspace=number.workspace)

    def add() -> None:
        thread = ThreadFactory(number=number, assignee=me, waiting_since=timezone.now())
        thread.contact.tags.add(tag)
        MessageFactory(thread=thread)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get("/inbox/?who=mine&unread=0")
        return len(found)

    add()
    few = queries()
    for _ in range(49):
        add()
    assert queries() == few


def test_links_refresh_and_the_opened_conversation_keep_the_filters(client, me, one):
    thread = one(assignee=me, status="PENDING")
    for url in ("/inbox/", f"/inbox/{thread.pk}/"):
        page = html.unescape(client.get(url, {"who": "mine", "status": "PENDING"}).content.decode())
        assert f'href="/inbox/{thread.pk}/?who=mine&status=PENDING#window"' in page
        assert 'hx-get="/inbox/?who=mine&status=PENDING' in page


def test_what_a_person_chose_stands_in_the_address_and_a_refresh_leaves_it_alone(client, me, one):
    thread = one()
    chosen = {"HX-Request": "true", "HX-Target": "threads", "HX-Trigger": "filters"}
    query = {"status": "PENDING", "sort": "newest", "search": "", "selected": thread.pk}
    assert client.get("/inbox/", query, headers=chosen)["HX-Replace-Url"] == f"/inbox/{thread.pk}/?status=PENDING"
    by_itself = chosen | {"HX-Trigger": "threads"}
    assert "HX-Replace-Url" not in client.get("/inbox/", query, headers=by_itself)


def test_an_open_conversation_leaves_the_filters_as_they_are(client, me, one, number):
    """Its status and its customer's tags are no words of the list beside it."""
    first, _second = TagFactory.create_batch(2, workspace=number.workspace)
    thread = one()
    thread.contact.tags.add(first)

    def offered(url: str) -> list[str]:
        return re.findall(r'<select id="(?:filter|together)-\w+".*?</select>', client.get(url).content.decode(), re.S)

    alone = offered("/inbox/")
    assert "Resolved" in alone[0]
    assert offered(f"/inbox/{thread.pk}/") == alone


def test_an_empty_list_says_so_and_shows_the_way_to_all(client, me, one):
    one(status="RESOLVED")
    page = client.get("/inbox/").content.decode()
    assert "No open conversations." in page
    assert 'href="/inbox/?status=any"' in page
    assert "No conversation fits these filters." in client.get("/inbox/?unread=1").content.decode()


HOSTILE = [
    "\0",
    "x" * 10_000,
    "%_\\",
    "'\"; DROP TABLE",
    "9" * 40,
    "-1",
    "٣",
    "\ud800",
    "<script>",
    "{{ 7 }}",
    "2026-99-99_1",
]


@pytest.mark.parametrize(
    "name", ["who", "status", "number", "tag", "unread", "sort", "search", "older_than", "selected"]
)
def test_an_address_that_makes_no_sense_is_the_usual_list(client, me, one, name):
    one()
    for value in HOSTILE:
        for headers in ({}, {"HX-Request": "true", "HX-Target": "threads"}):
            query = {name: value.encode("utf-8", "surrogatepass")}
            assert client.get("/inbox/", query, headers=headers).status_code == 200, (name, value)


def test_filters_read_what_they_wrote():
    wanted = Filters(who="mine", status="any", number=3, tag=7, unread=True, sort="waiting", search="a & b")
    assert Filters.read(QueryDict(wanted.query()[1:])) == wanted
    assert Filters().query() == ""


def test_a_row_tells_who_said_the_last_words_whose_it_is_and_how_long_the_customer_waits(client, me, one, number):
    PhoneNumberFactory(account=number.account, verified_name="Second label", is_default=False)
    me.first_name, me.last_name = "Ada", "Example"
    me.save()
    thread = one(assignee=me, preview="On its way", last_type="text", waiting_since=later(hours=-2, minutes=-5))
    thread.contact.tags.add(TagFactory(workspace=number.workspace, name="Wholesale"))
    MessageFactory(thread=thread, author=me, status="read", occurred_at=later(hours=-1))
    page = client.get("/inbox/").content.decode()
    for words in ("You:", "✓✓", "On its way", ">AE<", "Assigned to Ada Example", "waits 2 h", "Wholesale"):
        assert words in page
    assert str(number) in page


def test_a_row_names_what_the_shop_sent_without_words(client, me, one):
    thread = one(preview="", last_type="interactive")
    MessageFactory(thread=thread, type="interactive", body="", content={"interactive": {"type": "product"}})
    page = client.get("/inbox/").content.decode()
    assert "<bdi>Product</bdi>" in page and "Chose from your message" not in page


def test_names_of_customers_and_tags_are_harmless(client, me, one, number):
    thread = one(contact=ContactFactory(workspace=number.workspace, name="<script>x</script> {{ 7|add:7 }} عمر 😀"))
    thread.contact.tags.add(TagFactory(workspace=number.workspace, name="<b>"))
    page = client.get("/inbox/").content.decode()
    assert "<script>x" not in page
    assert "<bdi>&lt;script&gt;x&lt;/script&gt; {{ 7|add:7 }} عمر 😀</bdi>" in page


def test_the_keyboard_is_told_in_a_dialog_and_on_a_page_of_its_own(client, me):
    for url in ("/inbox/", "/inbox/keyboard/"):
        page = client.get(url).content.decode()
        assert "Next conversation" in page
        assert '<div data-key="j">' in page
