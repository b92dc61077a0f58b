"""Graph over HTTP. The only place that speaks to Meta."""

import logging
from collections.abc import Callable, Iterator
from json import dumps, loads
from random import random
from time import monotonic, perf_counter
from typing import BinaryIO
from urllib.parse import quote, urlencode

import requests
from requests.auth import AuthBase
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from meta_integration.graph import files, pages
from meta_integration.graph.answers import id_in
from meta_integration.graph.auth import TokenAuth, appsecret_proof
from meta_integration.graph.calls import Call, path_template
from meta_integration.graph.catalogs import CatalogCalls
from meta_integration.graph.errors import GraphError, GraphNotReached, GraphUnreachable, as_int, error_for

log = logging.getLogger(__name__)
WABA_FIELDS = "id,name,currency,timezone_id,account_review_status"
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status,status,platform_type,"
    "throughput,whatsapp_business_manager_messaging_limit,is_pin_enabled,is_on_biz_app"
)
TEMPLATE_FIELDS = (
    "id,name,language,status,category,sub_category,parameter_format,components,quality_score,rejected_reason,"
    "previous_category,correct_category,message_send_ttl_seconds"
)
# Parameters that are secrets themselves.
SECRETS = ("input_token", "client_secret", "fb_exchange_token", "code", "pin")
# Seconds. The first of the two also bounds how long all bytes of a file may take to leave.
TRANSFER_TIMEOUT = (300.0, 120.0)


class MetaGraphClient(CatalogCalls):
    """One access token's view of Meta's Graph API. Knows HTTP, not Django and not our models.

    Every method raises `GraphUnreachable` or a `GraphAPIError` (see errors.py) and never tries twice. `on_call` is told
    of every call that failed or took longer than `slow_after` seconds, and of a `sample` of the others.
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
        on_call: Callable[[Call], None] | None = None,
        slow_after: float = 3,
        sample: float = 0.01,
    ):
        self._session, self._timeout = session, timeout
        self._base_url, self._root = base_url, f"{base_url}/{version}"
        self._auth = TokenAuth(token)
        self._on_call, self._slow_after, self._sample = on_call, slow_after, sample
        # What a session works out anew for each request, and is the same for all of a client's: a third of their cost.
        self._adapter = session.get_adapter(self._root)
        self._settings = session.merge_environment_settings(self._root, {}, stream=False, verify=None, cert=None)
        self._proof = {"appsecret_proof": appsecret_proof(app_secret, token)} if app_secret else {}

    def __repr__(self):
        return "<MetaGraphClient>"

    # Log-in -----------------------------------------------------------------------------------------------------
    def exchange_code(self, app_id: str, app_secret: str, code: str, redirect_uri: str) -> dict:
        """The token that a log-in's code stands for: `access_token`, perhaps `expires_in` (seconds).

        `redirect_uri` as the log-in had it; empty for a code of the pop-up, which takes none.
        """
        fields = {"client_id": app_id, "client_secret": app_secret, "code": code}
        fields |= {"redirect_uri": redirect_uri} if redirect_uri else {}
        # POST, because Meta also takes GET with all of it in the URL, where logs would keep it.
        return self._request("POST", "oauth/access_token", json={"grant_type": "authorization_code", **fields})

    def extend_token(self, app_id: str, app_secret: str, token: str) -> str:
        """A token with the same access for another 60 days. The old one lives on until its own end."""
        fields = {"client_id": app_id, "client_secret": app_secret, "set_token_expires_in_60_days": True}
        body = {"grant_type": "fb_exchange_token", **fields, "fb_exchange_token": token}
        answer = self._request("POST", "oauth/access_token", json=body)
        if not isinstance(answer.get("access_token"), str):
            raise GraphUnreachable("POST access_token: an answer without a token")
        return answer["access_token"]

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

    def deregister(self, phone_number_id: str) -> None:
        """Take the number from sending. Meta counts it together with registrations."""
        self._request("POST", f"{phone_number_id}/deregister")

    def add_number(self, waba_id: str, country_code: str, phone_number: str, verified_name: str) -> str:
        """Add a number to the account, `phone_number` without its country code; return its id."""
        what = {"cc": country_code, "phone_number": phone_number, "verified_name": verified_name}
        return id_in("POST phone_numbers", self._request("POST", f"{waba_id}/phone_numbers", json=what))

    def request_code(self, phone_number_id: str, method: str, language: str) -> None:
        """Have Meta send a code to the phone, by SMS or VOICE."""
        self._request("POST", f"{phone_number_id}/request_code", json={"code_method": method, "language": language})

    def verify_code(self, phone_number_id: str, code: str) -> None:
        self._request("POST", f"{phone_number_id}/verify_code", json={"code": code})

    def set_pin(self, phone_number_id: str, pin: str) -> None:
        """Set or change the number's PIN; Meta does not ask for the old one."""
        self._request("POST", phone_number_id, json={"pin": pin})

    def subscribe_app(self, waba_id: str) -> None:
        """From here on Meta posts this account's webhooks to the app."""
        self._request("POST", f"{waba_id}/subscribed_apps")

    def subscribed_app_ids(self, waba_id: str) -> list[str]:
        """The apps that get this account's webhooks."""
        rows = self._request("GET", f"{waba_id}/subscribed_apps").get("data")
        apps = [row.get("whatsapp_business_api_data") for row in rows or [] if isinstance(row, dict)]
        return [str(app["id"]) for app in apps if isinstance(app, dict) and app.get("id")]

    def unsubscribe_app(self, waba_id: str) -> None:
        """From here on Meta posts none of this account's webhooks to the app."""
        self._request("DELETE", f"{waba_id}/subscribed_apps")

    # Message templates ------------------------------------------------------------------------------------------
    def message_templates(self, waba_id: str, **filters: str) -> Iterator[dict]:
        """All templates of the account, or those of a `name` and the like, page by page."""
        return self._pages(f"{waba_id}/message_templates", {"fields": TEMPLATE_FIELDS, "limit": 100, **filters})

    def template_pages(self, waba_id: str) -> Iterator[pages.Page]:
        """The same, with a sign whether the list was read to its end."""
        path, what = f"{waba_id}/message_templates", {"fields": TEMPLATE_FIELDS, "limit": 200}
        return pages.read(lambda more: self._request("GET", path, params={**what, **more}))

    def template(self, template_id: str) -> dict:
        return self._request("GET", template_id, params={"fields": TEMPLATE_FIELDS})

    def create_template(self, waba_id: str, design: dict) -> dict:
        """Hand a template in for review: `id`, `status`, `category`, the last two perhaps not those expected."""
        answer = self._request("POST", f"{waba_id}/message_templates", json=design)
        return {**answer, "id": id_in("POST message_templates", answer)}

    def edit_template(self, template_id: str, fields: dict) -> None:
        """Put these in the place of what was there. Meta reviews it again, and it cannot be sent until then."""
        self._request("POST", template_id, json=fields)

    def delete_template(self, waba_id: str, name: str, template_id: str = "") -> None:
        """Delete all languages of a name, or the one with this id."""
        which = {"name": name, **({"hsm_id": template_id} if template_id else {})}
        self._request("DELETE", f"{waba_id}/message_templates", params=which)

    def unpause_template(self, template_id: str) -> None:
        """End a pause that does not end by itself: one by pacing."""
        self._request("POST", f"{template_id}/unpause")

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
    def set_blocked(self, phone_number_id: str, user: str, *, blocked: bool) -> None:
        """Block or unblock a phone number (with its plus) or a user id. Meta blocks who wrote within 24 hours."""
        body = {"messaging_product": "whatsapp", "block_users": [{"user": user}]}
        self._request("POST" if blocked else "DELETE", f"{phone_number_id}/block_users", json=body)

    def upload_media(self, phone_number_id: str, file: BinaryIO, file_name: str, mime_type: str) -> str:
        """Upload a file; return its id. Meta keeps it for 30 days, for this number."""
        answer = self._transfer(
            "POST",
            f"{phone_number_id}/media",
            f"{phone_number_id}/media",
            params=self._proof,
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (file_name, file, mime_type)},
        )
        return id_in("POST media", answer)

    def media_info(self, media_id: str, phone_number_id: str) -> dict:
        """`url` (good for five minutes), `mime_type`, `sha256`, `file_size` of a file."""
        return self._request("GET", media_id, params={"phone_number_id": phone_number_id})

    def download_media(self, url: str, target: BinaryIO, *, most: int) -> None:
        """Write the file at an address of `media_info` to `target`, at most so many bytes of it.

        Raises FileElsewhere for an address that is not Meta's, FileAddressExpired for an old one, and FileTooLarge.
        """
        started = perf_counter()
        try:
            self._fetch(url, target, most)
        except GraphError as error:
            self._tell("GET", "file", perf_counter() - started, error.status, error)
            raise

    def delete_media(self, media_id: str, phone_number_id: str) -> None:
        self._request("DELETE", media_id, params={"phone_number_id": phone_number_id})

    # Resumable upload: files in templates and profiles, named by handles -----------------------------------------
    def start_upload(self, app_id: str, file_name: str, file_length: int, file_type: str) -> str:
        """Begin an upload to the app; return the session, which is to be used as it is."""
        what = {"file_name": file_name, "file_length": file_length, "file_type": file_type}
        return id_in("POST uploads", self._request("POST", f"{app_id}/uploads", params=what))

    def continue_upload(self, session: str, file: BinaryIO, offset: int) -> str:
        """Send the file's bytes from `offset` to its end; return its handle, "" while Meta has not all.

        `file` has a length and is sent as it is read. Of a large file Meta gives several handles, one a line.
        """
        file.seek(offset)
        answer = self._transfer(
            "POST",
            session,
            "upload",
            headers={"file_offset": str(offset)},
            data=file if len(file) > offset else b"",
            auth=TokenAuth(self._auth.token, "OAuth"),
        )
        handle = answer.get("h")
        return handle if isinstance(handle, str) else ""

    def upload_offset(self, session: str) -> int:
        """How many bytes of a broken upload Meta has."""
        answer = self._transfer("GET", session, "upload", auth=TokenAuth(self._auth.token, "OAuth"))
        offset = answer.get("file_offset")
        offset = as_int(offset) if isinstance(offset, int | str) else None
        if offset is None:
            raise GraphUnreachable("GET upload: an answer without an offset")
        return offset

    # HTTP -------------------------------------------------------------------------------------------------------
    def _transfer(self, method: str, path: str, what: str, *, auth: AuthBase | None = None, **sent) -> dict:
        """A call whose body is no JSON. `what` stands for the path where it could be seen."""
        headers = {**self._session.headers, **sent.pop("headers", {})}
        request = requests.Request(method, f"{self._root}/{path}", headers, auth=auth or self._auth, **sent)
        return self._exchange(what, request.prepare(), [self._auth.token], TRANSFER_TIMEOUT)

    def _fetch(self, url: str, target: BinaryIO, most: int) -> None:
        if not files.is_metas(url, self._base_url):
            raise files.FileElsewhere("GET file: not an address of Meta's")
        until, written = monotonic() + files.MOST_SECONDS, 0
        sent = {"auth": self._auth, "timeout": self._timeout, "allow_redirects": False, "stream": True}
        try:
            with self._session.get(url, **sent) as response:
                if response.status_code == 404:
                    raise files.FileAddressExpired("GET file: HTTP 404")
                if response.status_code != 200:
                    _read("GET file", response, [self._auth.token])
                    raise GraphUnreachable(f"GET file: HTTP {response.status_code}", response.status_code)
                for block in response.iter_content(64 * 1024):
                    written += len(block)
                    if written > most:
                        raise files.FileTooLarge(f"GET file: more than {most} bytes")
                    if monotonic() > until:
                        raise GraphUnreachable("GET file: it came too slowly")
                    target.write(block)
        except requests.RequestException as exc:
            raise _no_answer("GET file", exc) from None

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

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: dict | None = None,
        json: dict | None = None,
        timeout: tuple[float, float] | None = None,
    ) -> dict:
        sent = {**(params or {}), **(json or {})}
        secrets = [self._auth.token, *(str(sent[name]) for name in SECRETS if name in sent)]
        return self._exchange(path, self._prepare(method, path, params, json), secrets, timeout)

    def _prepare(self, method: str, path: str, params: dict | None, json: dict | None) -> requests.PreparedRequest:
        """By hand: as `requests` would, at half its cost. A client sends up to a thousand a second."""
        request = requests.PreparedRequest()
        request.method, request.hooks = method, {"response": []}
        query = urlencode({**(params or {}), **self._proof}, doseq=True)
        request.url = f"{self._root}/{quote(path)}{'?' if query else ''}{query}"
        request.headers = CaseInsensitiveDict(self._session.headers)
        if json is not None:
            request.body = dumps(json).encode()
            request.headers["Content-Type"] = "application/json"
        if method != "GET":
            request.headers["Content-Length"] = str(len(request.body or b""))
        return self._auth(request)

    def _exchange(
        self, path: str, request: requests.PreparedRequest, secrets: list[str], timeout: tuple | None = None
    ) -> dict:
        """Send it, once, and read the answer. Redirects are not followed."""
        what, started = f"{request.method} {path.rsplit('/', 1)[-1]}", perf_counter()
        try:
            response = self._send(what, request, timeout or self._timeout)
            body = _read(what, response, secrets)
        except GraphError as error:
            self._tell(request.method, path, perf_counter() - started, error.status, error)
            raise
        seconds = perf_counter() - started
        if seconds >= self._slow_after or random() < self._sample:  # noqa: S311 Which calls are kept is no secret.
            self._tell(request.method, path, seconds, response.status_code, None)
        return body

    def _send(self, what: str, request: requests.PreparedRequest, timeout: tuple) -> requests.Response:
        try:
            response = self._adapter.send(request, timeout=timeout, **self._settings)
            response.content  # noqa: B018 Read here, where a cut answer is still a matter of the connection.
        except requests.RequestException as exc:
            # `from None`: the library's text holds the whole URL, and some URLs must carry a token.
            raise _no_answer(what, exc) from None
        return response

    def _tell(self, method: str, path: str, seconds: float, status: int | None, error: GraphError | None) -> None:
        """Whatever becomes of it: the call has been made, and its answer counts."""
        if self._on_call is None:
            return
        try:
            self._on_call(Call(method, path_template(path), round(seconds * 1000), status, error))
        except Exception as exc:
            log.warning("a call to Meta could not be recorded: %s", type(exc).__name__)


def _read(what: str, response: requests.Response, secrets: list[str]) -> dict:
    try:
        body = loads(response.content)
    except ValueError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        raise error_for(response.status_code, error, secrets, response.headers)
    if not response.ok or not isinstance(body, dict):
        status = response.status_code
        raise GraphUnreachable(f"{what}: HTTP {status} without a readable answer", status)
    return body


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
