"""An inbox is filled with example conversations, once."""

import pytest
from django.core.management import CommandError, call_command

from inbox import seeding
from inbox.models import Contact, Message, Thread
from meta_integration.tests.factories import PhoneNumberFactory
from workspaces.tests.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_a_shop_is_filled_and_not_filled_twice():
    number = PhoneNumberFactory()
    MembershipFactory(workspace=number.workspace)
    seeding.fill(number.workspace, threads=40, messages=400)
    seeding.fill(number.workspace, threads=40, messages=400)
    assert (Contact.objects.count(), Thread.objects.count()) == (40, 40)
    assert Message.objects.count() >= 400
    assert all(wa_id.startswith("1555") for wa_id in Contact.objects.values_list("wa_id", flat=True))


def test_a_shop_without_a_number_is_told_so(settings):
    settings.DEMO = True
    shop = WorkspaceFactory()
    with pytest.raises(CommandError, match="connect one first"):
        call_command("seed_inbox", workspace=shop.slug)


def test_a_real_shop_gets_no_examples_by_mistake(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="--force"):
        call_command("seed_inbox")
