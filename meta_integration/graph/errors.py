"""What can go wrong with a call to Graph: one class for each thing that is done about it, and one exception.

GraphError
├── GraphUnreachable      no answer, or none that can be read: the call may have happened
│   └── GraphNotReached   the connection was never made: the call did not happen
└── GraphAPIError         Meta answered with an error object (status, code, subcode, details, fbtrace_id)
    ├── TokenRejected     stop using this token
    ├── SenderStopped     this number or account sends nothing until a person mends it
    ├── RateLimited       wait, then try again
    ├── TemporaryFailure  try again later
    └── RequestRejected   our request is wrong for Meta: never repeat it unchanged

`classify` is the one judge of Meta's codes: for the answer to a call, a `failed` status and the result of a batch.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from importlib import resources

from meta_integration.graph.classes import ErrorClass
from meta_integration.graph.words import Words, complete
from meta_integration.graph.words_rare import RARE
from meta_integration.graph.words_sending import SENDING

WORDS = {**SENDING, **RARE}


class GraphError(Exception):
    """Any failure of a call. Its text holds no token, no URL and no customer's words.

    `status` is the answer's HTTP status, or None without an answer. `retry_after` is how many seconds Meta asks to
    wait, or None where it does not say.
    """

    error_class: ErrorClass
    status: int | None = None
    retry_after: float | None = None


class GraphUnreachable(GraphError):
    error_class = ErrorClass.UNKNOWN_OUTCOME

    def __init__(self, text: str, status: int | None = None):
        self.status = status
        super().__init__(text)


class GraphNotReached(GraphUnreachable):
    error_class = ErrorClass.TRY_AGAIN


@dataclass(frozen=True)
class KnownError:
    """A row of the code table (errors.json): Meta's own words, and what Meta's documents tell us to do."""

    code: int | None
    subcode: int | None
    code_range: tuple[int, int] | None
    title: str
    meaning: str
    action: str
    retryable: bool

    @property
    def key(self) -> str:
        """Its name in the error book: "131047", "190-463", "200-299"."""
        parts = self.code_range or (self.code, self.subcode)
        return "-".join(str(part) for part in parts if part is not None)


@dataclass(frozen=True)
class Verdict:
    """What a code means. `known` is its row of the table, or None for a new one of Meta's."""

    error_class: ErrorClass
    known: KnownError | None

    @property
    def words(self) -> Words:
        """In English: what happened, what we did, who can mend it and how. A code that nobody knows has its class's."""
        return complete(self.error_class, WORDS.get(self.known.key) if self.known else None)

    @property
    def plain_words(self) -> str:
        """What happened, in English, for a shop owner; empty for a code that nobody knows."""
        return self.words.happened if self.known else ""


class GraphAPIError(GraphError):
    # What Meta says to the person, in the language of the log-in: to be shown as it is, never to be judged by.
    user_title: str = ""
    user_message: str = ""

    def __init__(
        self,
        status: int,
        code: int | None,
        subcode: int | None,
        details: str,
        fbtrace_id: str,
        retry_after: float | None = None,
    ):
        self.status, self.code, self.subcode = status, code, subcode
        self.details, self.fbtrace_id, self.retry_after = details, fbtrace_id, retry_after
        self.verdict = classify(code, subcode, status)
        self.error_class, self.known = self.verdict.error_class, self.verdict.known
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


EXCEPTIONS = {
    ErrorClass.TOKEN_DEAD: TokenRejected,
    ErrorClass.ACCOUNT_STOPPED: SenderStopped,
    ErrorClass.NUMBER_STOPPED: SenderStopped,
    ErrorClass.TEMPLATE_STOPPED: RequestRejected,
    ErrorClass.RECIPIENT_FINAL: RequestRejected,
    ErrorClass.WINDOW_CLOSED: RequestRejected,
    ErrorClass.REQUEST_WRONG: RequestRejected,
    ErrorClass.SLOW_NUMBER: RateLimited,
    ErrorClass.SLOW_PAIR: RateLimited,
    ErrorClass.SLOW_ACCOUNT: RateLimited,
    ErrorClass.TRY_AGAIN: TemporaryFailure,
}
CLASS_BY_ACTION = {
    "mark_token_bad": ErrorClass.TOKEN_DEAD,
    "pause_account": ErrorClass.ACCOUNT_STOPPED,
    "pause_sender": ErrorClass.NUMBER_STOPPED,
    "reregister_number": ErrorClass.NUMBER_STOPPED,
    "reverify_number": ErrorClass.NUMBER_STOPPED,
    "pause_template": ErrorClass.TEMPLATE_STOPPED,
    "disable_template": ErrorClass.TEMPLATE_STOPPED,
    "mark_recipient_invalid": ErrorClass.RECIPIENT_FINAL,
    "mark_recipient_blocked": ErrorClass.RECIPIENT_FINAL,
    "mark_opted_out": ErrorClass.RECIPIENT_FINAL,
    "skip_recipient": ErrorClass.RECIPIENT_FINAL,
    "wait_24h": ErrorClass.RECIPIENT_FINAL,
    "use_phone_number": ErrorClass.RECIPIENT_FINAL,
    "confirm_identity": ErrorClass.RECIPIENT_FINAL,
    "send_template_instead": ErrorClass.WINDOW_CLOSED,
    "fix_request": ErrorClass.REQUEST_WRONG,
    "fix_config": ErrorClass.REQUEST_WRONG,
    "fix_media": ErrorClass.REQUEST_WRONG,
    "ignore_inbound_media": ErrorClass.REQUEST_WRONG,
    "store_placeholder": ErrorClass.REQUEST_WRONG,
    "ask_operator_pin": ErrorClass.REQUEST_WRONG,
    "none": ErrorClass.REQUEST_WRONG,
    "slow_down_sender": ErrorClass.SLOW_NUMBER,
    "back_off_sender": ErrorClass.SLOW_NUMBER,
    "slow_down_pair": ErrorClass.SLOW_PAIR,
    "back_off_account": ErrorClass.SLOW_ACCOUNT,
    "back_off_app": ErrorClass.TRY_AGAIN,
    "retry_later": ErrorClass.TRY_AGAIN,
}
CLASS_BY_CODE = {
    # Limits of calls: back_off_app stands for these and for trouble of Meta's alike.
    **dict.fromkeys((4, 17, 32, 341, 613, 80001), ErrorClass.SLOW_ACCOUNT),
    # Meta's page means a call without any token, and ours always have one: then 200 is a missing permission.
    200: ErrorClass.TOKEN_DEAD,
    # A matter of the recipient, who is not on the test number's list: other recipients are.
    131030: ErrorClass.RECIPIENT_FINAL,
}
# Which use case's waiting time a limit of calls goes by.
USE_CASE_BY_CODE = {80007: "whatsapp", 80008: "whatsapp", 80009: "catalog", 80014: "catalog"}
LONGEST_WAIT = 24 * 3600


def classify(code: int | None, subcode: int | None = None, status: int | None = None) -> Verdict:
    """What a code means, whether it came as an answer or, without an HTTP status, in a webhook or a batch's result."""
    known = known_error(code, subcode)
    if known is None:
        is_final = status is None or (400 <= status < 500 and status != 429)
        return Verdict(ErrorClass.REQUEST_WRONG if is_final else ErrorClass.TRY_AGAIN, None)
    return verdict_of(known)


def verdict_of(known: KnownError) -> Verdict:
    return Verdict(CLASS_BY_CODE.get(known.code) or CLASS_BY_ACTION[known.action], known)


def error_for(status: int, error: dict, secrets: Iterable[str] = (), headers: Mapping | None = None) -> GraphAPIError:
    """The exception for an error object of Meta's. Decided by code, not by HTTP status: a 500 can be final.

    Meta repeats a token in its message about it: `secrets`, those of the request, are taken out.
    """
    code, subcode = as_int(error.get("code")), as_int(error.get("error_subcode"))
    texts = [_details(error), *(str(error.get(name) or "") for name in ("error_user_title", "error_user_msg"))]
    for secret in filter(None, secrets):
        texts = [text.replace(secret, "[secret]") for text in texts]
    kind, wait = class_of(code, subcode, status), _seconds_to_wait(code, subcode, headers or {})
    refusal = kind(status, code, subcode, texts[0], str(error.get("fbtrace_id") or ""), wait)
    refusal.user_title, refusal.user_message = texts[1:]
    return refusal


def known_error(code: int | None, subcode: int | None = None) -> KnownError | None:
    """The table's row: exact code and subcode, then the code alone, then its range; None for a new one of Meta's."""
    exact, ranges = _table()
    row = exact.get((code, subcode)) or exact.get((code, None))
    if row is None and code is not None:
        row = next((row for (low, high), row in ranges if low <= code <= high), None)
    return row


def as_int(value) -> int | None:
    """Meta writes codes as integers, and now and then as strings. None for what fits no column."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < 2**31 else None


def class_of(code: int | None, subcode: int | None = None, status: int = 400) -> type[GraphAPIError]:
    """The exception of a code's class."""
    return EXCEPTIONS[classify(code, subcode, status).error_class]


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


def _seconds_to_wait(code: int | None, subcode: int | None, headers: Mapping) -> float | None:
    """What `Retry-After` says; for a limit of calls what the usage header says; None where neither does."""
    wait = _retry_after(headers.get("Retry-After"))
    if wait is None and classify(code, subcode).error_class is ErrorClass.SLOW_ACCOUNT:
        wait = _time_to_regain_access(headers.get("X-Business-Use-Case-Usage"), USE_CASE_BY_CODE.get(code, ""))
    return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT)


def _retry_after(value: str | None) -> float | None:
    """Seconds or an HTTP date. Meta does not document it."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if math.isfinite(seconds):
        return seconds
    try:
        at = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - datetime.now(UTC).timestamp()


def _time_to_regain_access(header: str | None, use_case: str) -> float | None:
    """The longest of the waiting times, which Meta gives in minutes. One answer tells of several ids and use cases."""
    try:
        usage = json.loads(header)
        entries = [entry for entries in usage.values() for entry in entries]
        waits = [
            60 * float(entry["estimated_time_to_regain_access"])
            for entry in entries
            if str(entry.get("type", "")).startswith(use_case) and entry.get("estimated_time_to_regain_access")
        ]
    except (TypeError, ValueError, AttributeError):
        return None
    return max(filter(math.isfinite, waits), default=None)


@lru_cache(maxsize=1)
def known_errors() -> list[KnownError]:
    """All rows of the table, in its order."""
    rows = json.loads(resources.files(__package__).joinpath("errors.json").read_text("utf-8"))["errors"]
    return [
        KnownError(
            row["code"],
            row["subcode"],
            tuple(row["code_range"]) if row.get("code_range") else None,
            row["title"],
            row["meaning"],
            row["action"],
            row["retryable"],
        )
        for row in rows
    ]


@lru_cache(maxsize=1)
def _table() -> tuple[dict, list]:
    exact = {(known.code, known.subcode): known for known in known_errors() if not known.code_range}
    return exact, [(known.code_range, known) for known in known_errors() if known.code_range]
