"""What becomes of a connection: told to the app as Meta tells it, and true afterwards."""

import json
import time

import pytest
import requests

from sandbox.pages.happenings import OF_ACCOUNT, OF_NUMBER

from .conftest import CUSTOMER, OUTLET, SHOP, SHOP_NUMBER, App, wait_for

BUSINESS, PARTNER = "800000000000001", "800000000000009"
RESTRICTION = "RESTRICTED_BIZ_INITIATED_MESSAGING"
HELLO = {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}}}


def happen(sandbox, event="", waba_id=SHOP, **data):
    value = data.pop("value", {"event": event})
    return sandbox.control("account_event", waba_id=waba_id, value=value, **data)


def entries(app):
    return [entry for body, _ in list(app.received) for entry in json.loads(body)["entry"]]


def error_of(answer):
    return answer.json()["error"]


def ban(state):
    return {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state, "waba_ban_date": "DATE"}}


def restriction(expiration):
    return {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": RESTRICTION, "expiration": expiration}],
    }


def test_news_of_a_partner_comes_from_the_apps_own_business(sandbox, app):
    assert happen(sandbox, "PARTNER_APP_UNINSTALLED")["is_told"]
    (entry,) = wait_for(lambda: entries(app))
    assert (entry["id"], type(entry["time"])) == (PARTNER, int)
    info = {"waba_id": SHOP, "owner_business_id": BUSINESS, "partner_app_id": sandbox.settings.app_id}
    value = {"event": "PARTNER_APP_UNINSTALLED", "waba_info": info}
    assert entry["changes"] == [{"value": value, "field": "account_update"}]


def test_news_of_an_account_comes_from_the_account(sandbox, app):
    happen(sandbox, value={"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ALCOHOL"}})
    assert wait_for(lambda: entries(app))[0]["id"] == SHOP


def test_account_events_go_to_the_app_and_not_to_the_accounts_own_callback(sandbox, token, app):
    other = App()
    body = {"override_callback_uri": other.url, "verify_token": "sandbox-verify-token"}
    sandbox.post(f"{SHOP}/subscribed_apps", token, json=body)
    happen(sandbox, "PARTNER_REMOVED")
    wait_for(lambda: entries(app))
    other.server.shutdown()
    assert not other.received


def test_other_fields_need_a_subscription(sandbox, app):
    value = {"decision": "REJECTED"}
    assert not happen(sandbox, value=value, field="account_review_update")["is_told"]
    token = sandbox.connect()
    assert happen(sandbox, value=value, field="account_review_update")["is_told"]
    assert entries_of(app, "account_review_update") == [value]
    fields = {"fields": "account_review_status"}
    assert sandbox.get(SHOP, token, params=fields).json()["account_review_status"] == "REJECTED"


def entries_of(app, field):
    def found():
        changes = [change for entry in entries(app) for change in entry["changes"]]
        return [change["value"] for change in changes if change["field"] == field]

    return wait_for(found)


def test_account_taken_away_is_lost_to_a_token_that_reaches_another_one(sandbox, token):
    happen(sandbox, "PARTNER_REMOVED")
    assert error_of(sandbox.get(SHOP, token))["error_subcode"] == 33
    assert sandbox.get(f"{OUTLET}/subscribed_apps", token).json() == {"data": []}
    happen(sandbox, "PARTNER_REMOVED", waba_id=OUTLET)
    assert error_of(sandbox.get(OUTLET, token))["error_subcode"] == 458


def test_uninstalled_app_has_a_dead_token_and_no_subscription(sandbox, token):
    happen(sandbox, "PARTNER_APP_UNINSTALLED")
    answer = sandbox.get(OUTLET, token)
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["error_subcode"]) == (401, 190, 458)
    assert sandbox.get(f"{SHOP}/subscribed_apps", sandbox.token()).json() == {"data": []}


def test_number_taken_away_is_disconnected(sandbox, token):
    happen(sandbox, value={"event": "PARTNER_REMOVED", "phone_number": "15550100001"})
    assert sandbox.get(SHOP_NUMBER, token, params={"fields": "status"}).json()["status"] == "DISCONNECTED"


def test_deleted_account_is_gone_for_everybody(sandbox, token):
    happen(sandbox, "ACCOUNT_DELETED")
    for path in (SHOP, SHOP_NUMBER, f"{SHOP}/message_templates"):
        assert error_of(sandbox.get(path, token))["error_subcode"] == 33
    assert sandbox.get(OUTLET, token).ok
    dialog = {"client_id": sandbox.settings.app_id, "redirect_uri": "http://shop.example/"}
    page = requests.get(f"{sandbox.base}/v23.0/dialog/oauth", params=dialog, timeout=5).text
    assert f'id="waba-{OUTLET}"' in page and f'id="waba-{SHOP}"' not in page
    app_token = f"{sandbox.settings.app_id}|{sandbox.settings.app_secret}"
    data = sandbox.get("debug_token", app_token, params={"input_token": token}).json()["data"]
    assert data["is_valid"] and data["granular_scopes"][0]["target_ids"] == [OUTLET]


def test_disabled_account_cannot_send_until_it_is_reinstated(sandbox, chatting):
    happen(sandbox, value=ban("SCHEDULE_FOR_DISABLE"))
    assert sandbox.send(chatting).ok
    happen(sandbox, value=ban("DISABLE"))
    answer = sandbox.send(chatting)
    assert (answer.status_code, error_of(answer)["code"]) == (403, 131031)
    assert sandbox.get(SHOP_NUMBER, chatting).ok
    happen(sandbox, value=ban(["REINSTATE"]))
    assert sandbox.send(chatting).ok
    assert "must be one of" in happen(sandbox, "DISABLED_UPDATE")["error"]


def test_restricted_account_may_not_begin_conversations_until_it_ends(sandbox, token):
    happen(sandbox, value=restriction(int(time.time()) + 60))
    answer = sandbox.send(token, **HELLO)
    assert (answer.status_code, error_of(answer)["code"]) == (403, 368)
    sandbox.control("window", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, open=True)
    assert sandbox.send(token, **HELLO).ok
    sandbox.control("window", customer=CUSTOMER, phone_number_id=SHOP_NUMBER, open=False)
    happen(sandbox, value=restriction(int(time.time()) - 1))
    assert sandbox.send(token, **HELLO).ok


def test_only_told_changes_nothing(sandbox, token, app):
    assert happen(sandbox, "ACCOUNT_DELETED", only_tell=True)["is_told"]
    assert happen(sandbox, "DISABLED_UPDATE", only_tell=True)["is_told"]
    assert [value["event"] for value in entries_of(app, "account_update")][:1] == ["ACCOUNT_DELETED"]
    assert sandbox.get(SHOP, token).ok


def test_phone_app_leaves_and_comes_back(sandbox, token):
    sandbox.control("number", phone_number_id=SHOP_NUMBER, is_on_biz_app=True)
    for event, status in (("ACCOUNT_OFFBOARDED", "DISCONNECTED"), ("ACCOUNT_RECONNECTED", "CONNECTED")):
        happen(sandbox, event)
        assert sandbox.get(SHOP_NUMBER, token, params={"fields": "status"}).json()["status"] == status


@pytest.mark.parametrize(
    "field, value, fields",
    [
        (
            "phone_number_quality_update",
            {"event": "FLAGGED", "max_daily_conversations_per_business": "TIER_10K"},
            {"quality_rating": "RED", "status": "FLAGGED", "whatsapp_business_manager_messaging_limit": "TIER_10K"},
        ),
        (
            "phone_number_name_update",
            {"decision": "APPROVED", "requested_verified_name": "New Name", "rejection_reason": None},
            {"verified_name": "New Name", "name_status": "APPROVED"},
        ),
        ("phone_number_name_update", {"decision": "REJECTED"}, {"name_status": "DECLINED"}),
        ("security", {"event": "PIN_REQUEST_SUCCESS", "requester": "1"}, {"is_pin_enabled": False}),
        (
            "business_capability_update",
            {"max_daily_conversations_per_business": -1, "max_phone_numbers_per_business": 2},
            {"whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED"},
        ),
        ("account_alerts", {"entity_type": "WABA", "alert_info": {"alert_type": "X"}}, {"status": "CONNECTED"}),
    ],
)
def test_news_of_a_number_is_told_and_true(sandbox, token, app, field, value, fields):
    happen(sandbox, value=value, field=field, phone_number_id=SHOP_NUMBER)
    (told,) = entries_of(app, field)
    assert told | value == told
    if field.startswith(("phone", "security")):
        assert told["display_phone_number"] == "15550100001"
    read = sandbox.get(SHOP_NUMBER, token, params={"fields": ",".join(fields)}).json()
    assert read == fields | {"id": SHOP_NUMBER}


def test_business_told_of_two_numbers_gets_no_more(sandbox, token):
    happen(sandbox, value={"max_phone_numbers_per_business": 2}, field="business_capability_update")
    body = {"cc": "1", "phone_number": "5550100009", "verified_name": "Example"}
    assert error_of(sandbox.post(f"{SHOP}/phone_numbers", token, json=body))["code"] == 100


def test_number_changed_by_hand_tells_only_when_asked(sandbox, token, app):
    changes = {"quality_rating": "RED", "verified_name": "New", "name_status": "PENDING_REVIEW"}
    assert sandbox.control("number", phone_number_id=SHOP_NUMBER, **changes)["told"] == []
    back = {"quality_rating": "GREEN", "name_status": "DECLINED", "messaging_limit": "TIER_250", "tell": True}
    told = sandbox.control("number", phone_number_id=SHOP_NUMBER, **back)["told"]
    assert told == ["phone_number_quality_update", "phone_number_quality_update", "phone_number_name_update"]
    wait_for(lambda: len(entries(app)) == 3)
    assert [value["event"] for value in entries_of(app, "phone_number_quality_update")] == ["UNFLAGGED", "DOWNGRADE"]
    assert entries_of(app, "phone_number_name_update")[0]["decision"] == "REJECTED"
    assert "must be one of" in sandbox.control("number", phone_number_id=SHOP_NUMBER, status="TIRED")["error"]


@pytest.mark.parametrize("status, code", [("RESTRICTED", 131031), ("RATE_LIMITED", 131048), ("DISCONNECTED", 133010)])
def test_number_that_is_stopped_does_not_send(sandbox, token, status, code):
    sandbox.control("number", phone_number_id=SHOP_NUMBER, status=status)
    assert error_of(sandbox.send(token))["code"] == code


# --- tokens and subscriptions


def test_tokens_expire_when_told(sandbox, token):
    assert sandbox.control("token_settings", waba_id=SHOP, expires_in=-1) == {"changed": 1}
    assert error_of(sandbox.get(SHOP, token))["error_subcode"] == 463
    sandbox.control("token_settings", waba_id=SHOP, expires_in=0)
    assert sandbox.get(SHOP, token).ok
    assert "error" in sandbox.control("token_settings", waba_id=SHOP, expires_in="soon")


def test_tokens_lose_a_permission_or_an_account(sandbox, chatting):
    sandbox.control("token_settings", waba_id=SHOP, lose_scope="whatsapp_business_messaging")
    assert error_of(sandbox.send(chatting))["code"] == 200
    sandbox.control("token_settings", waba_id=SHOP, lose_waba=True)
    assert error_of(sandbox.get(SHOP, chatting))["error_subcode"] == 33
    assert sandbox.get(OUTLET, chatting).ok
    assert "error" in sandbox.control("token_settings", waba_id=SHOP, lose_scope="happiness")


def test_subscription_may_vanish_without_a_word(sandbox, token, app):
    assert sandbox.control("unsubscribe", waba_id=SHOP) == {"was_subscribed": True}
    assert sandbox.get(f"{SHOP}/subscribed_apps", token).json() == {"data": []}
    assert not app.received


def test_buttons_of_the_start_page_do_what_they_say(sandbox, token):
    def press(**form):
        return requests.post(f"{sandbox.base}/happen/", data=form, timeout=5, allow_redirects=False).status_code

    assert press(what="disabled", waba_id=SHOP) == 303
    assert press(what="red", phone_number_id=SHOP_NUMBER) == 303
    page = requests.get(sandbox.base, timeout=5).text
    assert ">Disabled<" in page and "Quality: RED" in page
    assert press(what="disabled", phone_number_id=SHOP_NUMBER) == 400
    assert press(what="deleted", waba_id="1") == 400


def test_every_button_of_the_start_page_works(sandbox):
    for choices, key, value in ((OF_ACCOUNT, "waba_id", SHOP), (OF_NUMBER, "phone_number_id", SHOP_NUMBER)):
        for what in choices:
            answer = requests.post(f"{sandbox.base}/happen/", data={"what": what, key: value}, timeout=5)
            assert answer.ok, what


def test_popup_tells_the_app_of_its_new_customer(sandbox, app):
    form = {"client_id": sandbox.settings.app_id, "display": "popup", "origin": "http://shop.example"}
    requests.post(f"{sandbox.base}/v23.0/dialog/oauth", data=form | {"number": SHOP_NUMBER}, timeout=5)
    (value,) = entries_of(app, "account_update")
    assert value == {"event": "PARTNER_ADDED", "waba_info": {"waba_id": SHOP, "owner_business_id": BUSINESS}}
