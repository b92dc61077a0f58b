"""The list of templates in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meta_integration.tests.factories import WABAFactory
from templates_app import statuses
from templates_app.models import MessageTemplate
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:templates_app_messagetemplate_changelist")


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def listed(client, account):
    """listed(**filters): the names that an owner sees, and the page."""
    client.force_login(MembershipFactory(workspace=account.workspace).user)

    def names(**filters):
        page = client.get(LIST, filters)
        assert page.status_code == 200
        return [(row.name, row.language) for row in page.context["cl"].result_list], page.content.decode()

    return names


def test_each_row_leads_to_the_page_of_its_template(listed, account):
    template = MessageTemplateFactory(account=account)
    assert reverse("templates_app:detail", args=[template.pk]) in listed()[1]


def test_a_deleted_template_is_listed_only_when_it_is_asked_for(listed, account):
    MessageTemplateFactory(account=account, name="gone", status=statuses.DELETED)
    MessageTemplateFactory(account=account, name="there")
    assert listed()[0] == [("there", "en_US")]
    assert listed(status=statuses.DELETED)[0] == [("gone", "en_US")]


def test_what_needs_a_person_is_found_in_one_list(listed, account):
    MessageTemplateFactory(account=account, name="fine")
    MessageTemplateFactory(account=account, name="gone", status=statuses.DELETED, missing_since=timezone.now())
    needing = {
        "rejected": {"status": statuses.REJECTED},
        "paused": {"status": statuses.PAUSED},
        "draft": {"status": statuses.DRAFT, "draft": {"components": []}, "template_id": ""},
        "changed": {"draft": {"components": []}},
        "moving": {"next_category": "MARKETING"},
        "missing": {"missing_since": timezone.now()},
        "failed": {"work_problem": {"title": "Not taken"}},
    }
    for name, values in needing.items():
        MessageTemplateFactory(account=account, name=name, **values)
    assert {name for name, _language in listed(needs="you")[0]} == needing.keys()
    assert {name for name, _language in listed(needs="missing")[0]} == {"missing"}
    assert {name for name, _language in listed(needs="draft")[0]} == {"draft", "changed"}
    assert {name for name, _language in listed(needs="category")[0]} == {"moving"}


def test_templates_are_found_by_name_and_by_words(listed, account):
    MessageTemplateFactory(account=account, name="order_ready", text="Your parcel is on its way.")
    MessageTemplateFactory(account=account, name="offer", text="Ten percent off.")
    assert listed(q="order_")[0] == [("order_ready", "en_US")]
    assert listed(q="percent")[0] == [("offer", "en_US")]


def test_filters_find_by_category_language_quality_and_account(listed, account):
    MessageTemplateFactory(account=account, name="one", category="MARKETING", language="de", quality="RED")
    MessageTemplateFactory(account=account, name="two")
    other = MessageTemplateFactory(account=WABAFactory(workspace=account.workspace), name="three")
    draft = {"category": "MARKETING", "components": []}
    MessageTemplateFactory(account=account, name="four", category="", status="DRAFT", draft=draft, template_id="")
    assert {name for name, _language in listed(category="MARKETING")[0]} == {"one", "four"}
    assert listed(language="de")[0] == listed(quality="RED")[0] == [("one", "de")]
    assert listed(account=other.account_id)[0] == [("three", "en_US")]


def test_a_name_shows_its_other_languages(listed, account):
    for language in ("ar", "de", "en_US", "es", "fr"):
        MessageTemplateFactory(account=account, name="order_ready", language=language)
    MessageTemplateFactory(account=account, name="order_ready", language="it", status=statuses.DELETED)
    page = listed()[1]
    assert "also de, en_US, es, +1" in page and "also ar, de, en_US, +1" in page and "+2" not in page


def test_the_list_asks_the_same_number_of_queries_for_many_rows(listed, account):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            listed()
        return len(queries)

    for number in range(3):
        MessageTemplateFactory(account=account, name=f"few_{number}")
    count()
    few = count()
    for number in range(60):
        MessageTemplateFactory(account=account, name=f"many_{number // 2}", language=("en", "de")[number % 2])
    assert count() == few


def test_the_list_reads_its_page_by_an_index(account):
    """With as many rows, and as fresh figures about them, as the planner has in a large shop."""
    one = MessageTemplateFactory(account=account)
    MessageTemplate.objects.bulk_create(
        MessageTemplate(workspace=one.workspace, account=account, name=f"name_{n}", language="en_US", text="x" * 200)
        for n in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE templates_app_messagetemplate")
        cursor.execute(
            "EXPLAIN SELECT * FROM templates_app_messagetemplate WHERE workspace_id = %s AND status <> 'DELETED'"
            " ORDER BY name, language, id DESC LIMIT 30",
            [account.workspace_id],
        )
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "templates_of_workspace" in plan and "Presorted Key: name, language" in plan, plan


def test_a_shop_without_templates_is_told_what_they_are_and_how_to_begin(listed, account):
    page = listed()[1]
    assert "No templates yet" in page and "Nothing here matches" not in page
    assert "Nothing here matches" in listed(q="nothing")[1]


def test_an_agent_sees_the_list_without_buttons(client, account):
    MessageTemplateFactory(account=account, name="order_ready")
    client.force_login(MembershipFactory(workspace=account.workspace, role=Role.AGENT).user)
    page = client.get(LIST).content.decode()
    assert "order_ready" in page
    assert "new-template" not in page and "sync-now" not in page


def test_the_overview_counts_what_can_be_sent_what_is_reviewed_and_what_needs_somebody(client, account):
    MessageTemplateFactory(account=account)
    MessageTemplateFactory(account=account, status=statuses.PENDING)
    MessageTemplateFactory(account=account, status=statuses.REJECTED)
    MessageTemplateFactory(account=account, missing_since=timezone.now())
    MessageTemplateFactory()  # Of another shop.
    client.force_login(MembershipFactory(workspace=account.workspace).user)
    counts = client.get("/admin/").context["templates"]
    assert counts == {"sendable": 1, "in_review": 1, "needing": 2}
