"""Messages with a form of their own: what is typed becomes Meta's message, and each problem stands at its field."""

import re

import pytest

from inbox import specials
from inbox.models import Message
from inbox.tests.factories import ThreadFactory
from meta_integration.models import WABA
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
FILLED = {
    "buttons": {"body": "Which?", "button1": "Blue", "button3": "Red", "footer": "Bye"},
    "list": {"body": "Which?", "button": "Choose", "row1": "Blue", "row3": "Red", "about3": "Rather dark"},
    "link": {"body": "Look", "label": "Open", "url": "https://example.com/"},
    "location-request": {"body": "Where are you?"},
    "location": {"name": "Shop", "latitude": "52,5", "longitude": "13.4"},
    "contact": {"first_name": "Ben", "number": "+15550100100"},
    "product": {"catalog_id": "1", "retailer_id": "blue-1"},
    "products": {"catalog_id": "1", "header": "New", "body": "Look", "retailer_ids": "a\nb"},
    "catalog": {"body": "All we have"},
}


@pytest.fixture
def thread(client):
    thread = ThreadFactory()
    WABA.objects.update(catalogs=[{"id": "1", "name": "Example catalog"}])
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.AGENT).user)
    return thread


@pytest.mark.parametrize("kind", specials.KINDS)
def test_each_kind_is_queued_once_from_its_form(client, thread, kind):
    url = f"/inbox/{thread.pk}/send/{kind}/"
    page = client.get(url).content.decode()
    assert all(f'name="{name}"' in page for name in FILLED[kind])
    for _ in range(2):
        assert client.post(url, {**FILLED[kind], "key": "k"}).url == f"/inbox/{thread.pk}/#window"
    message = Message.objects.get()
    assert message.status == "queued"


def test_buttons_and_lists_say_what_was_filled_in(client, thread):
    for kind in ("buttons", "list"):
        client.post(f"/inbox/{thread.pk}/send/{kind}/", FILLED[kind])
    buttons, choices = (each.content["interactive"] for each in Message.objects.order_by("id"))
    assert [each["reply"]["title"] for each in buttons["action"]["buttons"]] == ["Blue", "Red"]
    (section,) = choices["action"]["sections"]
    assert [(row["title"], row.get("description")) for row in section["rows"]] == [
        ("Blue", None),
        ("Red", "Rather dark"),
    ]


@pytest.mark.parametrize(
    ("kind", "wrong", "field"),
    [
        ("buttons", {"body": ""}, "body"),
        ("buttons", {"button1": "", "button3": ""}, "button1"),
        ("buttons", {"button3": "x" * 21}, "button3"),
        ("buttons", {"button3": "Blue"}, "button3"),
        ("buttons", {"footer": "x" * 61}, "footer"),
        ("buttons", {"header": "x" * 61}, "header"),
        ("list", {"button": ""}, "button"),
        ("list", {"row1": "", "row3": "", "about3": ""}, "row1"),
        ("list", {"row3": ""}, "row3"),
        ("list", {"row3": "x" * 25}, "row3"),
        ("list", {"about3": "x" * 73}, "about3"),
        ("link", {"url": "javascript:alert(1)"}, "url"),
        ("link", {"label": ""}, "label"),
        ("location", {"latitude": "91"}, "latitude"),
        ("location", {"longitude": "far"}, "longitude"),
        ("contact", {"first_name": ""}, "first_name"),
        ("contact", {"number": ""}, "number"),
        ("contact", {"url": "nowhere"}, "url"),
        ("product", {"retailer_id": ""}, "retailer_id"),
        ("products", {"header": ""}, "header"),
        ("products", {"retailer_ids": "a\na"}, "retailer_ids"),
        ("products", {"retailer_ids": ""}, "retailer_ids"),
    ],
)
def test_a_problem_stands_at_its_field_and_nothing_typed_is_lost(client, thread, kind, wrong, field):
    answer = client.post(f"/inbox/{thread.pk}/send/{kind}/", {**FILLED[kind], **wrong})
    page = answer.content.decode()
    assert answer.status_code == 409 and not Message.objects.exists()
    assert re.findall(r'id="s-(\w+)-problem"', page) == [field]
    kept = next(value for name, value in FILLED[kind].items() if name not in wrong)
    assert kept in page


def test_a_closed_window_is_said_in_words(client, thread):
    thread.window_expires_at = None
    thread.save()
    answer = client.post(f"/inbox/{thread.pk}/send/buttons/", FILLED["buttons"])
    assert "more than 24 hours ago" in answer.content.decode()
    assert not Message.objects.exists()


def test_without_a_catalog_the_form_says_where_to_get_one(client, thread):
    WABA.objects.update(catalogs=[])
    page = client.get(f"/inbox/{thread.pk}/send/product/").content.decode()
    assert "No catalog is connected to this number yet." in page
    assert 'name="retailer_id"' not in page


def test_those_who_only_look_get_no_form(client, thread):
    client.force_login(MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user)
    assert client.get(f"/inbox/{thread.pk}/send/buttons/").status_code == 403
