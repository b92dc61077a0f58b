"""Meta's `signed_request`: what it posts when a person takes our app away, or wants their data deleted."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time

from django.conf import settings

from meta_integration.graph.errors import as_int

# Seconds: how old one may be, and how far Meta's clock may be before ours.
OLDEST, AHEAD = 3600, 300


class NotSigned(Exception):
    """Not signed by Meta, or too long ago."""


class NotReadable(Exception):
    """No signed request at all, or signed and yet not of the agreed form."""


def read(text: str) -> dict:
    """Its payload, once the signature is proved. `user_id` is in it, as text, and `issued_at`, as a number."""
    signature, dot, payload = text.partition(".")
    if not dot or not signature or not payload:
        raise NotReadable
    expected = hmac.new(settings.META_APP_SECRET.encode(), payload.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(_decoded(signature), expected):
        raise NotSigned
    try:
        facts = json.loads(_decoded(payload))
    except ValueError:
        raise NotReadable from None
    if not isinstance(facts, dict) or str(facts.get("algorithm")).upper() != "HMAC-SHA256":
        raise NotReadable
    issued_at, user_id = as_int(facts.get("issued_at")), facts.get("user_id")
    if not issued_at or not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", str(user_id)):
        raise NotReadable
    if not -AHEAD <= time.time() - issued_at <= OLDEST:
        raise NotSigned
    return {**facts, "user_id": str(user_id), "issued_at": issued_at}


def _decoded(text: str) -> bytes:
    """Base64 as in addresses, and without padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotReadable from None
