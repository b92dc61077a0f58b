"""Who asks, and whether they may."""

import hashlib
import hmac
import time

from ..errors import GraphError, dead_token, no_such_object
from ..state import Catalog, Number, Product, Token, Waba
from .calls import Call

MANAGEMENT = "whatsapp_business_management"
MESSAGING = "whatsapp_business_messaging"
CATALOGS = "catalog_management"


def token_of(meta, call: Call) -> Token:
    """The living token of this call. Raises 104 without one, 190 with a dead one."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.")
    token = meta.world.tokens.get(call.token)
    if token is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", subcode=467)
    problem = death_of(meta, token)
    if problem:
        raise problem
    _check_proof(meta, call)
    return token


def death_of(meta, token: Token) -> GraphError | None:
    subcode = int(meta.weather.number("tokens_dead"))
    if subcode:
        return dead_token(subcode)
    if token.expires_at and token.expires_at <= time.time():
        return dead_token(463)
    return dead_token(token.death_subcode) if token.is_revoked else None


def note_accepted(token: Token) -> None:
    """A token may be set to die after so many more accepted messages."""
    if token.accepts_left is not None:
        token.accepts_left -= 1
        if token.accepts_left <= 0:
            token.is_revoked, token.accepts_left = True, None


def _check_proof(meta, call: Call) -> None:
    """appsecret_proof is optional here, but when it comes it has to be right."""
    proof, sent_at = call.text("appsecret_proof"), call.text("appsecret_time")
    if not proof:
        return
    message = f"{call.token}|{sent_at}" if sent_at else call.token
    expected = hmac.new(meta.settings.app_secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    is_fresh = not sent_at or (sent_at.isdigit() and abs(time.time() - int(sent_at)) <= 300)
    if not is_fresh or not hmac.compare_digest(proof.encode(), expected.encode()):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")


def waba_of(meta, call: Call, scope: str) -> Waba:
    token = token_of(meta, call)
    waba = meta.world.wabas.get(call.object_id)
    if waba is None or not reaches(meta, token, waba.waba_id):
        raise no_such_object(call.object_id, call.method)
    require_scope(token, scope)
    return waba


def number_of(meta, call: Call, scope: str) -> Number:
    token = token_of(meta, call)
    number = meta.world.numbers.get(call.object_id)
    if number is None or not reaches(meta, token, number.waba_id):
        raise no_such_object(call.object_id, call.method)
    require_scope(token, scope)
    return number


def catalog_of(meta, call: Call) -> Catalog:
    return _catalog(meta, call, meta.world.catalogs.get(call.object_id))


def product_of(meta, call: Call) -> Product:
    """Of a catalog the token reaches."""
    product = meta.world.products.get(call.object_id)
    _catalog(meta, call, meta.world.catalogs.get(product.catalog_id) if product else None)
    return product


def _catalog(meta, call: Call, catalog: Catalog | None) -> Catalog:
    token = token_of(meta, call)
    if catalog is None or not reaches(meta, token, catalog.waba_id):
        raise no_such_object(call.object_id, call.method)
    require_scope(token, CATALOGS)
    return catalog


def reaches(meta, token: Token, waba_id: str) -> bool:
    return waba_id in token.waba_ids and not meta.world.wabas[waba_id].is_deleted


def catalogs_of(meta, token: Token) -> list[Catalog]:
    return [catalog for catalog in meta.world.catalogs.values() if reaches(meta, token, catalog.waba_id)]


def require_scope(token: Token, scope: str) -> None:
    if scope not in token.scopes:
        raise GraphError(200, f"(#200) Requires {scope} permission to manage the object")


def require_app_token(meta, call: Call) -> None:
    expected = f"{meta.settings.app_id}|{meta.settings.app_secret}"
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.")
    if not hmac.compare_digest(call.token.encode(), expected.encode()):
        raise GraphError(190, "Invalid OAuth access token signature.")


def require_app_secret(meta, call: Call) -> None:
    if call.required("client_id") != meta.settings.app_id:
        raise GraphError(101, "Error validating application. Cannot get application info due to a system error.")
    if not hmac.compare_digest(call.required("client_secret").encode(), meta.settings.app_secret.encode()):
        raise GraphError(101, "Error validating client secret.")
