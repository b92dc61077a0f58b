"""Meta's error object, and the two kinds of failure the sandbox itself can have."""

import secrets

from .codes import HTTP_STATUS, TITLES, TOKEN_DEATHS

UNKNOWN = "An error of a code unknown to this sandbox"


class BadRequest(Exception):
    """A page or the control API was asked for something that makes no sense; the text says what."""


class GraphError(Exception):
    """Becomes Meta's error object, with the HTTP status Meta gives to that code."""

    def __init__(self, code: int, message: str = "", *, details: str = "", subcode: int = 0, kind="OAuthException"):
        self.code = code
        self.message = message or f"(#{code}) {TITLES.get(code, UNKNOWN)}"
        self.details = details
        self.subcode = subcode
        self.kind = kind
        self.headers: dict[str, str] = {}
        self.user_title = self.user_message = ""  # for the person behind the token, in her language
        super().__init__(self.message)

    @property
    def http_status(self) -> int:
        return HTTP_STATUS.get(self.code, 403 if 200 <= self.code <= 299 else 400)


def error_body(error: GraphError, trace_id: str) -> dict:
    content = {"message": error.message, "type": error.kind, "code": error.code}
    if error.details:
        content["error_data"] = {"messaging_product": "whatsapp", "details": error.details}
    if error.subcode:
        content["error_subcode"] = error.subcode
    if error.user_title:
        content |= {"is_transient": False, "error_user_title": error.user_title, "error_user_msg": error.user_message}
    return {"error": {**content, "fbtrace_id": trace_id}}


def webhook_error(code: int, details: str) -> dict:
    """The same failure as it stands in a `failed` status: no type, no trace id."""
    return {
        "code": code,
        "title": TITLES.get(code, UNKNOWN),
        "message": TITLES.get(code, UNKNOWN),
        "error_data": {"details": details},
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
    }


def dead_token(subcode: int) -> GraphError:
    why = TOKEN_DEATHS.get(subcode, "The session is invalid.")
    return GraphError(190, f"Error validating access token: {why}", subcode=subcode)


def no_such_object(object_id: str, method: str = "get") -> GraphError:
    """Also the answer for an object the token may not see: a stranger learns nothing."""
    return GraphError(
        100,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation",
        subcode=33,
        kind="GraphMethodException",
    )


def new_trace_id() -> str:
    return "A" + secrets.token_urlsafe(16)
