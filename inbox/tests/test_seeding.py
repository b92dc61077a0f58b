"""Example conversations: of all kinds, for a demo or for a measurement, and never by mistake."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from inbox.models import Contact, Message, Note, Thread
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings):
    settings.DEMO = True
    number = PhoneNumberFactory(account__workspace__slug="example-shop")
    MembershipFactory(workspace=number.workspace, role=Role.AGENT)
    return number.workspace


def seed(**options) -> None:
    call_command("seed_inbox", threads=80, messages=900, **options)


def test_a_shop_is_filled_with_conversations_of_all_kinds(shop):
    seed()
    assert Message.objects.for_workspace(shop).count() == 900
    threads = Thread.objects.for_workspace(shop)
    assert threads.count() == 80
    assert set(threads.values_list("status", flat=True)) == {"OPEN", "PENDING", "RESOLVED"}
    assert threads.filter(assignee=None).exists() and threads.exclude(assignee=None).exists()
    assert threads.filter(waiting_since__isnull=False, unread_count__gt=0).exists()
    assert Note.objects.exists() and Contact.objects.filter(tags__isnull=False).exists()
    assert all(phone.startswith("1555") for phone in Contact.objects.values_list("wa_id", flat=True))


def test_each_lists_its_own_last_words(shop):
    seed()
    last = {}
    for message in Message.objects.order_by("occurred_at", "pk"):
        last[message.thread_id] = message
    for thread in Thread.objects.filter(pk__in=last):
        assert (thread.preview, thread.last_message_at) == (last[thread.pk].body[:160], last[thread.pk].occurred_at)
    assert not Message.objects.exclude(number=F("thread__number")).exists()


def test_run_again_it_adds_nothing(shop):
    seed()
    seed()
    assert (Thread.objects.count(), Message.objects.count()) == (80, 900)


def test_it_runs_in_a_demo_only_unless_forced(shop, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="only with DEMO=1"):
        seed()
    assert not Thread.objects.exists()
    seed(force=True)
    assert Thread.objects.exists()


def test_it_says_what_is_missing(shop):
    WorkspaceFactory(slug="bare")
    for slug, words in (("nowhere", "no workspace"), ("bare", "no number")):
        with pytest.raises(CommandError, match=words):
            seed(workspace=slug)
