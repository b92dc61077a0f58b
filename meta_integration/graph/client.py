"""Graph over HTTP. The only place that speaks to Meta."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from typing import BinaryIO

import requests
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from meta_integration.graph import files
from meta_integration.graph.errors import GraphNotReached, GraphUnreachable, as_int, error_for

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
        self._base_url, self._root = base_url, f"{base_url}/{version}"
        self._auth = TokenAuth(token)
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

    def mark_as_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        """Two blue ticks for this message and all before it. `typing` shows for 25 seconds that somebody writes."""
        shown = {"typing_indicator": {"type": "text"}} if typing else {}
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid, **shown}
        self._request("POST", f"{phone_number_id}/messages", json=body)

    # Media: files in messages, named by ids that one number may use ---------------------------------------------
    def upload_media(self, phone_number_id: str, file: BinaryIO, file_name: str, mime_type: str) -> str:
        """Upload a file; return its id. Meta keeps it for 30 days, for this number."""
        answer = self._transfer(
            "POST",
            f"{self._root}/{phone_number_id}/media",
            params=self._proof,
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (file_name, file, mime_type)},
        )
        return _id_in("POST media", answer)

    def media_info(self, media_id: str, phone_number_id: str) -> dict:
        """`url` (good for five minutes), `mime_type`, `sha256`, `file_size` of a file."""
        return self._request("GET", media_id, params={"phone_number_id": phone_number_id})

    def download_media(self, url: str, target: BinaryIO, *, most: int) -> None:
        """Write the file at an address of `media_info` to `target`, at most so many bytes of it.

        Raises FileElsewhere for an address that is not Meta's, FileAddressExpired for an old one, and FileTooLarge.
        """
        if not files.is_metas(url, self._base_url):
            raise files.FileElsewhere("GET a file: not an address of Meta's")
        until = time.monotonic() + files.MOST_SECONDS
        try:
            with self._session.get(
                url, auth=self._auth, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                if response.status_code == 404:
                    raise files.FileAddressExpired("GET a file: HTTP 404")
                if response.status_code != 200:
                    _read("GET a file", response, [self._auth.token])
                    raise GraphUnreachable(f"GET a file: HTTP {response.status_code}")
                written = 0
                for block in response.iter_content(64 * 1024):
                    written += len(block)
                    if written > most:
                        raise files.FileTooLarge(f"GET a file: more than {most} bytes")
                    if time.monotonic() > until:
                        raise GraphUnreachable("GET a file: it came too slowly")
                    target.write(block)
        except requests.RequestException as exc:
            raise _no_answer("GET a file", exc) from None

    def delete_media(self, media_id: str, phone_number_id: str) -> None:
        self._request("DELETE", media_id, params={"phone_number_id": phone_number_id})

    # Resumable upload: files in templates and profiles, named by handles -----------------------------------------
    def start_upload(self, app_id: str, file_name: str, file_length: int, file_type: str) -> str:
        """Begin an upload to the app; return the session, which is to be used as it is."""
        what = {"file_name": file_name, "file_length": file_length, "file_type": file_type}
        return _id_in("POST uploads", self._request("POST", f"{app_id}/uploads", params=what))

    def continue_upload(self, session: str, file: BinaryIO, offset: int) -> str:
        """Send the file's bytes from `offset` to its end; return its handle, "" while Meta has not all.

        Of a large file Meta gives several handles, one a line: together they are the handle.
        """
        file.seek(offset)
        answer = self._transfer(
            "POST",
            f"{self._root}/{session}",
            headers={"file_offset": str(offset)},
            data=file.read(),
            auth=TokenAuth(self._auth.token, "OAuth"),
        )
        handle = answer.get("h")
        return handle if isinstance(handle, str) else ""

    def upload_offset(self, session: str) -> int:
        """How many bytes of a broken upload Meta has."""
        answer = self._transfer("GET", f"{self._root}/{session}", auth=TokenAuth(self._auth.token, "OAuth"))
        offset = answer.get("file_offset")
        offset = as_int(offset) if isinstance(offset, int | str) else None
        if offset is None:
            raise GraphUnreachable("GET upload: an answer without an offset")
        return offset

    # HTTP -------------------------------------------------------------------------------------------------------
    def _transfer(self, method: str, url: str, *, auth: AuthBase | None = None, **sent) -> dict:
        """A call whose body is no JSON."""
        what = f"{method} a file"
        try:
            response = self._session.request(
                method, url, auth=auth or self._auth, timeout=self._timeout, allow_redirects=False, **sent
            )
        except requests.RequestException as exc:
            raise _no_answer(what, exc) from None
        return _read(what, response, [self._auth.token])

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


class TokenAuth(AuthBase):
    """As an auth object, so that a .netrc of the machine cannot take the header's place."""

    def __init__(self, token: str, word: str = "Bearer"):
        self.token, self._word = token, word

    def __call__(self, request):
        request.headers["Authorization"] = f"{self._word} {self.token}"
        return request

    def __repr__(self):
        return "<TokenAuth>"


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


def _id_in(what: str, answer: dict) -> str:
    if not answer.get("id"):
        raise GraphUnreachable(f"{what}: an answer without an id")
    return str(answer["id"])


def _no_answer(what: str, exc: requests.RequestException) -> GraphUnreachable:
    kind = GraphNotReached if _never_connected(exc) else GraphUnreachable
    return kind(f"{what}: {type(exc).__name__}")


def _never_connected(exc: requests.RequestException) -> bool:
    """True only when no byte can have left: everything else may have reached Meta."""
    if isinstance(exc, requests.ConnectTimeout):
        return True
    cause = exc.args[0] if exc.args else None
    reason = getattr(cause, "reason", None)
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)
