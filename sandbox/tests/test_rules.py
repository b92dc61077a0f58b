import time

import pytest

from sandbox.rules import Paces, may_reach
from sandbox.state import World

from .conftest import CUSTOMER, SHOP_NUMBER, wait_for


def refusals(answers):
    return [answer.json()["error"]["code"] for answer in answers if not answer.ok]


def test_a_burst_of_45_to_one_customer_and_not_one_more(sandbox, chatting):
    assert refusals(sandbox.send(chatting) for _ in range(47)) == [131056, 131056]
    assert sandbox.send(chatting, to="15550100102").ok
    sandbox.control("weather", no_pair_limit=True)
    assert sandbox.send(chatting).ok


def test_a_burst_borrows_from_the_time_that_follows(monkeypatch):
    now, paces = 1000.0, Paces()
    monkeypatch.setattr(time, "time", lambda: now)
    assert [paces.take("a", 6, 45) for _ in range(46)] == [True] * 45 + [False]
    now += 6
    assert [paces.take("a", 6, 45) for _ in range(2)] == [True, False]
    now += 45 * 6
    assert [paces.take("a", 6, 45) for _ in range(46)] == [True] * 45 + [False]


@pytest.mark.parametrize(
    ("level", "is_on_biz_app", "rate", "reported"),
    [("STANDARD", False, 80, "STANDARD"), ("HIGH", False, 1000, "HIGH"), ("STANDARD", True, 20, "STANDARD")],
)
def test_throughput_of_a_number(sandbox, chatting, level, is_on_biz_app, rate, reported):
    number = {"phone_number_id": SHOP_NUMBER, "throughput_level": level, "is_on_biz_app": is_on_biz_app}
    assert sandbox.control("number", **number)["messages_per_second"] == rate
    fields = sandbox.get(f"{SHOP_NUMBER}?fields=throughput,is_on_biz_app", chatting).json()
    assert (fields["throughput"]["level"], fields["is_on_biz_app"]) == (reported, is_on_biz_app)
    assert "error" in sandbox.control("number", phone_number_id=SHOP_NUMBER, throughput_level="LUDICROUS")


def test_over_the_throughput_is_130429(sandbox, chatting):
    sandbox.control("number", phone_number_id=SHOP_NUMBER, is_on_biz_app=True)
    sandbox.control("weather", no_pair_limit=True)
    started = time.monotonic()
    codes = refusals(sandbox.send(chatting) for _ in range(60))
    allowed = 20 * (1 + time.monotonic() - started)
    assert codes and set(codes) == {130429}
    assert len(sandbox.sent()) == 60 - len(codes) <= allowed
    sandbox.control("weather", no_throughput_limit=True)
    assert sandbox.send(chatting).ok


def test_24_hours_can_be_switched_off(sandbox, token, app):
    sandbox.control("weather", no_window=True)
    sandbox.send(token)
    wait_for(lambda: [status["status"] for status in app.statuses()] == ["sent", "delivered"])


def test_only_so_many_customers_outside_their_window_in_a_day(monkeypatch):
    now, world = 1000.0, World(messaging_limit="TIER_250")
    monkeypatch.setattr(time, "time", lambda: now)
    assert all(may_reach(world, str(each)) for each in range(250))
    assert not may_reach(world, "another")
    assert may_reach(world, "0")
    now += 24 * 3600 + 1
    assert may_reach(world, "another")


def test_messaging_limit_is_reported(sandbox, token):
    sandbox.control("number", phone_number_id=SHOP_NUMBER, messaging_limit="TIER_10K")
    field = "whatsapp_business_manager_messaging_limit"
    assert sandbox.get(f"{SHOP_NUMBER}?fields={field}", token).json()[field] == "TIER_10K"


def test_more_customers_for_larger_runs(sandbox, token, app):
    made = sandbox.control("customers", count=3, phone_number_id=SHOP_NUMBER)["customers"]
    assert len(set(made)) == 3 and CUSTOMER not in made
    assert sandbox.send(token, to=made[2]).ok
    wait_for(lambda: [status["status"] for status in app.statuses()] == ["sent", "delivered"])
