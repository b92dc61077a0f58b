"""Reading Meta's list: all of it is taken over, and whatever breaks changes and deletes nothing."""

import tracemalloc
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meta_integration.models import WABA, Incident
from meta_integration.services import incidents
from meta_integration.tests.factories import WABAFactory
from templates_app import statuses, tasks
from templates_app.models import MessageTemplate, TemplateEvent, TemplateSync
from templates_app.services import asking, news, sync
from templates_app.services.reading import Facts
from templates_app.tests.factories import MessageTemplateFactory
from templates_app.tests.listing import Shelf, row
from workspaces.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def shelf(graph, account):
    return Shelf(graph, account, [row(1), row(2), row(3)])


def read(account, *, hours=0) -> TemplateSync:
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        return sync.run(account.pk)


def names(**wanted) -> list[str]:
    return list(MessageTemplate.objects.filter(**wanted).order_by("name").values_list("name", flat=True))


# What is there --------------------------------------------------------------------------------------------------------
def test_all_pages_are_taken_over_with_a_receipt(account, shelf):
    done = read(account)
    assert (done.pages, done.listed, done.added, done.changed, done.missing) == (2, 3, 3, 0, 0)
    assert done.is_full and done.finished_at and not done.error
    assert done.names["added"] == ["example_1 (en_US)", "example_2 (en_US)", "example_3 (en_US)"]
    template = MessageTemplate.objects.get(name="example_2")
    assert template.is_sendable and template.text == "Hello {{1}}, this is number 2."
    assert template.events.get().kind == "found"
    account.refresh_from_db()
    assert account.template_count == 3 and account.templates_read_at


def test_the_same_again_changes_nothing(account, shelf):
    read(account)
    with CaptureQueriesContext(connection) as queries:
        again = read(account, hours=1)
    assert (again.added, again.changed, again.missing) == (0, 0, 0)
    assert TemplateEvent.objects.count() == 3
    assert not [each for each in queries if "CASE WHEN" in each["sql"]]


def test_what_changed_is_in_the_row_the_history_and_the_receipt(account, shelf):
    read(account)
    shelf.rows[0] = row(1, status="PAUSED", quality_score={"score": "RED"}, category="MARKETING")
    done = read(account, hours=1)
    assert done.names["changed"] == ["example_1 (en_US)"]
    template = MessageTemplate.objects.get(name="example_1")
    assert (template.status, template.quality, template.category) == ("PAUSED", "RED", "MARKETING")
    kinds = set(template.events.values_list("kind", "was", "became", "source"))
    assert kinds >= {("status", "APPROVED", "PAUSED", "sync"), ("quality", "UNKNOWN", "RED", "sync")}


def test_other_addresses_of_example_files_are_no_change(account, shelf):
    def header(url):
        return [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [url]}},
            {"type": "BODY", "text": "x"},
        ]

    shelf.rows[0] = row(1, components=header("https://example.com/a"))
    read(account)
    shelf.rows[0] = row(1, components=header("https://example.com/b"))
    assert read(account, hours=1).changed == 0


def test_other_words_are_a_change_with_the_ones_before(account, shelf):
    read(account)
    was = shelf.rows[0]["components"]
    shelf.rows[0] = row(1, components=[{"type": "BODY", "text": "Other words"}])
    assert read(account, hours=1).changed == 1
    event = TemplateEvent.objects.get(kind="components")
    assert event.detail == {"components": was}
    assert MessageTemplate.objects.get(name="example_1").text == "Other words"


def test_what_cannot_be_read_is_skipped_with_its_reason(account, shelf):
    shelf.rows = [row(1), {"id": "5"}, row(2, components="odd"), row(3, status=None), 7, row(4, name="x" * 600)]
    done = read(account)
    assert names() == ["example_1"]
    assert done.skipped == 5 and "?: It has no name." in done.names["skipped"]
    assert "example_2: What it is made of cannot be read." in done.names["skipped"]


def test_the_same_name_in_two_accounts_stays_apart(account, shelf, graph):
    other = WABAFactory(workspace=account.workspace)
    Shelf(graph, other, [row(1, status="REJECTED", id="1")])
    read(account)
    read(other)
    assert set(MessageTemplate.objects.filter(name="example_1").values_list("account", "status")) == {
        (account.pk, "APPROVED"),
        (other.pk, "REJECTED"),
    }


def test_of_a_name_that_is_being_deleted_and_made_anew_the_new_one_counts(account, shelf):
    shelf.rows = [row(1, id="11", status="PENDING_DELETION"), row(1, id="12", status="PENDING")]
    read(account)
    template = MessageTemplate.objects.get()
    assert (template.template_id, template.status) == ("12", "PENDING")


def test_one_that_was_made_anew_at_meta_takes_the_place_of_the_one_before(account, shelf):
    read(account)
    shelf.rows[0] = row(1, id="999", status="PENDING")
    read(account, hours=1)
    template = MessageTemplate.objects.get(name="example_1")
    assert (template.template_id, template.status) == ("999", "PENDING")
    assert template.events.get(kind="replaced").was == "700001"


def test_a_draft_keeps_what_is_written_in_it(account, shelf):
    draft = {"category": "MARKETING", "components": [{"type": "BODY", "text": "mine"}]}
    kept = MessageTemplateFactory(account=account, name="only_here", template_id="", status="DRAFT", draft=draft)
    met = MessageTemplateFactory(account=account, name="example_1", template_id="", status="DRAFT", draft=draft)
    for hours in range(4):
        read(account, hours=hours)
    kept.refresh_from_db()
    met.refresh_from_db()
    assert (kept.status, kept.draft, kept.missing_since) == ("DRAFT", draft, None)
    assert (met.status, met.draft, met.template_id) == ("APPROVED", draft, "700001")


def test_newer_news_are_not_undone_by_a_list_that_was_asked_for_before(account, shelf):
    read(account)
    template = MessageTemplate.objects.get(name="example_1")
    news.apply(template, Facts(status="PAUSED"), at=timezone.now() + timedelta(hours=2), source="meta")
    assert read(account, hours=1).changed == 0
    template.refresh_from_db()
    assert template.status == "PAUSED"


# What is not there ----------------------------------------------------------------------------------------------------
def test_a_template_is_missing_after_two_whole_lists_without_it(account, shelf):
    read(account)
    shelf.rows = shelf.rows[:2]
    assert read(account, hours=1).missing == 0
    assert not names(missing_since__isnull=False)
    done = read(account, hours=2)
    assert done.names["missing"] == ["example_3 (en_US)"]
    template = MessageTemplate.objects.get(name="example_3")
    assert not template.is_sendable and template.status == "APPROVED"
    assert read(account, hours=3).missing == 0, "once"
    assert [each.kind for each in template.events.order_by("pk")] == ["found", "missing"]


def test_listed_again_it_is_back(account, shelf):
    rows = shelf.rows
    read(account)
    shelf.rows = rows[:2]
    for hours in (1, 2):
        read(account, hours=hours)
    shelf.rows = rows
    assert read(account, hours=3).changed == 1
    template = MessageTemplate.objects.get(name="example_3")
    assert template.is_sendable and template.missed_reads == 0
    assert template.events.latest("pk").kind == "back"


@pytest.mark.parametrize("rows", [[], [row(1)]])
def test_a_list_with_less_than_half_of_what_is_known_proves_nothing(account, shelf, rows):
    read(account)
    shelf.rows = rows
    for hours in range(1, 5):
        done = read(account, hours=hours)
    assert not names(missed_reads__gt=0) and not names(missing_since__isnull=False)
    assert not done.is_full and "nothing was marked" in done.error
    account.refresh_from_db()
    assert account.template_count == 3


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, "oops"),
        (200, {}, "{}"),
        (400, {}, '{"error": {"code": 100, "message": "Invalid cursor"}}'),
        (429, {}, '{"error": {"code": 80007, "message": "Too many"}}'),
        (200, {}, '{"data": [], "paging": {"next": "x", "cursors": {"after": "1"}}}'),
    ],
)
def test_a_list_that_breaks_off_marks_nothing(account, shelf, answer):
    read(account)
    shelf.breaks_at, shelf.answer_at_break = 1, answer
    for hours in (1, 2, 3):
        done = read(account, hours=hours)
    assert done.error and not done.is_full and done.finished_at
    assert names(status="APPROVED", missing_since=None, missed_reads=0) == ["example_1", "example_2", "example_3"]


def test_a_broken_connection_is_said_and_nothing_is_asked(account, shelf):
    WABA.objects.filter(pk=account.pk).update(state=WABA.State.BROKEN)
    assert "broken" in read(account).error
    assert not shelf.asked


def test_what_was_being_deleted_and_is_gone_is_deleted(account, shelf):
    shelf.rows[2] = row(3, status="PENDING_DELETION")
    read(account)
    shelf.rows = shelf.rows[:2]
    read(account, hours=1)
    read(account, hours=2)
    assert MessageTemplate.objects.get(name="example_3").status == statuses.DELETED


# Two, killed, when ----------------------------------------------------------------------------------------------------
def test_two_do_not_read_at_once(account, shelf):
    TemplateSync.objects.create(workspace=account.workspace, account=account, heard_at=timezone.now())
    assert sync.run(account.pk) is None
    assert not shelf.asked


def test_a_reading_that_died_is_begun_anew(account, shelf):
    long_ago = timezone.now() - sync.LEASE - timedelta(seconds=1)
    died = TemplateSync.objects.create(
        workspace=account.workspace, account=account, heard_at=long_ago, listed=2, pages=1, names={"added": ["x"]}
    )
    done = sync.run(account.pk)
    assert done == died and (done.pages, done.listed, done.added) == (2, 3, 3)


def test_one_that_was_taken_over_writes_nothing_more(account, shelf, graph):
    def taken_over(request):
        TemplateSync.objects.update(heard_at=timezone.now() + timedelta(minutes=1))
        return type(shelf).answer(shelf, request)

    graph.reset()
    graph.add_callback("GET", f"https://graph.facebook.com/v23.0/{account.waba_id}/message_templates", taken_over)
    assert sync.run(account.pk) is None
    assert not MessageTemplate.objects.exists()
    assert TemplateSync.objects.get().finished_at is None


def test_asking_twice_is_one_reading(account, shelf):
    user = UserFactory()
    assert sync.start(account, user) == sync.start(account, UserFactory())
    assert TemplateSync.objects.get().asked_by == user
    assert tasks.sync_templates(account.pk) == 3


def test_accounts_are_read_every_six_hours_and_sooner_after_a_failure(account, shelf):
    assert list(sync.due(WABA.objects.all())) == [account]
    shelf.breaks_at = 0
    read(account)
    assert not sync.due(WABA.objects.all())
    with time_machine.travel(timezone.now() + sync.AFTER_A_FAILURE + timedelta(minutes=1)):
        assert list(sync.due(WABA.objects.all())) == [account]
        shelf.breaks_at = None
        sync.run(account.pk)
        assert not sync.due(WABA.objects.all())
    with time_machine.travel(timezone.now() + timedelta(hours=7)):
        assert tasks.sweep_templates() == 0
        assert TemplateSync.objects.filter(finished_at=None).count() == 1


def test_what_no_wake_up_announced_is_found(account, shelf, tasks_at_once):
    TemplateSync.objects.create(workspace=account.workspace, account=account, heard_at=timezone.now() - sync.LEASE * 2)
    assert tasks.sweep_templates() == 1
    assert TemplateSync.objects.get().is_full


def test_six_thousand_are_read_in_few_statements_and_little_memory(account, shelf):
    shelf.rows, shelf.size = [row(number) for number in range(6000)], 200
    for hours in (0, 1):
        tracemalloc.start()
        with CaptureQueriesContext(connection) as queries:
            done = read(account, hours=hours)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert done.listed == 6000 and done.is_full
        assert len(queries) < 30 * 12
        assert peak < 40 * 2**20
    assert done.changed == 0 and MessageTemplate.objects.count() == 6000


# A look at one --------------------------------------------------------------------------------------------------------
def test_a_look_at_one_tells_what_it_is(account, shelf):
    template = MessageTemplateFactory(account=account, name="example_1", template_id="5", status="UNKNOWN")
    MessageTemplate.objects.update(status_at=timezone.now() - timedelta(hours=1))
    news.ask_soon(template)
    shelf.rows += [row(11)]
    assert asking.ask_due() == 1
    template.refresh_from_db()
    assert (template.template_id, template.status, template.ask_after) == ("700001", "APPROVED", None)
    assert MessageTemplate.objects.count() == 1


def test_a_look_without_an_answer_is_tried_again(account, shelf):
    template = MessageTemplateFactory(account=account, name="example_1")
    news.ask_soon(template)
    shelf.breaks_at = 0
    asking.ask_due()
    template.refresh_from_db()
    assert template.ask_after > timezone.now()
    shelf.breaks_at = None
    with time_machine.travel(timezone.now() + asking.LEASE + timedelta(seconds=1)):
        assert asking.ask_due() == 1
        assert asking.ask_due() == 0


@pytest.mark.parametrize(("hours_ago", "is_waited_for", "asked"), [(2, True, 1), (0.5, True, 0), (2, False, 0)])
def test_a_paused_one_that_messages_wait_for_is_asked_about_each_hour(account, shelf, hours_ago, is_waited_for, asked):
    """Meta's word that the pause is over may have been lost."""
    seen_at = timezone.now() - timedelta(hours=hours_ago)
    moments = dict.fromkeys(("seen_at", "status_at", "components_at", "category_at", "quality_at"), seen_at)
    template = MessageTemplateFactory(
        account=account, name="example_1", template_id="700001", status=statuses.PAUSED, **moments
    )
    if is_waited_for:
        incidents.open_incident(Incident.Kind.TEMPLATE_STOPPED, str(template.pk), account=account)
    assert asking.ask_due() == asked
    template.refresh_from_db()
    assert template.is_sendable == bool(asked)


def test_a_template_that_a_look_does_not_find_stays_as_it_is(account, shelf):
    template = MessageTemplateFactory(account=account, name="other")
    news.ask_soon(template)
    assert asking.ask_due() == 1
    template.refresh_from_db()
    assert template.is_sendable and template.ask_after is None
