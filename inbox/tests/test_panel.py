"""The customer panel: who this is and what they want, changed by forms that work with htmx and without JavaScript."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import ConsentEntry, Contact, Tag, Thread
from inbox.services import contacts
from inbox.services.contacts import Identity
from inbox.tests.factories import (
    ConsentEntryFactory,
    ContactFactory,
    MessageFactory,
    NoteFactory,
    TagFactory,
    ThreadFactory,
)
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "panel"}


@pytest.fixture
def agent():
    return MembershipFactory(role=Role.AGENT)


@pytest.fixture
def browser(client, agent):
    client.force_login(agent.user)
    return client


@pytest.fixture
def number(agent):
    return PhoneNumberFactory(account__workspace=agent.workspace)


@pytest.fixture
def thread(number):
    contact = ContactFactory(workspace=number.workspace, wa_id="15550300001", name="Ann", profile_name="Ann")
    return ThreadFactory(number=number, contact=contact)


def post(browser, thread, what, htmx=False, **data):
    return browser.post(f"/inbox/{thread.pk}/customer/{what}/", data, **(HTMX if htmx else {}))


def panel(browser, thread) -> str:
    return browser.get(f"/inbox/{thread.pk}/customer/", **HTMX).content.decode()


# What it shows --------------------------------------------------------------------------------------------------------
def test_it_shows_what_is_known(browser, thread, number):
    other = PhoneNumberFactory(account=number.account, display_phone_number="+1 555-0199-9999", is_default=False)
    elsewhere = ThreadFactory(number=other, contact=thread.contact)
    Contact.objects.filter(pk=thread.contact_id).update(
        username="ann.example", language="de", attributes={"Birthday": "1 May"}, profile_name="~ann~"
    )
    thread.contact.tags.add(TagFactory(workspace=thread.workspace, name="Regular", color="green"))
    NoteFactory(thread=elsewhere, text="Said on another number")
    MessageFactory(thread=thread, origin="Spring sale", priority=2, type="template")
    items = [
        {"product_retailer_id": "A", "quantity": 2, "item_price": 10.5, "currency": "USD"},
        {"product_retailer_id": "B", "quantity": "1", "item_price": "5", "currency": "USD"},
    ]
    MessageFactory(
        thread=thread, direction="in", type="order", status="received", content={"order": {"product_items": items}}
    )
    ConsentEntryFactory(contact=thread.contact, state="UNKNOWN", source="meta")
    text = panel(browser, thread)
    for words in (
        "+15550300001", "ann.example", "German", "Birthday", "1 May", "~ann~", "Regular", "Said on another number",
        "Spring sale", "26.00\xa0USD", "3 pieces", "+1 555-0199-9999", "Lets offers through again", "Never asked",
    ):  # fmt: skip
        assert words in text, words


def test_a_customer_without_a_phone_has_an_id(browser, thread):
    Contact.objects.filter(pk=thread.contact_id).update(wa_id=None, user_id="US.example")
    assert "US.example" in panel(browser, thread)


@pytest.mark.parametrize(
    "content",
    [None, [], {"order": None}, {"order": {"product_items": "x"}},
     {"order": {"product_items": [None, {"quantity": []}]}},
     {"order": {"product_items": [{"quantity": 1e300, "item_price": "nan", "currency": ["x"]}]}}],
)  # fmt: skip
def test_an_odd_cart_breaks_nothing(browser, thread, content):
    MessageFactory(thread=thread, direction="in", type="order", status="received", content=content or {})
    assert browser.get(f"/inbox/{thread.pk}/customer/").status_code == 200


def test_what_strangers_write_is_text(browser, thread):
    Contact.objects.filter(pk=thread.contact_id).update(
        name="<script>alert(1)</script>", attributes={"<b>": "{{ 7|add:7 }}"}
    )
    text = panel(browser, thread)
    assert "<script>alert" not in text and "&lt;script&gt;" in text and "{{ 7|add:7 }}" in text


def test_the_number_of_queries_does_not_depend_on_what_there_is(browser, thread, number):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            panel(browser, thread)
        return len(seen)

    few = queries()
    for n in range(12):
        other = PhoneNumberFactory(account=number.account, is_default=False)
        elsewhere = ThreadFactory(number=other, contact=thread.contact)
        NoteFactory(thread=elsewhere)
        ConsentEntryFactory(contact=thread.contact)
        MessageFactory(thread=elsewhere, origin=f"Campaign {n}", priority=2)
        MessageFactory(thread=elsewhere, direction="in", type="order", status="received")
        thread.contact.tags.add(TagFactory(workspace=thread.workspace))
        ContactFactory(workspace=thread.workspace, wa_id=None, user_id=f"US.{n}", name="Ann")
    assert queries() == few


# Name, language, whatever else ----------------------------------------------------------------------------------------
def test_a_name_and_a_language_are_given(browser, thread):
    assert post(browser, thread, "details", name="Ann Example", language="German – de").status_code == 302
    contact = Contact.objects.get()
    assert (contact.name, contact.language) == ("Ann Example", "de")
    contacts.resolve(thread.workspace, Identity(wa_id="15550300001", name="Annie"))
    assert Contact.objects.get().name == "Ann Example"
    post(browser, thread, "details", name=" ", language="")
    contact = Contact.objects.get()
    assert (contact.name, contact.language) == ("Annie", "")


def test_a_language_that_nobody_knows_is_said_and_what_was_typed_stays(browser, thread):
    answer = post(browser, thread, "details", htmx=True, name="Typed name", language="Klingonian")
    text = answer.content.decode()
    assert (answer.status_code, "<html" in text) == (409, False)
    assert "Nobody here knows this language" in text and "Typed name" in text and "Klingonian" in text
    assert Contact.objects.get().name == "Ann"


def test_what_a_shop_knows_is_added_changed_renamed_and_removed(browser, thread):
    post(browser, thread, "attributes", key="Birthday", value="1 May")
    post(browser, thread, "attributes", key="Size", value="M")
    assert post(browser, thread, "attributes", key="Size", value="L").status_code == 409
    post(browser, thread, "attributes", was="Size", value="L")
    post(browser, thread, "attributes", was="Birthday", key="Day of birth", value="1 May")
    assert Contact.objects.get().attributes == {"Size": "L", "Day of birth": "1 May"}
    post(browser, thread, "attributes", was="Size", value="L", remove="1")
    assert Contact.objects.get().attributes == {"Day of birth": "1 May"}
    for data in ({"key": "", "value": "x"}, {"key": "x", "value": " "}):
        assert post(browser, thread, "attributes", **data).status_code == 409


# Offers ---------------------------------------------------------------------------------------------------------------
def test_that_they_want_offers_needs_a_proof(browser, thread, agent):
    answer = post(browser, thread, "offers", htmx=True, state="SUBSCRIBED", proof=" ")
    assert (answer.status_code, "you may be asked for the proof" in answer.content.decode()) == (409, True)
    assert Contact.objects.get().marketing_state == "UNKNOWN"
    text = post(browser, thread, "offers", htmx=True, state="SUBSCRIBED", proof="On the phone").content.decode()
    assert "Wants offers" in text and "On the phone" in text
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.actor, entry.contact.marketing_state) == ("person", agent.user, "SUBSCRIBED")


def test_that_they_want_none_is_one_press(browser, thread):
    assert post(browser, thread, "offers", state="UNSUBSCRIBED").status_code == 302
    assert Contact.objects.get().marketing_state == "UNSUBSCRIBED"
    assert post(browser, thread, "offers", state="WHATEVER").status_code == 409


# Tags -----------------------------------------------------------------------------------------------------------------
def test_tags_are_made_added_and_removed(browser, thread):
    post(browser, thread, "tags", tag="Regular", color="green")
    post(browser, thread, "tags", tag="regular", color="red")
    tag = Tag.objects.get()
    assert (tag.name, tag.color, list(thread.contact.tags.all())) == ("Regular", "green", [tag])
    post(browser, thread, "tags", remove=tag.pk)
    assert not thread.contact.tags.exists()
    assert list(thread.events.order_by("pk").values_list("kind", flat=True)) == ["tagged", "untagged"]
    assert post(browser, thread, "tags", tag=" ").status_code == 409
    assert post(browser, thread, "tags", remove=TagFactory().pk).status_code == 404


def test_the_shops_tags_have_a_page(browser, thread, agent):
    assert "There are none yet" in browser.get("/inbox/tags/").content.decode()
    browser.post("/inbox/tags/", {"tag": "Regular", "color": "green"})
    tag = Tag.objects.get()
    thread.contact.tags.add(tag)
    assert re.search("1 customer\\b", browser.get("/inbox/tags/").content.decode())
    assert browser.post("/inbox/tags/", {"tag": "REGULAR", "color": "green"}).status_code == 409
    browser.post(f"/inbox/tags/{tag.pk}/", {"tag": "Comes often", "color": "blue"})
    tag.refresh_from_db()
    assert (tag.name, tag.color, tag.workspace) == ("Comes often", "blue", agent.workspace)
    assert "1 customer has it, and loses it" in browser.get(f"/inbox/tags/{tag.pk}/").content.decode()
    browser.post(f"/inbox/tags/{tag.pk}/", {"delete": "1"})
    assert not Tag.objects.exists()
    assert Contact.objects.count() == 1


# Merging --------------------------------------------------------------------------------------------------------------
def test_two_entries_are_made_one_after_a_question(browser, thread):
    other = ContactFactory(workspace=thread.workspace, wa_id=None, user_id="US.1", name="Ann")
    ThreadFactory(number=thread.number, contact=other)
    url = f"/inbox/{thread.pk}/customer/merge/{other.pk}/"
    assert url in panel(browser, thread)
    assert "It cannot be taken back" in browser.get(url).content.decode()
    assert Contact.objects.count() == 2
    assert browser.post(url).status_code == 302
    assert Contact.objects.get().user_id == "US.1"
    assert Thread.objects.get() == thread


def test_two_people_are_not_made_one(browser, thread):
    other = ContactFactory(workspace=thread.workspace, name="Ann")
    url = f"/inbox/{thread.pk}/customer/merge/{other.pk}/"
    assert url not in panel(browser, thread)
    assert "two different phone numbers" in browser.get(url).content.decode()
    assert browser.post(url).status_code == 409
    assert browser.post(f"/inbox/{thread.pk}/customer/merge/{ContactFactory().pk}/").status_code == 404
    assert Contact.objects.filter(workspace=thread.workspace).count() == 2


def test_a_customer_who_changes_the_phone_stays_the_same_in_the_panel(browser, thread, number, deliver):
    thread.contact.tags.add(TagFactory(workspace=thread.workspace, name="Regular"))
    system = {"type": "user_changed_number", "wa_id": "15550300002", "body": "changed"}
    message = {"from": "15550300001", "id": "wamid.new", "timestamp": str(int(timezone.now().timestamp()))}
    metadata = {"display_phone_number": "1", "phone_number_id": number.phone_number_id}
    value = {"metadata": metadata, "messages": [{**message, "type": "system", "system": system}]}
    deliver({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
    text = panel(browser, thread)
    assert "+15550300002" in text and "Regular" in text and "+15550300001" not in text


# Who may --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["details", "offers", "tags", "attributes"])
def test_those_who_only_look_change_nothing_and_see_no_forms(client, thread, what):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert post(client, thread, what, state="SUBSCRIBED", proof="On the phone", tag="x").status_code == 403
    assert client.get("/inbox/tags/").status_code == 403
    text = panel(client, thread)
    assert "<form" not in text and "Ann" in text
    assert not Tag.objects.exists() and Contact.objects.get().marketing_state == "UNKNOWN"


def test_a_form_of_the_panel_is_no_page(browser, thread):
    assert browser.get(f"/inbox/{thread.pk}/customer/tags/").status_code == 405
