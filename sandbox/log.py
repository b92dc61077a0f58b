"""The request log: what was asked, what was answered, and never a secret."""

import time

from starlette.responses import Response

from .state import LogEntry

SECRET = {
    "access_token",
    "appsecret_proof",
    "client_secret",
    "code",
    "fb_exchange_token",
    "hash",
    "input_token",
    "pin",
    "revoke_token",
    "sig",
    "verify_token",
}
HIDDEN = "(hidden)"
LONGEST_ANSWER = 4000
LONGEST_LIST = 10  # of a list that stands at the top: the requests of a batch may be thousands


def note(meta, method: str, path: str, params: dict, status: int, answer, started: float) -> None:
    error = answer.get("error") if isinstance(answer, dict) else None
    entry = LogEntry(
        at=time.time(),
        method=method,
        path=path,
        params=redacted(params),
        status=status,
        error_code=error.get("code") if isinstance(error, dict) else None,
        milliseconds=(time.monotonic() - started) * 1000,
        answer=redacted_answer(answer),
    )
    meta.log.append(entry)


def redacted(params: dict) -> dict:
    """Parameters at the top level are Graph's; what lies deeper is content and stays."""
    return {name: HIDDEN if name in SECRET else _shortened(value) for name, value in params.items()}


def _shortened(value):
    if not isinstance(value, list) or len(value) <= LONGEST_LIST:
        return value
    return [*value[:LONGEST_LIST], f"... and {len(value) - LONGEST_LIST} more"]


def redacted_answer(answer) -> dict | str:
    if isinstance(answer, Response):  # a file, or no Graph answer at all
        is_text = answer.media_type in (None, "text/plain", "text/html")
        return answer.body.decode()[:LONGEST_ANSWER] if is_text else f"{len(answer.body)} bytes of {answer.media_type}"
    if not isinstance(answer, dict):
        return str(answer)[:LONGEST_ANSWER]
    shown = {name: _shortened(value) for name, value in answer.items()}
    return {**shown, "access_token": HIDDEN} if "access_token" in answer else shown
