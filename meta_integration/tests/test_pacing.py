"""Pacing: never above Meta's limit in any second, close below it, and agents never wait behind a campaign."""

import time

import pytest
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


@pytest.mark.parametrize(
    ("level", "on_app", "limit"), [("HIGH", False, 1000), ("STANDARD", False, 80), ("", False, 80), ("HIGH", True, 20)]
)
def test_the_limit_follows_metas_level(level, on_app, limit):
    assert pacing.limit_of(PhoneNumber(throughput_level=level, is_on_biz_app=on_app)) == limit


def drain(number: PhoneNumber, seconds: float, **kwargs) -> list[float]:
    """Take as fast as one may; the moments at which permits were given."""
    moments, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        grant = pacing.take(number, 50, **kwargs)
        moments += [time.monotonic()] * grant.count
        time.sleep(0 if grant.count else min(grant.wait, 0.05))
    return moments


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


@pytest.mark.parametrize("is_urgent", [True, False])
def test_no_second_sees_more_than_the_limit(number, is_urgent):
    assert most_in_a_second(drain(number, 2.5, is_urgent=is_urgent)) <= 80


def test_a_bucket_left_alone_for_long_lets_no_burst_out(number):
    pacing.take(number, 1)
    time.sleep(1.2)
    assert pacing.take(number, 1000, is_urgent=True).count <= 2


def test_agents_find_a_permit_while_a_campaign_takes_all_it_can(number):
    number.throughput_level = "HIGH"
    while pacing.take(number, 1000).count:
        pass
    assert pacing.take(number, 1, is_urgent=True).count == 1


def test_too_fast_halves_the_pace_for_everybody(number):
    number.throughput_level = "HIGH"
    for _ in range(4):
        pacing.slow_down(number)
    assert len(drain(number, 0.5)) < 1000 * 0.5 * 0.25


def test_no_valkey_it_goes_on_slower_and_without_a_burst(number, no_valkey):
    given_out = drain(number, 1.0)
    assert 1 <= len(given_out) <= 80 * pacing.ALONE_SHARE + 2


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=30))
def test_never_more_than_asked_and_a_wait_where_nothing_is_given(asked):
    number = PhoneNumber(pk=2, throughput_level="HIGH")
    for wanted, is_urgent in asked:
        grant = pacing.take(number, wanted, is_urgent=is_urgent)
        assert 0 <= grant.count <= wanted
        assert grant.count or wanted == 0 or grant.wait > 0
