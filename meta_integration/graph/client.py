"""Graph over HTTP. The only place that speaks to Meta."""

import hashlib
import hmac
from collections.abc import Iterator

import requests
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from meta_integration.graph.errors import GraphNotReached, GraphUnreachable, error_for

WABA_FIELDS = "id,name,currency,timezone_id,account_review_status"
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status,status,platform_type,"
    "throughput,whatsapp_business_manager_messaging_limit,is_pin_enabled,is_on_biz_app"
)
# Parameters that are secrets themselves.
SECRETS = ("input_token", "client_secret", "code", "pin")


class MetaGraphClient:
    """One access token's view of Meta's Graph API. Knows HTTP, not Django and not our models.

    Every method raises `GraphUnreachable` or a `GraphAPIError` (see errors.py) and never tries twice.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        base_url: str,
        version: str,
        token: str,
        app_secret: str = "",
        timeout: tuple[float, float] = (5, 30),
    ):
        self._session, self._timeout = session, timeout
        self._root = f"{base_url}/{version}"
        self._auth = BearerAuth(token)
        self._proof = {"appsecret_proof": appsecret_proof(app_secret, token)} if app_secret else {}

    def __repr__(self):
        return "<MetaGraphClient>"

    # Log-in -----------------------------------------------------------------------------------------------------
    def exchange_code(self, app_id: str, app_secret: str, code: str, redirect_uri: str) -> dict:
        """The token that a log-in's code stands for: `access_token`, perhaps `expires_in` (seconds)."""
        fields = {"client_id": app_id, "client_secret": app_secret, "code": code, "redirect_uri": redirect_uri}
        # POST, because Meta also takes GET with all of it in the URL, where logs would keep it.
        return self._request("POST", "oauth/access_token", json={"grant_type": "authorization_code", **fields})

    def debug_token(self, input_token: str) -> dict:
        """What Meta knows of a token. Asked with the app's own token."""
        data = self._request("GET", "debug_token", params={"input_token": input_token}).get("data")
        return data if isinstance(data, dict) else {}

    # Accounts and numbers ---------------------------------------------------------------------------------------
    def waba(self, waba_id: str) -> dict:
        return self._request("GET", waba_id, params={"fields": WABA_FIELDS})

    def phone_numbers(self, waba_id: str) -> Iterator[dict]:
        """All numbers of the account, page by page."""
        return self._pages(f"{waba_id}/phone_numbers", {"fields": NUMBER_FIELDS, "limit": 100})

    def register(self, phone_number_id: str, pin: str) -> None:
        """Register the number for sending. The PIN must match where two-step verification is on, else it is set."""
        self._request("POST", f"{phone_number_id}/register", json={"messaging_product": "whatsapp", "pin": pin})

    def subscribe_app(self, waba_id: str) -> None:
        """From here on Meta posts this account's webhooks to the app."""
        self._request("POST", f"{waba_id}/subscribed_apps")

    # Messages ---------------------------------------------------------------------------------------------------
    def send_message(self, phone_number_id: str, message: dict) -> str:
        """Send one message; return its wamid. Meta has accepted it then, not yet delivered it."""
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", **message}
        answer = self._request("POST", f"{phone_number_id}/messages", json=body)
        try:
            return answer["messages"][0]["id"]
        except (KeyError, IndexError, TypeError):
            raise GraphUnreachable("POST messages: an answer without a message id") from None

    # HTTP -------------------------------------------------------------------------------------------------------
    def _pages(self, path: str, params: dict) -> Iterator[dict]:
        after = ""
        while True:
            page = self._request("GET", path, params={**params, **({"after": after} if after else {})})
            yield from (row for row in page.get("data") or [] if isinstance(row, dict))
            paging = page.get("paging") or {}
            following = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
            if not following or following == after:
                return
            after = following

    def _request(self, method: str, path: str, *, params: dict | None = None, json: dict | None = None) -> dict:
        what = f"{method} {path.rsplit('/', 1)[-1]}"
        try:
            response = self._session.request(
                method,
                f"{self._root}/{path}",
                params={**(params or {}), **self._proof},
                json=json,
                auth=self._auth,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as exc:
            # `from None`: the library's text holds the whole URL, and some URLs must carry a token.
            kind = GraphNotReached if _never_connected(exc) else GraphUnreachable
            raise kind(f"{what}: {type(exc).__name__}") from None
        sent = {**(params or {}), **(json or {})}
        return _read(what, response, [self._auth.token, *(str(sent[name]) for name in SECRETS if name in sent)])


class BearerAuth(AuthBase):
    """As an auth object, so that a .netrc of the machine cannot take the header's place."""

    def __init__(self, token: str):
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def __repr__(self):
        return "<BearerAuth>"


def appsecret_proof(app_secret: str, token: str) -> str:
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _read(what: str, response: requests.Response, secrets: list[str]) -> dict:
    try:
        body = response.json()
    except ValueError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        raise error_for(response.status_code, error, secrets, response.headers)
    if not response.ok or not isinstance(body, dict):
        raise GraphUnreachable(f"{what}: HTTP {response.status_code} without a readable answer")
    return body


def _never_connected(exc: requests.RequestException) -> bool:
    """True only when no byte can have left: everything else may have reached Meta."""
    if isinstance(exc, requests.ConnectTimeout):
        return True
    cause = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)
