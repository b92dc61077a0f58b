"""What support and the doctor are told of templates."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meta_integration.models import Incident
from meta_integration.tests.factories import IncidentFactory, WABAFactory
from templates_app import desk, doctor
from templates_app.models import TemplateSync
from templates_app.services import sync
from templates_app.tests.factories import MessageTemplateFactory
from workspaces.desk import State
from workspaces.doctor import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return WABAFactory(templates_read_at=timezone.now(), template_count=3)


def names_of(check) -> list[str]:
    return [str(result.state) for result in check(Visit())]


def test_all_is_well(account):
    section = desk.section(account.workspace)
    assert section.state == State.GOOD and "3, read" in section.rows[0][1]
    assert names_of(doctor.template_work) == names_of(doctor.stopped_templates) == ["ok"]


def test_a_workspace_without_an_account_has_no_section(account):
    account.state = "disconnected"
    account.save()
    assert desk.section(account.workspace) is None


def test_an_old_reading_and_its_error_are_shown(account):
    type(account).objects.update(templates_read_at=timezone.now() - timedelta(days=3))
    TemplateSync.objects.create(workspace=account.workspace, account=account, error="Meta's list broke off.")
    section = desk.section(account.workspace)
    assert section.state == State.WARN and "broke off" in section.rows[0][1]


def test_work_that_stands_still_is_shown(account):
    long_ago = timezone.now() - timedelta(hours=3)
    MessageTemplateFactory(account=account, name="slow", work="submitting", work_until=long_ago)
    section = desk.section(account.workspace)
    assert section.state == State.WARN and "slow (en_US): Being submitted" in section.rows[1][1]
    assert names_of(doctor.template_work) == ["warning"]


def test_a_stopped_template_is_shown(account):
    kind = Incident.Kind.TEMPLATE_STOPPED
    IncidentFactory(account=account, kind=kind, key=f"{kind}:7", evidence="Paused. It is used by: Spring.")
    section = desk.section(account.workspace)
    assert section.state == State.WARN and "Spring" in section.rows[1][1]
    assert names_of(doctor.stopped_templates) == ["warning"]


def test_support_can_have_the_list_read(account):
    desk.read_again(account.workspace, None, {"account": str(account.pk)})
    assert TemplateSync.objects.get().account == account
    assert sync.start(account) == TemplateSync.objects.get()
