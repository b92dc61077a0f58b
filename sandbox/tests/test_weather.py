import time

import pytest
import requests

from .conftest import SHOP, SHOP_NUMBER, wait_for


@pytest.mark.parametrize(("switch", "status"), [("down", 503), ("html", 200)])
def test_answer_is_html_on_bad_days(sandbox, chatting, switch, status):
    sandbox.control("weather", **{switch: True})
    answer = sandbox.send(chatting)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    assert sandbox.sent() == []
    assert requests.get(f"{sandbox.base}/", timeout=5).ok


def test_dropped_connection_has_accepted_the_message(sandbox, chatting):
    sandbox.control("weather", drop=True)
    with pytest.raises(requests.RequestException):
        sandbox.send(chatting)
    assert len(sandbox.sent()) == 1


def test_late_answer_has_accepted_at_once(sandbox, chatting):
    sandbox.control("weather", messages_delay=0.5)
    url, headers = f"{sandbox.base}/{SHOP_NUMBER}/messages", {"Authorization": f"Bearer {chatting}"}
    body = {"messaging_product": "whatsapp", "to": "15550100101", "text": {"body": "Hello"}}
    with pytest.raises(requests.Timeout):
        requests.post(url, json=body, headers=headers, timeout=(1, 0.1))
    assert len(sandbox.sent()) == 1


def test_late_acceptance_waits_first(sandbox, chatting):
    sandbox.control("weather", messages_delay_before=0.1)
    started = time.monotonic()
    assert sandbox.send(chatting).ok
    assert sandbox.sent()[0]["accepted_at"] and time.monotonic() - started >= 0.1


def test_rate_limit_and_dead_tokens(sandbox, chatting):
    sandbox.control("weather", rate_limited=True)
    assert sandbox.send(chatting).json()["error"]["code"] == 130429
    sandbox.control("weather", rate_limited=False, tokens_dead=True)
    error = sandbox.get(SHOP, chatting).json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)


def test_held_statuses_flow_later(sandbox, chatting, app):
    sandbox.control("weather", hold_statuses=True)
    sandbox.send(chatting)
    time.sleep(0.1)
    assert app.statuses() == []
    sandbox.control("weather", hold_statuses=False)
    wait_for(lambda: len(app.statuses()) == 2)


def test_unknown_switch_is_refused(sandbox):
    assert "frogs" in sandbox.control("weather", frogs=True)["error"]
    assert "error" in sandbox.control("weather", slow="a lot")
    assert "error" in sandbox.control("weather", slow=-1)


def test_switches_on_the_page_do_the_same(sandbox):
    requests.post(f"{sandbox.base}/weather/", data={"down": "on", "slow": "0.25"}, timeout=5)
    weather = sandbox.control("weather")
    assert weather["down"] is True and weather["slow"] == 0.25
    assert "Weather: Meta is down" in requests.get(f"{sandbox.base}/", timeout=5).text
    requests.post(f"{sandbox.base}/weather/", data={"calm": "1", "down": "on"}, timeout=5)
    assert not any(sandbox.control("weather").values())
