from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from .conftest import CALLBACK, OUTLET, SHOP, SHOP_NUMBER


def ask(sandbox, **changes):
    params = {"client_id": sandbox.settings.app_id, "redirect_uri": CALLBACK, "state": "abc"} | changes
    return requests.get(f"{sandbox.base}/v23.0/dialog/oauth", params=params, timeout=5)


def decide(sandbox, **changes):
    form = {"client_id": sandbox.settings.app_id, "redirect_uri": CALLBACK, "state": "abc"} | changes
    return requests.post(f"{sandbox.base}/v23.0/dialog/oauth", data=form, allow_redirects=False, timeout=5)


def error_of(answer):
    return answer.json()["error"]


def test_dialog_offers_accounts_and_permissions(sandbox):
    page = ask(sandbox).text
    assert f'value="{SHOP}" id="waba-{SHOP}" checked' in page
    assert 'value="100000000000003" id="waba-100000000000003">' in page
    assert page.count('name="permission"') == 2


def test_dialog_refuses_a_stranger(sandbox):
    assert ask(sandbox, client_id="1").status_code == 400
    assert decide(sandbox, client_id="1", waba=SHOP).status_code == 400


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.com/", "/callback", ""])
def test_dialog_goes_back_to_web_addresses_only(sandbox, address):
    assert ask(sandbox, redirect_uri=address).status_code == 400
    assert decide(sandbox, redirect_uri=address, cancel="1").status_code == 400


def test_dialog_escapes_what_it_shows(sandbox):
    assert "<script>alert" not in ask(sandbox, state='"><script>alert(1)</script>').text


def test_cancel_comes_back_as_access_denied_with_the_state(sandbox):
    query = parse_qs(urlsplit(decide(sandbox, cancel="1").headers["Location"]).query)
    assert query == {
        "next": ["1"],
        "error": ["access_denied"],
        "error_reason": ["user_denied"],
        "error_description": ["Permissions error"],
        "state": ["abc"],
    }


def test_continue_without_an_account_asks_again(sandbox):
    assert decide(sandbox, **{"continue": "1"}).status_code == 422


def test_form_posted_by_another_site_is_refused(sandbox):
    answer = requests.post(f"{sandbox.base}/control/reset", headers={"Origin": "http://evil.example"}, timeout=5)
    assert answer.status_code == 403


def test_code_works_once(sandbox):
    code = sandbox.grant()
    answer = sandbox.exchange(code).json()
    assert answer["access_token"].startswith("EAAsandbox") and answer["expires_in"] == 5184000
    again = sandbox.exchange(code)
    assert again.status_code == 400
    assert (error_of(again)["code"], error_of(again)["error_subcode"]) == (100, 36009)


def test_code_needs_the_same_redirect_uri(sandbox):
    code = sandbox.grant()
    assert error_of(sandbox.exchange(code, redirect_uri="http://127.0.0.1/other"))["code"] == 100
    assert sandbox.exchange(code).ok


def test_wrong_app_secret_gets_no_token(sandbox):
    answer = sandbox.exchange(sandbox.grant(), client_secret="wrong")
    assert (answer.status_code, error_of(answer)["code"]) == (400, 101)


def test_debug_token_names_what_was_granted(sandbox):
    token = sandbox.token(wabas=[OUTLET], scopes=["whatsapp_business_management"])
    app_token = f"{sandbox.settings.app_id}|{sandbox.settings.app_secret}"
    data = sandbox.get("debug_token", app_token, params={"input_token": token}).json()["data"]
    assert data["is_valid"] and data["app_id"] == sandbox.settings.app_id
    assert data["granular_scopes"] == [{"scope": "whatsapp_business_management", "target_ids": [OUTLET]}]
    assert not sandbox.get("debug_token", app_token, params={"input_token": "nonsense"}).json()["data"]["is_valid"]
    assert sandbox.get("debug_token", token, params={"input_token": token}).status_code == 401


def test_permission_left_out_is_missing_later(sandbox):
    token = sandbox.token(scopes=["whatsapp_business_management"])
    answer = sandbox.send(token)
    assert (answer.status_code, error_of(answer)["code"]) == (403, 200)


def test_renewed_token_leaves_the_old_one_alive(sandbox):
    old = sandbox.token()
    params = {"grant_type": "fb_exchange_token", "fb_exchange_token": old}
    new = sandbox.exchange("", **params).json()["access_token"]
    assert new != old
    assert sandbox.get(SHOP, old).ok and sandbox.get(SHOP, new).ok


def test_revoked_token_is_dead(sandbox):
    token = sandbox.token()
    assert sandbox.control("revoke", waba_id=SHOP) == {"revoked": 1}
    answer = sandbox.get(SHOP, token)
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["error_subcode"]) == (401, 190, 467)


def test_no_token_unknown_token_and_foreign_account_are_told_apart(sandbox):
    assert error_of(sandbox.get(SHOP))["code"] == 104
    assert error_of(sandbox.get(SHOP, "EAAnonsense"))["error_subcode"] == 467
    answer = sandbox.get(OUTLET, sandbox.token(wabas=[SHOP]))
    assert (answer.status_code, error_of(answer)["type"]) == (400, "GraphMethodException")
    assert (error_of(answer)["code"], error_of(answer)["error_subcode"]) == (100, 33)
    assert error_of(sandbox.get("123", sandbox.token()))["error_subcode"] == 33


def test_wrong_appsecret_proof_is_refused(sandbox):
    assert error_of(sandbox.get(SHOP_NUMBER, sandbox.token(), params={"appsecret_proof": "0" * 64}))["code"] == 100


def test_a_new_token_without_the_dialog_reaches_its_account_alone(sandbox):
    token = sandbox.control("token", waba_id=SHOP)["access_token"]
    assert sandbox.get(SHOP, token).status_code == 200
    assert sandbox.get(OUTLET, token).status_code != 200
