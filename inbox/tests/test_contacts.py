"""Who a customer is: known by phone or by user id, made one when both prove to be one, and never lost."""

import json

import pytest

from conftest import PAYLOADS
from inbox.models import Contact, Message, Thread
from inbox.services import contacts
from inbox.services.contacts import Identity
from inbox.tests.factories import ContactFactory, MessageFactory, ThreadFactory
from meta_integration.models import WebhookDelivery
from meta_integration.tests.factories import PhoneNumberFactory

pytestmark = pytest.mark.django_db
BSUID = "US.13491208655302741918"


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def inbound(deliver, number):
    """inbound("Hi", wa_id=..., user_id=...): a customer's text arrives."""

    def write(text="Hi", *, wa_id=None, user_id=None, name="", message_type="text", described=True, **content):
        count = Message.objects.count()
        message = {"id": f"wamid.{text}.{count}", "timestamp": "1750000000", "type": message_type, **content}
        message |= {"text": {"body": text}} if message_type == "text" else {}
        message |= ({"from": wa_id} if wa_id else {}) | ({"from_user_id": user_id} if user_id else {})
        person = (
            {"profile": {"name": name}}
            | ({"wa_id": wa_id} if wa_id else {})
            | ({"user_id": user_id} if user_id else {})
        )
        value = {"metadata": {"phone_number_id": number.phone_number_id}, "messages": [message]}
        value |= {"contacts": [person]} if described else {}
        deliver({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})

    return write


def test_the_same_phone_is_the_same_customer_and_thread(inbound):
    inbound("one", wa_id="15550300001", name="Example A")
    inbound("two", wa_id="15550300001", name="Example B")
    contact = Contact.objects.get()
    assert contact.name == "Example B"
    assert Thread.objects.get().messages.count() == 2


def test_a_customer_may_have_no_phone(inbound):
    inbound(user_id=BSUID, name="Example")
    contact = Contact.objects.get()
    assert (contact.wa_id, contact.user_id) == (None, BSUID)


def test_a_user_id_in_the_place_of_the_phone_is_seen_for_what_it_is(inbound):
    inbound(wa_id=BSUID)
    contact = Contact.objects.get()
    assert (contact.wa_id, contact.user_id) == (None, BSUID)


@pytest.mark.parametrize("first", [{"wa_id": "15550300001"}, {"user_id": BSUID}])
def test_the_other_id_is_learned_later(inbound, first):
    inbound(**first)
    inbound(wa_id="15550300001", user_id=BSUID)
    contact = Contact.objects.get()
    assert (contact.wa_id, contact.user_id) == ("15550300001", BSUID)


def test_two_contacts_that_prove_to_be_one_are_merged_without_a_loss(inbound):
    inbound("by phone", wa_id="15550300001")
    inbound("by user id", user_id=BSUID)
    assert Contact.objects.count() == 2
    inbound("by both", wa_id="15550300001", user_id=BSUID)
    contact = Contact.objects.get()
    assert (contact.wa_id, contact.user_id) == ("15550300001", BSUID)
    thread = Thread.objects.get()
    assert sorted(thread.messages.values_list("body", flat=True)) == ["by both", "by phone", "by user id"]
    assert (thread.unread_count, thread.preview) == (3, "by both")


def test_a_phone_that_changed_hands_takes_no_history_along(inbound):
    inbound("old owner", wa_id="15550300001", user_id="US.1")
    inbound("new owner", wa_id="15550300001", user_id="US.2")
    old, new = Contact.objects.get(user_id="US.1"), Contact.objects.get(user_id="US.2")
    assert (old.wa_id, new.wa_id) == (None, "15550300001")
    assert Thread.objects.get(contact=old).messages.get().body == "old owner"


def test_merging_keeps_threads_on_other_numbers_apart(number):
    keep, gone = (ContactFactory(workspace=number.workspace) for _ in range(2))
    other = PhoneNumberFactory(account=number.account, is_default=False)
    MessageFactory(thread=ThreadFactory(number=number, contact=keep))
    MessageFactory(thread=ThreadFactory(number=other, contact=gone))
    contacts.merge(keep=keep, gone=gone)
    assert Thread.objects.filter(contact=keep).count() == 2
    assert Message.objects.count() == 2


def test_contacts_of_two_workspaces_never_meet(number):
    mine = contacts.resolve(number.workspace, Identity(wa_id="15550300001"))
    theirs = contacts.resolve(PhoneNumberFactory().workspace, Identity(wa_id="15550300001"))
    assert mine.pk != theirs.pk


def test_a_changed_number_is_followed(inbound):
    inbound("before", wa_id="15550300001")
    system = {"type": "user_changed_number", "body": "changed", "wa_id": "15550300002"}
    inbound("", wa_id="15550300001", message_type="system", system=system, described=False)
    inbound("after", wa_id="15550300002")
    assert Contact.objects.get().wa_id == "15550300002"
    assert Thread.objects.get().messages.count() == 3


def test_a_changed_number_is_followed_also_when_the_new_one_wrote_first(inbound):
    inbound("before", wa_id="15550300001")
    inbound("after", wa_id="15550300002")
    system = {"type": "user_changed_number", "wa_id": 15550300002}
    inbound("", wa_id="15550300001", message_type="system", system=system, described=False)
    assert Contact.objects.get().wa_id == "15550300002"
    assert Thread.objects.get().messages.count() == 3


def test_a_strangers_description_is_not_taken_for_the_sender(deliver, number):
    described = [{"wa_id": "15550300001", "user_id": "US.1", "profile": {"name": "Example A"}}]
    for n, sender in enumerate(["15550300001", "15550300002"]):
        message = {"id": f"wamid.{n}", "from": sender, "type": "text", "text": {"body": "Hi"}}
        value = {"metadata": {"phone_number_id": number.phone_number_id}, "messages": [message], "contacts": described}
        deliver({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
    people = Contact.objects.order_by("wa_id").values_list("wa_id", "user_id", "name")
    assert list(people) == [("15550300001", "US.1", "Example A"), ("15550300002", None, "")]


@pytest.mark.parametrize("odd", ["NUL\x00", "half \ud83d"])
def test_one_odd_character_costs_no_message(inbound, odd):
    inbound(odd, wa_id="15550300001", name=odd, extra=[odd, float("inf")])
    assert Message.objects.get().body
    assert Contact.objects.get().name


def test_numbers_where_text_should_be_are_read_all_the_same(inbound):
    inbound(wa_id=15550300001)
    assert Contact.objects.get().wa_id == "15550300001"


def test_a_message_from_nobody_is_kept_and_shown_as_failed(inbound):
    inbound(described=False)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.failed_count, delivery.item_errors.get().error.split()[0]) == (1, "NobodyNamed")


def test_a_system_message_opens_no_window_and_waits_for_nobody(inbound):
    inbound("", wa_id="15550300001", message_type="system", system={"type": "customer_identity_changed"})
    thread = Thread.objects.get()
    assert (thread.window_expires_at, thread.unread_count) == (None, 0)


def test_a_new_user_id_is_followed_even_when_nobody_else_is_named(inbound):
    inbound("before", user_id="US.1")
    system = {"type": "user_changed_user_id", "user_id": "US.2", "previous_user_id": "US.1"}
    inbound("", message_type="system", system=system, described=False)
    assert Contact.objects.get().user_id == "US.2"


def test_real_content_replaces_its_placeholder_and_not_the_other_way_round(deliver, number):
    body = json.loads((PAYLOADS / "messages__unsupported.json").read_text())
    value = body["entry"][0]["changes"][0]["value"]
    value["metadata"]["phone_number_id"] = number.phone_number_id
    placeholder = value["messages"][0]
    real = {**placeholder, "type": "text", "text": {"body": "The real words"}}
    for message in (placeholder, real, placeholder):
        value["messages"] = [message]
        deliver({**body, "n": id(message)})
    stored = Message.objects.get()
    assert (stored.type, stored.body) == ("text", "The real words")
    assert stored.thread.unread_count == 1


def test_what_the_shop_wrote_on_the_phone_app_is_in_the_thread(deliver):
    body = json.loads((PAYLOADS / "smb_message_echoes.json").read_text())
    value = body["entry"][0]["changes"][0]["value"]
    PhoneNumberFactory(phone_number_id=value["metadata"]["phone_number_id"])
    deliver(body)
    message = Message.objects.get()
    assert (message.direction, message.status) == ("out", "sent")
    assert message.thread.contact.wa_id == value["message_echoes"][0]["to"]
