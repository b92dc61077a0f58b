"""The test message to one's own phone: a template that can go out as it is, once; the page says what became of it."""

import pytest
from django.utils import timezone

from inbox.models import Contact, Message
from inbox.tests.factories import MessageFactory
from meta_integration import wizard
from meta_integration.tests.factories import MediaAssetFactory, PhoneNumberFactory
from templates_app.models import TemplateSample, TemplateSync
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
BODY = {"type": "BODY", "text": "Welcome!"}


@pytest.fixture
def agent():
    return MembershipFactory(role=Role.AGENT)


@pytest.fixture
def number(agent):
    return PhoneNumberFactory(account__workspace=agent.workspace)


@pytest.fixture
def browser(client, agent):
    client.force_login(agent.user)
    return client


@pytest.fixture
def template(number):
    """template("name", component, ...): one of this account, with these components."""

    def one(name, *components, **fields):
        return MessageTemplateFactory(
            account=number.account, name=name, components=list(components) or [BODY], **fields
        )

    return one


def send(browser, number, phone="+1 (555) 010-0101", key="a-key"):
    return browser.post("/inbox/test-message/", {"phone": phone, "number": number.pk, "key": key}, follow=True)


def test_the_shops_own_template_is_queued_through_the_usual_outbox(browser, number, template, agent):
    template("hello_world")
    another = template("another")
    page = send(browser, number).content.decode()
    message = Message.objects.get()
    assert message.content == {"template": {"name": "another", "language": {"code": "en_US"}}}
    assert (message.status, message.body, message.author) == ("queued", "Welcome!", agent.user)
    assert (message.template, message.thread.contact.wa_id) == (another, "15550100101")
    assert "Waiting to be sent" in page and "hx-get" in page


@pytest.mark.parametrize(
    ("name", "components", "fields"),
    [
        ("gap", [{"type": "BODY", "text": "Hello {{1}}"}], {}),
        ("picture", [{"type": "HEADER", "format": "IMAGE"}, BODY], {}),
        ("code", [BODY, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "X"}]}], {}),
        ("newer_than_us", [BODY, {"type": "HOLOGRAM"}], {}),
        ("hello_world", [BODY], {"status": "PAUSED"}),
        ("gone", [BODY], {"missing_since": timezone.now()}),
    ],
)
def test_one_that_cannot_go_out_as_it_is_is_passed_over(browser, number, template, name, components, fields):
    template(name, *components, **fields)
    assert "no approved template that can go out" in send(browser, number).content.decode()
    assert not Message.objects.exists()
    assert not Contact.objects.exists()


def test_the_first_other_one_without_gaps_will_do(browser, number, template):
    template("gap", {"type": "BODY", "text": "{{1}}"})
    template("plain", BODY, {"type": "FOOTER", "text": "x"})
    MessageTemplateFactory(name="of_another_shop", components=[BODY])
    send(browser, number)
    assert Message.objects.get().content["template"]["name"] == "plain"


def test_a_header_with_an_example_file_of_ours_is_no_gap(browser, number, template):
    picture = MediaAssetFactory(workspace=number.workspace, mime_type="image/png")
    sample = {"workspace": number.workspace, "place": "header", "asset": picture}
    TemplateSample.objects.create(template=template("picture", {"type": "HEADER", "format": "IMAGE"}, BODY), **sample)
    send(browser, number)
    assert Message.objects.get().asset == picture


def test_pressing_twice_sends_once(browser, number, template):
    template("hello_world")
    assert send(browser, number).redirect_chain == send(browser, number).redirect_chain
    assert Message.objects.count() == 1


def test_templates_that_were_never_read_are_said_with_the_way_to_read_them(browser, number, agent):
    page = send(browser, number).content.decode()
    assert "has not read the templates" in page and "can have them read" in page
    agent.role = Role.ADMIN
    agent.save()
    assert 'formaction="/templates/sync/"' in send(browser, number).content.decode()
    TemplateSync.objects.create(workspace=number.workspace, account=number.account, is_full=True)
    assert "no approved template that can go out" in send(browser, number).content.decode()


@pytest.mark.parametrize("phone", ["", "0155", "555 010 0101", "+1", "+0555010010101", "+1555010010101010", "hello"])
def test_what_is_no_phone_number_is_named_and_kept_on_the_page(browser, number, graph, phone):
    answer = send(browser, number, phone)
    assert answer.status_code == 409
    assert "with + and its country code" in answer.content.decode()
    assert f'value="{phone}"' in answer.content.decode()
    assert not graph.calls


@pytest.mark.parametrize("phone", ["+15550100101", "0015550100101", "+1-555-010-0101", "\u202a+1 555 010 0101\u202c"])
def test_a_phone_number_is_understood_as_people_write_it(browser, number, template, phone):
    template("hello_world")
    send(browser, number, phone)
    assert Contact.objects.get().wa_id == "15550100101"


def test_a_number_whose_messages_wait_says_why(browser, number, graph):
    number.is_paused = True
    number.save()
    assert "paused here" in send(browser, number).content.decode()
    assert not graph.calls


def test_without_a_number_the_page_leads_to_the_connection(browser):
    assert "No number can send yet" in browser.get("/inbox/test-message/").content.decode()


@pytest.mark.parametrize(
    ("status", "words", "goes_on"),
    [
        ("sent", "WhatsApp has it", True),
        ("delivered", "Your shop can send", True),
        ("read", "Your shop can send", False),
        ("failed", "The reason", False),
        ("unknown", "The reason", True),
    ],
)
def test_the_page_shows_the_ticks_or_the_reason(browser, number, status, words, goes_on):
    message = MessageFactory(thread__number=number, status=status, error="The reason", direction="out")
    page = browser.get(f"/inbox/test-message/{message.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert words in page
    assert ("hx-get" in page) == goes_on


def test_analysts_send_nothing(client, number, agent):
    client.force_login(MembershipFactory(workspace=agent.workspace, role=Role.ANALYST).user)
    assert send(client, number).status_code == 403


@pytest.mark.parametrize(("wamid", "is_done"), [("wamid.1", True), (None, False)])
def test_the_last_step_of_connecting_is_done_when_meta_has_the_message(browser, number, wamid, is_done):
    message = MessageFactory(thread__number=number, status="sent", direction="out", wamid=wamid)
    browser.get(f"/inbox/test-message/{message.pk}/")
    number.account.refresh_from_db()
    steps = wizard.steps_of(number.account, is_registered=True)
    assert (bool(number.account.tested_at), steps[-1].state == wizard.DONE) == (is_done, is_done)
