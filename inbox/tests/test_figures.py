"""The figures: right in the shop's own time, the same queries for any number of rows, and harmless as CSV."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox import charts, figures
from inbox.figures import Period
from inbox.models import Agent
from inbox.tests.factories import CaseFactory, ContactFactory, MessageFactory, ThreadFactory
from workspaces.models import Role, Workspace
from workspaces.tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread():
    thread = ThreadFactory()
    Workspace.objects.filter(pk=thread.workspace_id).update(timezone="Europe/Berlin")
    thread.workspace.refresh_from_db()
    return thread


@pytest.fixture
def analyst(client, thread):
    user = MembershipFactory(workspace=thread.workspace, role=Role.ANALYST).user
    client.force_login(user)
    return user


def days(first: str, last: str, zone="Europe/Berlin") -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last), ZoneInfo(zone), 0)


def came(thread, at: str, **fields):
    given = {"direction": "in", "status": "received", **fields}
    return MessageFactory(thread=thread, occurred_at=datetime.fromisoformat(at), **given)


def case(thread, at: str, *, answered=None, resolved=None, by=None):
    opened = datetime.fromisoformat(at)
    return CaseFactory(
        thread=thread,
        opened_at=opened,
        first_reply_at=opened + timedelta(seconds=answered) if answered is not None else None,
        first_reply_by=by,
        resolved_at=opened + timedelta(seconds=resolved) if resolved is not None else None,
        resolved_by=by,
    )


def test_first_answer_and_resolution_are_told_by_median_and_nine_of_ten(thread):
    ann = UserFactory(first_name="Ann")
    for n in range(1, 12):
        case(thread, "2026-03-10T10:00:00Z", answered=60 * n, resolved=600 * n, by=ann)
    case(ThreadFactory(number=thread.number), "2026-03-10T11:00:00Z")
    found = figures.of(thread.workspace, days("2026-03-10", "2026-03-10"), None)
    assert (found.all.opened, found.all.replied, found.all.resolved) == (12, 11, 11)
    assert (found.all.first_reply, found.all.first_reply_p90) == (360, 600)
    assert (found.all.resolution, found.all.resolution_p90) == (3600, 6000)
    assert found.people["Ann"].first_reply == 360
    assert found.numbers[str(thread.number)].opened == 12


def test_days_and_hours_are_the_shops_also_where_clocks_are_changed(thread):
    # On 29 March 2026 Berlin goes from UTC+1 to UTC+2 at 01:00 UTC.
    came(thread, "2026-03-28T22:59:00Z")  # 23:59 on the 28th.
    came(thread, "2026-03-28T23:01:00Z")  # 00:01 on the 29th.
    came(thread, "2026-03-29T00:30:00Z")  # 01:30.
    came(thread, "2026-03-29T01:30:00Z")  # 03:30.
    came(thread, "2026-03-29T21:59:00Z")  # 23:59 on the 29th.
    came(thread, "2026-03-29T22:01:00Z")  # 00:01 on the 30th.
    period = days("2026-03-29", "2026-03-29")
    assert period.until - period.since == timedelta(days=1)  # By the wall clock; 23 hours.
    found = figures.of(thread.workspace, period, None)
    assert found.all.came == 4
    assert found.hours == {(7, 0): 1, (7, 1): 1, (7, 3): 1, (7, 23): 1}
    both = figures.of(thread.workspace, days("2026-03-28", "2026-03-30"), None)
    assert [line.came for line in both.days.values()] == [1, 4, 1]


def test_messages_of_people_are_told_apart_from_those_of_campaigns(thread):
    ann = UserFactory(first_name="Ann")
    came(thread, "2026-03-10T10:00:00Z", direction="out", status="sent", author=ann)
    came(thread, "2026-03-10T10:00:00Z", direction="out", status="sent", origin="Sale")
    found = figures.of(thread.workspace, days("2026-03-10", "2026-03-10"), None)
    assert (found.all.answered, found.all.by_itself) == (1, 1)
    assert list(found.people) == ["Ann"]


def test_one_number_can_be_looked_at_alone_and_no_other_shop_counts(thread):
    other = ThreadFactory(number__account=thread.number.account, number__is_default=False)
    for each in (thread, other, ThreadFactory()):
        came(each, "2026-03-10T10:00:00Z")
        case(each, "2026-03-10T10:00:00Z")
    period = days("2026-03-10", "2026-03-10")
    assert figures.of(thread.workspace, period, None).all.came == 2
    alone = figures.of(thread.workspace, period, other.number_id)
    assert (alone.all.came, alone.all.opened, alone.open_now) == (1, 1, 1)


def test_now_says_what_waits_and_since_when(thread):
    since = timezone.now() - timedelta(hours=3)
    ThreadFactory(number=thread.number, waiting_since=since, assignee=UserFactory())
    ThreadFactory(number=thread.number, status="RESOLVED")
    blocked = ContactFactory(workspace=thread.workspace, blocked_at=since)
    ThreadFactory(number=thread.number, contact=blocked)
    found = figures.of(thread.workspace, days("2026-03-10", "2026-03-10"), None)
    assert (found.open_now, found.unassigned_now, found.waiting_now) == (2, 1, 1)
    assert found.waiting_since == since


@pytest.mark.parametrize(
    "given",
    [{}, {"days": "5"}, {"from": "x", "to": "y"}, {"from": "2026-02-31", "to": "2026-03-01"}, {"from": "2026-03-02"},
     {"from": "2026-03-02", "to": "2026-03-01"}, {"from": "0001-01-01", "to": "9999-12-31"}],
)  # fmt: skip
def test_what_makes_no_sense_is_the_last_thirty_days(given, time_machine):
    time_machine.move_to(datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    period = Period.read(given, "Europe/Berlin")
    assert (period.first, period.last, period.days) == (date(2026, 2, 9), date(2026, 3, 10), 30)


def test_the_page_is_for_everybody_in_the_workspace_and_nobody_else(client, thread, analyst):
    case(thread, timezone.now().isoformat(), answered=150)
    page = client.get("/inbox/figures/").content.decode()
    assert '<dd id="first-median">2 min</dd>' in page
    assert "style=" not in page and "<svg" in page
    client.force_login(MembershipFactory().user)
    assert "Nothing happened in these days." in client.get("/inbox/figures/").content.decode()
    client.logout()
    for url in ("/inbox/figures/", "/inbox/figures/days.csv", "/inbox/me/"):
        assert "/login/" in client.get(url).url


def test_figures_take_the_same_queries_for_few_and_for_many(client, thread, analyst, django_assert_num_queries):
    def more():
        other = ThreadFactory(number__account=thread.number.account, number__is_default=False)
        came(other, timezone.now().isoformat(), direction="out", status="sent", author=UserFactory())
        case(other, timezone.now().isoformat(), answered=5, resolved=9, by=UserFactory())

    more()
    client.get("/inbox/figures/")
    with CaptureQueriesContext(connection) as few:
        client.get("/inbox/figures/")
    for _ in range(6):
        more()
    with django_assert_num_queries(len(few)):
        client.get("/inbox/figures/?days=90")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_cell_of_a_download_runs_as_a_formula(client, thread, analyst, name):
    came(thread, timezone.now().isoformat(), direction="out", status="sent", author=UserFactory(first_name=name))
    rows = table(client.get("/inbox/figures/people.csv"))
    assert rows[1][0].startswith("'")
    assert rows[1][2] == "1"


def test_each_table_can_be_downloaded(client, thread, analyst):
    case(thread, timezone.now().isoformat(), answered=90)
    assert len(table(client.get("/inbox/figures/days.csv?days=7"))) == 8
    assert len(table(client.get("/inbox/figures/hours.csv"))) == 1 + 7 * 24
    assert table(client.get("/inbox/figures/numbers.csv"))[1][6] == "90"
    assert client.get("/inbox/figures/else.csv").status_code == 404


def table(answer) -> list[list[str]]:
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_chart_fits_its_drawing_and_an_empty_one_is_flat():
    chart = charts.bars([("a", [("in", 4), ("out", 1)]), ("b", [("in", 0), ("out", 2)])])
    assert max(bar.height for bar in chart.bars) == charts.HEIGHT
    assert all(bar.x >= 0 and bar.x + bar.width <= charts.WIDTH for bar in chart.bars)
    assert {bar.height for bar in charts.bars([("a", [("in", 0)])]).bars} == {0}
    assert (charts.shade(0, 9), charts.shade(1, 100), charts.shade(9, 9), charts.shade(0, 0)) == (0, 1, 5, 0)


# My settings ----------------------------------------------------------------------------------------------------------
def test_my_settings_are_kept_without_javascript_and_are_mine_alone(client, thread, analyst):
    colleague = MembershipFactory(workspace=thread.workspace).user
    client.post("/inbox/me/", {"wants_sound": "1", "language": "ar"})
    mine = Agent.objects.get()
    assert (mine.user, mine.wants_sound, mine.wants_notifications) == (analyst, True, False)
    analyst.refresh_from_db()
    colleague.refresh_from_db()
    assert (analyst.language, colleague.language) == ("ar", "")
    assert 'lang="ar"' in client.get("/inbox/").content.decode()
    client.post("/inbox/me/", {"language": "klingon"})
    analyst.refresh_from_db()
    assert analyst.language == ""
    assert not Agent.objects.get().wants_sound
