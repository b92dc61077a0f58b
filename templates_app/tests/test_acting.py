"""What people do with a template from its page."""

import pytest
from django.urls import reverse

from meta_integration.tests.login import GRAPH
from templates_app import statuses
from templates_app.models import MessageTemplate
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
DRAFT = {"category": "UTILITY", "components": [{"type": "BODY", "text": "It is ready today."}]}


@pytest.fixture
def template():
    return MessageTemplateFactory(name="order_ready")


@pytest.fixture
def post(client, template):
    """post(name, role=..., **data): what this person posts to the template's page of this name."""

    def send(name: str, role=Role.MARKETER, **data):
        client.force_login(MembershipFactory(workspace=template.workspace, role=role).user)
        return client.post(reverse(f"templates_app:{name}", args=[template.pk]), data)

    return send


def test_a_language_is_added_as_a_draft_with_this_text(post, template):
    post("add_language", language="de")
    added = MessageTemplate.objects.get(account=template.account, name="order_ready", language="de")
    assert added.status == statuses.DRAFT and added.draft["components"][0]["text"] == "Hello {{1}}, it is ready."


def test_a_language_that_nobody_knows_is_refused_in_words(post, template):
    post("add_language", language="klingon")
    assert MessageTemplate.objects.count() == 1


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
@pytest.mark.parametrize("name", ["act", "add_language"])
def test_agents_and_analysts_change_nothing(post, template, role, name):
    MessageTemplate.objects.filter(pk=template.pk).update(draft=DRAFT)
    assert post(name, role, do="submit", language="de").status_code == 403
    assert MessageTemplate.objects.get().draft == DRAFT


def test_support_looks_at_the_chosen_workspace_and_changes_nothing(client, template):
    client.force_login(UserFactory(is_support=True))
    client.post(reverse("workspaces:switch"), {"workspace": template.workspace_id})
    page = client.get(reverse("templates_app:detail", args=[template.pk]))
    assert page.status_code == 200 and "do-copy" not in page.content.decode()
    assert client.post(reverse("templates_app:act", args=[template.pk]), {"do": "submit"}).status_code == 403


# At Meta --------------------------------------------------------------------------------------------------------------
def test_a_draft_that_is_ready_is_handed_in_from_its_page(post, template):
    draft = {**DRAFT, "components": [{"type": "BODY", "text": "Your order is ready. Come by today."}]}
    MessageTemplate.objects.filter(pk=template.pk).update(draft=draft, status=statuses.REJECTED)
    post("act", do="submit")
    template.refresh_from_db()
    assert template.work == "submitting" and template.is_at_work


def test_a_draft_that_is_not_ready_leads_to_where_it_is_mended(post, template):
    draft = {**DRAFT, "components": [{"type": "BODY", "text": "{{1}}"}]}
    MessageTemplate.objects.filter(pk=template.pk).update(draft=draft, status=statuses.REJECTED)
    assert post("act", do="submit").url == reverse("templates_app:edit", args=[template.pk])
    template.refresh_from_db()
    assert not template.work


def test_nothing_is_submitted_where_nothing_was_changed(post, template, client):
    answer = post("act", do="submit")
    assert "Nothing has been changed" in client.get(answer.url).content.decode()


def test_deleting_asks_once_says_what_it_means_and_is_done_by_a_task(post, client, template):
    other = MessageTemplateFactory(account=template.account, name="order_ready", language="de")
    MessageTemplateFactory(account=template.account, name="order_ready", language="fr", template_id="", status="DRAFT")
    client.force_login(MembershipFactory(workspace=template.workspace).user)
    page = client.get(url := reverse("templates_app:delete", args=[template.pk])).content.decode()
    assert "30 days" in page and "All languages of the name" in page and "<bdi>de</bdi>" in page
    assert "Drafts that Meta has not seen are thrown away with it: fr." in page
    client.post(url, {"which": "one"})
    works = set(MessageTemplate.objects.exclude(template_id="").values_list("pk", "work"))
    assert works == {(template.pk, "deleting"), (other.pk, "")}
    assert (
        "It is being deleted at Meta."
        in client.get(reverse("templates_app:detail", args=[template.pk])).content.decode()
    )


def test_all_languages_are_deleted_by_one_answer(post, template):
    MessageTemplateFactory(account=template.account, name="order_ready", language="de")
    post("delete", which="all")
    assert set(MessageTemplate.objects.values_list("work", flat=True)) == {"deleting"}


def test_what_meta_does_not_let_be_deleted_is_said_in_words(post, client, template):
    MessageTemplate.objects.filter(pk=template.pk).update(status=statuses.DISABLED)
    assert "does not let it be deleted" in client.get(post("delete", which="one").url).content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST])
def test_agents_and_analysts_delete_nothing(post, template, role):
    assert post("delete", role, which="all").status_code == 403
    assert not MessageTemplate.objects.get().work


def test_a_pause_by_pacing_is_ended_at_meta_and_read_again(post, graph, template):
    MessageTemplate.objects.update(status=statuses.PAUSED, status_info={"title": "RATE_LIMITING_PAUSE"})
    unpaused = graph.post(f"{GRAPH}/{template.template_id}/unpause", json={"success": True})
    post("act", do="unpause")
    template.refresh_from_db()
    assert unpaused.call_count == 1 and template.ask_after


def test_another_pause_is_not_ended(post, client, graph, template):
    MessageTemplate.objects.update(status=statuses.PAUSED, status_info={"title": "FIRST_PAUSE"})
    assert "Others end by themselves" in client.get(post("act", do="unpause").url).content.decode()


def test_why_meta_does_not_end_a_pause_is_said_in_words(post, client, graph, template):
    MessageTemplate.objects.update(status=statuses.PAUSED, status_info={"title": "RATE_LIMITING_PAUSE"})
    refusal = {"error": {"code": 100, "message": "(#100) No", "error_user_msg": "It is not paused."}}
    graph.post(f"{GRAPH}/{template.template_id}/unpause", json=refusal, status=400)
    assert "Meta refused it" in client.get(post("act", do="unpause").url).content.decode()
