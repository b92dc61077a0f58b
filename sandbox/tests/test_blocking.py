from .conftest import CUSTOMER, SHOP_NUMBER, wait_for
from .test_customers import do, told
from .test_pages import PHONE, page

STRANGER = "15550100102"


def call(sandbox, token, *users, method="POST"):
    body = {"messaging_product": "whatsapp", "block_users": [{"user": user} for user in users]}
    address = f"{sandbox.base}/v23.0/{SHOP_NUMBER}/block_users"
    headers = {"Authorization": f"Bearer {token}"}
    return sandbox.session.request(method, address, json=body, headers=headers, timeout=5)


def blocked(sandbox, token, **params):
    return sandbox.get(f"{SHOP_NUMBER}/block_users", token, params=params).json()


def test_who_is_blocked_is_not_heard_and_not_written_to(sandbox, chatting, app):
    answer = call(sandbox, chatting, f"+{CUSTOMER}")
    users = {"added_users": [{"input": f"+{CUSTOMER}", "wa_id": CUSTOMER}]}
    assert (answer.status_code, answer.json()) == (200, {"messaging_product": "whatsapp", "block_users": users})
    assert call(sandbox, chatting, CUSTOMER).ok
    assert blocked(sandbox, chatting)["data"] == [{"messaging_product": "whatsapp", "wa_id": CUSTOMER}]

    sandbox.write("Let me in")
    assert "Let me in" in page(sandbox, PHONE) and "The shop has blocked this customer" in page(sandbox, PHONE)
    refused = sandbox.send(chatting)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 130403)

    answer = call(sandbox, chatting, CUSTOMER, method="DELETE").json()
    assert answer["block_users"] == {"removed_users": [{"input": CUSTOMER, "wa_id": CUSTOMER}]}
    assert blocked(sandbox, chatting) == {"data": []}
    do(sandbox, "text", text="And now?")
    assert [message["text"]["body"] for message in told(app)] == ["And now?"]


def test_a_message_on_its_way_fails_when_its_customer_is_blocked(sandbox, chatting, app):
    sandbox.control("weather", hold_statuses=True)
    assert sandbox.send(chatting).ok
    call(sandbox, chatting, CUSTOMER)
    sandbox.control("weather", hold_statuses=False)
    failed = wait_for(lambda: [status for status in app.statuses() if status["status"] == "failed"])
    assert failed[0]["errors"][0]["code"] == 130403


def test_only_who_wrote_today_can_be_blocked_and_the_others_are(sandbox, chatting):
    answer = call(sandbox, chatting, STRANGER, CUSTOMER, "15559999999")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 139100)
    users = answer.json()["block_users"]
    assert [each["wa_id"] for each in users["added_users"]] == [CUSTOMER]
    assert [each["errors"][0]["code"] for each in users["failed_users"]] == [131047, 131026]
    assert [row["wa_id"] for row in blocked(sandbox, chatting)["data"]] == [CUSTOMER]


def test_the_list_comes_in_pages(sandbox, token):
    customers = sandbox.control("customers", count=3, phone_number_id=SHOP_NUMBER)["customers"]
    assert call(sandbox, token, *customers).ok
    first = blocked(sandbox, token, limit=2)
    rest = blocked(sandbox, token, limit=2, after=first["paging"]["cursors"]["after"])
    assert [row["wa_id"] for row in first["data"] + rest["data"]] == customers
    assert "next" in first["paging"] and "next" not in rest["paging"]


def test_what_is_no_list_of_users_is_refused(sandbox, token):
    for body in ({}, {"messaging_product": "whatsapp"}, {"messaging_product": "whatsapp", "block_users": []}):
        assert sandbox.post(f"{SHOP_NUMBER}/block_users", token, json=body).json()["error"]["code"] == 100
    assert sandbox.post(f"{SHOP_NUMBER}/block_users", "", json={}).json()["error"]["code"] == 104


def test_the_weather_refuses_to_block(sandbox, chatting):
    sandbox.control("weather", block_refused=139102)
    assert call(sandbox, chatting, CUSTOMER).json()["error"]["code"] == 139102
    assert blocked(sandbox, chatting) == {"data": []}
