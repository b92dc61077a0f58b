from .conftest import OUTLET, OUTLET_NUMBER, SHOP, SHOP_NUMBER


def register(sandbox, token, pin, number=OUTLET_NUMBER):
    return sandbox.post(f"{number}/register", token, json={"messaging_product": "whatsapp", "pin": pin})


def code_of(answer):
    return answer.json()["error"]["code"]


def test_wrong_pin_is_refused_and_the_right_one_connects(sandbox):
    token = sandbox.token()
    assert code_of(register(sandbox, token, "000000")) == 133005
    assert sandbox.get(OUTLET_NUMBER, token, params={"fields": "status"}).json()["status"] == "PENDING"
    assert register(sandbox, token, "246810").json() == {"success": True}
    assert sandbox.get(OUTLET_NUMBER, token, params={"fields": "status"}).json()["status"] == "CONNECTED"


def test_first_pin_becomes_the_pin_of_the_number(sandbox):
    token = sandbox.token()
    assert register(sandbox, token, "111111", SHOP_NUMBER).ok
    assert code_of(register(sandbox, token, "222222", SHOP_NUMBER)) == 133005


def test_pin_has_six_digits(sandbox):
    token = sandbox.token()
    for pin in ("12345", "1234567", "12345a", ""):
        assert code_of(register(sandbox, token, pin)) == 100


def test_eleventh_registration_in_72_hours_is_refused(sandbox):
    token = sandbox.token()
    assert all(register(sandbox, token, "246810").ok for _ in range(10))
    assert code_of(register(sandbox, token, "246810")) == 133016


def test_number_that_is_not_registered_cannot_send(sandbox):
    assert code_of(sandbox.send(sandbox.token())) == 133010


def test_phone_numbers_come_in_pages(sandbox):
    token = sandbox.token()
    first = sandbox.get(f"{SHOP}/phone_numbers", token, params={"limit": 1, "fields": "verified_name"}).json()
    assert first["data"] == [{"verified_name": "Example Shop", "id": SHOP_NUMBER}]
    after = first["paging"]["cursors"]["after"]
    second = sandbox.get(f"{SHOP}/phone_numbers", token, params={"limit": 1, "after": after}).json()
    assert second["data"][0]["display_phone_number"] == "+1 555-010-0002"
    assert "next" in first["paging"] and "next" not in second["paging"]


def test_unknown_field_is_named(sandbox):
    answer = sandbox.get(SHOP_NUMBER, sandbox.token(), params={"fields": "id,shoe_size"})
    assert code_of(answer) == 100 and "shoe_size" in answer.json()["error"]["message"]


def test_any_version_and_none_are_understood(sandbox):
    token = sandbox.token()
    for path, version in (("/v19.0/", "v19.0"), ("/", "v23.0")):
        answer = sandbox.session.get(f"{sandbox.base}{path}{SHOP}", params={"access_token": token}, timeout=5)
        assert answer.json()["name"] == "Example Shop"
        assert answer.headers["facebook-api-version"] == version


def test_subscription_can_be_read_and_ended(sandbox):
    token = sandbox.token()
    assert sandbox.get(f"{OUTLET}/subscribed_apps", token).json() == {"data": []}
    sandbox.post(f"{OUTLET}/subscribed_apps", token)
    row = sandbox.get(f"{OUTLET}/subscribed_apps", token).json()["data"][0]
    assert row["whatsapp_business_api_data"]["id"] == sandbox.settings.app_id
    assert sandbox.session.delete(f"{sandbox.base}/{OUTLET}/subscribed_apps", params={"access_token": token}).ok
    assert sandbox.get(f"{OUTLET}/subscribed_apps", token).json() == {"data": []}


def test_override_callback_is_challenged_first(sandbox, app):
    token = sandbox.token()
    body = {"override_callback_uri": app.url, "verify_token": "wrong"}
    assert not sandbox.post(f"{SHOP}/subscribed_apps", token, json=body).ok
    assert sandbox.post(f"{SHOP}/subscribed_apps", token, json=body | {"verify_token": "sandbox-verify-token"}).ok
    assert sandbox.get(f"{SHOP}/subscribed_apps", token).json()["data"][0]["override_callback_uri"] == app.url


def test_app_callback_is_challenged_first(sandbox, app):
    path, app_token = f"{sandbox.settings.app_id}/subscriptions", f"{sandbox.settings.app_id}|sandbox-app-secret"
    form = {"object": "whatsapp_business_account", "callback_url": app.url, "fields": "messages"}
    assert code_of(sandbox.post(path, app_token, data=form | {"verify_token": "wrong"})) == 2200
    assert sandbox.post(path, app_token, data=form | {"verify_token": "sandbox-verify-token"}).json() == {
        "success": True
    }
