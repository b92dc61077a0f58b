"""What can go wrong with a call to Graph, named for what the caller does next.

GraphError
├── GraphUnreachable      no answer, or none that can be read: the call may have happened
│   └── GraphNotReached   the connection was never made: the call did not happen
└── GraphAPIError         Meta answered with an error object (status, code, subcode, details, fbtrace_id)
    ├── TokenRejected     stop using this token
    ├── SenderStopped     this number or account sends nothing until a person mends it
    ├── RateLimited       wait, then try again
    ├── TemporaryFailure  try again later
    └── RequestRejected   our request is wrong for Meta: never repeat it unchanged
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


class GraphError(Exception):
    """Any failure of a call. Its text holds no token, no URL and no customer's words."""


class GraphUnreachable(GraphError):
    pass


class GraphNotReached(GraphUnreachable):
    pass


@dataclass(frozen=True)
class KnownError:
    """A row of the code table (errors.json)."""

    code: int | None
    title: str
    meaning: str
    action: str
    retryable: bool


class GraphAPIError(GraphError):
    def __init__(self, status: int, code: int | None, subcode: int | None, details: str, fbtrace_id: str):
        self.status, self.code, self.subcode = status, code, subcode
        self.details, self.fbtrace_id = details, fbtrace_id
        self.known = known_error(code, subcode)
        super().__init__(f"HTTP {status}, code {code}, subcode {subcode}, trace {fbtrace_id or 'none'}")


class TokenRejected(GraphAPIError):
    pass


class SenderStopped(GraphAPIError):
    pass


class RateLimited(GraphAPIError):
    pass


class TemporaryFailure(GraphAPIError):
    pass


class RequestRejected(GraphAPIError):
    pass


CLASS_BY_ACTION = {
    "mark_token_bad": TokenRejected,
    "pause_account": SenderStopped,
    "pause_sender": SenderStopped,
    "reregister_number": SenderStopped,
    "reverify_number": SenderStopped,
    "back_off_account": RateLimited,
    "back_off_sender": RateLimited,
    "slow_down_sender": RateLimited,
    "slow_down_pair": RateLimited,
}


def error_for(status: int, error: dict, secrets: Iterable[str] = ()) -> GraphAPIError:
    """The exception for an error object of Meta's. Decided by code, not by HTTP status: a 500 can be final.

    Meta repeats a token in its message about it: `secrets`, those of the request, are taken out.
    """
    code, subcode = as_int(error.get("code")), as_int(error.get("error_subcode"))
    details = _details(error)
    for secret in filter(None, secrets):
        details = details.replace(secret, "[secret]")
    return class_of(code, subcode, status)(status, code, subcode, details, str(error.get("fbtrace_id") or ""))


def known_error(code: int | None, subcode: int | None = None) -> KnownError | None:
    """The table's row: exact code and subcode, then the code alone, then its range; None for a new one of Meta's."""
    exact, ranges = _table()
    row = exact.get((code, subcode)) or exact.get((code, None))
    if row is None and code is not None:
        row = next((row for (low, high), row in ranges if low <= code <= high), None)
    return row


def as_int(value) -> int | None:
    """Meta writes codes as integers, and now and then as strings."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def class_of(code: int | None, subcode: int | None = None, status: int = 400) -> type[GraphAPIError]:
    """What a code means for the caller, whether it came as an answer or, without an HTTP status, in a webhook."""
    known = known_error(code, subcode)
    if known is None:
        return RequestRejected if 400 <= status < 500 and status != 429 else TemporaryFailure
    if known.action in CLASS_BY_ACTION:
        return CLASS_BY_ACTION[known.action]
    if known.action == "back_off_app" and code in (4, 17, 32, 341, 613, 80001):
        return RateLimited
    return TemporaryFailure if known.retryable else RequestRejected


def _details(error: dict) -> str:
    """`error_data` may be an object, a JSON string, plain text, or missing."""
    data = error.get("error_data")
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return data
    if isinstance(data, dict) and data.get("details"):
        return str(data["details"])
    return str(error.get("message") or "")


@lru_cache(maxsize=1)
def _table() -> tuple[dict, list]:
    rows = json.loads(resources.files(__package__).joinpath("errors.json").read_text("utf-8"))["errors"]
    exact, ranges = {}, []
    for row in rows:
        known = KnownError(row["code"], row["title"], row["meaning"], row["action"], row["retryable"])
        if row.get("code_range"):
            ranges.append((tuple(row["code_range"]), known))
        else:
            exact[row["code"], row["subcode"]] = known
    return exact, ranges
