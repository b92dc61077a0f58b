"""A number of a shop that has none at WhatsApp yet, from the first call to CONNECTED."""

import requests

from sandbox.graph import verification

from .conftest import SHOP, SHOP_NUMBER

NEW = {"cc": "1", "phone_number": "5550100009", "verified_name": "Example Shop Returns"}


def error_of(answer):
    return answer.json()["error"]


def add(sandbox, token, **changes):
    return sandbox.post(f"{SHOP}/phone_numbers", token, json=NEW | changes)


def request_code(sandbox, token, number, **changes):
    body = {"code_method": "SMS", "language": "en_US"} | changes
    return sandbox.post(f"{number}/request_code", token, json=body)


def code_of(sandbox, number):
    return sandbox.session.get(f"{sandbox.base}/control/code", params={"phone_number_id": number}, timeout=5).json()


def register(sandbox, token, number):
    return sandbox.post(f"{number}/register", token, json={"messaging_product": "whatsapp", "pin": "123456"})


def test_new_number_waits_for_its_code_and_its_name(sandbox):
    token = sandbox.token()
    number = add(sandbox, token).json()["id"]
    fields = "display_phone_number,verified_name,status,code_verification_status,name_status,quality_rating"
    assert sandbox.get(number, token, params={"fields": fields}).json() == {
        "display_phone_number": "+1 555-010-0009",
        "verified_name": "Example Shop Returns",
        "status": "PENDING",
        "code_verification_status": "NOT_VERIFIED",
        "name_status": "PENDING_REVIEW",
        "quality_rating": "UNKNOWN",
        "id": number,
    }
    assert error_of(register(sandbox, token, number))["code"] == 133006


def test_number_is_verified_by_its_code_and_then_registered(sandbox):
    token = sandbox.token()
    number = add(sandbox, token).json()["id"]
    assert request_code(sandbox, token, number).json() == {"success": True}
    code = code_of(sandbox, number)["code"]
    assert f"{code[:3]}-{code[3:]}" in requests.get(sandbox.base, timeout=5).text
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert error_of(sandbox.post(f"{number}/verify_code", token, json={"code": wrong}))["code"] == 136025
    assert sandbox.post(f"{number}/verify_code", token, json={"code": f"{code[:3]}-{code[3:]}"}).ok
    assert "error" in code_of(sandbox, number)
    assert register(sandbox, token, number).ok
    read = sandbox.get(number, token, params={"fields": "status,code_verification_status"}).json()
    assert (read["status"], read["code_verification_status"]) == ("CONNECTED", "VERIFIED")


def test_code_expires(sandbox, monkeypatch):
    monkeypatch.setattr(verification, "CODE_SECONDS", -1)
    token = sandbox.token()
    number = add(sandbox, token).json()["id"]
    request_code(sandbox, token, number)
    answer = sandbox.post(f"{number}/verify_code", token, json={"code": code_of(sandbox, number)["code"]})
    assert error_of(answer)["code"] == 136025 and "expired" in error_of(answer)["error_data"]["details"]


def test_verified_number_gets_no_code(sandbox):
    token = sandbox.token()
    assert error_of(request_code(sandbox, token, SHOP_NUMBER))["code"] == 136024
    assert error_of(sandbox.post(f"{SHOP_NUMBER}/verify_code", token, json={"code": "123456"}))["code"] == 136025


def test_code_comes_by_text_or_voice(sandbox):
    token = sandbox.token()
    number = add(sandbox, token).json()["id"]
    assert error_of(request_code(sandbox, token, number, code_method="PIGEON"))["code"] == 100
    assert error_of(request_code(sandbox, token, number, language=""))["code"] == 100
    assert request_code(sandbox, token, number, code_method="VOICE").ok
    assert code_of(sandbox, number)["code_method"] == "VOICE"


def test_nonsense_and_known_numbers_are_not_added(sandbox):
    token = sandbox.token()
    for changes in ({"cc": ""}, {"cc": "12345"}, {"phone_number": "12"}, {"verified_name": ""}):
        assert error_of(add(sandbox, token, **changes))["code"] == 100
    assert error_of(add(sandbox, token, phone_number="555-010-0001"))["code"] == 100


def test_business_has_room_for_twenty_numbers(sandbox):
    token = sandbox.token()
    assert all(add(sandbox, token, phone_number=f"55501000{n}").ok for n in range(10, 27))
    assert "all it may have" in error_of(add(sandbox, token))["message"]


def test_number_of_the_phone_app_is_neither_registered_nor_deregistered(sandbox, token):
    sandbox.control("number", phone_number_id=SHOP_NUMBER, is_on_biz_app=True)
    assert error_of(register(sandbox, token, SHOP_NUMBER))["code"] == 100
    assert error_of(sandbox.post(f"{SHOP_NUMBER}/deregister", token))["code"] == 100
    assert sandbox.send(token).ok


def test_pin_can_be_changed(sandbox, token):
    assert sandbox.post(SHOP_NUMBER, token, json={"pin": "654321"}).json() == {"success": True}
    assert error_of(register(sandbox, token, SHOP_NUMBER))["code"] == 133005


def test_popup_verifies_the_number_it_connects(sandbox):
    token = sandbox.token()
    number = add(sandbox, token).json()["id"]
    form = {"client_id": sandbox.settings.app_id, "display": "popup", "origin": "http://shop.example", "number": number}
    assert requests.post(f"{sandbox.base}/v23.0/dialog/oauth", data=form, timeout=5).ok
    assert register(sandbox, token, number).ok
