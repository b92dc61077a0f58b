import json

import pytest
import requests

from .catalogs import CATALOG
from .conftest import CUSTOMER, HIDDEN_CUSTOMER, HIDDEN_USER_ID, SHOP_NUMBER, wait_for

BUTTON = {"type": "reply", "reply": {"id": "a", "title": "A"}}
ROW = {"id": "a", "title": "A"}


def interactive(kind, action, **parts):
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "?"}, "action": action} | parts}


GOOD = {
    "text": {"type": "text", "text": {"body": "Hello", "preview_url": True}},
    "image": {"type": "image", "image": {"link": "https://example.com/a.png", "caption": "A"}},
    "video": {"type": "video", "video": {"id": "1234567890"}},
    "document": {"type": "document", "document": {"id": "1", "filename": "a.pdf", "caption": "A"}},
    "audio": {"type": "audio", "audio": {"id": "1", "voice": True}},
    "sticker": {"type": "sticker", "sticker": {"id": "1"}},
    "location": {"type": "location", "location": {"latitude": "37.44", "longitude": -122.16}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "A B", "first_name": "A"}}]},
    "button": interactive("button", {"buttons": [BUTTON]}, header={"type": "text", "text": "H"}, footer={"text": "F"}),
    "list": interactive("list", {"button": "Choose", "sections": [{"rows": [ROW]}]}),
    "cta_url": interactive(
        "cta_url", {"name": "cta_url", "parameters": {"display_text": "Go", "url": "https://example.com/"}}
    ),
    "location_request": interactive("location_request_message", {"name": "send_location"}),
    "product": {
        "type": "interactive",
        "interactive": {"type": "product", "action": {"catalog_id": CATALOG, "product_retailer_id": "sku-1"}},
    },
    "product_list": interactive(
        "product_list",
        {"catalog_id": CATALOG, "sections": [{"product_items": [{"product_retailer_id": "sku-1"}]}]},
        header={"type": "text", "text": "H"},
    ),
    "catalog_message": interactive("catalog_message", {"name": "catalog_message"}),
}

BAD = {  # the field complained about: the message
    "text": {"type": "text", "text": None},
    "text.body": {"type": "text", "text": {"body": ""}},
    "text.body must be at most 4096": {"type": "text", "text": {"body": "a" * 4097}},
    "text: must be an object": {"type": "text", "text": "Hello"},
    "text.preview_url": {"type": "text", "text": {"body": "a", "preview_url": "yes"}},
    "type must be one of": {"type": "telegram"},
    "image: needs either": {"type": "image", "image": {}},
    "video: needs either": {"type": "video", "video": {"id": "1", "link": "https://example.com/"}},
    "image.link": {"type": "image", "image": {"link": "javascript:alert(1)"}},
    "audio.caption": {"type": "audio", "audio": {"id": "1", "caption": "A"}},
    "image.filename": {"type": "image", "image": {"id": "1", "filename": "a"}},
    "location.longitude": {"type": "location", "location": {"latitude": 1}},
    "location.latitude": {"type": "location", "location": {"latitude": 91, "longitude": 1}},
    "contacts[0].name.first_name": {"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}]},
    "reaction.emoji": {"type": "reaction", "reaction": {"message_id": "wamid.x"}},
    "interactive.type": {"type": "interactive", "interactive": {"type": "quiz"}},
    "interactive.body": {"type": "interactive", "interactive": {"type": "button", "action": {"buttons": [BUTTON]}}},
    "interactive.action.buttons": interactive("button", {"buttons": [BUTTON] * 4}),
    "buttons ids": interactive("button", {"buttons": [BUTTON] * 2}),
    "interactive.action.buttons[0].reply.title": interactive(
        "button", {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "a" * 21}}]}
    ),
    "interactive.action.sections[1].title": interactive(
        "list", {"button": "B", "sections": [{"title": "A", "rows": [ROW]}, {"rows": [{"id": "b", "title": "B"}]}]}
    ),
    "interactive.header": interactive("list", {}, header={"type": "image", "image": {"id": "1"}}),
    "interactive.header is required": interactive("product_list", {"catalog_id": "1", "sections": []}),
    "interactive.footer": interactive("location_request_message", {"name": "send_location"}, footer={"text": "F"}),
    "interactive.action.parameters.url": interactive(
        "cta_url", {"name": "cta_url", "parameters": {"display_text": "Go", "url": "tel:1"}}
    ),
    "context.message_id": {"context": {}},
    "biz_opaque_callback_data": {"biz_opaque_callback_data": "a" * 513},
    "recipient": {"to": None, "recipient": "someone"},
    "to: not a phone number": {"to": "somebody"},
    "recipient_type": {"recipient_type": "group"},
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_message_is_accepted(sandbox, chatting, name):
    message = dict(GOOD[name])
    if "id" in message.get(name, {}):
        message[name] = message[name] | {"id": sandbox.upload(chatting, name).json()["id"]}
    answer = sandbox.send(chatting, **message)
    assert answer.status_code == 200, answer.text
    assert answer.json()["contacts"] == [{"input": CUSTOMER, "wa_id": CUSTOMER}]
    assert answer.json()["messages"][0]["id"].startswith("wamid.HBgL")
    page = requests.get(f"{sandbox.base}/phone/{CUSTOMER}/{SHOP_NUMBER}", timeout=5)
    assert page.ok


@pytest.mark.parametrize("field", BAD)
def test_refusal_names_the_field(sandbox, token, field):
    answer = sandbox.send(token, **BAD[field])
    error = answer.json()["error"]
    assert answer.status_code == 400 and error["code"] in (100, 131008, 131009, 131051)
    assert field in error["error_data"]["details"]
    assert sandbox.sent() == []


def test_recipient_and_product_are_required(sandbox, token):
    assert "parameter to is required" in sandbox.send(token, to=None).json()["error"]["message"]
    assert "messaging_product" in sandbox.send(token, messaging_product=None).json()["error"]["message"]


def test_broken_json_is_refused(sandbox, token):
    headers = {"Content-Type": "application/json"}
    url = f"{sandbox.base}/v23.0/{SHOP_NUMBER}/messages?access_token={token}"
    for body in (b"{", b"[]", b"\xff", b'"text"'):
        assert requests.post(url, data=body, headers=headers, timeout=5).json()["error"]["code"] == 100


def test_unknown_template_is_404(sandbox, token):
    template = {"name": "order_ready", "language": {"code": "de"}}
    answer = sandbox.send(token, type="template", template=template)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 132001)


def test_statuses_come_in_order_with_our_reference(sandbox, chatting, app):
    wamid = sandbox.send(chatting, biz_opaque_callback_data="ref-1").json()["messages"][0]["id"]
    wait_for(lambda: len(app.statuses()) == 2)
    sandbox.control("open", customer=CUSTOMER, phone_number_id=SHOP_NUMBER)
    sent, delivered, read = wait_for(lambda: len(app.statuses()) == 3 and app.statuses())
    assert [s["status"] for s in (sent, delivered, read)] == ["sent", "delivered", "read"]
    assert {s["id"] for s in (sent, delivered, read)} == {wamid}
    assert {s["biz_opaque_callback_data"] for s in (sent, delivered, read)} == {"ref-1"}
    assert sent["pricing"]["category"] == "service" and "expiration_timestamp" in sent["conversation"]
    assert "pricing" not in read


def test_message_to_an_open_chat_is_read_at_once(sandbox, chatting, app):
    sandbox.control("open", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, keep_open=True)
    sandbox.send(chatting)
    wait_for(lambda: [s["status"] for s in app.statuses()] == ["sent", "delivered", "read"])


@pytest.mark.parametrize(("to", "code"), [(CUSTOMER, 131047), ("15559999999", 131026)])
def test_accepted_message_may_fail_later(sandbox, token, app, to, code):
    assert sandbox.send(token, to=to, biz_opaque_callback_data="r").status_code == 200
    (failed,) = wait_for(app.statuses)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", code)
    assert failed["biz_opaque_callback_data"] == "r"
    assert "contacts" not in app.values()[0] and "recipient_user_id" not in failed


def test_window_can_be_closed_by_hand(sandbox, chatting, app):
    sandbox.control("window", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, open=False)
    sandbox.send(chatting)
    assert wait_for(app.statuses)[0]["errors"][0]["code"] == 131047


def test_number_may_be_written_in_the_usual_ways(sandbox, chatting):
    for to in ("+1 555-010-0101", "1 (555) 010 0101", "5550100101"):
        assert sandbox.send(chatting, to=to).json()["contacts"] == [{"input": to, "wa_id": CUSTOMER}]


def test_sender_cannot_write_to_itself(sandbox, token):
    assert sandbox.send(token, to="+15550100001").json()["error"]["code"] == 131021


def test_customer_who_hides_her_number_is_known_by_user_id_only(sandbox, token, app):
    sandbox.write("Hi", HIDDEN_USER_ID)
    (value,) = wait_for(app.values)
    assert value["contacts"][0]["user_id"] == value["messages"][0]["from_user_id"] == HIDDEN_USER_ID
    answer = sandbox.send(token, to=None, recipient=HIDDEN_USER_ID)
    assert answer.json()["contacts"] == [{"input": HIDDEN_USER_ID, "user_id": HIDDEN_USER_ID}]
    wait_for(lambda: len(app.statuses()) == 2)
    assert HIDDEN_CUSTOMER not in json.dumps(app.values())


def test_reaction_is_only_ever_sent(sandbox, chatting, app):
    wamid = sandbox.write("React to this")
    sandbox.send(chatting, type="reaction", reaction={"message_id": wamid, "emoji": "👍"})
    wait_for(app.statuses)
    page = f"{sandbox.base}/phone/{CUSTOMER}/{SHOP_NUMBER}"
    assert 'title="Reaction">👍' in requests.get(page, timeout=5).text
    sandbox.send(chatting)
    wait_for(lambda: len(app.statuses()) >= 3)
    assert [s["status"] for s in app.statuses()].count("delivered") == 1


def test_reaction_to_nothing_fails_later(sandbox, chatting, app):
    sandbox.send(chatting, type="reaction", reaction={"message_id": "wamid.nothing", "emoji": "👍"})
    assert wait_for(app.statuses)[0]["errors"][0]["code"] == 131009


def test_reading_a_message_shows_on_the_phone(sandbox, chatting):
    wamid = sandbox.write("Hello?")
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": wamid,
        "typing_indicator": {"type": "text"},
    }
    assert sandbox.post(f"{SHOP_NUMBER}/messages", chatting, json=body).json() == {"success": True}
    page = requests.get(f"{sandbox.base}/phone/{CUSTOMER}/{SHOP_NUMBER}", timeout=5).text
    assert "✓✓ read" in page and "typing…" in page
    unknown = sandbox.post(f"{SHOP_NUMBER}/messages", chatting, json=body | {"message_id": "wamid.nothing"})
    assert unknown.json()["error"]["code"] == 131009


def test_sent_lists_accepted_messages_in_order(sandbox, chatting):
    wamids = [sandbox.send(chatting, text={"body": f"{n}"}).json()["messages"][0]["id"] for n in range(3)]
    sent = sandbox.sent()
    assert [message["wamid"] for message in sent] == wamids
    assert sent[1]["body"]["text"] == {"body": "1"} and "access_token" not in sent[1]["body"]


def test_any_status_can_be_emitted_by_hand(sandbox, chatting, app):
    wamid = sandbox.send(chatting).json()["messages"][0]["id"]
    wait_for(lambda: len(app.statuses()) == 2)
    sandbox.control("status", wamid=wamid, status="sent")
    sandbox.control("status", wamid=wamid, status="failed", error_code=131049)
    wait_for(lambda: len(app.statuses()) == 4)
    assert {s["status"] for s in app.statuses()[2:]} == {"sent", "failed"}
