"""An incident's page leads to the page that mends it; a failed webhook item to its shop."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from meta_integration import intake
from meta_integration.models import WABA, Incident, WebhookDelivery
from meta_integration.tests.factories import (
    IncidentFactory,
    PhoneNumberFactory,
    WABAFactory,
    WebhookDeliveryFactory,
    WebhookItemErrorFactory,
)
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Kind = Incident.Kind


@pytest.fixture
def number():
    return PhoneNumberFactory()


@pytest.fixture
def page(client, number):
    """page(kind, subject): what an owner reads of an incident of this kind."""
    client.force_login(MembershipFactory(workspace=number.workspace).user)

    def read(kind: str, subject: str, **columns) -> str:
        incident = IncidentFactory(account=number.account, kind=kind, key=f"{kind}:{subject}", **columns)
        return client.get(reverse("admin:meta_integration_incident_change", args=[incident.pk])).content.decode()

    return read


def test_trouble_with_a_number_leads_to_that_number(page, number):
    where = reverse("admin:meta_integration_phonenumber_change", args=[number.pk])
    assert f'id="mend" class="g-button" href="{where}"' in page(Kind.NUMBER_STOPPED, number.phone_number_id)


def test_trouble_with_a_template_leads_to_that_template(page):
    where = reverse("admin:templates_app_messagetemplate_change", args=[7])
    assert f'id="mend" class="g-button" href="{where}"' in page(Kind.TEMPLATE_STOPPED, "7")


def test_trouble_with_the_connection_leads_to_the_connection(page, number):
    where = reverse("admin:meta_integration_waba_changelist")
    assert f'id="mend" class="g-button" href="{where}"' in page(Kind.ACCOUNT_RESTRICTED, number.account.waba_id)


def test_what_is_over_or_nobodys_errand_in_the_shop_has_no_button(page, number):
    assert 'id="mend"' not in page(Kind.NUMBER_STOPPED, number.phone_number_id, closed_at=timezone.now())
    assert 'id="mend"' not in page(Kind.ACCOUNT_ERROR, number.account.waba_id)


def test_a_failed_item_names_its_shop(client):
    account, former = WABAFactory(), WABAFactory(state=WABA.State.DISCONNECTED)
    changes = [{"field": "messages", "value": {"messages": [{"id": "1"}]}}]
    entries = [{"id": each, "changes": changes} for each in (account.waba_id, former.waba_id, "999")]
    delivery = WebhookDeliveryFactory(body=json.dumps({"entry": entries}).encode())
    assert intake.shops_in(delivery) == {"entry[0].changes[0].value.messages[0]": account.workspace.name}
    WebhookItemErrorFactory(delivery=delivery, path="entry[0].changes[0].value.messages[0]")
    client.force_login(UserFactory(is_support=True))
    page = client.get(reverse("admin:meta_integration_webhookdelivery_change", args=[delivery.pk])).content.decode()
    assert account.workspace.name in page
    assert WebhookDelivery.objects.count() == 1


def test_no_access_to_catalogs_is_offered_for_a_disconnected_account(client, number):
    client.force_login(MembershipFactory(workspace=number.workspace).user)
    where = reverse("meta_integration:catalogs", args=[number.account_id])
    assert where in client.get(reverse("admin:meta_integration_waba_changelist")).content.decode()
    WABA.objects.update(state=WABA.State.DISCONNECTED)
    assert where not in client.get(reverse("admin:meta_integration_waba_changelist")).content.decode()


@pytest.mark.parametrize("name", ["admin:index", "admin:meta_integration_waba_changelist"])
def test_a_keyboard_skips_to_the_content_of_every_admin_page(client, number, name):
    client.force_login(MembershipFactory(workspace=number.workspace).user)
    page = client.get(reverse(name)).content.decode()
    assert (
        page.index('href="#content"') < page.index("<nav" if "<nav" in page else 'id="main"') and 'id="content"' in page
    )
