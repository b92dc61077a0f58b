"""Several conversations at once: as if each had been opened and it had been done there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Thread, ThreadEvent
from inbox.tests.factories import TagFactory, ThreadFactory
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    membership = MembershipFactory(role=Role.AGENT)
    client.force_login(membership.user)
    return membership


@pytest.fixture
def threads(me):
    return ThreadFactory.create_batch(3, number=PhoneNumberFactory(account__workspace=me.workspace), unread_count=2)


def post(client, threads, do: str, **more):
    return client.post("/inbox/together/", {"threads": [each.pk for each in threads], "do": do, **more})


def test_they_are_assigned_resolved_and_put_off_and_each_tells_of_it(client, me, threads):
    post(client, threads[:2], "assign", to=me.user.pk)
    post(client, threads[1:], "RESOLVED")
    post(client, threads[:1], "snooze", moment="tomorrow")
    one, two, three = Thread.objects.order_by("pk")
    assert [each.assignee for each in (one, two, three)] == [me.user, me.user, None]
    assert [each.status for each in (one, two, three)] == ["OPEN", "RESOLVED", "RESOLVED"]
    assert one.snoozed_until > timezone.now()
    assert ThreadEvent.objects.filter(actor=me.user).count() == 5


def test_they_are_marked_as_read_and_as_unread(client, me, threads):
    post(client, threads, "read")
    assert not Thread.objects.filter(unread_count__gt=0).exists()
    post(client, threads[:1], "unread")
    assert Thread.objects.filter(unread_count__gt=0).get() == threads[0]


def test_their_customers_get_a_tag_and_lose_it(client, me, threads):
    tag = TagFactory(workspace=me.workspace)
    post(client, threads, "tag", tag=tag.pk)
    assert tag.contacts.count() == 3
    post(client, threads[:1], "untag", tag=tag.pk)
    assert tag.contacts.count() == 2
    assert post(client, threads, "tag", tag=TagFactory().pk).status_code == 404


def test_the_page_says_how_many_were_changed_and_why_others_were_not(client, me, threads):
    post(client, threads[:1], "RESOLVED")
    answer = client.post(
        "/inbox/together/",
        {"threads": [each.pk for each in threads], "do": "snooze", "moment": "tomorrow", "filters": "?status=any"},
        follow=True,
    )
    assert answer.redirect_chain[0][0] == "/inbox/?status=any"
    page = answer.content.decode()
    assert "2 conversations changed. Not snoozed: this conversation is resolved." in page


def test_with_htmx_the_list_comes_back_with_what_was_done(client, me, threads):
    data = {"threads": [threads[0].pk], "do": "PENDING", "filters": "?status=PENDING"}
    page = client.post(
        "/inbox/together/", data, headers={"HX-Request": "true", "HX-Target": "threads"}
    ).content.decode()
    assert "<html" not in page
    assert f'id="thread-{threads[0].pk}"' in page
    assert "1 conversation changed." in page


def test_one_of_another_shop_among_them_and_nothing_is_done(client, me, threads):
    stranger = ThreadFactory()
    for do in ("RESOLVED", "read", "assign", "tag", "nonsense"):
        assert post(client, [*threads, stranger], do).status_code == 404
    assert not Thread.objects.filter(status="RESOLVED").exists()
    assert not Thread.objects.filter(unread_count=0).exclude(pk=stranger.pk).exists()


@pytest.mark.parametrize("pks", [["x"], ["9" * 40], ["-1"], ["\0"], ["٣"]])
def test_ids_that_are_none_are_nobodys(client, me, pks):
    assert client.post("/inbox/together/", {"threads": pks, "do": "RESOLVED"}).status_code == 404


def test_a_person_of_another_shop_is_given_nothing(client, me, threads):
    post(client, threads, "assign", to=MembershipFactory(role=Role.AGENT).user.pk)
    assert not Thread.objects.filter(assignee__isnull=False).exists()


def test_who_only_looks_changes_nothing(client, me, threads):
    client.force_login(MembershipFactory(workspace=me.workspace, role=Role.ANALYST).user)
    assert post(client, threads, "RESOLVED").status_code == 403
    assert 'id="together"' not in client.get("/inbox/").content.decode()


def test_nothing_chosen_is_said(client, me, threads):
    page = client.post("/inbox/together/", {"do": "RESOLVED"}, follow=True).content.decode()
    assert "choose some conversations first" in page


def test_what_was_put_off_until_a_past_time_is_not(client, me, threads):
    past = (timezone.now() - timedelta(days=1)).isoformat()
    post(client, threads, "snooze", moment="at", at=past)
    assert not Thread.objects.filter(snoozed_until__isnull=False).exists()
