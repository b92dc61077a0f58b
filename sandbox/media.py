"""Files in messages: kept for one number, found by id, fetched from an address that is good for five minutes."""

import base64
import hashlib
import hmac
import secrets
import time
from urllib.parse import urlencode

from . import filetypes
from .errors import GraphError
from .state import Media, Number

DAY = 24 * 3600
KEPT_DAYS = {False: 30, True: 7}  # of the shop, of a customer
MOST_FILES = 2000
ADDRESS_LIFE = 300
PATH = "whatsapp_business/attachments"


def add(meta, number: Number, data: bytes, mime_type: str, filename: str = "", *, is_inbound: bool = False) -> Media:
    """Keep a file that was checked before."""
    media_id = str(10**15 + secrets.randbelow(9 * 10**15))
    digest = hashlib.sha256(data).hexdigest()
    media = Media(media_id, number.phone_number_id, mime_type, digest, len(data), time.time(), filename, is_inbound)
    meta.files.write(media_id, data)
    meta.world.media[media_id] = media
    while len(meta.world.media) > MOST_FILES or _is_too_old(next(iter(meta.world.media.values()))):
        remove(meta, next(iter(meta.world.media)))
    meta.note_change()
    return media


def find(meta, media_id: str) -> Media | None:
    media = meta.world.media.get(media_id)
    return None if media is None or _is_too_old(media) else media


def _is_too_old(media: Media) -> bool:
    return time.time() - media.created_at > KEPT_DAYS[media.is_inbound] * DAY


def remove(meta, media_id: str) -> None:
    del meta.world.media[media_id]
    meta.files.remove(media_id)
    meta.note_change()


def address(meta, media: Media, base: str) -> str:
    until = int(time.time() + ADDRESS_LIFE)
    query = {
        "mid": media.media_id,
        "source": "getMedia",
        "ext": until,
        "hash": _proof(meta, media.media_id, str(until)),
    }
    return f"{base.rstrip('/')}/{PATH}/?{urlencode(query)}"


def of_address(meta, media_id: str, until: str, proof: str) -> Media | None:
    """The file behind an address; None when its time is over or it was made up."""
    is_right = hmac.compare_digest(_proof(meta, media_id, until).encode(), proof.encode())
    return find(meta, media_id) if is_right and int(until) > time.time() else None


def _proof(meta, media_id: str, until: str) -> str:
    key = meta.settings.app_secret.encode()
    return hmac.new(key, f"{media_id}/{until}".encode(), hashlib.sha256).hexdigest()[:40]


def check_references(meta, number: Number, body: dict) -> int:
    """Every media id in a message must be one of this number: raises 100. The code it will fail with later, or 0."""
    code = 0
    for kind, content, where in _references(body):
        if "id" not in content:
            continue
        media = find(meta, str(content["id"]))
        if media is None or media.phone_number_id != number.phone_number_id:
            details = f"Param {where}['id'] is not a valid whatsapp business account media attachment ID"
            raise GraphError(100, f"(#100) {details}", details=details)
        if media.mime_type not in filetypes.KINDS[kind][0]:
            code = 131053
    return code


def _references(body: dict) -> list[tuple[str, dict, str]]:
    """Kind, content and place of each file the message names. The body has been checked before."""
    kind = body.get("type", "text")
    content = body.get(kind)
    if kind in filetypes.KINDS:
        return [(kind, content, kind)]
    if kind == "interactive":
        header = content.get("header") or {}
        if header.get("type") in filetypes.KINDS:
            return [(header["type"], header[header["type"]], f"interactive['header']['{header['type']}']")]
    if kind == "template":
        return _references_of_template(content.get("components") or [], "template")
    return []


def _references_of_template(components: list[dict], where: str) -> list[tuple[str, dict, str]]:
    found = []
    for index, component in enumerate(components):
        path = f"{where}['components'][{index}]"
        for place, parameter in enumerate(component.get("parameters") or []):
            kind = str(parameter.get("type")).lower()
            if kind in filetypes.KINDS and isinstance(parameter.get(kind), dict):
                found.append((kind, parameter[kind], f"{path}['parameters'][{place}]"))
        for place, card in enumerate(component.get("cards") or []):
            found += _references_of_template(card.get("components") or [], f"{path}['cards'][{place}]")
    return found


def inbound_content(meta, media: Media, data: bytes) -> dict:
    """As it stands in the webhook; its sha256 is base64 there, and hexadecimal in Graph's answer."""
    digest = base64.b64encode(bytes.fromhex(media.sha256)).decode()
    url = address(meta, media, f"http://{meta.settings.host}:{meta.settings.port}")
    content = {"mime_type": media.mime_type, "sha256": digest, "id": media.media_id, "url": url}
    if media.mime_type == "audio/ogg":
        content |= {"mime_type": "audio/ogg; codecs=opus", "voice": True}
    if media.mime_type == "image/webp":
        content["animated"] = filetypes.is_animated(data)
    return {**content, "filename": media.filename} if media.filename else content
