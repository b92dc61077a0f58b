"""Customers in the admin: found by tag and by what they want, with the proof, and taken along without a formula."""

import csv
import io

import pytest
from django.utils import timezone

from inbox.models import Contact
from inbox.tests.factories import ConsentEntryFactory, ContactFactory, TagFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
URL = "/admin/inbox/contact/"


@pytest.fixture
def browser(client):
    client.force_login(MembershipFactory(role=Role.AGENT).user)
    return client


@pytest.fixture
def ann(browser):
    workspace = MembershipFactory._meta.model.objects.get().workspace
    ann = ContactFactory(workspace=workspace, name="Ann", marketing_state="SUBSCRIBED", attributes={"Size": "M"})
    ContactFactory(workspace=workspace, name="Bob")
    ann.tags.add(TagFactory(workspace=workspace, name="Regular"))
    return ann


def test_they_are_filtered_by_tag_and_by_what_they_want(browser, ann):
    for query in (f"tag={ann.tags.get().pk}", "marketing_state__exact=SUBSCRIBED"):
        page = browser.get(f"{URL}?{query}").content.decode()
        assert "Ann" in page and "Bob" not in page
    assert "Bob" in browser.get(f"{URL}?tag=x").content.decode()
    strange = TagFactory(name="Strange")
    page = browser.get(f"{URL}?tag={strange.pk}").content.decode()
    assert "Strange" not in page and ">Ann<" not in page


def test_one_page_shows_the_proof_and_changes_nothing(browser, ann):
    ConsentEntryFactory(contact=ann, proof="On the phone", at=timezone.now())
    page = browser.get(f"{URL}{ann.pk}/change/").content.decode()
    assert "On the phone" in page and "Size: M" in page and "Regular" in page
    browser.post(f"{URL}{ann.pk}/change/", {"name": "Else", "marketing_state": "UNSUBSCRIBED"})
    assert Contact.objects.get(pk=ann.pk).marketing_state == "SUBSCRIBED"


def test_a_sheet_of_them_holds_no_formula(browser, ann):
    evil = ContactFactory(workspace=ann.workspace, name='=HYPERLINK("http://example.com")', username="@SUM(1)")
    answer = browser.post(URL, {"action": "as_sheet", "_selected_action": [ann.pk, evil.pk]})
    assert answer.headers["Content-Type"].startswith("text/csv")
    text = answer.content.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert [row[2] for row in rows] == ["Ann", '\'=HYPERLINK("http://example.com")']
    assert rows[1][3] == "'@SUM(1)"
    assert (rows[0][5], rows[0][6]) == ("SUBSCRIBED", "Regular")
