"""An emoji on a customer's message: once, changed, and taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Message
from inbox.services import reacting, sending
from inbox.tests.factories import MessageFactory, ThreadFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked():
    return MessageFactory(thread=ThreadFactory(), direction="in", status="received", wamid="wamid.1")


def reactions() -> list[str]:
    found = Message.objects.filter(type="reaction").order_by("id")
    return [each.content["reaction"]["emoji"] for each in found]


def test_the_same_emoji_twice_is_once_and_another_changes_it(asked):
    author = UserFactory()
    for emoji in ("👍", "👍", "❤️", "", "", "👍"):
        reacting.react(asked, emoji, author=author)
    assert reactions() == ["👍", "❤️", "", "👍"]
    assert set(Message.objects.filter(type="reaction").values_list("target_wamid", flat=True)) == {"wamid.1"}


def test_a_reaction_that_failed_is_none(asked):
    reacting.react(asked, "👍", author=UserFactory())
    Message.objects.filter(type="reaction").update(status="failed")
    reacting.react(asked, "👍", author=UserFactory())
    assert reactions() == ["👍", "👍"]


def test_nothing_is_taken_back_where_nothing_is(asked):
    assert reacting.react(asked, "", author=UserFactory()) is None
    assert not reactions()


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👩‍💻", "1️⃣", "🇩🇪"])
def test_emoji_are_known(emoji):
    assert reacting.is_emoji(emoji)


@pytest.mark.parametrize("text", ["a", "ok 👍", "<b>", "👍" * 30, "\0", "1", "​"])
def test_words_are_no_emoji(asked, text):
    with pytest.raises(sending.CannotSend):
        reacting.react(asked, text, author=UserFactory())


def test_too_old_a_message_is_refused_in_words(asked):
    Message.objects.update(occurred_at=timezone.now() - timedelta(days=31))
    asked.refresh_from_db()
    with pytest.raises(sending.CannotSend, match="30 days"):
        reacting.react(asked, "👍", author=UserFactory())


def test_from_the_page_without_and_with_htmx(client, asked):
    client.force_login(MembershipFactory(workspace=asked.workspace, role=Role.AGENT).user)
    url = f"/inbox/messages/{asked.pk}/react/"
    assert client.post(url, {"emoji": "👍"}).url == f"/inbox/{asked.thread_id}/"
    answer = client.post(url, {"emoji": "x"}, headers={"HX-Request": "true", "HX-Target": "messages"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "closest #conversation")
    assert "a reaction is one emoji" in answer.content.decode()
    assert reactions() == ["👍"]


def test_a_stranger_and_one_who_only_looks_react_to_nothing(client, asked):
    client.force_login(MembershipFactory(role=Role.AGENT).user)
    assert client.post(f"/inbox/messages/{asked.pk}/react/", {"emoji": "👍"}).status_code == 404
    client.force_login(MembershipFactory(workspace=asked.workspace, role=Role.ANALYST).user)
    assert client.post(f"/inbox/messages/{asked.pk}/react/", {"emoji": "👍"}).status_code == 403
