"""Every message has the bubble that its type deserves: what a person reads, and that it takes few queries."""

import html
import json
import re
import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox import gallery
from inbox.bubbles import contents
from inbox.models import Message, Thread
from inbox.tests.factories import MessageFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
PHONE_NUMBER_ID, CUSTOMER = "10000000000001", "15550066841"


@pytest.fixture
def number():
    return PhoneNumberFactory(phone_number_id=PHONE_NUMBER_ID)


@pytest.fixture
def agent(client, number):
    membership = MembershipFactory(workspace=number.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


@pytest.fixture
def tell(deliver, number):
    """tell(content, ...): Meta delivers these messages of one customer."""

    def post(*contents):
        messages = [
            {"from": CUSTOMER, "id": f"wamid.{n}-{len(json.dumps(each))}", "timestamp": str(1767225600 + n), **each}
            for n, each in enumerate(contents)
        ]
        metadata = {"phone_number_id": PHONE_NUMBER_ID}
        value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": messages}
        entry = [{"id": number.account.waba_id, "changes": [{"field": "messages", "value": value}]}]
        assert deliver({"object": "whatsapp_business_account", "entry": entry}).status_code == 200

    return post


@pytest.fixture
def read(client, agent):
    """What a person reads of the conversation: its messages without the markup, in one line."""

    def read_page(thread: Thread | None = None) -> str:
        return words_in(page_of(client, thread))

    return read_page


def page_of(client, thread: Thread | None = None) -> str:
    thread = thread or Thread.objects.get()
    answer = client.get(f"/inbox/{thread.pk}/", headers={"HX-Request": "true", "HX-Target": "messages"})
    assert answer.status_code == 200
    return answer.content.decode()


def all_pages(client, thread: Thread) -> str:
    """The conversation back to its first message."""
    page, address = "", f"/inbox/{thread.pk}/"
    while address:
        part = client.get(address, headers={"HX-Request": "true", "HX-Target": "messages"}).content.decode()
        older = re.search(r'id="older" hx-get="([^"]+)"', part)
        page, address = part + page, older and html.unescape(older[1])
    return page


def words_in(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ").split())


def text(body: str, **more) -> dict:
    return {"type": "text", "text": {"body": body}, **more}


# What each type says --------------------------------------------------------------------------------------------------
SAID = [
    ({"type": "location", "location": {"latitude": 40.5, "longitude": -73.25, "name": "Pier"}}, "Pier 40.5, -73.25"),
    ({"type": "button", "button": {"text": "Yes", "payload": "p-1"}}, "Yes The button reports: p-1"),
    (
        {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Blue"}}},
        "Chose: Blue The button reports: 1",
    ),
    (
        {
            "type": "interactive",
            "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Blue", "description": "A mug"}},
        },
        "Blue A mug",
    ),
    ({"type": "system", "system": {"type": "user_changed_number", "wa_id": "15550002222"}}, "new number: +15550002222"),
    ({"type": "system", "system": {"type": "user_changed_number", "new_wa_id": "1555"}}, "new number: +1555."),
    ({"type": "system", "system": {"type": "customer_identity_changed"}}, "security code changed"),
    ({"type": "system", "system": {"type": "tomorrow", "body": "Something"}}, "WhatsApp reports: Something"),
    ({"type": "request_welcome"}, "opened the chat for the first time"),
    ({"type": "unsupported", "unsupported": {"type": "poll"}}, "A poll, which WhatsApp does not pass on"),
    ({"type": "unknown"}, "does not pass on to businesses"),
    ({"type": "invented", "invented": {"body": "Hi"}}, "A message of the kind “invented” Hi"),
    ({"type": "image", "image": {}, "errors": [{"code": 131052, "title": "x"}]}, "could not be fetched from WhatsApp"),
    (text("Hi", errors=[{"code": "5", "title": "Odd"}]), "Odd (5)"),
    (text("Hi", context={"forwarded": True}), "Forwarded Hi"),
    (text("Hi", context={"frequently_forwarded": True}), "Forwarded many times Hi"),
    (text("Hi", context={"referred_product": {"product_retailer_id": "mug"}}), "Asks about the product mug Hi"),
    (
        text(
            "Hi", referral={"source_type": "ad", "headline": "Sale", "body": "All", "source_url": "https://a.example/"}
        ),
        "Came from your ad Sale All https://a.example/ Hi",
    ),
    (
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ann"}, "phones": [{"phone": "+1 555"}]}]},
        "Ann +1 555",
    ),
    (
        {"type": "contacts", "contacts": [{"vcard": "FN:Bob\r\nTEL;TYPE=CELL:+1 555 1\r\nitem1.EMAIL:b@example.com"}]},
        "Bob +1 555 1 b@example.com",
    ),
]


@pytest.mark.parametrize(("content", "said"), SAID)
def test_what_came_is_said_in_words(tell, read, content, said):
    tell(content)
    assert said in read()


def test_a_buttons_id_is_not_told_where_it_only_repeats_the_title(tell, read):
    chosen = {"type": "button_reply", "button_reply": {"id": "1-Blue", "title": "Blue"}}
    tell({"type": "interactive", "interactive": chosen})
    assert "Chose: Blue" in read() and "The button reports" not in read()


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([(2, 1250, "JPY")], "2 1,250 JPY 2,500 JPY Total 2,500 JPY"),
        ([(1, 3.5, "KWD")], "3.500 KWD"),
        ([(3, 0.1, "USD")], "Total 0.30 USD"),
        ([(1, "99.9", "usd"), (1, 5, "JPY")], "Total 99.90 USD Total 5 JPY"),
        ([("1e-999999", "1e-999999", "USD")], "Total 0.00 USD"),
        ([(1, None, "USD"), (1, 2, "USD")], "Total 2.00 USD"),
        ([(None, 2, "USD")], "named no price or quantity"),
        ([], "No products are named"),
    ],
)
def test_an_order_is_a_table_with_a_total_for_each_currency(tell, read, items, said):
    names = ("quantity", "item_price", "currency")
    products = [{"product_retailer_id": "mug", **dict(zip(names, item, strict=True))} for item in items]
    tell({"type": "order", "order": {"catalog_id": "1", "product_items": products}})
    assert said in read()
    assert len(read()) < 1000


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ('{"flow_token": "secret", "first_name": "Ann", "news": true}', "first name Ann news yes"),
        ('{"a": {"b": {"c": [1, 2]}}}', "a b c 1, 2"),
        ('["x", "y"]', "x, y"),
        ('"just words"', "just words"),
        ("no json at all", "no json at all"),
        ("[" * 3000, "[[["),
        ("{}", "no answers in it"),
    ],
)
def test_a_form_is_read_as_a_list_whatever_it_holds(tell, read, answer, said):
    reply = {"name": "flow", "body": "Sent", "response_json": answer}
    tell({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}})
    assert said in read()
    assert "secret" not in read()


def test_what_is_nested_just_within_the_limit_is_read_too():
    """Wherever the limit is: further down there is less room left to write it than there was to read it."""
    for depth in range(sys.getrecursionlimit() - 150, sys.getrecursionlimit()):
        reply = {"type": "nfm_reply", "nfm_reply": {"response_json": "[" * depth + "]" * depth}}
        message = Message(direction="in", type="interactive", content={"interactive": reply})
        assert contents.facts_of(message)["rows"]


def test_a_place_leads_to_the_map_and_nothing_is_fetched_from_there(client, tell, agent):
    tell({"type": "location", "location": {"latitude": 40.5, "longitude": -73.25}})
    page = page_of(client)
    assert 'href="https://www.openstreetmap.org/?mlat=40.5&amp;mlon=-73.25#map=16/40.5/-73.25"' in page
    assert "<img" not in page


def test_an_ad_shows_no_picture_from_elsewhere(client, tell, agent):
    tell(text("Hi", referral={"image_url": "https://evil.example/x.jpg", "source_url": "javascript:alert(1)"}))
    page = page_of(client)
    assert "evil.example" not in page
    assert "javascript" not in page


# What became of it ----------------------------------------------------------------------------------------------------
def reaction(emoji: str | None, n: int = 1) -> dict:
    given = {} if emoji is None else {"emoji": emoji}
    return {"id": f"wamid.r{n}", "type": "reaction", "reaction": {"message_id": "wamid.t", **given}}


def edit(body: str, n: int = 1) -> dict:
    message = {"type": "text", "text": {"body": body}}
    return {"id": f"wamid.e{n}", "type": "edit", "edit": {"original_message_id": "wamid.t", "message": message}}


TARGET, REVOKE = text("Two mugs", id="wamid.t"), {"type": "revoke", "revoke": {"original_message_id": "wamid.t"}}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("later", "has", "has_not"),
    [
        ([reaction("🥳")], "🥳", "eacted"),
        ([reaction("🥳"), reaction("🎉", 2)], "🎉", "🥳"),
        ([reaction("🥳"), reaction(None, 2)], "Two mugs", "🥳"),
        ([reaction("🥳"), reaction("", 2)], "Two mugs", "🥳"),
        ([edit("Three mugs")], "Three mugs edited Two mugs", "was changed"),
        ([edit("Three"), edit("Four", 2)], "Four edited Two mugs Three", "was changed"),
        ([REVOKE], "The customer deleted this message.", "Two mugs"),
        ([edit("Three"), REVOKE], "The customer deleted this message.", "Three"),
    ],
)
def test_what_became_of_a_message_is_shown_on_it_in_whatever_order_it_came(tell, read, later, has, has_not, turned):
    """And twice: Meta delivers again what it thinks was not taken."""
    contents = [{**each, "timestamp": str(1767225600 + n)} for n, each in enumerate([TARGET, *later])]
    told = contents[::-1] if turned else contents
    tell(*told)
    tell(*told)
    page = read()
    assert has in page
    assert has_not not in page


def test_what_is_about_a_message_that_never_came_is_a_small_line(client, tell, read):
    tell(reaction("🥳"), edit("New words"), REVOKE)
    page = read()
    assert "Reacted with 🥳 to a message." in page
    assert "It now says: New words" in page
    assert "A message was deleted." in page
    assert "<article" not in page_of(client)


def test_the_words_of_a_deleted_message_are_nowhere_on_the_page(client, tell, agent):
    tell(TARGET, REVOKE)
    assert "Two mugs" not in client.get(f"/inbox/{Thread.objects.get().pk}/").content.decode()


def test_nobody_changes_or_deletes_what_the_other_side_wrote(tell, read):
    tell(text("Hello"))
    MessageFactory(thread=Thread.objects.get(), wamid="wamid.t", body="Our price is 10", status="read")
    tell(edit("Our price is 1"), REVOKE)
    assert "Our price is 10" in read()


def test_both_sides_react_to_one_message(tell, read, agent):
    tell(TARGET, reaction("👍"))
    ours = {"reaction": {"message_id": "wamid.t", "emoji": "❤️"}}
    more = {"target_wamid": "wamid.t", "status": "sent", "author": agent.user}
    MessageFactory(thread=Thread.objects.get(), type="reaction", body="❤️", content=ours, **more)
    assert f"❤️ {agent.user.label}" in read()
    assert f"👍 +{CUSTOMER}" in read()


def test_a_reaction_that_did_not_go_out_says_why_in_its_own_line(tell, read):
    tell(TARGET)
    ours = {"reaction": {"message_id": "wamid.t", "emoji": "❤️"}}
    more = {"target_wamid": "wamid.t", "status": "failed", "error": "Too old.", "error_code": 131009}
    MessageFactory(thread=Thread.objects.get(), type="reaction", body="❤️", content=ours, **more)
    assert "You reacted with ❤️ to a message." in read()
    assert "Not sent: Too old. ( 131009 )" in read()


def test_a_ghost_gives_way_to_the_real_message(tell, read):
    tell({"id": "wamid.g", "type": "unsupported", "errors": [{"code": 131060}]}, text("Here I am", id="wamid.g"))
    assert "Here I am" in read()
    assert "does not pass on" not in read()


def test_a_quote_has_the_words_of_now_and_none_of_what_was_deleted(client, tell, read):
    tell(TARGET, edit("Three mugs"), text("And these?", context={"id": "wamid.t"}))
    assert "Answers: Three mugs" in read()
    tell(REVOKE)
    assert "Three mugs" not in read()
    assert "Answers: Deleted message" in read()


# The list -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("later", "line"),
    [
        ([reaction("👍")], "👍 “Two mugs”"),
        ([reaction("👍"), reaction("", 2)], "Two mugs"),
        ([edit("Three mugs")], "Three mugs"),
        ([REVOKE], ""),
    ],
)
def test_the_line_of_the_list_follows_the_last_message(tell, later, line, turned):
    contents = [{**each, "timestamp": str(1767225600 + n)} for n, each in enumerate([TARGET, *later])]
    tell(*(contents[::-1] if turned else contents))
    assert Thread.objects.get().preview == line


# The whole gallery ----------------------------------------------------------------------------------------------------
def test_the_gallery_shows_every_payload_and_every_message_of_the_shops(client, number, agent):
    thread = gallery.fill(number)
    assert gallery.fill(number) == thread
    page = all_pages(client, thread)
    kinds = set(Message.objects.values_list("type", flat=True))
    assert {"text", "image", "video", "audio", "document", "sticker", "location", "contacts", "order"} <= kinds
    shown = set(re.findall(r'data-type="(\w+)"', page))
    assert shown == kinds  # A reaction, an edit and a deletion each have one whose message never came.
    for words in ("Send again", "Ask WhatsApp again", "Campaign “Spring”", "Note, only for the team", "48 hours"):
        assert words in html.unescape(page)


def test_a_page_takes_the_same_queries_however_many_kinds_it_shows(client, number, agent):
    thread = gallery.fill(number)
    page_of(client, thread)
    with CaptureQueriesContext(connection) as once:
        page_of(client, thread)
    for message in Message.objects.filter(thread=thread, target_wamid=None):
        message.pk, message.wamid, message.reference = None, f"{message.wamid}-again", None
        message.reference = Message._meta.get_field("reference").get_default()
        message.save()
    with CaptureQueriesContext(connection) as twice:
        page_of(client, thread)
    assert len(twice) <= len(once) <= 25
