"""What Meta posts when a person removes the app or asks for her data to be deleted: one signed form field."""

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import urlsplit

import anyio.to_thread
import requests

from .errors import BadRequest
from .posting import TIMEOUT

LIFE = 3600
LONGEST_ANSWER = 4000


def addresses(settings) -> dict[str, str]:
    """Where the app listens for them: as set, or at the usual places beside its webhooks."""
    webhook = urlsplit(settings.webhook_url)
    origin = f"{webhook.scheme}://{webhook.netloc}" if webhook.netloc else ""
    return {
        "deauthorize": settings.deauthorize_url or (origin and f"{origin}/meta/deauthorize/"),
        "data_deletion": settings.data_deletion_url or (origin and f"{origin}/meta/data-deletion/"),
    }


def signed(app_secret: str, user_id: str) -> str:
    """The signature is over the encoded payload, not over its JSON."""
    now = int(time.time())
    content = {"algorithm": "HMAC-SHA256", "expires": now + LIFE, "issued_at": now, "user_id": user_id}
    payload = _encoded(json.dumps(content, separators=(",", ":")).encode())
    signature = hmac.new(app_secret.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{_encoded(signature)}.{payload}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def send(meta, what: str, user_id: str = "") -> dict:
    """`what` is deauthorize or data_deletion. The app's HTTP status and what it answered."""
    url = addresses(meta.settings)[what]
    if not url:
        raise BadRequest(f"The app has no address for this: start the sandbox with SANDBOX_{what.upper()}_URL.")
    form = {"signed_request": signed(meta.settings.app_secret, user_id or meta.world.user_id)}
    return await anyio.to_thread.run_sync(_post, url, form)


def _post(url: str, form: dict) -> dict:
    session = requests.Session()
    session.trust_env = False  # no proxy: nothing leaves this machine
    try:
        with session, session.post(url, data=form, timeout=TIMEOUT, allow_redirects=False) as answer:
            return {"url": url, "status": answer.status_code, "answer": _read(answer)}
    except requests.RequestException as exc:
        raise BadRequest(f"The app did not answer at {url}: {type(exc).__name__}.") from None


def _read(answer: requests.Response):
    try:
        return answer.json()
    except ValueError:
        return answer.text[:LONGEST_ANSWER]
