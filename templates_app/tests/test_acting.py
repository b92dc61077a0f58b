"""What people do with a template from its page."""

import pytest
from django.urls import reverse

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
