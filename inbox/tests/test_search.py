"""The search: by whatever people remember, in this shop alone, and never for longer than a moment."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox.models import Priority
from inbox.services import searching
from inbox.tests.factories import ContactFactory, MessageFactory, ThreadFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def find(client, number):
    """What the page finds: the conversations of customers, and those with a message that has the words."""
    client.force_login(MembershipFactory(workspace=number.workspace, role=Role.AGENT).user)

    def ask(text: str) -> tuple[list[int], list[int]]:
        answer = client.get("/inbox/", {"search": text})
        assert answer.status_code == 200
        page = answer.content.decode()
        groups = (r'id="thread-(\d+)"', r'id="message-of-thread-(\d+)"')
        return tuple([int(pk) for pk in re.findall(group, page)] for group in groups)

    return ask


def of(number, **fields):
    return ThreadFactory(number=number, contact=ContactFactory(workspace=number.workspace, **fields))


@pytest.mark.parametrize(
    "written", ["+1 555-010-4711", "15550104711", "+1 (555) 010 4711", "0015550104711", "0104711", "555 010", "4711"]
)
def test_a_phone_is_found_however_it_is_written(find, number, written):
    thread = of(number, wa_id="15550104711", name="Example")
    of(number, wa_id="15559999999")
    assert find(written)[0] == [thread.pk]


@pytest.mark.parametrize("text", ["example customer", "CUST", "omer exam", "example_c", "@example_c", "Ex"])
def test_a_customer_is_found_by_any_part_of_the_names(find, number, text):
    thread = of(number, name="Example Customer", username="example_c")
    of(number, name="Somebody")
    assert find(text)[0] == [thread.pk]


@pytest.mark.parametrize(
    ("name", "text"), [("例顾客", "例顾客"), ("عميل المثال", "المثال"), ("Przykład Örnek", "örnek")]
)
def test_names_of_all_alphabets_are_found(find, number, name, text):
    thread = of(number, name=name)
    assert find(text)[0] == [thread.pk]


def test_words_of_messages_are_found_marked_and_lead_to_their_message(client, find, number):
    thread = of(number, name="Example")
    message = MessageFactory(thread=thread, body="Where is the <b>blue</b> jacket of order 4711?", direction="in")
    MessageFactory(thread=thread, body="A blue scarf", direction="in")
    assert find("JACKET blue")[1] == [thread.pk]
    page = client.get("/inbox/", {"search": "JACKET blue"}).content.decode()
    assert "<mark>jacket</mark>" in page
    assert "&lt;b&gt;<mark>blue</mark>&lt;/b&gt;" in page
    assert f"around={message.pk}#message-{message.pk}" in page


def test_the_newest_matches_come_first(find, number):
    threads = [MessageFactory(thread=of(number), body="A lamp").thread for _ in range(3)]
    assert find("lamp")[1] == [thread.pk for thread in reversed(threads)]


def test_copies_of_a_campaign_are_left_out(find, number):
    MessageFactory(thread=of(number), body="Summer sale", priority=Priority.CAMPAIGN)
    assert find("summer sale") == ([], [])


def test_a_message_is_found_by_its_ids(find, number):
    message = MessageFactory(thread=of(number), wamid="wamid.HBgLMTU1NQ==", priority=Priority.CAMPAIGN)
    assert find("wamid.HBgLMTU1NQ==")[1] == [message.thread_id]
    assert find(str(message.reference))[1] == [message.thread_id]
    assert find(message.reference.hex)[1] == [message.thread_id]


def test_resolved_snoozed_and_blocked_ones_are_found_too(find, number):
    thread = of(number, name="Ada", blocked_at="2026-01-01T00:00Z")
    thread.status = "RESOLVED"
    thread.save()
    assert find("ada")[0] == [thread.pk]


def test_nothing_of_another_shop_is_found(find, number):
    stranger = MessageFactory(
        thread=ThreadFactory(contact__name="Zebra", contact__wa_id="15550104711"), body="A zebra", wamid="wamid.zebra"
    )
    for text in ("zebra", "15550104711", "wamid.zebra", str(stranger.reference), "ze"):
        assert find(text) == ([], [])


@pytest.mark.parametrize("text", ["%", "_", "\\", "%_\\", "'", '"', "100%", "a_b", "\0", "(", "[a-z", "+", "\u202e"])
def test_signs_of_other_languages_are_only_signs(find, number, text):
    of(number, name="Example")
    MessageFactory(thread=of(number, name="Ben"), body="plain words")
    assert find(text + "nothing such") == ([], [])
    assert find("10 %_ off") == ([], [])


def test_a_search_takes_the_same_queries_for_one_and_for_many(client, find, number):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            find("lamp")
        return len(found)

    MessageFactory(thread=of(number, name="Lamp shop"), body="A lamp")
    few = queries()
    for _ in range(20):
        MessageFactory(thread=of(number, name="Lamp shop"), body="A lamp")
    assert queries() == few


def test_what_takes_too_long_ends_in_plain_words(client, find, number, monkeypatch):
    monkeypatch.setattr(searching, "LONGEST", "20ms")
    monkeypatch.setattr(searching, "CUSTOMERS", "SELECT 1 FROM pg_sleep(5)")
    page = client.get("/inbox/", {"search": "anything"}).content.decode()
    assert "That stands in too many messages to look through." in page


def test_nothing_found_says_so(client, find):
    assert "Nothing found for “xylophone”." in client.get("/inbox/", {"search": "xylophone"}).content.decode()


def test_a_snippet_begins_near_its_words():
    text = "x " * 200 + "the lamp stands there"
    pieces = searching.snippet(text, ["lamp"])
    assert ("lamp", True) in pieces
    assert pieces[0][0].startswith("…")
    assert "".join(piece for piece, _ in pieces).endswith("stands there")


def test_the_words_of_a_deleted_message_are_found_no_more(find, number):
    thread = of(number)
    MessageFactory(thread=thread, direction="in", status="received", body="a regrettable word", wamid="wamid.gone")
    assert find("regrettable")[1] == [thread.pk]
    MessageFactory(thread=thread, direction="in", status="received", type="revoke", body="", target_wamid="wamid.gone")
    assert find("regrettable")[1] == []
