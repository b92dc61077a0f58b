"""Reading Meta's list from a page, and what each reading found."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from meta_integration.models import WABA
from meta_integration.tests.factories import WABAFactory
from templates_app.models import TemplateSync
from templates_app.tests.factories import MessageTemplateFactory, TemplateSyncFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
SYNC = reverse("templates_app:sync")


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def browser(client, account):
    client.force_login(MembershipFactory(workspace=account.workspace, role=Role.MARKETER).user)
    return client


def test_sync_now_reads_every_connected_account_of_this_shop(browser, account):
    WABAFactory(workspace=account.workspace, state=WABA.State.DISCONNECTED)
    WABAFactory()  # Of another shop.
    second = WABAFactory(workspace=account.workspace)
    assert browser.post(SYNC).url == SYNC
    assert {each.account_id for each in TemplateSync.objects.all()} == {account.pk, second.pk}
    page = browser.get(SYNC).content.decode()
    assert page.count("Begins in a moment") == 2 and "every 2s" in page


def test_without_a_connected_account_it_says_so(browser, account):
    WABA.objects.update(state=WABA.State.BROKEN)
    assert "Connect WhatsApp first" in browser.post(SYNC, follow=True).content.decode()
    assert not TemplateSync.objects.exists()


def test_a_receipt_names_what_was_added_changed_missed_and_skipped(browser, account):
    names = {
        "added": ["offer (de)"],
        "changed": ["order (es)"],
        "missing": ["old (en)"],
        "skipped": ["odd: no language"],
    }
    done = {"finished_at": timezone.now(), "is_full": True, "listed": 12}
    TemplateSyncFactory(account=account, names=names, added=3, changed=1, missing=1, skipped=1, **done)
    page = browser.get(SYNC).content.decode()
    assert all(name in page for kind in names.values() for name in kind)
    assert "and 2 more" in page and "Meta listed 12 templates." in page and ">Done<" in page
    assert "every 2s" not in page


def test_a_reading_that_failed_says_why_and_that_nothing_was_counted_as_missing(browser, account):
    TemplateSyncFactory(account=account, finished_at=timezone.now(), error="Meta gave no answer.")
    page = browser.get(SYNC).content.decode()
    assert "Meta gave no answer." in page and "nothing was counted as missing" in page


def test_the_open_page_learns_how_the_reading_ends(browser, account):
    receipt = TemplateSyncFactory(account=account)
    asked = re.search(r'hx-get="([^"]+)"', browser.get(SYNC).content.decode())[1]
    assert browser.get(asked).status_code == 204
    TemplateSync.objects.filter(pk=receipt.pk).update(finished_at=timezone.now(), is_full=True)
    assert ">Done<" in browser.get(asked).content.decode()


def test_former_readings_stay_in_short(browser, account):
    for added in (7, 8):
        TemplateSyncFactory(account=account, finished_at=timezone.now(), is_full=True, added=added)
    assert "Readings before" in browser.get(SYNC).content.decode()


def test_a_template_that_meta_misses_is_looked_for_again(browser, account):
    template = MessageTemplateFactory(account=account, missing_since=timezone.now())
    page = browser.get(reverse("templates_app:detail", args=[template.pk])).content.decode()
    assert "Look at Meta again" in page
    browser.post(reverse("templates_app:act", args=[template.pk]), {"do": "sync"})
    assert TemplateSync.objects.get().account == account


def test_an_agent_reads_the_receipts_and_starts_nothing(client, account):
    TemplateSyncFactory(account=account, finished_at=timezone.now(), names={"added": ["offer (de)"]}, added=1)
    client.force_login(MembershipFactory(workspace=account.workspace, role=Role.AGENT).user)
    page = client.get(SYNC).content.decode()
    assert "offer (de)" in page and "sync-now" not in page
    assert client.post(SYNC).status_code == 403
    assert TemplateSync.objects.count() == 1
