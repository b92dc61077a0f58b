import hashlib
import hmac
import json
from types import SimpleNamespace

from sandbox import bodies, state
from sandbox.state import Update

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


def statuses_by_message(app):
    found = {}
    for status in app.statuses():
        found.setdefault(status["id"], []).append(status["status"])
    return found


def send_many(sandbox, token, count):
    sandbox.control("weather", no_pair_limit=True, no_throughput_limit=True)
    return [sandbox.send(token, biz_opaque_callback_data=f"ref-{n}").json()["messages"][0]["id"] for n in range(count)]


def test_many_updates_travel_in_one_webhook(sandbox, chatting, app):
    sandbox.control("weather", batch=1000, hold_statuses=True)
    wamids = send_many(sandbox, chatting, 150)
    sandbox.control("weather", hold_statuses=False)
    wait_for(lambda: statuses_by_message(app) == dict.fromkeys(wamids, ["sent", "delivered"]))
    largest = max((json.loads(body) for body, _ in app.received), key=lambda body: len(json.dumps(body)))
    assert len(app.received) <= 10
    assert len(largest["entry"][0]["changes"]) > 1
    assert len(largest["entry"][0]["changes"][0]["value"]["statuses"]) == 100
    assert len(largest["entry"][0]["changes"][0]["value"]["contacts"]) == 1


def test_updates_of_two_accounts_share_a_webhook():
    meta = SimpleNamespace(world=None)
    value = {"metadata": {"phone_number_id": "1"}, "statuses": [{"id": "a"}]}
    updates = [
        Update("1", "messages", value, 0.0),
        Update("1", "messages", value | {"statuses": [{"id": "b"}]}, 0.0),
        Update("1", "messages", value | {"metadata": {"phone_number_id": "2"}}, 0.0),
        Update("2", "messages", value, 0.0),
        Update("2", "account_update", {"event": "X"}, 5.5),
        Update("2", "messages", value, 0.0),
    ]
    entries = json.loads(bodies.body_of(meta, updates))["entry"]
    assert [(entry["id"], len(entry["changes"]), entry.get("time")) for entry in entries] == [
        ("1", 2, None),
        ("2", 1, None),
        ("2", 1, 5),
        ("2", 1, None),
    ]
    assert [status["id"] for status in entries[0]["changes"][0]["value"]["statuses"]] == ["a", "b"]
    assert value["statuses"] == [{"id": "a"}]


def test_every_webhook_twice(sandbox, chatting, app):
    sandbox.control("weather", duplicate=True)
    (wamid,) = send_many(sandbox, chatting, 1)
    wait_for(lambda: sorted(statuses_by_message(app).get(wamid, [])) == ["delivered"] * 2 + ["sent"] * 2)
    assert len({body for body, _ in app.received}) == 2


def test_out_of_order_and_late_and_all_there(sandbox, chatting, app):
    sandbox.control("weather", reorder=True, webhook_delay=0.3)
    wamids = send_many(sandbox, chatting, 20)
    wait_for(lambda: len(app.statuses()) == 40)
    assert {wamid: sorted(each) for wamid, each in statuses_by_message(app).items()} == dict.fromkeys(
        wamids, ["delivered", "sent"]
    )
    assert ["delivered", "sent"] in statuses_by_message(app).values()


def test_status_comes_before_the_answer(sandbox, chatting, app):
    sandbox.control("weather", early_status=True)
    sandbox.send(chatting)
    assert app.statuses()[0]["status"] == "sent"
    wait_for(lambda: [status["status"] for status in app.statuses()] == ["sent", "delivered"])


def test_held_webhooks_come_when_they_may(sandbox, chatting, app):
    sandbox.control("weather", hold_webhooks=True)
    sandbox.write()
    (wamid,) = send_many(sandbox, chatting, 1)
    wait_for(lambda: sandbox.session.get(f"{sandbox.base}/control/webhooks").json()["pending"] == 3)
    assert app.received == []
    sandbox.control("weather", hold_webhooks=False)
    wait_for(lambda: statuses_by_message(app) == {wamid: ["sent", "delivered"]} and len(app.received) == 3)


def test_app_that_is_away_loses_nothing(sandbox, chatting, app):
    app.answers = [503] * 12
    wamids = send_many(sandbox, chatting, 10)
    wait_for(lambda: sorted(statuses_by_message(app)) == sorted(wamids) and not app.answers)
    wait_for(lambda: sandbox.session.get(f"{sandbox.base}/control/webhooks").json()["pending"] == 0)


def test_accepted_is_counted_by_reference(sandbox, chatting, app):
    send_many(sandbox, chatting, 3)
    sandbox.send(chatting, biz_opaque_callback_data="ref-1")
    sandbox.send(chatting)
    assert sandbox.session.get(f"{sandbox.base}/control/accepted").json() == {"ref-0": 1, "ref-1": 2, "ref-2": 1, "": 1}
    other = {"phone_number_id": "200000000000002"}
    assert sandbox.session.get(f"{sandbox.base}/control/accepted", params=other).json() == {}


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
    first.write("While nobody listens")
    wamid = first.send(token, biz_opaque_callback_data="ref").json()["messages"][0]["id"]
    first.stop()
    assert path.stat().st_mode & 0o077 == 0
    second = Sandbox(webhook_url=app.url, snapshot=str(path))
    try:
        assert second.get(SHOP, token).ok
        assert second.sent()[0]["wamid"] == wamid
        assert second.session.get(f"{second.base}/control/accepted").json() == {"ref": 1}
        wait_for(lambda: [s["status"] for s in app.statuses()] == ["sent", "delivered"])
        wait_for(lambda: any("messages" in value for value in app.values()))
    finally:
        second.stop()


def test_held_webhooks_survive_a_restart(tmp_path, app):
    first = Sandbox(webhook_url=app.url, snapshot=str(tmp_path / "snapshot.json"))
    first.connect()
    first.control("weather", hold_webhooks=True)
    wamid = first.write()
    first.stop()
    second = Sandbox(webhook_url=app.url, snapshot=str(tmp_path / "snapshot.json"))
    try:
        assert wait_for(app.values)[0]["messages"][0]["id"] == wamid
    finally:
        second.stop()


def test_old_messages_are_forgotten_and_still_counted(monkeypatch):
    monkeypatch.setattr(state, "MESSAGES_KEPT", 3)
    world = state.World()
    for number in range(10):
        message = state.ChatMessage(f"wamid.{number}", CUSTOMER, SHOP_NUMBER, False, "text", {}, 0.0)
        message.biz_opaque_callback_data = f"ref-{number}"
        world.add_message(message)
        world.note_accepted(message)
    assert list(world.messages) == ["wamid.7", "wamid.8", "wamid.9"]
    assert list(world.chat(CUSTOMER, SHOP_NUMBER).wamids) == list(world.messages)
    assert len(world.accepted) == 10


def test_broken_snapshot_is_set_aside(tmp_path):
    for content in ("{", "[]", '{"wabas": 1}'):
        path = tmp_path / "snapshot.json"
        path.write_text(content)
        sandbox = Sandbox(snapshot=str(path))
        assert sandbox.token()
        sandbox.stop()
    assert list(tmp_path.glob("snapshot.json.broken-*"))
