"""Pacing: never above Meta's limit in any second, close below it, and agents never wait behind a campaign."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from meta_integration import pacing
from meta_integration.models import PhoneNumber
from workspaces import valkey


@pytest.fixture(autouse=True)
def _fresh():
    valkey.client().flushdb()
    pacing._alone.cache_clear()


@pytest.fixture
def number():
    return PhoneNumber(pk=1, throughput_level="STANDARD")


def booked(number: PhoneNumber, wanted: int = 1000, **options) -> tuple[pacing.Departures, float, float]:
    """Departures, and between which two moments they were given."""
    asked_at = time.monotonic()
    return pacing.book(number, wanted, **options), asked_at, time.monotonic()


@pytest.mark.parametrize(
    ("level", "on_app", "limit"), [("HIGH", False, 1000), ("STANDARD", False, 80), ("", False, 80), ("HIGH", True, 20)]
)
def test_the_limit_follows_metas_level(level, on_app, limit):
    assert pacing.limit_of(PhoneNumber(throughput_level=level, is_on_biz_app=on_app)) == limit


@pytest.mark.parametrize(
    ("quality", "days", "share"),
    [
        ("GREEN", None, 1), ("", None, 1), ("UNKNOWN", None, 1), ("YELLOW", None, 0.5), ("RED", None, 0.25),
        ("GREEN", 2, 0.5), ("YELLOW", 2, 0.5), ("RED", 2, 0.25), ("GREEN", 4, 1),
    ],
)  # fmt: skip
def test_campaigns_go_slowly_while_quality_is_low_and_some_days_after_a_drop(quality, days, share):
    dropped_at = timezone.now() - timedelta(days=days) if days else None
    number = PhoneNumber(pk=3, quality_rating=quality, dropped_at=dropped_at, throughput_level="STANDARD")
    assert pacing.campaign_share(number) == share
    slow, full = pacing.book(number, 1), pacing.book(number, 1, is_urgent=True)
    assert slow.gap == pytest.approx(full.gap / share, rel=0.01)


def drain(number: PhoneNumber, seconds: float, **kwargs) -> list[float]:
    """Book as much as one may; the moments of departure."""
    moments, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        departures = pacing.book(number, 50, **kwargs)
        moments += departures.times(time.monotonic())
        time.sleep(departures.wait)
    return moments


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


@pytest.mark.parametrize("is_urgent", [True, False])
def test_no_second_sees_more_than_the_limit(number, is_urgent):
    assert most_in_a_second(drain(number, 2.0, is_urgent=is_urgent)) <= 80


def test_a_timetable_left_alone_for_long_lets_no_burst_out(number):
    pacing.book(number, 1)
    time.sleep(0.5)
    departures = pacing.book(number, 1000, is_urgent=True)
    assert departures.first >= 0
    assert departures.gap >= 1 / 80


def test_a_worker_that_was_busy_for_a_moment_has_lost_no_departure(number):
    first, asked_at, told_at = booked(number)
    time.sleep(pacing.AHEAD / 4)
    second, asked_again_at, told_again_at = booked(number)
    next_one = first.first + first.count * first.gap
    assert asked_again_at + second.first <= told_at + next_one + 0.001
    assert told_again_at + second.first >= asked_at + next_one - 0.001


def test_a_process_that_stood_still_does_not_catch_up_within_a_second():
    window, begun = pacing._Window(5), time.monotonic()
    moments = [time.monotonic() + window.enter() - begun for _ in range(12)]
    # Five at once, five a second later, two after one more.
    assert [round(moment) for moment in moments] == [0] * 5 + [1] * 5 + [2] * 2


def test_agents_find_a_departure_while_a_campaign_takes_all_it_can(number):
    while pacing.book(number, 1000).count:
        pass
    agents = pacing.book(number, 1, is_urgent=True)
    assert (agents.count, agents.first < pacing.AHEAD + 1 / 70) == (1, True)


def test_too_fast_halves_the_pace_for_everybody(number):
    usual = pacing.book(number, 1).gap
    for _ in range(2):
        pacing.slow_down(number)
    assert pacing.book(number, 1, is_urgent=True).gap > usual * 3.5


def test_it_recovers_by_itself(number):
    for _ in range(2):
        pacing.slow_down(number)
    slow = pacing.book(number, 1, is_urgent=True).gap
    time.sleep(0.5)
    assert pacing.book(number, 1, is_urgent=True).gap < slow


def test_without_valkey_it_goes_on_slower_and_without_a_burst(number, no_valkey):
    assert 1 <= len(drain(number, 1.0)) <= 80 * pacing.ALONE_SHARE * 1.2 + 2


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["HIGH", "STANDARD"]),
    st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=30),
)
def test_never_more_than_asked_never_two_at_once_and_a_wait_where_nothing_is_given(level, asked):
    valkey.client().flushdb()
    number, taken = PhoneNumber(pk=2, throughput_level=level), []
    for wanted, is_urgent in asked:
        departures, asked_at, told_at = booked(number, wanted, is_urgent=is_urgent)
        assert 0 <= departures.count <= wanted
        assert departures.count or wanted == 0 or departures.wait > 0
        # Counted from a moment between the question and the answer: Valkey's.
        taken += zip(departures.times(asked_at), departures.times(told_at), strict=True)
    least = 1 / pacing.limit_of(number)
    gaps = [latest - earliest for (earliest, _), (_, latest) in zip(taken, taken[1:], strict=False)]
    assert all(gap >= least - 0.001 for gap in gaps)
