"""A template in the inbox: found, filled beside what the customer will see, sent once, and shown as it was."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from inbox.models import Message, Thread
from inbox.tests.factories import MessageFactory, ThreadFactory
from meta_integration.models import MediaAsset
from meta_integration.tests.factories import MediaAssetFactory, PhoneNumberFactory
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateSample
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
IMAGE = {"type": "HEADER", "format": "IMAGE"}
BUTTONS = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Thank you"}]}


@pytest.fixture
def thread():
    return ThreadFactory(contact__name="Ann Example", window_expires_at=timezone.now() - timedelta(hours=1))


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


@pytest.fixture
def template(thread):
    return MessageTemplateFactory(account=thread.number.account, name="order_ready")


def page_of(client, thread, path="", **query) -> str:
    return client.get(f"/inbox/{thread.pk}/{path}", query).content.decode()


def send(client, thread, template, headers=None, **data):
    return client.post(f"/inbox/{thread.pk}/templates/{template.pk}/", {"key": "k", **data}, headers=headers)


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (20, 10), "red").save(file, "PNG")
    return SimpleUploadedFile("picture.png", file.getvalue(), "image/png")


# Choosing -------------------------------------------------------------------------------------------------------------
def test_with_the_window_closed_templates_stand_where_the_answer_is_written(client, agent, thread, template):
    page = page_of(client, thread)
    assert f'/inbox/{thread.pk}/templates/{template.pk}/"' in page
    assert "English (United States)" in page
    assert 'id="reply"' not in page


def test_with_the_window_open_a_button_leads_there(client, agent, thread, template):
    Thread.objects.update(window_expires_at=timezone.now() + timedelta(hours=1))
    page = page_of(client, thread)
    assert 'id="reply"' in page and f'href="/inbox/{thread.pk}/templates/"' in page
    assert "order_ready" not in page
    assert "order_ready" in page_of(client, thread, "templates/")


def test_only_what_this_number_can_send_is_listed(client, agent, thread, template):
    account = thread.number.account
    MessageTemplateFactory(account=account, name="paused_one", status=statuses.PAUSED)
    MessageTemplateFactory(account=account, name="missing_one", missing_since=timezone.now())
    MessageTemplateFactory(account__workspace=thread.workspace, name="of_another_account")
    MessageTemplateFactory(name="of_another_shop")
    page = page_of(client, thread, "templates/")
    assert "order_ready" in page
    assert not any(name in page for name in ("paused_one", "missing_one", "of_another_account", "of_another_shop"))


def test_the_latest_used_come_first_and_a_search_finds_any_words(client, agent, thread, template):
    others = [
        MessageTemplateFactory(account=thread.number.account, name=f"sale_{n:02}", text=f"Number {n}")
        for n in range(40)
    ]
    MessageFactory(thread=thread, template=others[39], type="template", status="sent")
    page = page_of(client, thread, "templates/")
    assert page.count(f'<li><a href="/inbox/{thread.pk}/templates/') == 30 and "There are more" in page
    assert page.index(others[39].name) < page.index(others[0].name)
    found = page_of(client, thread, "templates/", q="number 17")
    assert others[17].name in found and others[3].name not in found
    assert "No template has these words" in page_of(client, thread, "templates/", q="zebra")


def test_htmx_gets_the_list_alone(client, agent, thread, template):
    answer = client.get(f"/inbox/{thread.pk}/templates/?q=order", headers={**HTMX, "HX-Target": "found"})
    page = answer.content.decode()
    assert "order_ready" in page and "<form" not in page


def test_without_a_template_the_page_says_so_and_who_can_write_one(client, agent, thread):
    page = page_of(client, thread)
    assert "no approved template yet" in page
    assert "Owners, admins and marketers" in page and "/templates/new/" not in page
    agent.role = Role.OWNER
    agent.save()
    assert 'href="/templates/new/"' in page_of(client, thread)


def test_the_list_takes_the_same_queries_for_one_and_for_many(client, agent, thread, template):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(client, thread, "templates/")
        return len(queries)

    count()
    few = count()
    MessageTemplateFactory.create_batch(20, account=thread.number.account)
    assert count() == few


@pytest.mark.parametrize("path", ["templates/", "templates/{template}/", "templates/{template}/look/"])
def test_who_may_not_reply_or_belongs_to_another_shop_gets_nothing(client, thread, template, path):
    path = path.format(template=template.pk)
    method = client.post if "look" in path else client.get
    for membership, status in (
        (MembershipFactory(workspace=thread.workspace, role=Role.ANALYST), 403),
        (MembershipFactory(role=Role.OWNER), 404),
    ):
        client.force_login(membership.user)
        assert method(f"/inbox/{thread.pk}/{path}").status_code == status


def test_a_template_of_another_account_is_not_there(client, agent, thread):
    for other in (MessageTemplateFactory(), MessageTemplateFactory(account__workspace=thread.workspace)):
        assert client.get(f"/inbox/{thread.pk}/templates/{other.pk}/").status_code == 404
        assert send(client, thread, other).status_code == 404


# Filling --------------------------------------------------------------------------------------------------------------
def test_the_form_knows_what_the_mapping_names_and_shows_the_rest_by_example(client, agent, thread):
    components = [
        {"type": "BODY", "text": "Hi {{1}}, order {{2}} is here.", "example": {"body_text": [["Customer", "A1"]]}}
    ]
    mapping = {"body.1": {"source": "customer.first_name", "fallback": "there"}}
    template = MessageTemplateFactory(account=thread.number.account, components=components, mapping=mapping)
    page = page_of(client, thread, f"templates/{template.pk}/")
    assert 'name="body.1" value="Ann"' in page
    assert 'placeholder="such as A1"' in page
    assert "A1 is here" not in page


def test_what_is_typed_is_shown_as_the_customer_will_see_it(client, agent, thread, template):
    url = f"/inbox/{thread.pk}/templates/{template.pk}/look/"
    page = client.post(url, {"body.1": "<b>Ann</b>"}, headers=HTMX).content.decode()
    assert "&lt;b&gt;Ann" in page and "it is ready" in page and "<b>" not in page
    assert not Message.objects.exists()


def test_sent_it_is_queued_once_and_the_page_goes_back(client, agent, thread, template):
    answer = send(client, thread, template, **{"body.1": "Ann"})
    assert (answer.status_code, answer.url) == (302, f"/inbox/{thread.pk}/#window")
    send(client, thread, template, **{"body.1": "Ann"})
    message = Message.objects.get()
    assert (message.body, message.author, message.priority) == ("Hello Ann, it is ready.", agent.user, 0)


def test_with_htmx_the_conversation_comes_back(client, agent, thread, template):
    answer = send(client, thread, template, {**HTMX, "HX-Target": "conversation"}, **{"body.1": "Ann"})
    page = answer.content.decode()
    assert "<html" not in page and 'data-type="template"' in page and "X-Galantis-Queued" in answer.headers


@pytest.mark.parametrize("headers", [{}, {**HTMX, "HX-Target": "conversation"}])
def test_a_missing_value_is_said_at_its_field_and_what_was_typed_stays(client, agent, thread, headers):
    components = [{"type": "BODY", "text": "Hi {{1}}, order {{2}} is here."}]
    template = MessageTemplateFactory(account=thread.number.account, components=components)
    answer = send(client, thread, template, headers, **{"body.1": "Ann", "body.2": " "})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Ann"' in page and 'id="gap-body-2-problem"' in page and 'id="gap-body-1-problem"' not in page
    assert not Message.objects.exists()


def test_stopped_while_it_was_filled_it_is_refused_in_words(client, agent, thread, template):
    MessageTemplate.objects.update(status=statuses.PAUSED)
    answer = send(client, thread, template, **{"body.1": "Ann"})
    assert answer.status_code == 409
    assert "Paused by Meta" in answer.content.decode()
    assert not Message.objects.exists()


def test_the_headers_own_file_goes_or_another_one(client, agent, thread):
    components = [IMAGE, {"type": "BODY", "text": "Look at {{1}}, please."}]
    template = MessageTemplateFactory(account=thread.number.account, components=components)
    mine = MediaAssetFactory(workspace=thread.workspace, mime_type="image/png", file_name="mine.png")
    TemplateSample.objects.create(workspace=thread.workspace, template=template, place="header", asset=mine)
    assert "mine.png" in page_of(client, thread, f"templates/{template.pk}/")
    send(client, thread, template, **{"body.1": "this", "key": "a"})
    assert Message.objects.get(idempotency_key="a").asset == mine
    # The form comes back with the chosen file, so that it is chosen once.
    page = send(client, thread, template, **{"header": picture()}).content.decode()
    chosen = MediaAsset.objects.get(file_name="picture.png")
    assert f'name="header.asset" value="{chosen.pk}"' in page
    send(client, thread, template, **{"body.1": "this", "key": "b", "header.asset": chosen.pk})
    assert Message.objects.get(idempotency_key="b").asset == chosen


@pytest.mark.parametrize("pk", ["999999999999", "x", "-1", "9" * 40])
def test_no_file_is_chosen_by_a_number_that_is_not_ours(client, agent, thread, pk):
    template = MessageTemplateFactory(account=thread.number.account, components=[IMAGE, {"type": "BODY", "text": "A"}])
    strangers = MediaAssetFactory(mime_type="image/png")
    for each in (pk, str(strangers.pk)):
        answer = send(client, thread, template, **{"header.asset": each})
        assert answer.status_code == 409 and "is missing" in answer.content.decode()


def test_a_file_of_another_kind_is_refused_at_its_field(client, agent, thread):
    video = [{"type": "HEADER", "format": "VIDEO"}, {"type": "BODY", "text": "A"}]
    template = MessageTemplateFactory(account=thread.number.account, components=video)
    for upload in (picture(), SimpleUploadedFile("a.png", b"")):
        page = send(client, thread, template, header=upload)
        assert page.status_code == 409 and 'id="gap-header-problem"' in page.content.decode()
    assert not Message.objects.exists()


def test_a_place_products_and_the_end_of_an_offer_can_be_given(client, agent, thread):
    account = thread.number.account
    body = {"type": "BODY", "text": "Look"}
    place = MessageTemplateFactory(account=account, components=[{"type": "HEADER", "format": "LOCATION"}, body])
    given = {"header.name": "Shop", "header.address": "Street 1", "header.latitude": "37.4", "header.longitude": "-122"}
    assert send(client, thread, place, **{**given, "header.latitude": "north", "key": "a"}).status_code == 409
    assert send(client, thread, place, **{**given, "key": "b"}).status_code == 302
    items = {"type": "BUTTONS", "buttons": [{"type": "MPM", "text": "View items"}]}
    products = MessageTemplateFactory(account=account, components=[body, items])
    given = {"buttons[0].thumbnail": "sku-1", "buttons[0].sections": "sku-1\r\n\r\n sku-2 "}
    assert send(client, thread, products, **{**given, "key": "c"}).status_code == 302
    action = Message.objects.get(idempotency_key="c").content["template"]["components"][0]["parameters"][0]["action"]
    assert len(action["sections"][0]["product_items"]) == 2
    limited = {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Soon", "has_expiration": True}}
    offer = MessageTemplateFactory(account=account, components=[body, limited])
    assert send(client, thread, offer, **{"offer.expires_at": "2020-01-01T10:00", "key": "d"}).status_code == 409
    assert send(client, thread, offer, **{"offer.expires_at": "2100-01-01T10:00", "key": "d"}).status_code == 302


# In the thread --------------------------------------------------------------------------------------------------------
def test_a_sent_template_is_drawn_with_all_its_parts_whatever_becomes_of_it(client, agent, thread):
    picture = MediaAssetFactory(workspace=thread.workspace, mime_type="image/png")
    components = [IMAGE, {"type": "BODY", "text": "*Look* at it"}, {"type": "FOOTER", "text": "Reply STOP"}, BUTTONS]
    template = MessageTemplateFactory(account=thread.number.account, components=components)
    TemplateSample.objects.create(workspace=thread.workspace, template=template, place="header", asset=picture)
    send(client, thread, template)
    MessageTemplate.objects.update(components=[], name="other", status=statuses.DELETED)
    page = page_of(client, thread)
    assert f'src="/media/{picture.pk}/"' in page
    assert all(words in page for words in ("<strong>Look</strong> at it", "Reply STOP", "Thank you"))


def test_a_tap_on_a_button_quotes_its_message_and_tells_its_payload(client, agent, thread):
    sent = MessageFactory(thread=thread, type="template", status="sent", wamid="wamid.1", body="Your order is ready")
    tap = {"type": "button", "button": {"text": "Thank you", "payload": "thanks-1"}, "context": {"id": "wamid.1"}}
    MessageFactory(thread=thread, direction="in", status="received", type="button", body="Thank you", content=tap)
    page = page_of(client, thread)
    assert f'href="#message-{sent.pk}"' in page
    assert page.count("Your order is ready") >= 2
    assert "thanks-1" in page


@pytest.mark.parametrize("content", [{}, {"context": []}, {"context": {"id": 5}}, {"button": "x", "context": "x"}])
def test_an_odd_tap_is_shown_all_the_same(client, agent, thread, content):
    MessageFactory(thread=thread, direction="in", status="received", type="button", body="Thank you", content=content)
    assert "Thank you" in page_of(client, thread)


def test_nobody_sees_what_another_conversation_says_by_quoting_it(client, agent, thread):
    MessageFactory(thread=ThreadFactory(number=thread.number), wamid="wamid.1", body="Secret of another")
    quoting = {"text": {"body": "Hi"}, "context": {"id": "wamid.1"}}
    MessageFactory(thread=thread, direction="in", status="received", body="Hi", content=quoting)
    assert "Secret of another" not in page_of(client, thread)


@pytest.mark.parametrize(("status", "words"), [("PAUSED", "goes out by itself"), ("DISABLED", "Take it back")])
def test_what_is_held_says_why_and_can_be_taken_back(client, agent, thread, template, status, words):
    send(client, thread, template, **{"body.1": "Ann"})
    assert "It waits." not in page_of(client, thread)
    MessageTemplate.objects.update(status=status)
    page = page_of(client, thread)
    message = Message.objects.get()
    assert "It waits." in page and words in page and f'href="/templates/{template.pk}/"' in page
    client.post(f"/inbox/messages/{message.pk}/take-back/")
    message.refresh_from_db()
    assert message.status == "cancelled"
    page = page_of(client, thread)
    assert "took it back" in page and "It waits." not in page


def test_what_has_left_is_not_taken_back_and_a_stranger_takes_nothing_back(client, agent, thread):
    sent, waiting = (MessageFactory(thread=thread, status=status) for status in ("sent", "queued"))
    client.post(f"/inbox/messages/{sent.pk}/take-back/")
    client.force_login(MembershipFactory(role=Role.OWNER).user)
    assert client.post(f"/inbox/messages/{waiting.pk}/take-back/").status_code == 404
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert client.post(f"/inbox/messages/{waiting.pk}/take-back/").status_code == 403
    assert set(Message.objects.values_list("status", flat=True)) == {"sent", "queued"}


def test_templates_taps_and_what_is_held_take_the_same_queries_for_one_and_for_many(client, agent, thread):
    components = [IMAGE, {"type": "BODY", "text": "Look"}, BUTTONS]

    def more(count: int) -> None:
        for n in range(count):
            template = MessageTemplateFactory(account=thread.number.account, components=components)
            asset = MediaAssetFactory(workspace=thread.workspace, mime_type="image/png", file_name=f"{template.pk}.png")
            TemplateSample.objects.create(workspace=thread.workspace, template=template, place="header", asset=asset)
            send(client, thread, template, key=f"{template.pk}-{n}")
            Message.objects.filter(template=template).update(wamid=f"wamid.{template.pk}")
            tap = {"button": {"text": "Thank you", "payload": "p"}, "context": {"id": f"wamid.{template.pk}"}}
            MessageFactory(thread=thread, direction="in", status="received", type="button", content=tap)
        MessageTemplate.objects.update(status=statuses.PAUSED)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page_of(client, thread).count("It waits.") == Message.objects.filter(status="queued").count()
        return len(queries)

    more(1)
    few = count()
    MessageTemplate.objects.update(status=statuses.APPROVED)
    more(6)
    assert count() == few


def test_other_numbers_of_the_account_send_its_templates_too(client, agent, thread, template):
    other = ThreadFactory(
        number=PhoneNumberFactory(account=thread.number.account, is_default=False), window_expires_at=None
    )
    assert "order_ready" in page_of(client, other)
