"""Saved lists: a person's own, or the whole team's, and nobody else's."""

import pytest

from inbox.models import SavedView
from inbox.tests.factories import SavedViewFactory
from workspaces.models import Role
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def membership(client):
    membership = MembershipFactory(role=Role.AGENT)
    client.force_login(membership.user)
    return membership


def test_a_list_is_saved_and_leads_back_to_its_filters(client, membership):
    client.post("/inbox/views/", {"name": " My  VIPs ", "filters": "?who=mine&status=any&evil=1"})
    saved = SavedView.objects.get()
    assert (saved.name, saved.query, saved.user) == ("My VIPs", "who=mine&status=any", membership.user)
    assert client.get(f"/inbox/views/{saved.pk}/").url == "/inbox/?who=mine&status=any"
    assert "My VIPs" in client.get("/inbox/").content.decode()


def test_the_same_name_again_is_the_same_list(client, membership):
    for status in ("any", "PENDING"):
        client.post("/inbox/views/", {"name": "Work", "filters": f"status={status}"})
    assert [each.query for each in SavedView.objects.all()] == ["status=PENDING"]


def test_it_is_renamed_and_deleted(client, membership):
    mine = SavedViewFactory(workspace=membership.workspace, user=membership.user)
    client.post(f"/inbox/views/{mine.pk}/", {"do": "rename", "name": "New"})
    mine.refresh_from_db()
    assert mine.name == "New"
    client.post(f"/inbox/views/{mine.pk}/", {"do": "rename", "name": " "})
    mine.refresh_from_db()
    assert mine.name == "New"
    client.post(f"/inbox/views/{mine.pk}/", {"do": "delete"})
    assert not SavedView.objects.exists()


def test_two_that_came_to_be_called_the_same_harm_nobody(client, membership):
    first, second = (SavedViewFactory(workspace=membership.workspace, user=membership.user, name=name) for name in "AB")
    client.post(f"/inbox/views/{second.pk}/", {"do": "rename", "name": "A"})
    assert client.post("/inbox/views/", {"name": "A", "filters": "status=any"}).status_code == 302
    first.refresh_from_db()
    assert first.query == "status=any"


def test_what_another_saved_for_themselves_is_not_there(client, membership):
    theirs = SavedViewFactory(workspace=membership.workspace, user=UserFactory(), name="Secret list")
    assert "Secret list" not in client.get("/inbox/").content.decode()
    for do in ("rename", "delete"):
        assert client.post(f"/inbox/views/{theirs.pk}/", {"do": do, "name": "x"}).status_code == 404
    assert client.get(f"/inbox/views/{theirs.pk}/").status_code == 404


def test_the_teams_lists_are_changed_by_those_who_answer(client, membership):
    client.post("/inbox/views/", {"name": "Team", "filters": "", "for_team": "1"})
    teams = SavedView.objects.get()
    assert teams.user is None
    client.force_login(MembershipFactory(workspace=membership.workspace, role=Role.ANALYST).user)
    assert "Team" in client.get("/inbox/").content.decode()
    assert client.post(f"/inbox/views/{teams.pk}/", {"do": "delete"}).status_code == 403
    assert client.post("/inbox/views/", {"name": "x", "for_team": "1"}).status_code == 403
    assert client.post("/inbox/views/", {"name": "My own", "filters": ""}).status_code == 302


def test_support_looks_and_leaves_no_trace(client, membership):
    client.force_login(UserFactory(is_support=True))
    session = client.session
    session["workspace"] = membership.workspace_id
    session.save()
    assert client.get("/inbox/").status_code == 200
    assert client.post("/inbox/views/", {"name": "x", "filters": ""}).status_code == 403
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "\0", "x" * 5000])
def test_odd_names_break_nothing(client, membership, name):
    assert client.post("/inbox/views/", {"name": name, "filters": "%00" * 500}).status_code == 302
    assert all(len(each.name) <= 40 for each in SavedView.objects.all())
