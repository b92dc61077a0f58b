"""The inbox settings: managers change them, the others read them, and what is wrong is said at its field."""

import pytest

from inbox.models import InboxSettings
from inbox.services import inbox_settings
from inbox.tests.factories import InboxSettingsFactory
from workspaces.models import AuditEntry, Role
from workspaces.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
URL = "/inbox/settings/"


@pytest.fixture
def owner(client):
    membership = MembershipFactory(role=Role.OWNER)
    client.force_login(membership.user)
    return membership


def test_what_a_manager_saves_is_kept_shown_and_written_down(client, owner):
    data = {"gives_out_work": "on", "resolve_after_hours": "48", "away_message": "Closed.", "mon_1_from": "09:00"}
    data |= {
        "mon_1_to": "12:00",
        "mon_2_from": "13:00",
        "mon_2_to": "17:30",
        "sat_1_from": "22:00",
        "sat_1_to": "02:00",
    }
    assert client.post(URL, data).url == URL
    row = InboxSettings.objects.get()
    assert (row.gives_out_work, row.resolve_after_hours, row.tells_typing) == (True, 48, False)
    assert row.opening_hours == {"mon": [["09:00", "12:00"], ["13:00", "17:30"]], "sat": [["22:00", "02:00"]]}
    page = client.get(URL).content.decode()
    assert 'value="17:30"' in page
    assert "The inbox settings are kept." in page
    assert "away_message" in AuditEntry.objects.get().detail["changed"]
    client.post(URL, data)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"resolve_after_hours": "soon"}, "a whole number of hours"),
        ({"resolve_after_hours": "0"}, "One hour is the least"),
        ({"resolve_after_hours": "9999999999"}, "A year is the longest"),
        ({"mon_1_from": "9 o'clock", "mon_1_to": "17:00"}, "a time such as 09:00"),
        ({"mon_1_from": "09:00"}, "Write both times"),
        ({"mon_1_from": "09:00", "mon_1_to": "13:00", "mon_2_from": "12:00", "mon_2_to": "17:00"}, "begins before"),
        ({"away_message": "Closed."}, "It would never go out"),
        ({"away_message": "x" * 1025, "mon_1_from": "09:00", "mon_1_to": "17:00"}, "at most 1024"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, owner, data, words):
    answer = client.post(URL, {**data, "gives_out_work": "on"})
    page = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 409
    assert words in page
    assert all(value in page for value in data.values())
    assert 'name="gives_out_work" checked' in page
    assert not InboxSettings.objects.exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ANALYST, Role.MARKETER])
def test_the_others_read(client, role):
    membership = MembershipFactory(role=role)
    InboxSettingsFactory(workspace=membership.workspace, away_message="Closed.")
    client.force_login(membership.user)
    page = client.get(URL).content.decode()
    assert "Closed." in page
    assert 'type="submit">Save' not in page
    assert client.post(URL, {"away_message": "Open!"}).status_code == 403
    assert InboxSettings.objects.get().away_message == "Closed."


def test_a_shop_that_never_chose_has_the_defaults(owner):
    wanted = inbox_settings.of(owner.workspace_id)
    assert (wanted.gives_out_work, wanted.resolve_after_hours, wanted.tells_typing) == (False, None, True)
