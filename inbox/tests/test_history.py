"""Reading back: every message can be reached, days are the shop's, and what was done stands between the messages."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from inbox.models import Message, ThreadEvent
from inbox.tests.factories import MentionFactory, MessageFactory, NoteFactory, ThreadEventFactory, ThreadFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role, Workspace
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def thread():
    return ThreadFactory()


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


def received(thread, n: int = 0, **fields) -> Message:
    at = NOON + timedelta(minutes=n)
    given = {"body": f"Number {n}.", "wamid": f"wamid.{n}", "occurred_at": at, **fields}
    return MessageFactory(thread=thread, direction="in", status="received", **given)


def page_of(client, thread, query: str = "", target: str = "messages") -> str:
    answer = client.get(f"/inbox/{thread.pk}/{query}", headers={"HX-Request": "true", "HX-Target": target})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_a_quote_of_long_ago_leads_to_the_page_around_it(client, agent, thread):
    old = received(thread, 0)
    for n in range(1, 150):
        received(thread, n)
    received(thread, 150, body="That one", content={"context": {"id": "wamid.0"}})
    page = page_of(client, thread)
    assert f'href="/inbox/{thread.pk}/?around={old.pk}#message-{old.pk}"' in page
    around = page_of(client, thread, f"?around={old.pk}")
    assert "Number 0." in around
    assert "Number 20." in around
    assert "Number 21." not in around
    assert "Back to the newest messages" in around


def test_a_quote_that_is_here_leads_there_without_a_new_page(client, agent, thread):
    old = received(thread, 0)
    received(thread, 1, content={"context": {"id": "wamid.0"}})
    assert f'href="#message-{old.pk}"' in page_of(client, thread)


def test_around_the_newest_is_the_newest_page(client, agent, thread):
    newest = received(thread, 0)
    page = page_of(client, thread, f"?around={newest.pk}")
    assert "Back to the newest" not in page


@pytest.mark.parametrize(
    "query", ["?around=x", "?around=999999999", "?before=2026-99-01T00:00:00_3", "?before=x_99999999999999999999"]
)
def test_a_place_that_makes_no_sense_is_the_newest(client, agent, thread, query):
    received(thread, 7)
    assert "Number 7." in page_of(client, thread, query)


def test_older_messages_come_as_rows_alone(client, agent, thread):
    for n in range(80):
        received(thread, n)
    place = re.search(r'id="older" hx-get="[^"?]+(\?before=[^"]+)"', page_of(client, thread))[1]
    rows = page_of(client, thread, place, target="older")
    assert rows.count("<article") == 30
    assert 'id="window"' not in rows
    assert 'id="older"' not in rows


def test_a_day_begins_at_the_shops_midnight(client, agent, thread):
    Workspace.objects.update(timezone="Asia/Tokyo")
    received(thread, 0, occurred_at=datetime(2026, 3, 1, 14, 59, tzinfo=UTC))
    received(thread, 1, occurred_at=datetime(2026, 3, 1, 15, 1, tzinfo=UTC))
    page = page_of(client, thread)
    assert page.index("Sunday, 1 March 2026") < page.index("Number 0.") < page.index("Monday, 2 March 2026")
    assert "00:01" in page


def test_messages_of_one_sender_in_a_row_stand_together(client, agent, thread):
    author = UserFactory(first_name="Ann", last_name="Example")
    for n in range(3):
        MessageFactory(thread=thread, author=author, status="read", occurred_at=NOON + timedelta(minutes=n))
    page = page_of(client, thread)
    assert page.count('class="sender"') == 1
    assert page.count(" follows") == 2


def test_what_sent_it_is_named(client, agent, thread):
    MessageFactory(thread=thread, status="read", origin="Campaign “Spring”")
    assert "Campaign “Spring”" in page_of(client, thread)


def test_the_shops_number_is_named_where_the_customer_knows_two(client, agent, thread):
    received(thread)
    through = f"through {thread.number.display_phone_number}"
    assert through not in page_of(client, thread)
    other = PhoneNumberFactory(account=thread.number.account, is_default=False)
    ThreadFactory(number=other, contact=thread.contact)
    assert through in page_of(client, thread)


@pytest.mark.parametrize(
    ("kind", "by", "detail", "said"),
    [
        ("assigned", True, {"to": "Bob"}, "Ann Example assigned it to Bob."),
        ("assigned", False, {"to": "Bob", "by_itself": "turn"}, "Bob has it now: it was their turn."),
        ("assigned", False, {"to": "Bob", "by_itself": "answered first"}, "Bob answered first and has it now."),
        ("unassigned", True, {"from": "Bob"}, "Ann Example took it from Bob: nobody has it now."),
        ("status", True, {"to": "PENDING"}, "Ann Example set it to “Pending”."),
        (
            "status",
            False,
            {"to": "RESOLVED", "by_itself": "48"},
            "resolved by itself after 48 hours without a message.",
        ),
        ("status", False, {"to": "OPEN", "by_itself": "customer_wrote"}, "It is open again: the customer wrote."),
        ("snoozed", True, {"until": "2026-03-02T09:00:00+00:00"}, "Ann Example snoozed it until 2 March, 09:00."),
        ("snoozed", True, {"until": "2026-99-02T09:00:00"}, "Ann Example snoozed it until 2026-99-02T09:00:00."),
        ("woken", False, {}, "It is back: the time it was snoozed for is over."),
        ("tagged", True, {"tag": "VIP"}, "Ann Example added the tag “VIP”."),
        ("blocked", True, {}, "Ann Example blocked the customer."),
        ("merged", True, {}, "Ann Example joined two entries of this customer."),
        ("consent", False, {"to": "SUBSCRIBED"}, "About offers: Wants offers."),
        ("tomorrow", True, {"x": 1}, "Ann Example changed something."),
        ("status", False, [], "It was set to “” by itself."),
    ],
)
def test_what_was_done_is_told_in_a_sentence(client, agent, thread, kind, by, detail, said):
    actor = UserFactory(first_name="Ann", last_name="Example") if by else None
    ThreadEventFactory(thread=thread, kind=kind, actor=actor, detail=detail)
    assert said in page_of(client, thread)


def test_every_kind_of_event_has_a_sentence_with_and_without_a_person(client, agent, thread):
    for kind in ThreadEvent.Kind.values:
        ThreadEventFactory(thread=thread, kind=kind, actor=UserFactory(), detail={})
        ThreadEventFactory(thread=thread, kind=kind, detail={})
    page = page_of(client, thread)
    assert page.count('class="line event"') == 2 * len(ThreadEvent.Kind)
    assert "changed something" not in page


def test_a_note_is_told_from_messages_and_marks_whom_it_names(client, agent, thread):
    bob = UserFactory(first_name="Bob", last_name="Example")
    note = NoteFactory(thread=thread, text="Ask @Bob Example <b>now</b>")
    MentionFactory(note=note, user=bob)
    page = client.get(f"/inbox/{thread.pk}/").content.decode()
    assert "Note, only for the team" in page
    assert "Ask <mark>@Bob Example</mark> &lt;b&gt;now&lt;/b&gt;" in page


def test_events_and_notes_come_with_the_messages_of_their_time_only(client, agent, thread):
    for n in range(80):
        received(thread, n)
    NoteFactory(thread=thread, text="An early note", at=NOON + timedelta(minutes=5))
    page = page_of(client, thread)
    assert "An early note" not in page
    place = re.search(r'id="older" hx-get="[^"?]+(\?before=[^"]+)"', page)[1]
    assert "An early note" in page_of(client, thread, place, target="older")
