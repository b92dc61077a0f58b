"""Outside the opening hours a customer hears so once: in the shop's time, over midnight, through summer time."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from inbox.models import Contact, Message
from inbox.services import hours
from inbox.tests.factories import InboxSettingsFactory
from meta_integration.tests.factories import PhoneNumberFactory

pytestmark = pytest.mark.django_db
NUMBER_ID = "200000000000043"
WEEKDAYS = {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
# A Friday in Berlin, which is two hours ahead in summer. Far off: PostgreSQL has the machine's time, and takes no part.
NOON, EVENING = datetime(2036, 9, 5, 10, 0, tzinfo=UTC), datetime(2036, 9, 5, 19, 0, tzinfo=UTC)
SUNDAY, MONDAY_EVENING = datetime(2036, 9, 7, 12, 0, tzinfo=UTC), datetime(2036, 9, 8, 19, 0, tzinfo=UTC)


@pytest.fixture
def shop():
    number = PhoneNumberFactory(phone_number_id=NUMBER_ID, account__workspace__timezone="Europe/Berlin")
    return InboxSettingsFactory(workspace=number.workspace, opening_hours=WEEKDAYS, away_message="We are closed.")


@pytest.fixture
def wrote(shop, deliver):
    """wrote(EVENING): a customer's message of then arrives then, or `late` by so much."""
    counter = itertools.count(1)

    def post(at: datetime, text: str = "Hello", late: timedelta = timedelta(), **content) -> int:
        item = {"id": f"wamid.example-{next(counter)}", "timestamp": str(int(at.timestamp())), "from": "15550001111"}
        item |= content or {"type": "text", "text": {"body": text}}
        value = {"metadata": {"phone_number_id": NUMBER_ID}, "messages": [item]}
        with time_machine.travel(at + late, tick=False):
            deliver({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
        return Message.objects.filter(origin="Away message").count()

    return post


def test_it_goes_out_once_for_each_time_the_shop_is_closed(wrote):
    times = [NOON, EVENING, EVENING + timedelta(hours=1), SUNDAY, MONDAY_EVENING]
    assert [wrote(at) for at in times] == [0, 1, 1, 1, 2]
    message = Message.objects.filter(direction="out").first()
    assert (message.body, message.author, message.priority) == ("We are closed.", None, 1)
    assert message.thread.waiting_since == NOON


def test_what_comes_late_gets_no_answer_that_would_confuse(wrote):
    assert wrote(EVENING, late=timedelta(minutes=11)) == 0
    assert wrote(EVENING, late=timedelta(minutes=5)) == 1


@pytest.mark.parametrize("text", ["STOP", "stop", "START"])
def test_words_about_offers_have_an_answer_of_their_own(wrote, text):
    assert wrote(EVENING, text) == 0


def test_a_reaction_gets_none(wrote):
    assert wrote(EVENING, type="reaction", reaction={"message_id": "wamid.x", "emoji": "👍"}) == 0


def test_whom_the_shop_blocked_hears_nothing(wrote):
    wrote(NOON)
    Contact.objects.update(blocked_at=NOON)
    assert wrote(EVENING) == 0


@pytest.mark.parametrize("changed", [{"away_message": ""}, {"opening_hours": {}}, {"opening_hours": {"mon": []}}])
def test_without_words_or_hours_nothing_goes_out(wrote, shop, changed):
    for name, value in changed.items():
        setattr(shop, name, value)
    shop.save()
    assert wrote(EVENING) == 0


# Berlin goes an hour ahead on 29 March 2026 at 2:00, and back on 25 October at 3:00.
@pytest.mark.parametrize(
    ("opening", "now", "since"),
    [
        (WEEKDAYS, "2026-09-04T15:29:59+00:00", None),
        (WEEKDAYS, "2026-09-04T15:30:00+00:00", "2026-09-04T15:30:00+00:00"),
        (WEEKDAYS, "2026-03-27T16:30:00+00:00", "2026-03-27T16:30:00+00:00"),
        (WEEKDAYS, "2026-03-30T07:00:00+00:00", None),
        (WEEKDAYS, "2026-10-26T07:30:00+00:00", "2026-10-23T15:30:00+00:00"),
        (WEEKDAYS, "2026-10-26T08:00:00+00:00", None),
        ({"sat": [["22:00", "02:00"]]}, "2026-09-05T23:59:00+00:00", None),
        ({"sat": [["22:00", "02:00"]]}, "2026-09-06T00:00:00+00:00", "2026-09-06T00:00:00+00:00"),
        ({"sat": [["22:00", "04:00"]]}, "2026-10-25T02:59:00+00:00", None),
        ({"sat": [["22:00", "04:00"]]}, "2026-10-25T03:00:00+00:00", "2026-10-25T03:00:00+00:00"),
        ({"sun": [["00:00", "00:00"]]}, "2026-09-06T12:00:00+00:00", None),
        ({"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}, "2026-09-07T10:30:00+00:00", "2026-09-07T10:00:00+00:00"),
        ({}, "2026-09-07T10:30:00+00:00", None),
    ],
)
def test_a_shop_is_closed_since_its_own_hour(opening, now, since):
    expected = datetime.fromisoformat(since) if since else None
    assert hours.closed_since(opening, "Europe/Berlin", datetime.fromisoformat(now)) == expected
