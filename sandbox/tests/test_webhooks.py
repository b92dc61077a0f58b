import hashlib
import hmac
import json

from .conftest import CUSTOMER, SHOP, SHOP_NUMBER, App, Sandbox, wait_for


def test_signature_is_over_the_bytes_that_travel(sandbox, token, app):
    sandbox.write("عميل 😀")
    body, headers = wait_for(lambda: app.received)[0]
    expected = hmac.new(sandbox.settings.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert headers["Content-Type"] == "application/json"
    assert b"\\u0639" in body and b"\\ud83d\\ude00" in body and b'": ' not in body


def test_message_of_a_customer_looks_as_from_meta(sandbox, token, app):
    wamid = sandbox.write("Hi")
    wait_for(lambda: app.received)
    body = json.loads(app.received[0][0])
    timestamp = body["entry"][0]["changes"][0]["value"]["messages"][0].pop("timestamp")
    assert timestamp.isdigit()
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100001", "phone_number_id": SHOP_NUMBER},
        "contacts": [
            {"profile": {"name": "Example Customer 1"}, "user_id": "US.10000000000000000101", "wa_id": CUSTOMER}
        ],
        "messages": [
            {
                "from": CUSTOMER,
                "from_user_id": "US.10000000000000000101",
                "id": wamid,
                "type": "text",
                "text": {"body": "Hi"},
            }
        ],
    }
    entry = {"id": SHOP, "changes": [{"value": value, "field": "messages"}]}
    assert body == {"object": "whatsapp_business_account", "entry": [entry]}


def test_webhook_is_tried_again_until_200(sandbox, token, app):
    app.answers = [500, 403]
    sandbox.write()
    wait_for(lambda: len(app.received) == 3)
    assert len({body for body, _ in app.received}) == 1
    counts = wait_for(lambda: (c := sandbox.session.get(f"{sandbox.base}/control/webhooks").json())["delivered"] and c)
    assert counts["pending"] == 0 and counts["latest"][0]["attempts"] == 3


def test_nobody_hears_of_an_account_without_subscription(sandbox, app):
    token = sandbox.token()
    sandbox.post(f"{SHOP_NUMBER}/register", token, json={"messaging_product": "whatsapp", "pin": "123456"})
    message = {"type": "text", "text": {"body": "Hi"}}
    answer = sandbox.control("inbound", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, message=message)
    assert "No app is subscribed" in answer["error"]


def test_override_callback_gets_the_webhooks(sandbox, token, app):
    other = App()
    body = {"override_callback_uri": other.url, "verify_token": "sandbox-verify-token"}
    sandbox.post(f"{SHOP}/subscribed_apps", token, json=body)
    sandbox.write()
    wait_for(lambda: other.received)
    other.server.shutdown()
    assert not app.received


def test_restart_goes_on_where_it_stopped(tmp_path, app):
    path = tmp_path / "snapshot.json"
    first = Sandbox(webhook_url="http://127.0.0.1:9/nobody", snapshot=str(path))
    token = first.connect()
    first.write()
    first.control("weather", hold_statuses=True)
    wamid = first.send(token).json()["messages"][0]["id"]
    first.stop()
    assert path.stat().st_mode & 0o077 == 0
    second = Sandbox(webhook_url=app.url, snapshot=str(path))
    try:
        assert second.get(SHOP, token).ok
        assert second.sent()[0]["wamid"] == wamid
        wait_for(lambda: [s["status"] for s in app.statuses()] == ["sent", "delivered"])
        wait_for(lambda: any("messages" in value for value in app.values()))
    finally:
        second.stop()


def test_broken_snapshot_is_set_aside(tmp_path):
    for content in ("{", "[]", '{"wabas": 1}'):
        path = tmp_path / "snapshot.json"
        path.write_text(content)
        sandbox = Sandbox(snapshot=str(path))
        assert sandbox.token()
        sandbox.stop()
    assert list(tmp_path.glob("snapshot.json.broken-*"))
