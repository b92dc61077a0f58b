"""Codes become tokens; tokens are inspected, renewed and revoked."""

import secrets
import time

from ..errors import GraphError
from ..state import Token
from . import access
from .calls import Call

TOKEN_LIFE = 5184000  # 60 days


def access_token(meta, call: Call) -> dict:
    access.require_app_secret(meta, call)
    if call.text("grant_type") == "fb_exchange_token":
        return _renew(meta, call)
    return _exchange(meta, call)


def _exchange(meta, call: Call) -> dict:
    code = meta.world.codes.get(call.required("code"))
    if code is None:
        raise GraphError(100, "Invalid verification code format.", subcode=36009)
    if code.is_used:
        raise GraphError(100, "This authorization code has been used.", subcode=36009)
    if code.expires_at <= time.time():
        raise GraphError(100, "This authorization code has expired.", subcode=36007)
    if call.text("redirect_uri") != code.redirect_uri:  # none at all for a code of the pop-up
        message = (
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request"
        )
        raise GraphError(100, message, subcode=36008)
    code.is_used = True
    return issue(meta, code.waba_ids, code.scopes, is_forever=code.is_forever)


def _renew(meta, call: Call) -> dict:
    """The old token goes on living until it expires by itself. One that has expired cannot be renewed: 190/463."""
    call.required("fb_exchange_token")
    old = access.token_of(meta, Call("GET", bearer=call.text("fb_exchange_token")))
    is_limited = call.text("set_token_expires_in_60_days").lower() == "true"
    answer = issue(meta, old.waba_ids, old.scopes, is_forever=not old.expires_at and not is_limited)
    meta.world.tokens[answer["access_token"]].data_access_expires_at = old.data_access_expires_at
    return answer


def issue(meta, waba_ids: list[str], scopes: list[str], *, is_forever: bool = False) -> dict:
    now = time.time()
    expires_at = 0.0 if is_forever else now + TOKEN_LIFE
    token = Token("EAAsandbox" + secrets.token_hex(60), list(waba_ids), list(scopes), now, expires_at)
    meta.world.tokens[token.token] = token
    meta.note_change()
    answer = {"access_token": token.token, "token_type": "bearer"}
    return answer if is_forever else {**answer, "expires_in": TOKEN_LIFE}


def revoke(meta, call: Call) -> dict:
    """Answers the string "true", as Meta does."""
    access.require_app_secret(meta, call)
    token = meta.world.tokens.get(call.required("revoke_token"))
    if token is None:
        raise GraphError(100, "(#100) The token to revoke is not valid")
    token.is_revoked = True
    meta.note_change()
    return {"success": "true"}


def debug_token(meta, call: Call) -> dict:
    access.require_app_token(meta, call)
    token = meta.world.tokens.get(call.required("input_token"))
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return {"data": {"is_valid": False, "scopes": [], "error": error}}
    data = {
        "app_id": meta.settings.app_id,
        "type": "SYSTEM_USER",
        "application": "Example app",
        "data_access_expires_at": int(token.data_access_expires_at),
        "expires_at": int(token.expires_at),
        "is_valid": True,
        "issued_at": int(token.issued_at),
        "scopes": token.scopes,
        "granular_scopes": [_granular(meta, token, scope) for scope in token.scopes],
        "user_id": meta.world.user_id,
    }
    problem = access.death_of(meta, token)
    if problem:
        data["is_valid"] = False
        data["error"] = {"code": problem.code, "message": problem.message, "subcode": problem.subcode}
    return {"data": data}


def _granular(meta, token: Token, scope: str) -> dict:
    if scope == "business_management":
        return {"scope": scope, "target_ids": [meta.world.business_id]}
    if scope.startswith("whatsapp_"):
        return {"scope": scope, "target_ids": [each for each in token.waba_ids if access.reaches(meta, token, each)]}
    return {"scope": scope, "target_ids": [catalog.catalog_id for catalog in access.catalogs_of(meta, token)]}
