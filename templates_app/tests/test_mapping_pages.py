"""Choosing what fills the gaps of a template."""

import pytest
from django.urls import reverse

from templates_app.models import MessageTemplate
from templates_app.services.values import values_for
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    return MessageTemplateFactory(mapping={"offer.expires_at": {"source": "fixed", "value": "kept"}})


@pytest.fixture
def browser(client, template):
    client.force_login(MembershipFactory(workspace=template.workspace, role=Role.MARKETER).user)
    return client


def url(name: str, template: MessageTemplate) -> str:
    return reverse(f"templates_app:{name}", args=[template.pk])


def test_a_gap_is_filled_from_what_was_chosen_and_else_by_its_fallback(browser, template):
    data = {"body.1.source": "customer.first_name", "body.1.value": "there"}
    assert browser.post(url("mapping", template), data).url == url("detail", template)
    template.refresh_from_db()
    assert values_for(template, {"customer": {"first_name": "Maria"}}) == {"body.1": "Maria"}
    assert values_for(template, {}) == {"body.1": "there"}
    assert "Customer: first name, else “there”" in browser.get(url("detail", template)).content.decode()
    assert AuditEntry.objects.get().detail == {"gaps": ["body.1"]}, "which gaps, and not with what"


def test_what_is_kept_for_other_gaps_stays_and_a_choice_can_be_taken_back(browser, template):
    browser.post(url("mapping", template), {"body.1.source": "fixed", "body.1.value": "you"})
    browser.post(url("mapping", template), {"body.1.source": ""})
    template.refresh_from_db()
    assert template.mapping == {"offer.expires_at": {"source": "fixed", "value": "kept"}}


def test_what_cannot_work_is_said_beside_its_gap_and_nothing_is_kept(browser, template):
    answer = browser.post(url("mapping", template), {"body.1.source": "fixed", "body.1.value": ""})
    assert answer.status_code == 422 and "Write the value." in answer.content.decode()
    assert browser.post(url("mapping", template), {"body.1.source": "product.image"}).status_code == 422
    template.refresh_from_db()
    assert "body.1" not in template.mapping


def test_an_agent_sees_what_fills_it_and_chooses_nothing(client, template):
    client.force_login(MembershipFactory(workspace=template.workspace, role=Role.AGENT).user)
    page = client.get(url("detail", template)).content.decode()
    assert "given when it is sent" in page and url("mapping", template) not in page
    assert client.post(url("mapping", template), {"body.1.source": "shop.name"}).status_code == 403
