import pytest

from workspaces.mail import mail, managers_of
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_owners_and_admins_with_an_address_are_told_and_nobody_else():
    workspace = WorkspaceFactory()
    for role in Role:
        person = UserFactory(email=f"{role}@example.com")
        MembershipFactory(workspace=workspace, role=role, user=person)
    MembershipFactory(workspace=workspace, role=Role.OWNER, user=UserFactory(email=""))
    gone = UserFactory(email="gone@example.com", is_active=False)
    MembershipFactory(workspace=workspace, role=Role.OWNER, user=gone)
    MembershipFactory(role=Role.OWNER, user=UserFactory(email="elsewhere@example.com"))
    assert managers_of(workspace) == ["admin@example.com", "owner@example.com"]


def test_each_gets_a_mail_of_their_own_after_the_transaction(
    mailoutbox, django_capture_on_commit_callbacks, tasks_at_once
):
    with django_capture_on_commit_callbacks(execute=True):
        mail(["a@example.com", "b@example.com"], "Two\nlines", "Words.")
        assert not mailoutbox
    assert [message.to for message in mailoutbox] == [["a@example.com"], ["b@example.com"]]
    assert {message.subject for message in mailoutbox} == {"Two lines"}


def test_without_a_broker_nothing_fails(django_capture_on_commit_callbacks, no_valkey):
    with django_capture_on_commit_callbacks(execute=True):
        mail(["a@example.com"], "Subject", "Words.")
