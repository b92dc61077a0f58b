"""What customers send: fetched from Meta by a worker, checked, and kept with us. Meta has it for seven days only."""

import base64
import binascii
import tempfile
from datetime import timedelta
from typing import BinaryIO

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration import filetypes
from meta_integration.graph import files
from meta_integration.graph.client import MetaGraphClient
from meta_integration.graph.errors import GraphAPIError, RateLimited, RequestRejected, TokenRejected, as_int
from meta_integration.models import WABA, MediaAsset, PhoneNumber
from meta_integration.services import media, watch
from meta_integration.services.clients import NoToken, graph_client_for
from meta_integration.walk import text_in

log = structlog.get_logger(__name__)
MOST_ATTEMPTS = 8
# Longer than fetching can take: after that its worker counts as dead.
LEASE = timedelta(seconds=2 * files.MOST_SECONDS)
State = MediaAsset.State


class NotToBeHad(Exception):
    """No further try will bring the file. The text says why, in plain words."""


class Damaged(Exception):
    pass


def expect(number: PhoneNumber, content: dict) -> MediaAsset | None:
    """The row of the file that a message names, to be fetched by `fetch_next`; None for a message without one."""
    kind = content.get("type")
    part = content.get(kind) if kind in media.KINDS else None
    media_id = text_in(part, "id")[:120]
    if not media_id:
        return None
    file_name = media.plain_name(text_in(part, "filename"))
    new = {"workspace_id": number.workspace_id, "state": State.WAITING, "file_name": file_name}
    inbound = {"number": number, "media_id": media_id, "origin": MediaAsset.Origin.INBOUND}
    return MediaAsset.objects.get_or_create(**inbound, defaults=new)[0]


def fetch_next() -> MediaAsset | None:
    """Fetch one file that waits for it; None when none does. Whatever happens is written in its row."""
    asset = _claim()
    if asset:
        _fetch(asset)
    return asset


def due() -> QuerySet[MediaAsset]:
    """What can be fetched now. What belongs to a broken account waits until it is connected again."""
    return MediaAsset.objects.filter(
        state=State.WAITING,
        retry_at__lte=timezone.now(),
        attempts__lt=MOST_ATTEMPTS,
        number__account__state=WABA.State.CONNECTED,
        number__account__suspected_at=None,
    )


def give_up() -> list[MediaAsset]:
    """Those whose last try ended with its worker."""
    over = MediaAsset.objects.filter(state=State.WAITING, retry_at__lte=timezone.now(), attempts__gte=MOST_ATTEMPTS)
    lost = list(over)
    for asset in lost:
        _fail(asset, _("Galantis tried %(count)s times.") % {"count": asset.attempts})
    return lost


def try_again(asset: MediaAsset) -> bool:
    """A person wants it fetched once more. False where it did not fail."""
    failed = MediaAsset.objects.filter(pk=asset.pk, state=State.FAILED)
    return bool(failed.update(state=State.WAITING, attempts=0, retry_at=timezone.now(), error=""))


@transaction.atomic
def _claim() -> MediaAsset | None:
    waiting = due().select_related("number__account").order_by("retry_at", "id")
    asset = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if asset:
        asset.attempts, asset.retry_at = asset.attempts + 1, timezone.now() + LEASE
        asset.save(update_fields=["attempts", "retry_at"])
    return asset


def _fetch(asset: MediaAsset) -> None:
    account = asset.number.account
    try:
        client = graph_client_for(account)
    except NoToken:
        watch.token_unreadable(account)
        return _wait(asset, timedelta())
    try:
        with tempfile.TemporaryFile() as file:
            _download(asset, client, file)
            _keep(asset, file)
    except NotToBeHad as exc:
        _fail(asset, str(exc))
    except TokenRejected as exc:
        watch.refused(account, exc)
        _wait(asset, timedelta())
    except RateLimited as exc:
        _wait(asset, timedelta(seconds=exc.retry_after or 300))
    except Exception as exc:  # noqa: BLE001 - Meta, the network or the storage: another time it may go
        log.warning(
            "a customer's file was not fetched", asset=asset.pk, tries=asset.attempts, reason=type(exc).__name__
        )
        _try_later(asset, exc)


def _download(asset: MediaAsset, client: MetaGraphClient, file: BinaryIO) -> None:
    """Ask for the address, then for the file; an address that expired in between is asked for once more."""
    try:
        declared = _download_once(asset, client, file)
    except files.FileAddressExpired:
        file.seek(0)
        file.truncate()
        declared = _download_once(asset, client, file)
    if declared and media.sha256_of(file) != declared:
        raise Damaged


def _download_once(asset: MediaAsset, client: MetaGraphClient, file: BinaryIO) -> str:
    """Write the file; return the SHA-256 that Meta says it has, in hexadecimal."""
    most = filetypes.LARGEST_INBOUND
    too_large = _("It is larger than %(most)s.") % {"most": filetypes.in_words(most)}
    try:
        info = client.media_info(asset.media_id, asset.number.phone_number_id)
        if (as_int(info.get("file_size")) or 0) > most:
            raise NotToBeHad(too_large)
        client.download_media(info.get("url"), file, most=most)
    except files.FileTooLarge:
        raise NotToBeHad(too_large) from None
    except files.FileElsewhere:
        raise NotToBeHad(_("Its address does not belong to Meta, so it was not fetched.")) from None
    except RequestRejected as exc:
        words = _("WhatsApp does not give it out (any more): it keeps what customers send for 7 days. (Code %(code)s)")
        raise NotToBeHad(words % {"code": exc.code}) from None
    return _hexadecimal(info.get("sha256"))


def _hexadecimal(sha256) -> str:
    """Meta writes it in hexadecimal, and in webhooks in Base64. Empty for whatever else it is."""
    sha256 = str(sha256 or "")
    if len(sha256) == 64:
        return sha256.lower()
    try:
        raw = base64.b64decode(sha256, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == 32 else ""


def _keep(asset: MediaAsset, file: BinaryIO) -> None:
    facts, sha256 = media.columns_of(filetypes.read(file)), media.sha256_of(file)
    media.save_file(asset, file)
    # Should another worker have been faster, its copy stays.
    missing = MediaAsset.objects.filter(pk=asset.pk).exclude(state=State.READY)
    if not missing.update(state=State.READY, file=asset.file.name, sha256=sha256, error="", **facts):
        asset.file.delete(save=False)


def _try_later(asset: MediaAsset, exc: Exception) -> None:
    if isinstance(exc, Damaged):
        reason = _("It arrived damaged.")
    elif isinstance(exc, GraphAPIError) and exc.known:
        reason = exc.known.meaning
    else:
        reason = _("WhatsApp or the store for files could not be reached.")
    if asset.attempts >= MOST_ATTEMPTS:
        _fail(asset, reason)
    else:
        pause = timedelta(seconds=min(8 * 4 ** (asset.attempts - 1), 7200))
        _waiting(asset).update(retry_at=timezone.now() + pause, error=reason[:300])


def _wait(asset: MediaAsset, pause: timedelta) -> None:
    """No try of ours went wrong: none is counted."""
    _waiting(asset).update(retry_at=timezone.now() + pause, attempts=asset.attempts - 1)


def _fail(asset: MediaAsset, reason: str) -> None:
    _waiting(asset).update(state=State.FAILED, error=reason[:300])


def _waiting(asset: MediaAsset) -> QuerySet[MediaAsset]:
    return MediaAsset.objects.filter(pk=asset.pk, state=State.WAITING)
