"""Marketing templates go to customers who want offers and to nobody else: asked when queued, and when claimed."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import Contact, Message
from inbox.outbox import claims
from inbox.services import own_test, sending
from inbox.services.sending import CannotSend
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.tests.factories import PhoneNumberFactory
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
BODY = [{"type": "BODY", "text": "A sale!"}]


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def offer(number):
    return MessageTemplateFactory(account=number.account, category="MARKETING", components=BODY, text="A sale!")


def customer(number, state="SUBSCRIBED"):
    return ThreadFactory(number=number, contact__marketing_state=state)


def claimed(number) -> list[int]:
    return [row.pk for row in claims.claim(number, uuid.uuid4(), 100)]


@pytest.mark.parametrize(
    ("state", "words"), [("UNKNOWN", "never said that they want offers"), ("UNSUBSCRIBED", "wants no offers")]
)
def test_an_offer_to_somebody_who_did_not_ask_is_refused_in_words_that_help(number, offer, state, words):
    with pytest.raises(CannotSend, match=words):
        sending.queue_template(customer(number, state), offer, {})
    assert not Message.objects.exists()


def test_an_offer_to_somebody_who_wants_them_is_sent(number, offer):
    message = sending.queue_template(customer(number), offer, {})
    assert claimed(number) == [message.pk]


@pytest.mark.parametrize("category", ["UTILITY", "AUTHENTICATION"])
@pytest.mark.parametrize("state", ["UNKNOWN", "UNSUBSCRIBED"])
def test_what_is_no_offer_goes_to_everybody(number, offer, state, category):
    offer.category = category
    offer.save()
    message = sending.queue_template(customer(number, state), offer, {})
    assert claimed(number) == [message.pk]


def test_what_is_queued_for_somebody_who_unsubscribes_is_skipped_with_the_reason(number, offer):
    thread, stays = customer(number), customer(number)
    gone = [sending.queue_template(thread, offer, {}, key=str(n)) for n in range(3)]
    goes = sending.queue_template(stays, offer, {})
    text = MessageFactory(thread=thread)
    Contact.objects.filter(pk=thread.contact_id).update(marketing_state="UNSUBSCRIBED")
    assert claimed(number) == [goes.pk, text.pk]
    for message in gone:
        message.refresh_from_db()
        assert (message.status, message.error) == (
            "skipped",
            "The customer wants no offers by now, so it was not sent.",
        )


def test_the_category_is_as_it_is_when_it_would_go_out(number, offer):
    offer.category = "UTILITY"
    offer.save()
    message = sending.queue_template(customer(number, "UNKNOWN"), offer, {})
    offer.category = "MARKETING"
    offer.save()
    assert claimed(number) == []
    message.refresh_from_db()
    assert (message.status, "never said" in message.error) == ("skipped", True)


def test_skipped_offers_do_not_hold_up_what_stands_behind_them(number, offer):
    thread, last = customer(number, "UNSUBSCRIBED"), customer(number)
    for _n in range(5):
        MessageFactory(thread=thread, type="template", template=offer, content={"template": {"name": "x"}})
    goes = MessageFactory(thread=last)
    assert [row.pk for row in claims.claim(number, uuid.uuid4(), 2)] == [goes.pk]
    assert Message.objects.filter(status="skipped").count() == 5


def test_skipped_offers_take_no_room_of_metas_limit(number, offer):
    thread = ThreadFactory(number=number, contact__marketing_state="UNSUBSCRIBED", window_expires_at=timezone.now())
    MessageFactory(thread=thread, type="template", template=offer, content={"template": {"name": "x"}})
    assert claimed(number) == []
    thread.refresh_from_db()
    assert thread.reached_at is None


def test_a_claim_of_messages_to_subscribers_asks_nothing_more(number, offer):
    def queries(state):
        MessageFactory(thread=customer(number, state), type="template", template=offer, content={"template": {}})
        with CaptureQueriesContext(connection) as seen:
            claimed(number)
        return [query["sql"] for query in seen if "templates_app_messagetemplate" in query["sql"]]

    assert len(queries("SUBSCRIBED")) == 1
    # The category, and a second claim: something may stand behind.
    assert len(queries("UNSUBSCRIBED")) == 3


# The picker, and one's own phone --------------------------------------------------------------------------------------
@pytest.fixture
def person(number):
    return MembershipFactory(workspace=number.workspace, role=Role.AGENT).user


def test_the_picker_says_why_an_offer_cannot_be_chosen(client, person, number, offer):
    client.force_login(person)
    thread = customer(number, "UNKNOWN")
    url = f"/inbox/{thread.pk}/templates/"
    page = client.get(url).content.decode()
    assert "never said that they want offers" in page and f'{url}{offer.pk}/"' not in page
    assert "never said that they want offers" in client.get(f"{url}{offer.pk}/").content.decode()
    assert client.post(f"{url}{offer.pk}/", {"key": "k"}).status_code == 409
    Contact.objects.filter(pk=thread.contact_id).update(marketing_state="SUBSCRIBED")
    page = client.get(url).content.decode()
    assert "never said" not in page and f'{url}{offer.pk}/"' in page


def test_a_test_message_to_ones_own_phone_is_ones_own_consent(number, offer, person):
    message = own_test.send(number, "+1 555 030 9001", author=person, key="k")
    contact = message.thread.contact
    contact.refresh_from_db()
    entry = contact.consent.get()
    assert (contact.marketing_state, entry.source, entry.actor) == ("SUBSCRIBED", "person", person)
    assert claimed(number) == [message.pk]


def test_a_template_that_is_no_offer_is_taken_for_the_test_and_asks_for_nothing(number, offer, person):
    plain = MessageTemplateFactory(account=number.account, components=BODY)
    message = own_test.send(number, "+1 555 030 9001", author=person, key="k")
    assert message.template == plain
    assert not message.thread.contact.consent.exists()


def test_a_phone_that_said_stop_gets_no_offer_as_a_test_either(number, offer, person):
    ThreadFactory(number=number, contact__wa_id="15550309001", contact__marketing_state="UNSUBSCRIBED")
    with pytest.raises(CannotSend, match="wants no offers"):
        own_test.send(number, "+1 555 030 9001", author=person, key="k")
