"""Meta's events in any order, twice and late: the same end, and nothing older over something newer."""

import itertools

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meta_integration.models import Incident
from meta_integration.tests.factories import WABAFactory
from templates_app import statuses
from templates_app.models import MessageTemplate, TemplateEvent
from templates_app.services import news, stops
from templates_app.services.merging import COLUMNS
from templates_app.services.reading import Facts
from templates_app.tests.events import CATEGORY, COMPONENTS, QUALITY, STATUS, about, body, happen, moment, status
from templates_app.tests.factories import MessageTemplateFactory
from templates_app.uses import Use

pytestmark = pytest.mark.django_db
BIG = 9007199254740993  # 2**53 + 1


@pytest.fixture
def account():
    return WABAFactory()


@pytest.fixture
def template(account):
    """Approved before all events of these tests."""
    moments = dict.fromkeys(("status_at", "category_at", "quality_at", "components_at"), moment(-100))
    return MessageTemplateFactory(account=account, name="order_ready", template_id="800", **moments)


def used(template):
    return [Use("Campaign", "Spring", 3, "/x/")]


# One event ------------------------------------------------------------------------------------------------------------
def test_a_posted_rejection_stands_in_the_row_with_metas_words(template, deliver):
    info = {"rejection_info": {"reason": "Too vague", "recommendation": "Say more"}}
    deliver(body(template.account.waba_id, *status("REJECTED", reason="INVALID_FORMAT", **info), 5))
    template.refresh_from_db()
    assert (template.status, template.status_reason) == ("REJECTED", "INVALID_FORMAT")
    assert template.status_info == {"reason": "Too vague", "recommendation": "Say more"}
    event = template.events.get()
    assert (event.was, event.became, event.reason, event.at) == ("APPROVED", "REJECTED", "Too vague", moment(5))


@pytest.mark.parametrize("event", ["REINSTATED", "UNPAUSED"])
def test_what_is_let_go_again_can_be_sent(template, account, event):
    happen(account, (*status("PAUSED"), 1), (*status(event), 2))
    template.refresh_from_db()
    assert template.is_sendable


def test_the_end_of_a_pause_may_come_as_a_title(template, account):
    happen(account, (*status("PAUSED"), 1), (*status("APPROVED", other_info={"title": "UNPAUSE"}), 2))
    template.refresh_from_db()
    assert template.is_sendable


@pytest.mark.parametrize("event", ["FLAGGED", "LOCKED", "UNARCHIVED"])
def test_a_warning_alone_stops_nothing_and_is_in_the_history(template, account, event):
    happen(account, (*status(event), 1))
    template.refresh_from_db()
    assert template.is_sendable
    assert template.events.get().became == event


def test_after_it_is_taken_out_of_the_archive_meta_is_asked_what_it_is(template, account):
    happen(account, (*status("ARCHIVED"), 1), (*status("UNARCHIVED"), 2))
    template.refresh_from_db()
    assert template.status == "ARCHIVED" and template.ask_after


def test_a_status_that_meta_added_since_is_not_sendable(template, account):
    happen(account, (*status("SOMETHING_NEW"), 1))
    template.refresh_from_db()
    assert template.status == "SOMETHING_NEW" and not template.is_sendable


def test_a_quality_sample_under_the_status_fields_name_is_a_quality(template, account):
    happen(account, (STATUS, about(previous_quality_score="GREEN", new_quality_score="YELLOW"), 1))
    template.refresh_from_db()
    assert (template.quality, template.status) == ("YELLOW", "APPROVED")


def test_an_announced_category_is_no_category_yet(template, account):
    coming = about(correct_category="MARKETING", new_category="UTILITY", category_update_timestamp=1_790_100_000)
    happen(account, (CATEGORY, coming, 1))
    template.refresh_from_db()
    assert (template.category, template.next_category) == ("UTILITY", "MARKETING")
    assert template.next_category_at
    happen(account, (CATEGORY, about(previous_category="UTILITY", new_category="MARKETING"), 2))
    template.refresh_from_db()
    assert (template.category, template.previous_category, template.next_category) == ("MARKETING", "UTILITY", "")


def test_new_components_are_asked_for(template, account):
    happen(account, (COMPONENTS, about(message_template_element="New words {{1}}"), 1))
    template.refresh_from_db()
    assert template.ask_after
    assert template.events.get().detail["element"] == "New words {{1}}"


@pytest.mark.parametrize(
    "value", [{}, {"event": "APPROVED"}, about(event=None), about(name="x" * 600, event="APPROVED")]
)
def test_an_event_that_names_nothing_is_no_error(account, value):
    happen(account, (STATUS, value | {"message_template_id": None}))
    assert not MessageTemplate.objects.exists()


def test_an_account_that_nobody_connected_is_no_error(deliver):
    assert deliver(body("404", *status("APPROVED"))).status_code == 200


# Which template -------------------------------------------------------------------------------------------------------
def test_one_template_however_meta_writes_it(account):
    happen(
        account,
        (STATUS, about(BIG, language="en-US", event="PENDING"), 1),
        (STATUS, about(str(BIG), language="en_US", event="APPROVED", message_template_category="utility"), 2),
        (QUALITY, about(BIG, language="en_us", new_quality_score="GREEN"), 3),
    )
    template = MessageTemplate.objects.get()
    assert (template.template_id, template.language, template.status) == (str(BIG), "en_US", "APPROVED")
    assert (template.category, template.quality) == ("UTILITY", "GREEN")


def test_a_template_we_did_not_know_is_found_and_looked_at(account):
    happen(account, (*status("APPROVED"), 1))
    template = MessageTemplate.objects.get()
    assert {each.kind for each in template.events.all()} == {"found", "status"}
    assert template.ask_after
    assert not template.is_sendable, "until we know what it is made of"


def test_the_same_name_in_two_accounts_are_two(account):
    other = WABAFactory(workspace=account.workspace)
    happen(account, (*status("APPROVED"), 1))
    happen(other, (STATUS, about("801", event="REJECTED"), 1))
    assert {each.status for each in MessageTemplate.objects.all()} == {"APPROVED", "REJECTED"}


def test_a_draft_becomes_what_meta_says_of_its_name(account):
    draft = {"category": "UTILITY", "components": [{"type": "BODY", "text": "x"}]}
    row = MessageTemplateFactory(
        account=account, name="order_ready", template_id="", status=statuses.DRAFT, draft=draft, components=[]
    )
    happen(account, (*status("PENDING"), 1))
    row.refresh_from_db()
    assert (row.status, row.template_id, row.draft) == ("PENDING", "800", draft)


def test_a_draft_of_whose_name_something_else_is_told_is_asked_about(account):
    MessageTemplateFactory(
        account=account, name="order_ready", template_id="", status="DRAFT", draft={"components": []}
    )
    happen(account, (QUALITY, about(new_quality_score="GREEN"), 1))
    template = MessageTemplate.objects.get()
    assert (template.status, template.template_id) == ("UNKNOWN", "800") and template.ask_after


def test_events_of_the_one_before_do_not_touch_the_one_made_anew(template, account):
    news.apply(template, Facts(status="PENDING"), at=moment(10), source="sync", template_id="900")
    happen(account, (*status("DELETED"), 20))
    template.refresh_from_db()
    assert (template.template_id, template.status) == ("900", "PENDING")
    assert template.ask_after is None


def test_which_of_two_unknown_ids_is_there_now_meta_is_asked(template, account):
    happen(account, (STATUS, about("900", event="PENDING"), 20))
    template.refresh_from_db()
    assert (template.template_id, template.status) == ("800", "APPROVED")
    assert template.ask_after


# Any order ------------------------------------------------------------------------------------------------------------
def state(account) -> list[tuple]:
    moments = ("ask_after", "name_blocked_until")
    columns = [column for column in COLUMNS if column not in moments]
    return list(MessageTemplate.objects.filter(account=account).values_list("name", *columns))


def history(account) -> set:
    """What was told; when we first heard of the template at all depends on what came first."""
    events = TemplateEvent.objects.filter(template__account=account).exclude(kind="found")
    return set(events.values_list("kind", "became", "at", "key"))


def test_older_news_only_go_into_the_history(template, account):
    happen(account, (*status("APPROVED"), 9), (*status("REJECTED"), 8), (*status("PAUSED"), 7))
    template.refresh_from_db()
    assert template.status == "APPROVED"
    assert template.events.count() == 3


def test_news_that_lose_by_seconds_have_meta_asked(template, account):
    """The clock of the one who noted the other may be wrong by so much."""
    happen(account, (*status("PENDING"), 60), (*status("APPROVED"), 55))
    template.refresh_from_db()
    assert template.status == "PENDING" and template.ask_after


def test_the_same_news_twice_is_one_line(template, account):
    happen(account, *[(*status("PAUSED"), 1)] * 3)
    assert template.events.count() == 1


def test_of_one_moment_the_one_that_lets_less_be_sent_holds(account):
    for number, order in enumerate(itertools.permutations(["APPROVED", "PAUSED", "PENDING"])):
        happen(account, *[(STATUS, about(f"7{number}", name=f"n{number}", event=event), 1) for event in order])
    assert {row.status for row in MessageTemplate.objects.all()} == {"PAUSED"}


NAMES = ["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "FLAGGED", "DELETED", "REINSTATED", "NEW_ONE"]


def event(field: str, **values) -> st.SearchStrategy:
    """An event of this field in one of a few seconds, with one of each of these values."""
    content = st.fixed_dictionaries({name: st.sampled_from(each) for name, each in values.items()})
    return st.tuples(st.just(field), content.map(lambda chosen: about(**chosen)), st.integers(0, 6))


EVENTS = st.one_of(
    event(STATUS, event=NAMES, reason=[None, "NONE", "SCAM"]),
    event(QUALITY, new_quality_score=["GREEN", "YELLOW", "RED", "UNKNOWN"]),
    event(CATEGORY, previous_category=["UTILITY", "MARKETING"], new_category=["MARKETING", "UTILITY"]),
    event(
        CATEGORY,
        correct_category=["MARKETING", "UTILITY"],
        new_category=["UTILITY", "MARKETING"],
        category_update_timestamp=[1_790_000_001, 1_790_000_004],
    ),
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENTS, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_end_the_same(db, events, random):
    one, other = WABAFactory(), WABAFactory()
    shuffled = events + random.sample(events, len(events) // 2)
    random.shuffle(shuffled)
    happen(one, *events)
    happen(other, *shuffled)
    assert state(one) == state(other)
    assert history(one) == history(other)


# Stops ----------------------------------------------------------------------------------------------------------------
def test_a_template_that_stops_while_something_uses_it_is_one_incident(template, account, settings):
    settings.TEMPLATE_USES = [f"{__name__}.used"]
    happen(account, (*status("PAUSED"), 1), (*status("DISABLED"), 2), (*status("PAUSED"), 3))
    incident = Incident.objects.get()
    assert incident.kind == Incident.Kind.TEMPLATE_STOPPED and incident.closed_at is None
    assert incident.key.endswith(f":{template.pk}") and "Campaign: Spring (3)" in incident.evidence
    happen(account, (*status("APPROVED"), 4))
    assert Incident.objects.get().closed_at


def test_an_incident_about_what_nobody_uses_any_more_is_closed(template, account, settings):
    settings.TEMPLATE_USES = [f"{__name__}.used"]
    happen(account, (*status("PAUSED"), 1))
    assert stops.close_what_nobody_uses() == 0
    settings.TEMPLATE_USES = []
    assert stops.close_what_nobody_uses() == 1
    assert Incident.objects.get().closed_at


@pytest.mark.parametrize(("became", "may_mend"), [("PAUSED", True), ("DISABLED", False)])
def test_only_what_can_be_mended_is_asked_to_be(template, account, settings, became, may_mend):
    settings.TEMPLATE_USES = [f"{__name__}.used"]
    happen(account, (*status(became), 1))
    evidence = Incident.objects.get().evidence
    assert "Choose another template there" in evidence and ("mend this one" in evidence) == may_mend


def test_a_template_that_nobody_uses_stops_quietly(template, account):
    happen(account, (*status("PAUSED"), 1))
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    ("code", "became"), [(132015, "PAUSED"), (132016, "DISABLED"), (132007, "PAUSED"), (132068, "PAUSED")]
)
def test_a_refused_message_stops_its_template(template, code, became, settings):
    settings.TEMPLATE_USES = [f"{__name__}.used"]
    for _ in range(3):
        news.refused_when_sent(template, code, "Meta's words", moment(5))
    template.refresh_from_db()
    assert template.status == became and template.ask_after
    event = template.events.get()
    assert (event.kind, event.reason, event.source) == ("stopped", "Meta's words", "sending")
    assert Incident.objects.get().count == 1


def test_a_refusal_from_before_the_approval_stops_nothing(template, account):
    happen(account, (*status("APPROVED"), 9))
    news.refused_when_sent(template, 132015, "paused", moment(5))
    template.refresh_from_db()
    assert template.is_sendable


def test_a_template_that_meta_does_not_know_is_missing_until_meta_is_asked(template):
    news.refused_when_sent(template, 132001, "no such template", moment(5))
    template.refresh_from_db()
    assert not template.is_sendable and template.status == "APPROVED"
    assert template.ask_after


@pytest.mark.parametrize("code", [132000, 132005, 132012])
def test_values_that_do_not_fit_have_the_template_looked_at_anew(template, code):
    news.refused_when_sent(template, code, "mismatch", moment(5))
    template.refresh_from_db()
    assert template.is_sendable and template.ask_after


def test_refusals_that_go_on_for_a_day_neither_break_nor_keep_meta_from_being_asked(template):
    asked = 0
    for second in range(0, 86_400, 600):
        with time_machine.travel(moment(second), tick=False):
            for code in (132000, 132005, 132012):
                news.refused_when_sent(template, code, "mismatch", moment(second))
        asked += MessageTemplate.objects.filter(ask_after__lte=moment(second)).update(ask_after=None)
    assert 4 <= asked <= 20


def test_a_late_refusal_as_unknown_does_not_undo_an_approval_since(template, account):
    happen(account, (*status("PAUSED"), 7), (*status("APPROVED"), 9))
    news.refused_when_sent(template, 132001, "no such template", moment(5))
    template.refresh_from_db()
    assert template.is_sendable and template.ask_after


def test_other_refusals_are_not_the_templates(template):
    news.refused_when_sent(template, 131047, "window", moment(5))
    assert not template.events.exists()
