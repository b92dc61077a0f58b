"""Meta's error object, and the two kinds of failure the sandbox itself can have."""

import secrets

# HTTP statuses by code; 200 to 299 are 403 and everything else is 400, the rate limits included.
HTTP_STATUS = {
    0: 401, 190: 401,
    10: 403, 368: 403, 130497: 403, 131005: 403, 131031: 403,
    132001: 404,
    3: 500, 131000: 500, 131016: 500, 131045: 500, 131057: 500, 133000: 500, 134102: 500,
    2: 503, 133004: 503,
}  # fmt: skip

TITLES = {
    100: "Invalid parameter",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131047: "Re-engagement message",
    131051: "Unsupported message type",
    131053: "Media upload error",
    132001: "Template name does not exist in the translation",
    133005: "Two-step verification PIN mismatch",
    133010: "Account not registered",
    133016: "Account register/deregister rate limit exceeded",
}


class BadRequest(Exception):
    """A page or the control API was asked for something that makes no sense; the text says what."""


class GraphError(Exception):
    """Becomes Meta's error object, with the HTTP status Meta gives to that code."""

    def __init__(self, code: int, message: str = "", *, details: str = "", subcode: int = 0, kind="OAuthException"):
        self.code = code
        self.message = message or f"(#{code}) {TITLES[code]}"
        self.details = details
        self.subcode = subcode
        self.kind = kind
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
    return {"error": {**content, "fbtrace_id": trace_id}}


def webhook_error(code: int, details: str) -> dict:
    """The same failure as it stands in a `failed` status: no type, no trace id."""
    return {
        "code": code,
        "title": TITLES.get(code, "Message failed"),
        "message": TITLES.get(code, "Message failed"),
        "error_data": {"details": details},
        "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
    }


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
