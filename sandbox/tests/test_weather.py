import json
import time
from pathlib import Path

import pytest
import requests

from sandbox.switches import SWITCHES

from .conftest import CUSTOMER, SHOP, SHOP_NUMBER, wait_for


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


def code_of(answer):
    return answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("switch", "code", "status"),
    [
        ({"rate_limited": True}, 130429, 400),
        ({"pair_limited": True}, 131056, 400),
        ({"error": 2}, 2, 503),
        ({"error": "131016"}, 131016, 500),
        ({"refuse": [131049]}, 131049, 400),
        ({"refuse": 424242}, 424242, 400),
        ({"app_limited": True}, 4, 400),
        ({"account_limited": 7}, 80007, 400),
    ],
)
def test_any_code_at_once(sandbox, chatting, switch, code, status):
    sandbox.control("weather", **switch)
    answer = sandbox.send(chatting)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert sandbox.sent() == []
    if code == 4:
        assert json.loads(answer.headers["X-App-Usage"])["call_count"] == 100
    if code == 80007:
        (usage,) = json.loads(answer.headers["X-Business-Use-Case-Usage"])[SHOP]
        assert usage["estimated_time_to_regain_access"] == 7


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 464, 467, 492])
def test_tokens_die_of_every_cause(sandbox, chatting, subcode):
    sandbox.control("weather", tokens_dead=subcode)
    answer = sandbox.send(chatting)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (401, 190, subcode)


def test_only_the_next_few(sandbox, chatting):
    sandbox.control("weather", rate_limited={"count": 2})
    assert sandbox.control("weather")["rate_limited"] == {"share": 1, "count": 2}
    assert [sandbox.send(chatting).status_code for _ in range(4)] == [400, 400, 200, 200]
    assert sandbox.control("weather")["rate_limited"] is False


def test_a_share_of_the_calls(sandbox, chatting):
    sandbox.control("weather", refuse={"code": 131026, "share": 0.5}, no_pair_limit=True)
    answers = [sandbox.send(chatting).status_code for _ in range(60)]
    assert 5 < answers.count(400) < 55
    assert sandbox.control("weather")["refuse"] == {"code": [131026], "share": 0.5, "count": None}
    assert sandbox.control("weather", drop=0.02)["drop"] == 0.02


@pytest.mark.parametrize("code", [131047, 131026, 131049])
def test_any_code_later(sandbox, chatting, app, code):
    sandbox.control("weather", fail_later=code)
    assert sandbox.send(chatting).ok
    (status,) = wait_for(app.statuses)
    assert (status["status"], status["errors"][0]["code"]) == ("failed", code)


@pytest.mark.parametrize(
    ("switch", "accepted"), [("reset", 0), ("reset_after", 1), ("drop", 1), ("silent", 1), ("cut", 1)]
)
def test_no_answer_that_can_be_read(sandbox, chatting, switch, accepted):
    sandbox.control("weather", **{switch: True})
    url, headers = f"{sandbox.base}/{SHOP_NUMBER}/messages", {"Authorization": f"Bearer {chatting}"}
    body = {"messaging_product": "whatsapp", "to": CUSTOMER, "text": {"body": "Hello"}}
    with pytest.raises(requests.RequestException) as caught:
        requests.post(url, json=body, headers=headers, timeout=(1, 0.3)).json()
    assert len(sandbox.sent()) == accepted
    if switch.startswith("reset"):
        assert "Connection aborted" in str(caught.value)  # whether it shows in sending or in reading is chance


@pytest.mark.parametrize(("switch", "status", "accepted"), [("empty", 500, 0), ("html_after", 502, 1)])
def test_5xx_without_json(sandbox, chatting, switch, status, accepted):
    sandbox.control("weather", **{switch: True})
    answer = sandbox.send(chatting)
    assert (answer.status_code, len(sandbox.sent())) == (status, accepted)
    with pytest.raises(ValueError):
        answer.json()


def test_token_dies_after_so_many_more_messages(sandbox, chatting):
    sandbox.control("revoke", waba_id=SHOP, after=3, subcode=460)
    assert [sandbox.send(chatting).status_code for _ in range(5)] == [200, 200, 200, 401, 401]
    assert sandbox.get(SHOP, chatting).json()["error"]["error_subcode"] == 460
    assert sandbox.get(SHOP, sandbox.token()).ok  # who connects again has a living one


def test_a_page_can_kill_tokens_and_set_the_pace(sandbox, chatting):
    requests.post(f"{sandbox.base}/weather/revoke/", data={"waba_id": SHOP, "subcode": "459", "after": "0"}, timeout=5)
    assert sandbox.get(SHOP, chatting).json()["error"]["error_subcode"] == 459
    number = {"phone_number_id": SHOP_NUMBER, "throughput_level": "HIGH"}
    requests.post(f"{sandbox.base}/weather/number/", data=number, timeout=5)
    assert sandbox.get(f"{SHOP_NUMBER}?fields=throughput", sandbox.token()).json()["throughput"] == {"level": "HIGH"}


def test_details_on_the_page(sandbox):
    form = {"refuse": "on", "refuse.code": "131026, 131049", "refuse.share": "2", "refuse.count": "9"}
    requests.post(f"{sandbox.base}/weather/", data=form, timeout=5)
    assert sandbox.control("weather")["refuse"] == {"code": [131026, 131049], "share": 0.02, "count": 9}
    assert (
        "Refused at once: 131026 or 131049, 2 % of the time, the next 9" in requests.get(sandbox.base, timeout=5).text
    )
    form |= {"refuse.share": "a lot"}
    assert requests.post(f"{sandbox.base}/weather/", data=form, timeout=5).status_code == 400


def test_every_switch_is_documented():
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    rows = [f"| `{name}` | {switch.unit} | {switch.text} |" for name, switch in SWITCHES.items()]
    assert [row for row in rows if row not in readme] == []


def test_unknown_switch_is_refused(sandbox):
    assert "frogs" in sandbox.control("weather", frogs=True)["error"]
    assert "error" in sandbox.control("weather", slow="a lot")
    assert "error" in sandbox.control("weather", slow=-1)
    assert "error" in sandbox.control("weather", drop=2)
    assert "error" in sandbox.control("weather", drop={"often": 2})
    assert "error" in sandbox.control("weather", refuse="none")
    assert not any(sandbox.control("weather").values())


def test_switches_on_the_page_do_the_same(sandbox):
    requests.post(f"{sandbox.base}/weather/", data={"down": "on", "slow": "on", "slow.seconds": "0.25"}, timeout=5)
    weather = sandbox.control("weather")
    assert weather["down"] is True and weather["slow"] == 0.25
    assert "Weather: Slow: 0.25 s; Meta is down" in requests.get(f"{sandbox.base}/", timeout=5).text
    requests.post(f"{sandbox.base}/weather/", data={"calm": "1", "down": "on"}, timeout=5)
    assert not any(sandbox.control("weather").values())
