"""How a message of the shop's stands, and what can be done about it: only what is right."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message, Thread
from inbox.services import retrying, sending
from inbox.tests.factories import MessageFactory, MessageStatusFactory, OrphanStatusFactory, ThreadFactory
from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.errors import known_errors, verdict_of
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "messages"}
AGAIN, TEMPLATES, SENT_AGAIN = "Send again", "Choose a template", "It was sent again"


@pytest.fixture
def thread():
    return ThreadFactory()


@pytest.fixture
def agent(client, thread):
    membership = MembershipFactory(workspace=thread.workspace, role=Role.AGENT)
    client.force_login(membership.user)
    return membership


@pytest.fixture
def failed(thread):
    def make(code: int | None = 131000, **fields) -> Message:
        given = {"error": "", "error_code": code, "wamid": "wamid.first", **fields}
        return MessageFactory(thread=thread, status="failed", content={"text": {"body": "Hello"}}, **given)

    return make


def page_of(client, thread: Thread) -> str:
    return html.unescape(client.get(f"/inbox/{thread.pk}/", headers=HTMX).content.decode())


def closed(thread: Thread) -> None:
    Thread.objects.filter(pk=thread.pk).update(window_expires_at=timezone.now() - timedelta(hours=1))


# What is offered ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "is_closed", "has", "has_not"),
    [
        (131000, False, AGAIN, TEMPLATES),
        (131000, True, TEMPLATES, AGAIN),
        (131047, True, TEMPLATES, AGAIN),
        (131047, False, AGAIN, TEMPLATES),
        (131053, False, AGAIN, TEMPLATES),
        (131053, False, "Pictures (JPEG, PNG) go up to 5 MB", TEMPLATES),
        (131026, False, "Check the number.", AGAIN),
        (131049, False, "You can send it again from", AGAIN),
        (131050, False, "Respect it", AGAIN),
        (132015, False, TEMPLATES, AGAIN),
        (135000, False, "Send support this code", AGAIN),
        (999999, False, "Send support this code", AGAIN),
        (190, False, AGAIN, TEMPLATES),
    ],
)
def test_a_failed_message_offers_what_helps_and_nothing_else(
    client, agent, thread, failed, code, is_closed, has, has_not
):
    failed(code)
    if is_closed:
        closed(thread)
    page = page_of(client, thread)
    assert has in page
    assert f">{has_not}<" not in page


def test_no_code_of_metas_offers_to_send_again_what_the_customer_cannot_get(client, agent, thread, failed):
    mendable = {131030, 130403, 137000}
    final = [each.code for each in known_errors() if verdict_of(each).error_class is ErrorClass.RECIPIENT_FINAL]
    for n, code in enumerate(set(final) - mendable):
        failed(code, wamid=f"wamid.{n}")
    assert final
    assert AGAIN not in page_of(client, thread)


def test_a_day_later_marketing_may_be_sent_once_more(client, agent, thread, failed):
    failed(131049, occurred_at=timezone.now() - timedelta(hours=25))
    assert AGAIN in page_of(client, thread)


def test_an_analyst_sees_why_and_no_buttons(client, thread, failed):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    message = failed(131000)
    page = page_of(client, thread)
    assert "Something went wrong at Meta" in page
    assert AGAIN not in page
    assert client.post(f"/inbox/messages/{message.pk}/retry/").status_code == 403


# Once more ------------------------------------------------------------------------------------------------------------
def test_sent_again_is_a_new_message_that_leads_to_the_first_and_pressing_twice_is_one(client, agent, thread, failed):
    first = failed()
    for _ in range(2):
        assert client.post(f"/inbox/messages/{first.pk}/retry/").status_code == 302
    again = Message.objects.exclude(pk=first.pk).get()
    assert (again.content, again.body, again.status, again.author) == (first.content, first.body, "queued", agent.user)
    assert again.retry_of == first
    page = page_of(client, thread)
    assert f'?around={first.pk}#message-{first.pk}" data-jump="message-{first.pk}">sent again' in page
    assert SENT_AGAIN in page
    assert AGAIN not in page
    first.refresh_from_db()
    assert first.status == "failed"


def test_what_was_taken_back_can_be_sent_again(client, agent, thread, failed):
    first = failed()
    client.post(f"/inbox/messages/{first.pk}/retry/")
    client.post(f"/inbox/messages/{Message.objects.latest('id').pk}/take-back/")
    assert AGAIN in page_of(client, thread)
    client.post(f"/inbox/messages/{first.pk}/retry/")
    assert list(Message.objects.order_by("id").values_list("status", flat=True)) == ["failed", "cancelled", "queued"]


def test_what_arrived_since_the_page_was_drawn_is_not_sent_again(agent, thread, failed):
    message = failed()
    Message.objects.update(status="delivered")
    with pytest.raises(sending.CannotSend):
        retrying.retry(message, thread, agent.user)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("code", "is_closed"), [(131026, False), (131049, False), (131000, True)])
def test_what_would_fail_again_is_not_sent_again_whatever_is_posted(client, agent, thread, failed, code, is_closed):
    message = failed(code)
    if is_closed:
        closed(thread)
    answer = client.post(f"/inbox/messages/{message.pk}/retry/")
    assert answer.status_code == 409
    assert "Not sent again: it would fail as before." in answer.content.decode()
    assert Message.objects.count() == 1


def test_a_template_is_filled_anew_with_the_same_values(client, agent, thread, failed):
    template = MessageTemplateFactory(account=thread.number.account, text="Hello {{1}}")
    filling = {"of": "", "values": {"body.1": "Ann"}}
    message = failed(131000, type="template", template=template, filling=filling)
    client.post(f"/inbox/messages/{message.pk}/retry/")
    assert Message.objects.exclude(pk=message.pk).get().body == "Hello Ann, it is ready."


def test_a_message_that_is_well_is_not_sent_again(client, agent, thread):
    message = MessageFactory(thread=thread, status="read")
    assert client.post(f"/inbox/messages/{message.pk}/retry/").status_code == 409
    assert Message.objects.count() == 1


# Nobody knows ---------------------------------------------------------------------------------------------------------
def test_asking_again_finds_what_meta_reported_meanwhile(client, agent, thread):
    message = MessageFactory(thread=thread, status="unknown")
    url = f"/inbox/messages/{message.pk}/settle/"
    answer = client.post(url, {"what": "ask"}, follow=True)
    assert "WhatsApp has reported nothing about it so far." in answer.content.decode()
    OrphanStatusFactory(number=thread.number, reference=message.reference, status="delivered")
    client.post(url, {"what": "ask"})
    message.refresh_from_db()
    assert message.status == "delivered"


@pytest.mark.parametrize(("what", "status"), [("went-out", "sent"), ("again", "queued"), ("nonsense", "unknown")])
def test_a_person_settles_what_nobody_knows(client, agent, thread, what, status):
    message = MessageFactory(thread=thread, status="unknown")
    client.post(f"/inbox/messages/{message.pk}/settle/", {"what": what})
    message.refresh_from_db()
    assert message.status == status


# Times ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_times_of_a_message_are_a_page_and_a_part(client, agent, thread, headers):
    message = MessageFactory(thread=thread, status="read")
    for status in ("sent", "delivered", "read", "deleted"):
        MessageStatusFactory(message=message, status=status)
    page = client.get(f"/inbox/messages/{message.pk}/timeline/", headers=headers).content.decode()
    assert re.findall(r"<dt>(\w+)</dt>", page) == ["Written", "Sent", "Delivered", "Read", "deleted"]
    assert ("<html" in page) == (not headers)
