"""Files of ours: checked and stored, and uploaded to Meta once for each number."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import BinaryIO

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meta_integration import filetypes
from meta_integration.graph.client import MetaGraphClient
from meta_integration.models import MediaAsset, MediaUpload, PhoneNumber
from workspaces.models import Workspace

# Meta keeps an upload for 30 days. A message that waits a little must still find it there.
UPLOAD_LIVES = timedelta(days=29)
# In `content` a file of ours stands under one of these.
KINDS = ("image", "video", "audio", "document", "sticker")


class WrongFile(ValueError):
    """A message names a file that is not there, or not of the kind it needs. The text says which, in plain words."""


# Storing -------------------------------------------------------------------------------------------------------------
def store(workspace: Workspace, file: BinaryIO, file_name: str) -> MediaAsset:
    """Keep an uploaded file if WhatsApp takes it; the same file again is the same row. Raises NotAFileForWhatsApp."""
    facts = filetypes.read(file)
    filetypes.check(file, facts)
    sha256, file_name = sha256_of(file), plain_name(file_name)
    mine = MediaAsset.objects.for_workspace(workspace).filter(origin=MediaAsset.Origin.UPLOADED)
    known = mine.filter(sha256=sha256, file_name=file_name)
    if already := known.first():
        return already
    asset = MediaAsset(
        workspace=workspace, origin=MediaAsset.Origin.UPLOADED, file_name=file_name, sha256=sha256, **columns_of(facts)
    )
    save_file(asset, file)
    try:
        with transaction.atomic():
            asset.save()
    except IntegrityError:  # The same file, at the same moment.
        asset.file.delete(save=False)
        return known.get()
    return asset


def save_file(asset: MediaAsset, file: BinaryIO) -> None:
    """Into the storage, under a name nobody can guess. The row is the caller's to save."""
    file.seek(0)
    asset.file.save(asset.file_name, File(file), save=False)


def sha256_of(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def columns_of(facts: filetypes.Facts) -> dict:
    return {"mime_type": facts.mime_type, "size": facts.size, "width": facts.width, "height": facts.height}


def plain_name(file_name: str) -> str:
    """A file's name for people: one line, without a path, short enough for its column."""
    name = "".join(each for each in str(file_name or "").replace("\\", "/").rpartition("/")[2] if each.isprintable())
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: 254 - len(ending)]}{dot}{ending}" if dot and len(ending) <= 10 else name[:255]


# In a message's content ----------------------------------------------------------------------------------------------
def places_in(content) -> Iterator[tuple[str, dict]]:
    """Each (kind, object) that stands for a file, however deep: headers, template components, cards of a carousel."""
    if isinstance(content, list):
        for each in content:
            yield from places_in(each)
    elif isinstance(content, dict):
        for name, each in content.items():
            if name == "action":  # Holds no file, but what a flow is given: anything at all.
                continue
            if name in KINDS and isinstance(each, dict):
                yield name, each
            yield from places_in(each)


def assets_in(content: dict) -> set[int]:
    """The pks of the files of ours that a message needs at Meta."""
    return {place["asset"] for _kind, place in places_in(content) if _is_pk(place.get("asset"))}


def assets_for(workspace: Workspace, content: dict) -> list[MediaAsset]:
    """The files a message names, all of this workspace and of the right kind. Raises WrongFile."""
    wanted = [(kind, place["asset"]) for kind, place in places_in(content) if _is_pk(place.get("asset"))]
    if not wanted:
        return []
    mine = MediaAsset.objects.for_workspace(workspace).filter(state=MediaAsset.State.READY)
    found = mine.in_bulk({pk for _kind, pk in wanted})
    for kind, pk in wanted:
        if pk not in found:
            raise WrongFile(_("The file is not there (any more). Choose it again."))
        if found[pk].kind != kind or found[pk].mime_type not in filetypes.KINDS:
            raise WrongFile(_("The file “%(name)s” cannot be sent that way.") % {"name": found[pk]})
    return list(found.values())


def with_ids(content, ids: dict[int, str]):
    """A copy in which each file of ours is named by Meta's id. Raises KeyError for one without an id."""
    copy = _copy(content)
    for _kind, place in places_in(copy):
        if _is_pk(place.get("asset")):
            place["id"] = ids[place.pop("asset")]
    return copy


# At Meta -------------------------------------------------------------------------------------------------------------
def valid_ids(asset_pks: Collection[int], number: PhoneNumber) -> dict[int, str]:
    """Meta's ids of those files that are uploaded for this number and still good. One query."""
    good = MediaUpload.objects.filter(asset__in=asset_pks, number=number, expires_at__gt=timezone.now())
    return dict(good.values_list("asset_id", "media_id"))


def upload(asset: MediaAsset, number: PhoneNumber, client: MetaGraphClient) -> MediaUpload:
    """Upload the file for this number, unless a good upload is there. Never inside a transaction; raises GraphError.

    Two at once may both upload, and end with one row: both ids are good at Meta.
    """
    known = MediaUpload.objects.filter(asset=asset, number=number, expires_at__gt=timezone.now()).first()
    if known:
        return known
    name = asset.file_name or f"file.{filetypes.EXTENSIONS.get(asset.mime_type, 'bin')}"
    with asset.file.open("rb") as file:
        media_id = client.upload_media(number.phone_number_id, file, name, asset.mime_type)
    row = MediaUpload(
        workspace_id=asset.workspace_id,
        asset=asset,
        number=number,
        media_id=media_id,
        expires_at=timezone.now() + UPLOAD_LIVES,
    )
    (row,) = MediaUpload.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["asset", "number"],
        update_fields=["media_id", "expires_at"],
    )
    return row


def forget_uploads(asset_pks: Collection[int], number: PhoneNumber) -> int:
    """Meta no longer knows them (131053): the next send uploads again. Returns how many were forgotten."""
    return MediaUpload.objects.filter(asset__in=asset_pks, number=number).delete()[0]


def _is_pk(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _copy(value):
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value
