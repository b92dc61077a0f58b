"""How long tokens live, how they are renewed, and what they are for."""

import time

from .conftest import OUTLET, SHOP

CATALOGS = ["whatsapp_business_management", "catalog_management"]


def debug(sandbox, token):
    app_token = f"{sandbox.settings.app_id}|{sandbox.settings.app_secret}"
    return sandbox.get("debug_token", app_token, params={"input_token": token}).json()["data"]


def renew(sandbox, token, **params):
    flags = {"grant_type": "fb_exchange_token", "set_token_expires_in_60_days": "true", "fb_exchange_token": token}
    return sandbox.exchange("", **flags | params)


def test_access_that_never_ends_has_no_expiry(sandbox):
    answer = sandbox.exchange(sandbox.grant(ends="never")).json()
    assert set(answer) == {"access_token", "token_type"}
    data = debug(sandbox, answer["access_token"])
    assert (data["is_valid"], data["expires_at"], data["data_access_expires_at"]) == (True, 0, 0)
    assert sandbox.get(SHOP, answer["access_token"]).ok


def test_renewed_token_lives_60_days_more(sandbox):
    old = sandbox.token()
    sandbox.control("token_settings", waba_id=SHOP, expires_in=60, data_access_expires_in=7_776_000)
    answer = renew(sandbox, old).json()
    assert answer["expires_in"] == 5184000
    assert abs(debug(sandbox, old)["expires_at"] - time.time() - 60) < 5
    data = debug(sandbox, answer["access_token"])
    assert abs(data["expires_at"] - time.time() - 5184000) < 5
    assert data["data_access_expires_at"] == debug(sandbox, old)["data_access_expires_at"] > time.time()
    assert data["granular_scopes"] == debug(sandbox, old)["granular_scopes"]


def test_endless_token_stays_endless_unless_60_days_are_asked(sandbox):
    endless = sandbox.exchange(sandbox.grant(ends="never")).json()["access_token"]
    assert "expires_in" not in renew(sandbox, endless, set_token_expires_in_60_days="false").json()
    assert renew(sandbox, endless).json()["expires_in"] == 5184000


def test_expired_token_is_not_renewed(sandbox):
    token = sandbox.token()
    sandbox.control("token_settings", waba_id=SHOP, expires_in=-1)
    answer = renew(sandbox, token)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (401, 190, 463)
    data = debug(sandbox, token)
    assert not data["is_valid"]
    assert (data["error"]["code"], data["error"]["subcode"]) == (190, 463) and "expired" in data["error"]["message"]


def test_token_made_by_hand_may_be_endless_and_have_any_permission(sandbox):
    answer = sandbox.control("token", waba_id=SHOP, scopes=CATALOGS, never_expires=True)
    assert "expires_in" not in answer
    assert debug(sandbox, answer["access_token"])["scopes"] == CATALOGS
    assert "error" in sandbox.control("token", waba_id=SHOP, scopes=["happiness"])


# --- catalogs


def test_catalogs_are_listed_by_account_and_by_business(sandbox):
    token = sandbox.token(scopes=CATALOGS, scope="catalog_management,whatsapp_business_management")
    catalogs = [
        {"id": "400000000000001", "name": "Example Shop: everything"},
        {"id": "400000000000002", "name": "Example Shop: summer"},
    ]
    assert sandbox.get(f"{SHOP}/product_catalogs", token).json()["data"] == catalogs[:1], "the one that is linked"
    assert sandbox.get("800000000000001/product_catalogs", token).json()["data"] == catalogs
    assert sandbox.get(f"{OUTLET}/product_catalogs", token).json()["data"] == []
    granted = {each["scope"]: each["target_ids"] for each in debug(sandbox, token)["granular_scopes"]}
    assert granted["catalog_management"] == ["400000000000001", "400000000000002"]


def test_catalogs_need_their_permission(sandbox):
    token = sandbox.token()
    for path in (SHOP, "800000000000001"):
        answer = sandbox.get(f"{path}/product_catalogs", token)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, 200)


def test_business_is_unknown_to_a_token_that_reaches_none_of_it(sandbox):
    token = sandbox.token(wabas=[SHOP])
    sandbox.control("token_settings", waba_id=SHOP, lose_waba=True)
    assert sandbox.get("800000000000001/product_catalogs", token).json()["error"]["error_subcode"] == 33
