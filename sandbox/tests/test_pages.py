import pytest
import requests

from .conftest import CUSTOMER, SHOP_NUMBER, wait_for

PHONE = f"/phone/{CUSTOMER}/{SHOP_NUMBER}"
QUESTION = {
    "type": "interactive",
    "interactive": {
        "type": "button",
        "body": {"text": "Which?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
    },
}


def page(sandbox, path):
    return requests.get(sandbox.base + path, timeout=5).text


def post(sandbox, path, **form):
    return requests.post(sandbox.base + path, data=form, timeout=5, allow_redirects=False)


@pytest.mark.parametrize(
    "path", ["/", "/phone/", PHONE, "/log/", "/weather/", "/moderator/", "/phone", "/log", "/weather", "/moderator"]
)
def test_pages_say_what_they_are_and_run_no_inline_script(sandbox, path):
    answer = requests.get(sandbox.base + path, timeout=5)
    assert answer.status_code == 200
    assert "nothing leaves this machine" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.text.count("<script") == answer.text.count('<script src="/static/')
    assert "style=" not in answer.text and "onclick" not in answer.text


def test_phone_says_when_nobody_listens(sandbox):
    assert "No app is subscribed to this number yet: connect it in Galantis first" in page(sandbox, PHONE)
    assert post(sandbox, f"{PHONE}/send", text="Hi").status_code == 400


def test_customer_writes_without_javascript(sandbox, token, app):
    answer = post(sandbox, f"{PHONE}/send", text="<b>Hi</b>\r\nthere")
    assert (answer.status_code, answer.headers["Location"]) == (303, PHONE)
    wait_for(lambda: app.received)
    assert app.values()[0]["messages"][0]["text"] == {"body": "<b>Hi</b>\nthere"}
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page(sandbox, PHONE)
    wait_for(lambda: "✓✓ delivered" in page(sandbox, PHONE))


def test_empty_text_is_not_sent(sandbox, token, app):
    assert post(sandbox, f"{PHONE}/send", text="  ").status_code == 303
    assert "No messages yet" in page(sandbox, PHONE)


def test_bubble_appears_once_delivered_and_is_read_by_looking(sandbox, chatting, app):
    wamid = sandbox.send(chatting, text={"body": "Your order is ready"}).json()["messages"][0]["id"]
    wait_for(lambda: len(app.statuses()) == 2)
    fragment = page(sandbox, f"{PHONE}/messages")
    assert "Your order is ready" in fragment and f'data-wamid="{wamid}"' in fragment
    wait_for(lambda: [s["status"] for s in app.statuses()] == ["sent", "delivered", "read"])


def test_tapping_a_button_answers_the_question(sandbox, chatting, app):
    wamid = sandbox.send(chatting, **QUESTION).json()["messages"][0]["id"]
    wait_for(lambda: len(app.statuses()) == 2)
    assert ">Yes<" in page(sandbox, PHONE)
    post(sandbox, f"{PHONE}/send", kind="button_reply", wamid=wamid, id="yes")
    answer = wait_for(lambda: [m for value in app.values() for m in value.get("messages", [])])[0]
    assert answer["interactive"] == {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}
    assert answer["context"] == {"from": "15550100001", "id": wamid}
    assert post(sandbox, f"{PHONE}/send", kind="button_reply", wamid=wamid, id="no").status_code == 400


def test_nonsense_by_hand_does_not_break_the_phone(sandbox, token):
    for content in ({"type": "text"}, {"type": "image", "image": 3}, {"type": "poll", "poll": {}}, {"type": "order"}):
        sandbox.control("inbound", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, message=content)
    assert page(sandbox, PHONE).count('class="bubble own"') == 4


def test_log_shows_calls_and_webhooks_but_no_secret(sandbox, chatting):
    code = sandbox.grant()
    token = sandbox.exchange(code).json()["access_token"]
    requests.get(f"{sandbox.base}/v23.0/{SHOP_NUMBER}?access_token={token}&appsecret_proof=feedbeef", timeout=5)
    app_token = f"{sandbox.settings.app_id}|{sandbox.settings.app_secret}"
    sandbox.get("debug_token", app_token, params={"input_token": token})
    sandbox.send(token, text={"body": "Look for me"})
    sandbox.send("EAAdead")
    log = wait_for(lambda: (text := page(sandbox, "/log/")) and "delivered · 200" in text and text)
    assert f"/{SHOP_NUMBER}/messages" in log and "Look for me" in log and "401 · 190" in log
    for secret in (token, chatting, code, sandbox.settings.app_secret, "feedbeef", "123456", "EAA"):
        assert secret not in log


def test_unknown_chat_is_404(sandbox):
    for path in (f"/phone/1/{SHOP_NUMBER}", f"/phone/{CUSTOMER}/1", "/phone/1/1/messages"):
        assert requests.get(sandbox.base + path, timeout=5).status_code == 404
